import { describe, expect, test } from 'vitest';
import { decimal, toText } from '../../../src/core/decimal.ts';
import type { OrderIntent } from '../../../src/core/order.ts';
import type { Broker } from '../../../src/ports/broker.ts';
import type { SchwabFakeOptions } from '../../fakes/schwab/index.ts';
import { INTENT } from './inline-schwab.ts';
import { ACCOUNT_NUMBER, openSchwabWorld } from './schwab-world.ts';
import { MAY_SEND } from '../../fixtures/send-permits.ts';

const EPOCH = Temporal.Instant.fromEpochMilliseconds(0);

const BOOK: SchwabFakeOptions = {
  accounts: [
    {
      number: ACCOUNT_NUMBER,
      cash: '10000',
      unsettledCash: '1500.25',
      positions: [{ symbol: 'AAPL', quantity: '10', costBasis: '1234.5' }],
    },
  ],
  symbols: {
    AAPL: { price: '200' },
    IBM: { price: '125.40' },
    VTI: { price: '250', asset: 'ETF' },
  },
};

const buy = (over: Partial<OrderIntent> = {}): OrderIntent => ({
  ...INTENT,
  quantity: decimal('10'),
  ...over,
});

async function accepted(broker: Broker, intent: OrderIntent): Promise<string> {
  const result = await broker.executeTrade(intent, MAY_SEND);
  if (result.type !== 'accepted') throw new Error(`${result.type}: ${result.reason}`);
  return result.brokerOrderId;
}

describe('the book', () => {
  test('of a cash account tells what has settled', async () => {
    await using world = await openSchwabWorld({ fake: BOOK });
    const { cash, settledCash, buyingPower } = await world.broker.getAccountBalance();
    expect([cash, settledCash, buyingPower].map((value) => value?.toFixed())).toEqual([
      '10000',
      '8499.75',
      '10000',
    ]);
  });

  test.each(['spec', 'observed'] as const)(
    'of a margin account has its cash and what can be borrowed (answers: %s)',
    async (answers) => {
      await using world = await openSchwabWorld({
        fake: {
          ...BOOK,
          answers,
          accounts: [
            {
              number: ACCOUNT_NUMBER,
              type: 'MARGIN',
              cash: '10000',
              positions: [{ symbol: 'AAPL', quantity: '10', costBasis: '1234.5' }],
            },
          ],
        },
      });
      const { cash, settledCash, buyingPower } = await world.broker.getAccountBalance();
      expect(toText(cash)).toBe('10000');
      expect(settledCash).toBeNull();
      expect(buyingPower.gt(cash)).toBe(true);
    },
  );

  test('and its fills are the same with and without ids of activities', async () => {
    const read = async (answers: 'spec' | 'observed') => {
      await using world = await openSchwabWorld({ fake: { ...BOOK, answers } });
      await accepted(world.broker, buy());
      await world.fake.fillNext({});
      await world.advance({ seconds: 1 });
      await world.fake.fillNext({});
      const fills = await world.broker.listFills(EPOCH);
      expect(new Set(fills.map(({ executionId }) => executionId)).size).toBe(2);
      expect((await world.fake.state({})).defects).toEqual([]);
      return fills.map(({ quantity, price, at }) => [
        toText(quantity),
        toText(price),
        at.toString(),
      ]);
    };
    expect(await read('spec')).toEqual(await read('observed'));
  });

  test('has funds that trade like shares', async () => {
    await using world = await openSchwabWorld({ fake: BOOK });
    await accepted(world.broker, buy({ symbol: 'VTI', limitPrice: decimal('250') }));
    await world.fake.fillNext({});
    const [order] = await world.broker.listOrders(EPOCH);
    expect(order).toMatchObject({ symbol: 'VTI', status: 'partially_filled' });
    const positions = await world.broker.getPositions();
    expect(positions.map(({ symbol }) => symbol)).toContain('VTI');
  });
});

describe('an order', () => {
  test('that Schwab takes and then rejects is listed as rejected, in its words', async () => {
    await using world = await openSchwabWorld({ fake: { ...BOOK, refusals: 'status' } });
    const brokerOrderId = await accepted(world.broker, buy({ quantity: decimal('1000') }));
    const [order] = await world.broker.listOrders(EPOCH);
    expect(order).toMatchObject({ brokerOrderId, status: 'rejected' });
    expect(order?.reason).toMatch(/buying power|cash/i);
  });

  test('whose answer never comes is unknown and found by looking, never sent again', async () => {
    await using world = await openSchwabWorld({ fake: BOOK });
    await world.broker.getAccountBalance();
    await world.fake.fail({ operation: 'submit', code: 'half_open' });
    const sent = world.broker.executeTrade(buy(), MAY_SEND);
    await untilAsked(world.fake, 'POST');
    await world.clock.advance({ seconds: 20 });
    expect((await sent).type).toBe('unknown');
    const { requests } = await world.fake.requests({});
    expect(requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  test.each([
    ['placed', 'found'],
    ['not_placed', 'not_found'],
  ] as const)('whose connection is cut and that was %s is %s', async (order, type) => {
    await using world = await openSchwabWorld({ fake: BOOK });
    await world.fake.dropAnswer({ operation: 'submit', order });
    expect((await world.broker.executeTrade(buy(), MAY_SEND)).type).toBe('unknown');
    expect((await world.broker.findOrder(buy())).type).toBe(type);
  });

  test.each([
    ['unavailable', 'unknown'],
    ['garbage', 'unknown'],
    ['authentication', 'rejected'],
    ['rate_limited', 'rejected'],
  ] as const)('that is answered with %s is %s', async (code, type) => {
    await using world = await openSchwabWorld({ fake: BOOK });
    await world.broker.getAccountBalance();
    await world.fake.fail({ operation: 'submit', code });
    expect((await world.broker.executeTrade(buy(), MAY_SEND)).type).toBe(type);
    expect(await world.broker.findOrder(buy())).toEqual({ type: 'not_found' });
  });

  test('beyond the limit a minute waits for its turn and is not refused', async () => {
    await using world = await openSchwabWorld({
      fake: { ...BOOK, ordersPerMinute: 2 },
      settings: { ordersAMinute: '2' },
    });
    const orders = ['100', '101', '102'].map((price) => buy({ limitPrice: decimal(price) }));
    const results = orders.map((order) => world.broker.executeTrade(order, MAY_SEND));
    expect((await Promise.all(results.slice(0, 2))).map(({ type }) => type)).toEqual([
      'accepted',
      'accepted',
    ]);
    await world.advance({ minutes: 1 });
    expect((await results[2])?.type).toBe('accepted');
  });

  test('on its way out is still working, and ends when Schwab says so', async () => {
    await using world = await openSchwabWorld({ fake: { ...BOOK, cancels: 'told' } });
    const brokerOrderId = await accepted(world.broker, buy({ limitPrice: decimal('100') }));
    await world.broker.cancelOrder(brokerOrderId);
    const status = async () => (await world.broker.listOrders(EPOCH))[0]?.status;
    expect(await status()).toBe('accepted');
    await world.fake.finishCancel({ brokerOrderId });
    expect(await status()).toBe('canceled');
  });
});

describe('a cancel', () => {
  test.each(['placed', 'not_placed'] as const)(
    'whose answer is lost (%s) may be asked for again',
    async (order) => {
      await using world = await openSchwabWorld({ fake: BOOK });
      const brokerOrderId = await accepted(world.broker, buy({ limitPrice: decimal('100') }));
      await world.fake.dropAnswer({ operation: 'cancel', order });
      await expect(world.broker.cancelOrder(brokerOrderId)).rejects.toMatchObject({
        code: 'unavailable',
      });
      await world.broker.cancelOrder(brokerOrderId).catch(() => {});
      expect((await world.broker.listOrders(EPOCH))[0]?.status).toBe('canceled');
    },
  );
});

describe('a read', () => {
  test.each(['unavailable', 'garbage', 'rate_limited'] as const)(
    'that is answered with %s fails, and the next one works',
    async (code) => {
      await using world = await openSchwabWorld({ fake: BOOK });
      await world.broker.getAccountBalance();
      await world.fake.fail({ operation: 'read', code, retryAfterSeconds: 0 });
      await expect(world.broker.getPositions()).rejects.toMatchObject({
        code: code === 'rate_limited' ? 'rate_limited' : 'unavailable',
      });
      expect(await world.broker.getPositions()).toHaveLength(1);
    },
  );

  test('with a token that ended is asked again with a new one', async () => {
    await using world = await openSchwabWorld({ fake: BOOK });
    await world.broker.getAccountBalance();
    await world.advance({ minutes: 31 });
    expect(await world.broker.getPositions()).toHaveLength(1);
  });

  test('while nothing can be reached fails, and orders are certainly not sent', async () => {
    await using world = await openSchwabWorld({ fake: BOOK });
    await world.broker.getAccountBalance();
    await world.fake.refuseConnections({});
    await expect(world.broker.getPositions()).rejects.toMatchObject({ code: 'unavailable' });
    const result = await world.broker.executeTrade(buy(), MAY_SEND);
    expect(['rejected', 'unknown']).toContain(result.type);
    await world.fake.acceptConnections({});
    expect(await world.broker.findOrder(buy())).toEqual({ type: 'not_found' });
  });
});

test('what is wrong with an account is told: its number is not on the login', async () => {
  await using world = await openSchwabWorld({ fake: BOOK, settings: { accountNumber: '9999' } });
  expect(await world.broker.findProblems?.()).toEqual([
    expect.stringMatching(/\.\.\.9999 is not on ana's login at Schwab: .*\.\.\.5678/),
  ]);
  expect((await world.broker.loginEndsAt?.())?.toString()).toBe('2026-11-27T15:00:00Z');
});

async function untilAsked(
  fake: { requests(body: object): Promise<{ requests: readonly { readonly method: string }[] }> },
  method: string,
): Promise<void> {
  const { requests } = await fake.requests({});
  if (requests.some((request) => request.method === method)) return;
  await untilAsked(fake, method);
}
