import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../commands/index.ts';
import { SLACK_BOT_SCOPES } from '../../src/chat/slack/manifest.ts';
import { startAlpacaFake } from '../fakes/alpaca/index.ts';
import { startSchwabFake } from '../fakes/schwab/index.ts';
import { startSlackFake } from '../fakes/slack/index.ts';
import { browse } from '../fixtures/browse.ts';
import { freePort } from '../fixtures/free-port.ts';
import { openBotWorld, until } from './bot-world.ts';
import type { BotWorld } from './bot-world.ts';
import { SLACK_CHANNEL, SLACK_IDS, slackTeam } from './team.ts';
import type { Team } from './team.ts';

const MASTER_KEY = Buffer.alloc(32, 1).toString('base64');

interface World extends AsyncDisposable {
  readonly world: BotWorld;
  readonly team: Team;
}

/** A bot in Slack whose account is reached through Ana's login. */
async function open(broker: string, environment: Readonly<Record<string, string>>): Promise<World> {
  const slack = await startSlackFake({
    app: { commands: COMMANDS.map(({ name }) => `/${name}`) },
    scopes: SLACK_BOT_SCOPES,
    users: Object.entries(SLACK_IDS).map(([name, id]) => ({ id, name })),
    channels: [{ id: SLACK_CHANNEL, name: 'rebalancing' }],
  });
  const world = await openBotWorld({
    environment: {
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_APP_TOKEN: slack.appToken,
      SLACK_API_URL: slack.apiUrl,
      EVENKEEL_MASTER_KEY: MASTER_KEY,
      ...environment,
    },
    channels: [`- slack: ${SLACK_CHANNEL}`],
    ids: {
      Ana: [`slack: ${SLACK_IDS.Ana}`],
      Ben: [`slack: ${SLACK_IDS.Ben}`],
      Chloe: ['web: chloe'],
      Dev: ['web: dev'],
    },
    broker,
  });
  await world.bot.settled();
  return {
    world,
    team: slackTeam(slack),
    async [Symbol.asyncDispose]() {
      await world[Symbol.asyncDispose]();
      await slack.close();
    },
  };
}

/** The link that Ana alone is shown in Slack. */
async function linkFor(team: Team, broker: string): Promise<string> {
  const seen = team.privately('Ana').length;
  team.command('Ana', 'connect', { account: broker });
  return await until('the link', () => {
    const found = /<(http[^|>]+)\|Log in at/u.exec(team.privately('Ana').slice(seen).join(' '));
    return found?.[1]?.replaceAll('&amp;', '&');
  });
}

/** What the channel or Ana is told after /portfolio. */
async function portfolio(team: Team, has: string): Promise<string> {
  const before = team.posted().length + team.privately('Ana').length;
  team.command('Ana', 'portfolio', { account: 'core' });
  return await until(`an answer with ${has}`, () => {
    const all = [...team.posted().map(({ text }) => text), ...team.privately('Ana')];
    return all.length > before ? all.find((words) => words.includes(has)) : null;
  });
}

describe("a person's login", () => {
  it('at Schwab: connected in Slack, refreshed after half an hour, and over one day', async () => {
    const redirectUri = `https://127.0.0.1:${await freePort()}/`;
    await using fake = await startSchwabFake({ app: { redirectUri } });
    const { apiUrl, app } = fake;
    await using opened = await open(
      `
    broker: schwab
    schwab: { connection: ana, accountNumber: "12345678" }`,
      {
        SCHWAB_CLIENT_ID: app.clientId,
        SCHWAB_CLIENT_SECRET: app.clientSecret,
        SCHWAB_REDIRECT_URI: redirectUri,
        SCHWAB_API_URL: apiUrl,
      },
    );
    const { world, team } = opened;
    const tokenRequests = async (): Promise<number> =>
      (await fake.requests({})).requests.filter(({ path }) => path.includes('/oauth/token')).length;

    expect(await portfolio(team, '/connect schwab')).toContain('ana has no login here');

    const authorizeUrl = await linkFor(team, 'schwab');
    const { redirectUrl } = await fake.login({ authorizeUrl, person: 'owner' });
    const { page } = await browse(redirectUrl);
    expect(page).toContain('The Schwab login of Ana is connected until');
    await until('the word in the channel', () =>
      team.posted().some(({ text }) => text.includes('It is used by core.')),
    );
    await until('the word to Ana', () => team.direct('Ana')[0]?.includes('is connected until'));
    await portfolio(team, '100,000');
    expect(await tokenRequests()).toBe(1);

    // The access token is over; the login is not.
    await fake.advance({ seconds: 31 * 60 });
    await world.jump({ minutes: 31 });
    await portfolio(team, '100,000');
    expect(await tokenRequests()).toBe(2);
    await world.restart();
    await world.bot.settled();
    await portfolio(team, '100,000');
    expect(await tokenRequests()).toBe(2);

    // Schwab ends it before its time.
    await fake.endLogin({});
    const words = await portfolio(team, 'has ended');
    expect(words).toContain('did not accept the login');
    expect(words).toContain('/connect schwab makes a new one');
    await world.bot.scheduler.tick();
    await until('the reminder', () =>
      team.direct('Ana').some((text) => text.includes('The Schwab login of Ana ended')),
    );

    const again = await fake.login({
      authorizeUrl: await linkFor(team, 'schwab'),
      person: 'owner',
      consent: 'denied',
    });
    expect((await browse(again.redirectUrl)).page).toContain('access was declined at Schwab');
    const third = await fake.login({
      authorizeUrl: await linkFor(team, 'schwab'),
      person: 'owner',
    });
    expect((await browse(third.redirectUrl)).page).toContain('is connected until');
    await portfolio(team, '100,000');
    expect((await fake.state({})).defects).toEqual([]);
    expect(team.problems()).toEqual([]);
  }, 60_000);

  it('at Alpaca: connected in Slack, good without an end, until it is taken back', async () => {
    const redirectUri = `https://127.0.0.1:${await freePort()}/alpaca`;
    await using fake = await startAlpacaFake({
      oauth: { clientId: 'client', clientSecret: 'client-secret', redirectUris: [redirectUri] },
    });
    const { core } = fake.accounts;
    if (core === undefined) throw new Error('the fake has no account core');
    await using opened = await open(
      `
    broker: alpaca
    alpaca: { connection: ana }`,
      {
        ALPACA_CLIENT_ID: 'client',
        ALPACA_CLIENT_SECRET: 'client-secret',
        ALPACA_REDIRECT_URI: redirectUri,
        ALPACA_OAUTH_URL: new URL(fake.oauth.token).origin,
        ALPACA_API_URL: core.trading,
        ALPACA_DATA_URL: fake.data,
        ALPACA_STREAM_URL: core.stream,
      },
    );
    const { world, team } = opened;
    await fake.consent({ account: 'core' });
    const page = await fetch(await linkFor(team, 'alpaca'), { redirect: 'manual' });
    const answer = await browse(page.headers.get('location') ?? '');
    expect(answer.page).toContain('The Alpaca login of Ana is connected.');
    await portfolio(team, '100,000');

    await world.jump({ hours: 24 * 40 });
    await portfolio(team, '100,000');

    await fake.revokeTokens('core');
    await portfolio(team, 'did not accept the login');
    const words = await portfolio(team, 'is not accepted any more');
    expect(words).toContain('/connect alpaca makes a new one');
    expect((await fake.state()).defects).toEqual([]);
  }, 60_000);
});
