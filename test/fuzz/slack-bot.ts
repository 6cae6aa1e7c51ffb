import { createHmac } from 'node:crypto';
import { COMMANDS } from '../../commands/index.ts';
import { SLACK_BOT_SCOPES } from '../../src/chat/slack/manifest.ts';
import type { Mode } from '../chat/slack/harness.ts';
import { openBotWorld, until } from '../e2e/bot-world.ts';
import type { BotWorld } from '../e2e/bot-world.ts';
import { SLACK_CHANNEL, SLACK_IDS, slackTeam } from '../e2e/team.ts';
import { buttonsOf, startSlackFake } from '../fakes/slack/index.ts';
import type { SlackFake } from '../fakes/slack/index.ts';
import { createFastClock, REAL_DEADLINES } from '../fixtures/fast-clock.ts';
import { freePort } from '../fixtures/free-port.ts';
import { asJson } from './mutations.ts';
import type { Json } from './mutations.ts';

const STRANGER = 'U0STRANGE1';
const MODERATOR = 'U0DEV00004';

type Kind = 'slash_commands' | 'interactive' | 'events_api';

/** Something that Slack would send, word by word. */
export interface Sample {
  readonly kind: Kind;
  readonly payload: Json;
}

/** The whole program at a Slack, with a proposal that waits for a vote. */
export interface SlackBot extends AsyncDisposable {
  readonly world: BotWorld;
  readonly fake: SlackFake;
  readonly secrets: readonly string[];
  /** What people did who may decide nothing: strangers, the proposer, and votes for something else. */
  readonly harmless: readonly Sample[];
  /** Ben's vote for the proposal, made ready and not sent. */
  readonly vote: Sample;
  /** Sends a body over HTTP. @returns the status of the answer. */
  post(body: string, type: string, signed: boolean): Promise<number>;
  /** Resolves when somebody's `/help` is acknowledged: it still listens. */
  probe(): Promise<void>;
}

export async function openSlackBot(mode: Mode): Promise<SlackBot> {
  const clock = createFastClock();
  const fake = await startSlackFake({
    clock: clock.forSlack,
    ...REAL_DEADLINES,
    rateLimits: false,
    app: { commands: COMMANDS.map(({ name }) => `/${name}`) },
    scopes: SLACK_BOT_SCOPES,
    users: Object.entries({ ...SLACK_IDS, Dev: MODERATOR, Stranger: STRANGER }).map(
      ([name, id]) => ({ id, name }),
    ),
    channels: [{ id: SLACK_CHANNEL, name: 'rebalancing' }],
  });
  const port = await freePort();
  const address = `http://127.0.0.1:${port}/slack/events`;
  if (mode === 'signed HTTP') fake.setRequestUrl(address);
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
      Dev: [`slack: ${MODERATOR}`],
    },
  });
  await world.bot.settled();
  const { harmless, vote } = await recordSamples(fake, world);
  return {
    world,
    fake,
    secrets: [fake.botToken, fake.appToken, fake.signingSecret],
    harmless,
    vote,
    async post(body, type, signed) {
      const timestamp = String(Math.floor(Temporal.Now.instant().epochMilliseconds / 1000));
      const hash = createHmac('sha256', signed ? fake.signingSecret : 'a guess')
        .update(`v0:${timestamp}:${body}`)
        .digest('hex');
      const response = await fetch(address, {
        method: 'POST',
        headers: {
          'content-type': type,
          'x-slack-request-timestamp': timestamp,
          'x-slack-signature': `v0=${hash}`,
        },
        body,
      });
      await response.text();
      return response.status;
    },
    async probe() {
      const asked = await fake.user(MODERATOR).command('/help', '', { channel: SLACK_CHANNEL });
      if (asked.status !== 'acknowledged') throw new Error(`/help was not heard: ${asked.error}`);
    },
    async [Symbol.asyncDispose]() {
      await world[Symbol.asyncDispose]();
      await fake.close();
    },
  };
}

/** People do one thing of each kind; what Slack sent of it is kept. */
async function recordSamples(
  fake: SlackFake,
  world: BotWorld,
): Promise<{ readonly harmless: readonly Sample[]; readonly vote: Sample }> {
  const team = slackTeam(fake);
  const channel = { channel: SLACK_CHANNEL };
  const pending = async (nth: number) =>
    await until('a proposal', () => {
      const asking = team.posted().filter(({ buttons }) => buttons.includes('Approve'));
      return asking.length === nth ? asking.at(-1) : null;
    });
  const clickAs = async (user: string, id: string, label: string) => {
    const message = fake
      .channel(SLACK_CHANNEL)
      .messages()
      .find(({ ts }) => ts === id);
    const button = message && buttonsOf(message).find((one) => one.label === label);
    if (message === undefined || button === undefined) throw new Error(`no button ${label}`);
    return await fake.user(user).click(message, button.actionId);
  };
  // The first is rejected through a form, so that what was submitted counts no more.
  team.command('Ana', 'rebalance', { account: 'core' });
  const first = await pending(1);
  await clickAs(SLACK_IDS.Ben, first.id, 'Reject');
  await team.fillIn('Ben', { reason: 'to be sent again' });
  await until('the rejection', () => team.posted().every(({ buttons }) => buttons.length === 0));
  team.command('Ana', 'rebalance', { account: 'core' });
  const second = await pending(1);
  await clickAs(STRANGER, second.id, 'Approve');
  await clickAs(SLACK_IDS.Ana, second.id, 'Approve');
  await fake.user(STRANGER).command('/rebalance', 'core', channel);
  await fake.user(SLACK_IDS.Ben).command('/portfolio', 'core', channel);
  await fake.user(MODERATOR).openHome();
  await world.bot.settled();
  const sent = fake.interactions.map(({ kind, payload }): Sample => ({
    kind,
    payload: asJson(payload),
  }));
  const of = (user: string) => (sample: Sample) => JSON.stringify(sample.payload).includes(user);
  const theirs = sent.filter(of(SLACK_IDS.Ana)).find((sample) => has(sample, 'block_actions'));
  if (theirs === undefined) throw new Error('Ana did not click');
  const vote: Sample = asJsonSample(
    JSON.parse(JSON.stringify(theirs).replaceAll(SLACK_IDS.Ana, SLACK_IDS.Ben)),
  );
  // Ana's /rebalance makes another proposal when it comes as another command: that is her right.
  const harmless = sent.filter(
    (sample) => !(sample.kind === 'slash_commands' && of(SLACK_IDS.Ana)(sample)),
  );
  return { harmless, vote };
}

function has({ payload }: Sample, type: string): boolean {
  return JSON.stringify(payload).includes(`"type":"${type}"`);
}

function asJsonSample(given: unknown): Sample {
  const sample = asJson(given);
  if (typeof sample !== 'object' || sample === null || !('payload' in sample)) {
    throw new Error('no sample');
  }
  return { kind: 'interactive', payload: sample['payload'] ?? null };
}
