import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../commands/index.ts';
import { SLACK_BOT_SCOPES } from '../../src/chat/slack/manifest.ts';
import { decimal, toText } from '../../src/core/decimal.ts';
import { startAlpacaFake } from '../fakes/alpaca/index.ts';
import { startSlackFake } from '../fakes/slack/index.ts';
import { createFastClock, FAST, REAL_DEADLINES } from '../fixtures/fast-clock.ts';
import { openBotWorld, until } from './bot-world.ts';
import { agreeOnBook, describeMainJob, expectAgreedBook } from './main-job.ts';
import type { MainJobWorld } from './main-job.ts';
import { SLACK_CHANNEL, SLACK_IDS, slackTeam } from './team.ts';

const KEY = 'PKMAINJOBKEY';
const SECRET = 'secret-of-the-main-job';

/** The book of the demo, at the prices of its first month. */
const PRICES = { AAPL: '75.51', MSFT: '26.14', AMZN: '44.82', IBM: '75.89', GOOG: '432.66' };
const HELD = { AAPL: '1065', MSFT: '1640', AMZN: '735', IBM: '405', GOOG: '68' };

async function startMarket(options: { readonly fillAfterMilliseconds: number }) {
  const fake = await startAlpacaFake({
    ...options,
    speed: FAST,
    fills: 'automatic',
    accounts: [
      {
        name: 'core',
        keyId: KEY,
        secretKey: SECRET,
        cash: '1450',
        positions: Object.entries(HELD).map(([symbol, quantity]) => ({
          symbol,
          quantity,
          averageEntryPrice: '20',
        })),
      },
    ],
    assets: Object.entries(PRICES).map(([symbol, price]) => ({ symbol, price })),
  });
  // Whatever the day is that the tests run on.
  const now = Temporal.Now.instant();
  await fake.setMarket({
    open: true,
    nextOpen: now.add({ hours: 20 }).toString(),
    nextClose: now.add({ hours: 4 }).toString(),
  });
  for (const [symbol, price] of Object.entries(PRICES)) {
    await fake.setPrice({ symbol, price, bid: price, ask: price });
  }
  const environment = {
    ALPACA_API_KEY: KEY,
    ALPACA_SECRET: SECRET,
    ALPACA_API_URL: fake.accounts['core']?.trading ?? '',
    ALPACA_DATA_URL: fake.data,
  };
  return { fake, environment };
}

const BROKER = '\n    broker: alpaca';

async function open(): Promise<MainJobWorld> {
  const { fake: alpaca, environment } = await startMarket({ fillAfterMilliseconds: 20 });
  const clock = createFastClock();
  const slack = await startSlackFake({
    clock: clock.forSlack,
    ...REAL_DEADLINES,
    app: { commands: COMMANDS.map(({ name }) => `/${name}`) },
    scopes: SLACK_BOT_SCOPES,
    users: Object.entries(SLACK_IDS).map(([name, id]) => ({ id, name })),
    channels: [{ id: SLACK_CHANNEL, name: 'rebalancing' }],
  });
  const world = await openBotWorld({
    clock,
    environment: {
      ...environment,
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_API_URL: slack.apiUrl,
      SLACK_APP_TOKEN: slack.appToken,
    },
    broker: BROKER,
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
    team: slackTeam(slack),
    async [Symbol.asyncDispose]() {
      await world[Symbol.asyncDispose]();
      await slack.close();
      await alpaca.stop();
    },
  };
}

describe('the main job at Alpaca', () => {
  describeMainJob(open);

  it('ends as if nothing had happened when answers are lost, the stream is cut and the bot restarts', async () => {
    const market = await startMarket({ fillAfterMilliseconds: 400 });
    await using fake = market.fake;
    await using world = await openBotWorld({
      clock: createFastClock(),
      environment: market.environment,
      broker: BROKER,
      // The local page shows it.
      channels: ['[]'],
      ids: { Ana: ['web: ana'], Ben: ['web: ben'], Chloe: ['web: chloe'], Dev: ['web: dev'] },
    });
    const by = (userId: string) => ({
      idempotencyKey: randomUUID(),
      user: { platform: 'web', userId, roleIds: [] },
      channel: 'workspace',
    });
    await agreeOnBook(world);
    await world.bot.handle({ ...by('ana'), type: 'command', command: 'rebalance', text: 'core' });
    const [record] = await world.bot.context.store.listProposals({ account: 'core' });
    if (record === undefined) throw new Error('nothing was proposed');
    const { id: proposalId, digest, plan } = record.proposal;

    await fake.dropAnswer({ operation: 'submit', order: 'placed', count: 1 });
    const click = { type: 'click', action: 'approve', proposalId, digest, fields: null } as const;
    await world.bot.handle({ ...by('ben'), ...click });
    const ordersThere = async () => (await fake.state()).accounts[0]?.orders ?? [];
    await until('the first order', async () => (await ordersThere()).length > 0);
    await fake.loseConnection({ duringFills: true });
    await fake.dropAnswer({ operation: 'submit', order: 'not_placed', count: 1 });
    await until('a fill on record', async () => {
      const fills = await world.bot.context.store.listFills({ proposalId });
      return fills.length > 0;
    });
    await world.restart();
    await until(
      'the end',
      async () => (await world.bot.context.store.findProposal(proposalId))?.status === 'executed',
      30_000,
    );

    const { store } = world.bot.context;
    const recorded = await store.listOrders({ proposalId });
    const there = await ordersThere();
    expect(there.map((order) => order.clientOrderId).toSorted()).toEqual(
      recorded.map((order) => order.intent.clientOrderId).toSorted(),
    );
    expect(there).toHaveLength(plan.legs.length);
    for (const order of there) expect(order).toMatchObject({ status: 'filled' });
    const { executions, defects } = await fake.state();
    const fills = await store.listFills({ proposalId });
    expect(fills.map((fill) => fill.executionId).toSorted()).toEqual(
      executions.map(({ activityId }) => activityId).toSorted(),
    );
    expect(defects).toEqual([]);
    expect(await store.verifyAudit()).toMatchObject({ ok: true });

    // An execution that Alpaca changes afterwards: the record and the book follow, and people are told.
    const [execution] = executions;
    if (execution === undefined) throw new Error('nothing was executed');
    const cents = toText(decimal(execution.price).plus('0.25'));
    await fake.correctExecution({ executionId: execution.executionId, price: cents });
    const [row] = await until(
      'the audit row',
      async () => {
        const rows = await store.listAudit({
          account: 'core',
          actions: ['fill_corrected'],
          limit: 9,
        });
        return rows.length > 0 ? rows : null;
      },
      30_000,
    );
    expect(row?.payload).toMatchObject({ price: cents, before: { price: execution.price } });
    await until('the message', async () => {
      const revision = (await store.listFills({ proposalId })).find(
        ({ executionId }) => executionId === execution.activityId,
      )?.revision;
      const key = `fill-corrected:core:${execution.activityId}:${revision ?? 0}`;
      return (await store.findAnnouncement(key)) !== null;
    });
    await expectAgreedBook(world);
    await world.restart();
    await world.bot.settled();
    const { store: again } = world.bot.context;
    const rows = await again.listAudit({ account: 'core', actions: ['fill_corrected'], limit: 9 });
    expect(rows).toHaveLength(1);
  }, 60_000);
});
