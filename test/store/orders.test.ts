import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decimal, toText } from '../../src/core/decimal.ts';
import {
  orderStatusSchema,
  type Fill,
  type OrderIntent,
  type OrderStatus,
} from '../../src/core/order.ts';
import type { Store } from '../../src/ports/store.ts';
import { later, NOW } from '../fixtures/sample-account.ts';
import { sampleProposal } from '../fixtures/sample-proposal.ts';
import { openTestStore, type TestStore } from '../fixtures/test-store.ts';
import { sampleFill, sampleIntent } from './sample-rows.ts';

async function openWithProposals(...ids: readonly string[]): Promise<TestStore> {
  const opened = await openTestStore();
  await opened.store.transaction(async (unit) => {
    for (const id of ['k3f9xa', ...ids]) await unit.insertProposal(sampleProposal({ id }));
  });
  return opened;
}

async function insert(store: Store, ...intents: readonly OrderIntent[]): Promise<void> {
  await store.transaction(async (unit) => {
    for (const intent of intents) await unit.insertOrder(intent, 'created');
  });
}

async function fill(store: Store, ...fills: readonly Fill[]): Promise<readonly boolean[]> {
  return await store.transaction(async (unit) => {
    return await unit.insertFills(fills);
  });
}

describe('an order', () => {
  test('begins as its intent, with nothing filled', async () => {
    await using opened = await openWithProposals();
    const intent = sampleIntent();
    await insert(opened.store, intent);
    expect(await opened.store.findOrder(intent.clientOrderId)).toEqual({
      intent,
      status: 'created',
      brokerOrderId: null,
      filledQuantity: decimal('0'),
      averageFillPrice: null,
      reasonCode: null,
      reason: null,
      submittedAt: null,
      updatedAt: NOW,
    });
    expect(await opened.store.findOrder('k3f9xa-9-9')).toBeNull();
  });

  test('keeps a limit price and extended hours', async () => {
    await using opened = await openWithProposals();
    const intent = sampleIntent({
      orderType: 'limit',
      limitPrice: decimal('234.5'),
      extendedHours: true,
    });
    await insert(opened.store, intent);
    expect((await opened.store.findOrder(intent.clientOrderId))?.intent).toEqual(intent);
  });

  test('can be denied from the start, with the reason', async () => {
    await using opened = await openWithProposals();
    await opened.store.transaction(
      async (unit) =>
        await unit.insertOrder(sampleIntent(), 'denied', {
          code: 'limit_exceeded',
          text: 'The limit of the day is reached.',
        }),
    );
    expect(await opened.store.findOrder('k3f9xa-1-1')).toMatchObject({
      status: 'denied',
      reasonCode: 'limit_exceeded',
      reason: 'The limit of the day is reached.',
    });
  });

  test.each([
    ['the same clientOrderId', { leg: 2 }],
    ['the same leg and attempt', { clientOrderId: 'k3f9xa-1-1b' }],
    ['a proposal that does not exist', { clientOrderId: 'x', proposalId: 'zzzzzz' }],
    ['a limit order without a price', { clientOrderId: 'x', leg: 2, orderType: 'limit' }],
    ['a market order with a price', { clientOrderId: 'x', leg: 2, limitPrice: decimal('1') }],
  ] as const)('is refused with %s', async (_, changes) => {
    await using opened = await openWithProposals();
    await insert(opened.store, sampleIntent());
    await expect(insert(opened.store, sampleIntent(changes))).rejects.toMatchObject({
      code: 'constraint_violated',
    });
    expect(await opened.store.listOrders({})).toHaveLength(1);
  });

  test('is updated only from the status that is expected, and only in what is told', async () => {
    await using opened = await openWithProposals();
    await insert(opened.store, sampleIntent());
    const accepted = await opened.store.transaction(
      async (unit) =>
        await unit.updateOrder('k3f9xa-1-1', 'created', {
          status: 'submitted',
          submittedAt: later(1),
          updatedAt: later(1),
        }),
    );
    const stale = await opened.store.transaction(
      async (unit) =>
        await unit.updateOrder('k3f9xa-1-1', 'created', {
          status: 'accepted',
          updatedAt: later(2),
        }),
    );
    expect([accepted, stale]).toEqual([true, false]);
    await opened.store.transaction(
      async (unit) =>
        await unit.updateOrder('k3f9xa-1-1', 'submitted', {
          status: 'partially_filled',
          brokerOrderId: 'broker-1',
          filledQuantity: decimal('12.5'),
          averageFillPrice: decimal('235.0133333333333333333333333333'),
          updatedAt: later(3),
        }),
    );
    const order = await opened.store.findOrder('k3f9xa-1-1');
    expect(order).toMatchObject({
      status: 'partially_filled',
      brokerOrderId: 'broker-1',
      filledQuantity: decimal('12.5'),
      averageFillPrice: decimal('235.0133333333333333333333333333'),
      reason: null,
    });
    expect(order?.submittedAt?.equals(later(1))).toBe(true);
    expect(order?.updatedAt.equals(later(3))).toBe(true);
  });

  test('takes every status there is', async () => {
    await using opened = await openWithProposals();
    await insert(opened.store, sampleIntent());
    let from: OrderStatus = 'created';
    for (const status of orderStatusSchema.options) {
      const before = from;
      const changed = await opened.store.transaction(
        async (unit) =>
          await unit.updateOrder('k3f9xa-1-1', before, { status, updatedAt: later(1) }),
      );
      expect([status, changed]).toEqual([status, true]);
      from = status;
    }
  });

  test('can have its reason set and taken away', async () => {
    await using opened = await openWithProposals();
    await insert(opened.store, sampleIntent());
    const update = async (reason: string | null): Promise<void> => {
      await opened.store.transaction(
        async (unit) =>
          await unit.updateOrder('k3f9xa-1-1', 'created', {
            status: 'created',
            reason,
            reasonCode: reason === null ? null : '40310000',
            updatedAt: later(1),
          }),
      );
    };
    await update('insufficient buying power');
    expect(await opened.store.findOrder('k3f9xa-1-1')).toMatchObject({
      reason: 'insufficient buying power',
      reasonCode: '40310000',
    });
    await update(null);
    expect(await opened.store.findOrder('k3f9xa-1-1')).toMatchObject({
      reason: null,
      reasonCode: null,
    });
  });

  test('is found by the id its broker gave it, within its account', async () => {
    await using opened = await openWithProposals();
    await insert(opened.store, sampleIntent());
    await opened.store.transaction(
      async (unit) =>
        await unit.updateOrder('k3f9xa-1-1', 'created', {
          status: 'accepted',
          brokerOrderId: '1001',
          updatedAt: NOW,
        }),
    );
    const found = await opened.store.findOrderByBrokerId('core', '1001');
    expect(found?.intent.clientOrderId).toBe('k3f9xa-1-1');
    expect(await opened.store.findOrderByBrokerId('other', '1001')).toBeNull();
    expect(await opened.store.findOrderByBrokerId('core', '1002')).toBeNull();
  });

  test('keeps its intent for ever and is never deleted, whoever writes', async () => {
    await using opened = await openWithProposals();
    await insert(opened.store, sampleIntent());
    const { sqlite } = opened.store.database;
    expect(() => sqlite.exec(`update orders set quantity = '790'`)).toThrow('never changes');
    expect(() => sqlite.exec(`update orders set side = 'buy', status = 'filled'`)).toThrow(
      'never changes',
    );
    expect(() => sqlite.exec('delete from orders')).toThrow('never deleted');
  });

  test('is not written with a number that could not be read back', async () => {
    await using opened = await openWithProposals();
    const quantity = decimal(`0.${'1'.repeat(80)}`);
    await expect(insert(opened.store, sampleIntent({ quantity }))).rejects.toMatchObject({
      code: 'invalid_value',
      message: expect.stringContaining(toText(quantity)),
    });
    expect(await opened.store.listOrders({})).toEqual([]);
  });
});

describe('the list of orders', () => {
  test('is oldest first within a proposal, newest first otherwise', async () => {
    await using opened = await openWithProposals('aaaaaa');
    const intent = (clientOrderId: string, changes: Partial<OrderIntent>): OrderIntent =>
      sampleIntent({ clientOrderId, ...changes });
    await insert(
      opened.store,
      intent('k1', { leg: 1, createdAt: later(1) }),
      intent('k2', { leg: 2, createdAt: later(1) }),
      intent('k3', { leg: 3, createdAt: NOW, account: 'other' }),
      intent('a1', { proposalId: 'aaaaaa', createdAt: later(2) }),
    );
    await opened.store.transaction(
      async (unit) =>
        await unit.updateOrder('k2', 'created', { status: 'unknown', updatedAt: later(2) }),
    );
    const ids = async (filter: Parameters<Store['listOrders']>[0]): Promise<string> =>
      (await opened.store.listOrders(filter)).map((order) => order.intent.clientOrderId).join(' ');
    expect(await ids({})).toBe('a1 k2 k1 k3');
    expect(await ids({ proposalId: 'k3f9xa' })).toBe('k3 k1 k2');
    expect(await ids({ account: 'core', limit: 2 })).toBe('a1 k2');
    expect(await ids({ statuses: ['unknown', 'submitted'] })).toBe('k2');
    expect(await ids({ proposalId: 'k3f9xa', statuses: ['created'], limit: 1 })).toBe('k3');
  });
});

describe('a fill', () => {
  test('comes back as it was recorded', async () => {
    await using opened = await openWithProposals();
    const one = sampleFill({ clientOrderId: null, at: NOW.add({ nanoseconds: 7 }) });
    expect(await fill(opened.store, one)).toEqual([true]);
    const [read] = await opened.store.listFills({});
    expect(read).toEqual(one);
    expect(read?.at.equals(one.at)).toBe(true);
  });

  test('is recorded once an execution and account', async () => {
    await using opened = await openWithProposals();
    expect(
      await fill(
        opened.store,
        sampleFill(),
        sampleFill({ quantity: decimal('1') }),
        sampleFill({ account: 'other' }),
      ),
    ).toEqual([true, false, true]);
    expect(
      (await opened.store.listFills({ account: 'core' })).map((each) => each.quantity),
    ).toEqual([decimal('79')]);
  });

  test('is listed oldest first: since inclusive, until exclusive', async () => {
    await using opened = await openWithProposals();
    await insert(opened.store, sampleIntent());
    await fill(
      opened.store,
      sampleFill({ executionId: 'e3', at: later(3) }),
      sampleFill({ executionId: 'e1', at: later(1) }),
      sampleFill({ executionId: 'e2', at: later(2), clientOrderId: 'by-hand', symbol: 'IBM' }),
      sampleFill({ executionId: 'e4', at: later(4), account: 'other', clientOrderId: null }),
    );
    const ids = async (filter: Parameters<Store['listFills']>[0]): Promise<string> =>
      (await opened.store.listFills(filter)).map((each) => each.executionId).join(' ');
    expect(await ids({})).toBe('e1 e2 e3 e4');
    expect(await ids({ account: 'core' })).toBe('e1 e2 e3');
    expect(await ids({ proposalId: 'k3f9xa' })).toBe('e1 e3');
    expect(await ids({ clientOrderId: 'by-hand' })).toBe('e2');
    expect(await ids({ since: later(2), until: later(4) })).toBe('e2 e3');
    expect(await ids({ account: 'core', since: later(2, 1) })).toBe('e3');
    expect(await ids({ symbols: ['IBM'] })).toBe('e2');
    expect(await ids({ account: 'core', symbols: ['AAPL', 'IBM'] })).toBe('e1 e2 e3');
    expect(await ids({ symbols: [] })).toBe('');
  });

  test('tells when each symbol of an account was last traded', async () => {
    await using opened = await openWithProposals();
    await fill(
      opened.store,
      sampleFill({ executionId: 'e1', at: later(2) }),
      sampleFill({ executionId: 'e2', at: later(1) }),
      sampleFill({ executionId: 'e3', at: later(1), symbol: 'IBM' }),
      sampleFill({ executionId: 'e4', at: later(9), account: 'other' }),
    );
    expect(
      (await opened.store.lastTraded('core')).map(({ symbol, at }) => [symbol, at.toString()]),
    ).toEqual([
      ['AAPL', later(2).toString()],
      ['IBM', later(1).toString()],
    ]);
  });

  test('never changes and is never deleted, whoever writes', async () => {
    await using opened = await openWithProposals();
    await fill(opened.store, sampleFill());
    const { sqlite } = opened.store.database;
    expect(() => sqlite.exec(`update fills set price = '1'`)).toThrow('never changes');
    expect(() => sqlite.exec('delete from fills')).toThrow('never deleted');
  });

  test('keeps every digit of its numbers and every nanosecond of its time', async () => {
    await using opened = await openWithProposals();
    const digits = fc
      .tuple(
        fc.boolean(),
        fc.bigInt({ min: 0n, max: 10n ** 29n }),
        fc.stringMatching(/^\d{0,29}[1-9]$/),
      )
      .map(([negative, whole, fraction]) => decimal(`${negative ? '-' : ''}${whole}.${fraction}`));
    const instant = fc
      .bigInt({ min: -(10n ** 19n), max: 2n * 10n ** 20n })
      .map((nanoseconds) => new Temporal.Instant(nanoseconds));
    let number = 0;
    await fc.assert(
      fc.asyncProperty(digits, digits, instant, async (quantity, price, at) => {
        number += 1;
        const one = sampleFill({ executionId: `e${number}`, account: `a${number}` });
        await fill(opened.store, { ...one, quantity, price, at });
        const [read] = await opened.store.listFills({ account: `a${number}` });
        expect(read?.quantity.eq(quantity)).toBe(true);
        expect(read?.price.eq(price)).toBe(true);
        expect(read?.at.epochNanoseconds).toBe(at.epochNanoseconds);
      }),
    );
  });
});
