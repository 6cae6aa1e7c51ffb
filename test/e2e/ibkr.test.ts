import { expect, it } from 'vitest';
import { nextSession } from '../../src/core/market-calendar.ts';
import { toText } from '../../src/core/decimal.ts';
import type { ProposalRecord } from '../../src/core/proposal.ts';
import { startTwsFake, type TwsFake, type TwsFakeOptions } from '../fakes/tws/index.ts';
import { agreeOnBook, expectAgreedBook } from './main-job.ts';
import { openBotWorld, until, type BotWorld } from './bot-world.ts';

const ACCOUNT = 'DU1234567';

/** 57% AAPL: a plan sells it and buys the rest. */
const HELD = { AAPL: '600', MSFT: '200', AMZN: '100', IBM: '150', GOOG: '60' };
const PRICES = { AAPL: '200', MSFT: '150', AMZN: '120', IBM: '100', GOOG: '90' };

interface IbkrBot extends AsyncDisposable {
  readonly fake: TwsFake;
  readonly world: BotWorld;
}

/** The whole program during a session, on a TWS of its own. */
async function openIbkrBot(options: TwsFakeOptions = {}): Promise<IbkrBot> {
  const start = nextSession(Temporal.Now.instant()).open.add({ minutes: 30 });
  const fake = await startTwsFake({
    now: start.toString(),
    accounts: [
      {
        id: ACCOUNT,
        // As paper accounts are: in a cash account, sales pay for nothing before they settle.
        type: 'margin',
        cash: '2000',
        positions: Object.entries(HELD).map(([symbol, quantity]) => ({
          symbol,
          quantity,
          averageCost: '80',
        })),
      },
    ],
    contracts: Object.entries(PRICES).map(([symbol, price], index) => ({
      symbol,
      conId: 9000 + index,
      primaryExchange: symbol === 'IBM' ? 'NYSE' : 'NASDAQ',
      last: price,
      bid: price,
      ask: price,
    })),
    ...options,
  });
  const world = await openBotWorld({
    environment: { IBKR_HOST: fake.host, IBKR_PORT: String(fake.port), IBKR_CLIENT_ID: '11' },
    channels: ['- slack: C0123ABCD'],
    ids: { Ana: ['web: ana'], Ben: ['web: ben'], Chloe: ['web: chloe'], Dev: ['web: dev'] },
    broker: `
    broker: ibkr
    ibkr:
      account: ${ACCOUNT}`,
    start: start.toString(),
  });
  return {
    fake,
    world,
    [Symbol.asyncDispose]: async () => {
      await world[Symbol.asyncDispose]();
      await fake.stop();
    },
  };
}

let keys = 0;

async function say(world: BotWorld, userId: string, command: string, text: string): Promise<void> {
  keys += 1;
  const reply = await world.bot.handle({
    type: 'command',
    idempotencyKey: `say-${keys}`,
    user: { platform: 'web', userId, roleIds: [] },
    channel: 'workspace',
    command,
    text,
  });
  if (reply.type === 'message') expect(reply.message.fallback).not.toMatch(/cannot|failed/iu);
}

async function proposed({ world }: IbkrBot): Promise<ProposalRecord> {
  await say(world, 'ana', 'rebalance', 'core');
  const [record] = await world.bot.context.store.listProposals({ limit: 1 });
  if (record === undefined) throw new Error('nothing was proposed');
  return record;
}

async function approve({ world }: IbkrBot, { proposal }: ProposalRecord): Promise<void> {
  keys += 1;
  await world.bot.handle({
    type: 'click',
    idempotencyKey: `click-${keys}`,
    user: { platform: 'web', userId: 'ben', roleIds: [] },
    channel: 'workspace',
    action: 'approve',
    proposalId: proposal.id,
    digest: proposal.digest,
    fields: null,
  });
}

async function ended({ world }: IbkrBot, { proposal }: ProposalRecord): Promise<string> {
  return await until(
    'the end of the execution',
    async () => {
      const record = await world.bot.context.store.findProposal(proposal.id);
      return record !== null && /executed|failed/u.test(record.status) ? record.status : null;
    },
    30_000,
  );
}

/** What the bot recorded and what IB has, order by order. */
async function compare({ fake, world }: IbkrBot): Promise<void> {
  const { store } = world.bot.context;
  const { orders, executions } = await fake.state();
  const ours = await store.listOrders({ account: 'core' });
  expect(
    ours
      .map(({ intent, brokerOrderId, filledQuantity, status }) => ({
        orderRef: intent.clientOrderId,
        brokerOrderId,
        filledQuantity: toText(filledQuantity),
        status,
      }))
      .toSorted((a, b) => (a.orderRef < b.orderRef ? -1 : 1)),
  ).toEqual(
    orders
      .map(({ orderRef, brokerOrderId, filledQuantity, status }) => ({
        orderRef,
        brokerOrderId,
        filledQuantity,
        status: status.toLowerCase(),
      }))
      .toSorted((a, b) => (a.orderRef < b.orderRef ? -1 : 1)),
  );
  const fills = await store.listFills({ account: 'core' });
  expect(
    fills
      .map(({ quantity, price, fees }) => [quantity, price, fees].map(toText).join(' '))
      .toSorted(),
  ).toEqual(
    executions
      .map(({ quantity, price, commission }) => `${quantity} ${price} ${commission}`)
      .toSorted(),
  );
  expect(await store.verifyAudit()).toMatchObject({ ok: true });
}

it('proposes, approves, executes and records a rebalance at Interactive Brokers', async () => {
  await using bot = await openIbkrBot({ fills: 'automatic', fillAfterMilliseconds: 40 });
  await agreeOnBook(bot.world);
  const record = await proposed(bot);
  const { legs } = record.proposal.plan;
  expect(legs.map((leg) => leg.side)).toContain('sell');
  expect(legs.map((leg) => leg.side)).toContain('buy');
  await approve(bot, record);
  expect(await ended(bot, record)).toBe('executed');
  await bot.world.bot.settled();
  await compare(bot);
  await expectAgreedBook(bot.world);

  const rows = await bot.world.bot.context.store.listAudit({ account: 'core', limit: 500 });
  const fillRows = rows.filter((row) => row.action === 'fill');
  expect(fillRows.length).toBeGreaterThanOrEqual(legs.length);
  const errors = bot.world.log.lines.filter(({ level }) => level === 'error');
  expect(errors).toEqual([]);
}, 60_000);

it('loses no order and sends none twice when the gateway restarts and answers are lost on the way', async () => {
  await using bot = await openIbkrBot();
  const { fake } = bot;
  const record = await proposed(bot);
  await fake.dropAnswer('submit', 'placed');
  await approve(bot, record);
  const { legs } = record.proposal.plan;
  const placed = async (count: number) =>
    await until(`${count} orders`, async () => (await fake.state()).orders.length >= count, 20_000);
  const sells = legs.filter((leg) => leg.side === 'sell').length;
  await placed(sells);
  await fake.fillNext();
  await fake.restart();
  await fake.fillNext();
  await placed(sells + 1);
  await fake.loseConnection({ duringFills: true });
  // The last buys go out when the others have filled below their limits.
  await until(
    'every fill',
    async () => {
      await fake.fillNext();
      const { orders } = await fake.state();
      return orders.length === legs.length && orders.every(({ status }) => status === 'Filled');
    },
    30_000,
  );
  expect(await ended(bot, record)).toBe('executed');
  await bot.world.bot.settled();
  expect((await fake.state()).orders).toHaveLength(legs.length);
  await compare(bot);
}, 90_000);

it('records a correction of an execution once, with an audit row that says what was before', async () => {
  await using bot = await openIbkrBot({ fills: 'automatic' });
  const { fake, world } = bot;
  const record = await proposed(bot);
  await approve(bot, record);
  expect(await ended(bot, record)).toBe('executed');
  await world.bot.settled();
  const [execution] = (await fake.state()).executions;
  if (execution === undefined) throw new Error('nothing was executed');
  await fake.correctExecution(execution.executionId, { price: '199.99' });
  const { store } = world.bot.context;
  const [row] = await until('the audit row', async () => {
    const rows = await store.listAudit({ account: 'core', limit: 500 });
    const corrections = rows.filter(({ action }) => action === 'fill_corrected');
    return corrections.length > 0 ? corrections : null;
  });
  expect(row?.payload).toMatchObject({
    price: '199.99',
    before: { price: execution.price, quantity: execution.quantity },
  });
  await world.restart();
  await until('the reconciliation at the start', async () => {
    const { requests } = await fake.requests();
    return requests.filter(({ type }) => type === 'executions').length > 1;
  });
  await world.bot.settled();
  const again = await world.bot.context.store.listAudit({ account: 'core', limit: 500 });
  expect(again.filter(({ action }) => action === 'fill_corrected')).toHaveLength(1);
}, 60_000);
