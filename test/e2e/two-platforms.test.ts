import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../commands/index.ts';
import { SLACK_BOT_SCOPES } from '../../src/chat/slack/manifest.ts';
import { startDiscordFake } from '../fakes/discord/index.ts';
import type { DiscordFake } from '../fakes/discord/index.ts';
import { startSlackFake } from '../fakes/slack/index.ts';
import { createFastClock, REAL_DEADLINES } from '../fixtures/fast-clock.ts';
import { openBotWorld, until } from './bot-world.ts';
import { discordTeam, SLACK_CHANNEL, SLACK_IDS, slackTeam } from './team.ts';
import type { Posted, Team } from './team.ts';

/** One bot that serves Slack and Discord at once; everybody is on both. */
async function open() {
  const clock = createFastClock();
  const slack = await startSlackFake({
    clock: clock.forSlack,
    ...REAL_DEADLINES,
    app: { commands: COMMANDS.map(({ name }) => `/${name}`) },
    scopes: SLACK_BOT_SCOPES,
    users: Object.entries(SLACK_IDS).map(([name, id]) => ({ id, name })),
    channels: [{ id: SLACK_CHANNEL, name: 'rebalancing' }],
  });
  const discord = await startDiscordFake();
  const general = discord.channel('general').id;
  const world = await openBotWorld({
    clock,
    environment: {
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_APP_TOKEN: slack.appToken,
      SLACK_API_URL: slack.apiUrl,
      DISCORD_TOKEN: discord.token,
      DISCORD_GUILD_ID: discord.guild.id,
      DISCORD_API_URL: discord.apiUrl,
    },
    channels: [`- slack: ${SLACK_CHANNEL}`, `- discord: "${general}"`],
    ids: {
      Ana: [`slack: ${SLACK_IDS.Ana}`, 'discord: "1"'],
      Ben: [`slack: ${SLACK_IDS.Ben}`, 'discord: "2"'],
      Chloe: [`slack: ${SLACK_IDS.Chloe}`, 'discord: "3"'],
      Dev: ['web: dev'],
    },
  });
  await until('the registered commands', () => discord.commands().length > 0);
  await world.bot.settled();
  const inSlack = slackTeam(slack);
  const inDiscord = discordTeam(discord);
  const proposal = (team: Team): Promise<Posted> =>
    until('a proposal with buttons', () =>
      team.posted().findLast(({ buttons }) => buttons.includes('Approve')),
    );
  return {
    world,
    slack,
    discord,
    inSlack,
    inDiscord,
    /** A proposal of Ana's, as it stands on both platforms. */
    async propose() {
      inSlack.command('Ana', 'rebalance', { account: 'core' });
      return { slack: await proposal(inSlack), discord: await proposal(inDiscord) };
    },
    shows: (team: Team, { id }: Posted, words: RegExp): Promise<Posted> =>
      until(
        `${String(words)} in a message`,
        () => team.posted().find((message) => message.id === id && words.test(message.text)),
        15_000,
      ),
    decisions: async () => {
      const [record] = await world.bot.context.store.listProposals({ limit: 1 });
      return record?.decisions.map(({ person, verdict }) => `${person} ${verdict}`) ?? [];
    },
    ordersOf: async () => {
      const [record] = await world.bot.context.store.listProposals({ limit: 1 });
      if (record === undefined) throw new Error('nothing was proposed');
      const orders = await world.bot.context.store.listOrders({ proposalId: record.proposal.id });
      return { legs: record.proposal.plan.legs.length, orders: orders.length };
    },
    async [Symbol.asyncDispose]() {
      await world[Symbol.asyncDispose]();
      await slack.close();
      await discord.close();
    },
  };
}

describe('a proposal on two platforms', { timeout: 40_000 }, () => {
  it('is one proposal: a decision on one edits the other', async () => {
    await using opened = await open();
    const { inSlack, inDiscord, shows } = opened;
    const posted = await opened.propose();
    inDiscord.click('Ben', posted.discord, 'Approve');
    const here = await shows(inSlack, posted.slack, /· executed/u);
    const there = await shows(inDiscord, posted.discord, /· executed/u);
    expect([here.buttons, there.buttons]).toEqual([[], []]);
    expect(await opened.decisions()).toEqual(['ben approve']);
    expect([inSlack.problems(), inDiscord.problems()]).toEqual([[], []]);
  });

  it('counts one vote of a person with ids on both', async () => {
    await using opened = await open();
    const { inSlack, inDiscord, shows } = opened;
    const posted = await opened.propose();
    inSlack.click('Ben', posted.slack, 'Approve');
    inDiscord.click('Ben', posted.discord, 'Approve');
    await shows(inSlack, posted.slack, /· executed/u);
    await opened.world.bot.settled();
    expect(await opened.decisions()).toEqual(['ben approve']);
    const { legs, orders } = await opened.ordersOf();
    expect(orders).toBe(legs);
  });

  it('is decided once by two people on two platforms at the same moment', async () => {
    await using opened = await open();
    const { inSlack, inDiscord, shows } = opened;
    const posted = await opened.propose();
    inSlack.click('Ben', posted.slack, 'Approve');
    inDiscord.click('Chloe', posted.discord, 'Approve');
    inSlack.click('Chloe', posted.slack, 'Approve');
    inDiscord.click('Ben', posted.discord, 'Approve');
    await shows(inDiscord, posted.discord, /· executed/u);
    await opened.world.bot.settled();
    expect(await opened.decisions()).toHaveLength(1);
    const { legs, orders } = await opened.ordersOf();
    expect(orders).toBe(legs);
  });

  it('is executed while one platform is down, whose message catches up', async () => {
    await using opened = await open();
    const { slack, world, inSlack, inDiscord, shows } = opened;
    const posted = await opened.propose();
    await world.bot.settled();
    const mend = slack.faults.down();
    inDiscord.click('Ben', posted.discord, 'Approve');
    await shows(inDiscord, posted.discord, /· executed/u);
    expect(inSlack.posted().find(({ id }) => id === posted.slack.id)?.buttons).toContain('Approve');
    mend();
    await world.jump({ minutes: 5 });
    const late = await shows(inSlack, posted.slack, /· executed/u);
    expect(late.buttons).toEqual([]);
  });

  it('takes a click while the clicked platform cannot be answered', async () => {
    await using opened = await open();
    const { slack, world, inSlack, inDiscord, shows } = opened;
    const posted = await opened.propose();
    await world.bot.settled();
    const mend = slack.faults.down('drop');
    inSlack.click('Ben', posted.slack, 'Approve');
    await shows(inDiscord, posted.discord, /· executed/u);
    mend();
    await world.jump({ minutes: 5 });
    await shows(inSlack, posted.slack, /· executed/u);
    expect(await opened.decisions()).toEqual(['ben approve']);
  });

  it.each(['Slack', 'Discord'] as const)(
    'takes a click on a message of an earlier run in %s',
    async (where) => {
      await using opened = await open();
      const { world, inSlack, inDiscord, shows } = opened;
      const posted = await opened.propose();
      await world.bot.settled();
      await world.restart();
      await world.bot.settled();
      if (where === 'Slack') inSlack.click('Ben', posted.slack, 'Approve');
      else inDiscord.click('Ben', posted.discord, 'Approve');
      await shows(inSlack, posted.slack, /· executed/u);
      await shows(inDiscord, posted.discord, /· executed/u);
      expect(await opened.decisions()).toEqual(['ben approve']);
    },
  );
});

describe('a chat that fails', { timeout: 40_000 }, () => {
  it('with a revoked token is told once, in the log and in the other chats, and trades go on', async () => {
    await using opened = await open();
    const { slack, world, inDiscord, shows } = opened;
    const posted = await opened.propose();
    await world.bot.settled();
    slack.setToken('bot', 'revoked');
    inDiscord.click('Ben', posted.discord, 'Approve');
    await shows(inDiscord, posted.discord, /· executed/u);
    await until('the alert', () =>
      inDiscord.posted().some(({ text }) => text.includes('Slack cannot be reached')),
    );
    const told = world.log.lines.filter(({ fields }) => fields['code'] === 'chat_unreachable');
    expect(told).toHaveLength(1);
    const { store } = world.bot.context;
    const alert = await store.readSetting('incident:slack');
    const onPage = await until('the alert on the page', async () => {
      const copies = await store.listCopies(alert ?? '', 'web');
      return copies.filter(({ reference }) => reference !== null);
    });
    expect(onPage).toHaveLength(1);
  });

  it.each([
    [
      'a revoked token',
      (discord: DiscordFake) => discord.revokeToken(),
      /Discord cannot be reached.*Put a fresh token/u,
    ],
    [
      'a channel that is closed to it',
      (discord: DiscordFake) => discord.channel('general').deny(['viewChannel']),
      /Discord channel \d+ cannot be reached|channel \d+ cannot/u,
    ],
  ])('Discord with %s is told in Slack, and trades go on', async (_, fail, words) => {
    await using opened = await open();
    const { discord, world, inSlack, shows } = opened;
    const posted = await opened.propose();
    await world.bot.settled();
    fail(discord);
    inSlack.click('Ben', posted.slack, 'Approve');
    await shows(inSlack, posted.slack, /· executed/u);
    await until('the alert', () => inSlack.posted().some(({ text }) => words.test(text)));
    expect(await opened.decisions()).toEqual(['ben approve']);
  });

  it('in one channel from which the bot was removed is told with what to do', async () => {
    await using opened = await open();
    const { slack, inDiscord, world } = opened;
    slack.channel(SLACK_CHANNEL).removeBot();
    inDiscord.command('Ana', 'rebalance', { account: 'core' });
    const alert = await until('the alert', () =>
      inDiscord.posted().find(({ text }) => text.includes(`channel ${SLACK_CHANNEL} cannot`)),
    );
    expect(alert.text).toContain('Invite the bot');
    slack.channel(SLACK_CHANNEL).addBot();
    await world.jump({ minutes: 5 });
    await until('the recovery', () =>
      inDiscord.posted().some(({ text }) => text.includes('works again')),
    );
  });
});
