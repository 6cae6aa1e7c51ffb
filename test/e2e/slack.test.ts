import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../commands/index.ts';
import { SLACK_BOT_SCOPES } from '../../src/chat/slack/manifest.ts';
import { buttonsOf, startSlackFake } from '../fakes/slack/index.ts';
import type { SlackFake } from '../fakes/slack/index.ts';
import { MODES } from '../chat/slack/harness.ts';
import type { Mode } from '../chat/slack/harness.ts';
import { createFastClock, REAL_DEADLINES } from '../fixtures/fast-clock.ts';
import { openBotWorld, until } from './bot-world.ts';
import { describeMainJob } from './main-job.ts';
import type { MainJobWorld } from './main-job.ts';
import { SLACK_CHANNEL, SLACK_IDS, slackTeam } from './team.ts';

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('there is no free port');
  return address.port;
}

async function open(mode: Mode): Promise<MainJobWorld & { readonly fake: SlackFake }> {
  const clock = createFastClock();
  const fake = await startSlackFake({
    clock: clock.forSlack,
    ...REAL_DEADLINES,
    app: { commands: COMMANDS.map(({ name }) => `/${name}`) },
    scopes: SLACK_BOT_SCOPES,
    users: Object.entries(SLACK_IDS).map(([name, id]) => ({ id, name })),
    channels: [{ id: SLACK_CHANNEL, name: 'rebalancing' }],
  });
  const port = await freePort();
  if (mode === 'signed HTTP') fake.setRequestUrl(`http://127.0.0.1:${port}/slack/events`);
  const world = await openBotWorld({
    clock,
    environment: {
      SLACK_BOT_TOKEN: fake.botToken,
      SLACK_API_URL: fake.apiUrl,
      ...(mode === 'Socket Mode'
        ? { SLACK_APP_TOKEN: fake.appToken }
        : { SLACK_SIGNING_SECRET: fake.signingSecret, SLACK_PORT: String(port) }),
    },
    channels: [`- slack: ${SLACK_CHANNEL}`],
    ids: {
      Ana: [`slack: ${SLACK_IDS.Ana}`],
      Ben: [`slack: ${SLACK_IDS.Ben}`],
      Chloe: [`slack: ${SLACK_IDS.Chloe}`],
      Dev: ['web: dev'],
    },
  });
  await world.bot.settled();
  return {
    world,
    fake,
    team: slackTeam(fake),
    async [Symbol.asyncDispose]() {
      await world[Symbol.asyncDispose]();
      await fake.close();
    },
  };
}

describe.each(MODES)('the main job in Slack, over %s', (mode) => {
  describeMainJob(() => open(mode));
});

it('shows the Home tab: accounts, what is pending with its buttons, fills, and halts', async () => {
  await using opened = await open('Socket Mode');
  const { world, team, fake } = opened;
  const ben = fake.user(SLACK_IDS.Ben);
  const home = async (has: RegExp, hasNot?: RegExp) => {
    await ben.openHome();
    return await until(`${String(has)} on the Home tab`, () => {
      const view = ben.home();
      const words = JSON.stringify(view?.blocks ?? []);
      return has.test(words) && hasNot?.test(words) !== true ? view : null;
    });
  };
  await home(/core.*[Dd]rift/u);
  team.command('Ana', 'rebalance', { account: 'core' });
  await until('a proposal', () => team.posted().length > 0);
  const pending = await home(/Approve/u);
  const approve = buttonsOf(pending).find(({ label }) => label === 'Approve');
  await ben.click(pending, approve?.actionId ?? '');
  await until('the execution', () => team.posted().some(({ text }) => /· executed/u.test(text)));
  await home(/AAPL/u, /Approve/u);
  team.command('Ben', 'halt', { account: 'core' });
  await until('the halt', () => team.posted().some(({ text }) => /halted/iu.test(text)));
  await home(/halted/iu);
  await world.bot.settled();
  expect(team.problems()).toEqual([]);
});
