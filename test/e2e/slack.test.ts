import { createServer } from 'node:net';
import { describe } from 'vitest';
import { COMMANDS } from '../../commands/index.ts';
import { SLACK_BOT_SCOPES } from '../../src/chat/slack/manifest.ts';
import { startSlackFake } from '../fakes/slack/index.ts';
import { MODES } from '../chat/slack/harness.ts';
import type { Mode } from '../chat/slack/harness.ts';
import { createFastClock, REAL_DEADLINES } from '../fixtures/fast-clock.ts';
import { openBotWorld } from './bot-world.ts';
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

async function open(mode: Mode): Promise<MainJobWorld> {
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
