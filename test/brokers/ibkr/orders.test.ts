import { describe, expect, test, vi } from 'vitest';
import { toText } from '../../../src/core/decimal.ts';
import type { BrokerUpdate, SendPermit } from '../../../src/ports/broker.ts';
import { recordUpdates } from '../../contracts/broker/harness.ts';
import {
  EPOCH,
  accept,
  buy,
  expectRejected,
  fillsIn,
  found,
  sell,
  statusesIn,
} from '../../contracts/broker/requests.ts';
import { openIbkrWorld, type IbkrWorld } from './open-ibkr.ts';
import { MAY_SEND, revocablePermit } from '../../fixtures/send-permits.ts';

async function typesAsked({ fake }: IbkrWorld): Promise<readonly string[]> {
  return (await fake.requests()).requests.map((request) => request.type);
}

const count = (types: readonly string[], type: string): number =>
  types.filter((each) => each === type).length;

describe('an execution that IB corrects', () => {
  test('is told as a higher revision of the same fill, and counts once', async () => {
    await using world = await openIbkrWorld();
    const { broker, fake } = world;
    const log = recordUpdates(broker);
    const intent = buy('MSFT', '10');
    await accept(broker, intent);
    await fake.fillNext();
    await fake.fillNext();
    await log.until((updates) => statusesIn(updates).includes('filled'));
    const [first, second] = fillsIn(log.updates);
    if (first === undefined || second === undefined) throw new Error('two fills were expected');
    const { executions } = await fake.state();
    const corrected = executions.find(({ executionId }) =>
      executionId.startsWith(first.executionId),
    );
    if (corrected === undefined) throw new Error('the execution is not there');
    await fake.correctExecution(corrected.executionId, { price: '30.00' });
    await log.until((updates) => fillsIn(updates).length > 2);
    const [, , told] = fillsIn(log.updates);
    expect(told?.executionId).toBe(first.executionId);
    expect(told?.revision ?? 0).toBeGreaterThan(first.revision ?? 0);
    expect(told?.price.toFixed()).toBe('30');

    const fills = await broker.listFills(EPOCH);
    expect(fills.map((fill) => fill.price.toFixed()).toSorted()).toEqual(
      ['30', second.price.toFixed()].toSorted(),
    );
    const order = await found(broker, intent);
    expect([order.status, order.filledQuantity.toFixed()]).toEqual(['filled', '10']);
  });
});

describe('updates that come twice, or in another order', () => {
  test('told again, none is told again by us', async () => {
    await using world = await openIbkrWorld();
    const { broker, fake } = world;
    const log = recordUpdates(broker);
    await accept(broker, buy('MSFT', '10'));
    await fake.fillNext();
    await fake.fillNext();
    await log.until((updates) => statusesIn(updates).includes('filled'));
    const heard = log.updates.length;
    await fake.replayUpdates();
    // The answer comes after all that was told again.
    expect(await broker.listFills(EPOCH)).toHaveLength(2);
    expect(log.updates).toHaveLength(heard);
  });

  test('in another order, they come to the same', async () => {
    await using world = await openIbkrWorld();
    const { broker, fake } = world;
    const log = recordUpdates(broker);
    await fake.reorderUpdates(true);
    const intent = buy('MSFT', '10');
    await accept(broker, intent);
    await fake.fillNext();
    await fake.fillNext();
    await fake.reorderUpdates(false);
    expect((await found(broker, intent)).status).toBe('filled');
    await log.until((updates) => statusesIn(updates).includes('filled'));
    expect(fillsIn(log.updates).map((fill) => fill.quantity.toFixed())).toEqual(['5', '5']);
    expect(filledIn(log.updates)).toEqual(filledIn(log.updates).toSorted((a, b) => a - b));
  });
});

const filledIn = (updates: readonly BrokerUpdate[]): readonly number[] =>
  updates.flatMap((update) =>
    update.type === 'order' ? [Number(update.order.filledQuantity.toFixed())] : [],
  );

describe('the limit of 45 messages a second', () => {
  const PACED = { messagesPerSecond: '45' };

  test('is kept, with cancels and questions ahead of orders', async () => {
    await using world = await openIbkrWorld({}, PACED);
    const { broker, clock } = world;
    const early = buy('AAPL', '1', '1.00');
    const id = await accept(broker, early);
    await world.advance({ seconds: 2 });
    const before = await typesAsked(world);
    const symbols = ['MSFT', 'AAPL', 'IBM'];
    const results = Array.from({ length: 57 }, (_, index) =>
      broker.executeTrade(buy(symbols[index % 3] ?? 'MSFT', '1', '1.00'), MAY_SEND),
    );
    await vi.waitFor(async () => {
      expect(await typesAsked(world)).toHaveLength(before.length + 45);
    });
    const cancelled = broker.cancelOrder(id);
    const listed = broker.listFills(EPOCH);
    await clock.settle();
    expect(await typesAsked(world)).toHaveLength(before.length + 45);
    // Two of them asked what MSFT and IBM are. When all are answered, TWS has read them.
    let answered = 0;
    for (const result of results) void result.then(() => (answered += 1));
    await vi.waitFor(() => {
      expect(answered).toBe(43);
    });
    await world.advance({ milliseconds: 1019 });
    expect(await typesAsked(world)).toHaveLength(before.length + 45);
    await world.advance({ milliseconds: 1 });
    await Promise.all([...results, cancelled, listed]);
    const after = (await typesAsked(world)).slice(before.length + 45);
    expect(after.slice(0, 2).toSorted()).toEqual(['cancel_order', 'executions']);
    expect(count(after, 'place_order')).toBeGreaterThan(10);
    expect(
      (await broker.listOrders(EPOCH)).filter(({ status }) => status === 'accepted'),
    ).toHaveLength(57);
  });

  test('is kept for longer while TWS has not answered: it may read late', async () => {
    await using world = await openIbkrWorld({}, PACED);
    const { broker, fake } = world;
    await accept(broker, buy('MSFT', '1', '1.00'));
    await world.advance({ seconds: 2 });
    await fake.fail('submit', 'half_open', 45);
    const results = Array.from({ length: 50 }, () =>
      broker.executeTrade(buy('MSFT', '1', '1.00'), MAY_SEND),
    );
    const placed = async () => count(await typesAsked(world), 'place_order');
    await vi.waitFor(async () => {
      expect(await placed()).toBe(46);
    });
    await world.advance({ milliseconds: 1199 });
    expect(await placed()).toBe(46);
    await world.advance({ milliseconds: 1 });
    await Promise.all(results.slice(45));
    expect(await placed()).toBe(51);
    await world.advance({ seconds: 10 });
    for (const result of results.slice(0, 45)) {
      expect(await result).toMatchObject({ type: 'unknown' });
    }
  });

  test('holds back what may not be sent any more when its turn comes, and what is withdrawn at once', async () => {
    await using world = await openIbkrWorld({}, { messagesPerSecond: '10' });
    const { broker } = world;
    await accept(broker, buy('MSFT', '1', '1.00'));
    await world.advance({ seconds: 2 });
    const [refused, withdrawn] = [revocablePermit(), revocablePermit()];
    const send = (permit: SendPermit, length: number) =>
      Array.from({ length }, () => broker.executeTrade(buy('MSFT', '1', '1.00'), permit));
    const first = send(MAY_SEND, 10);
    const waits = [send(refused.permit, 3), send(withdrawn.permit, 3)];
    await Promise.all(first);
    withdrawn.withdraw();
    for (const each of waits[1] ?? []) expect(await each).toMatchObject({ type: 'not_sent' });
    refused.refuse();
    await world.advance({ milliseconds: 1200 });
    for (const each of waits[0] ?? []) {
      expect(await each).toMatchObject({ type: 'not_sent', code: 'halted' });
    }
    expect(count(await typesAsked(world), 'place_order')).toBe(11);
  });

  test('exceeded all the same, is waited out', async () => {
    await using world = await openIbkrWorld();
    const { broker, fake } = world;
    await broker.listOrders(EPOCH);
    await fake.fail('read', 'rate_limited');
    await expect(broker.getAccountBalance()).rejects.toMatchObject({
      code: 'rate_limited',
      brokerCode: '100',
    });
    const waiting = broker.getAccountBalance();
    await world.clock.settle();
    const asked = count(await typesAsked(world), 'account_summary');
    await world.advance({ seconds: 1 });
    expect(toText((await waiting).cash)).toBe('100000');
    expect(count(await typesAsked(world), 'account_summary')).toBe(asked + 1);
  });
});

describe('a symbol that means several contracts', () => {
  const TWO = {
    contracts: [
      { symbol: 'TWIN', conId: 701, primaryExchange: 'NYSE', longName: 'TWIN CORP', last: '10' },
      { symbol: 'TWIN', conId: 702, primaryExchange: 'ARCA', longName: 'TWIN FUND', last: '20' },
    ],
  };

  test('is refused with the choices', async () => {
    await using world = await openIbkrWorld(TWO);
    const result = await world.broker.executeTrade(buy('TWIN', '1'), MAY_SEND);
    expect(result).toMatchObject({ type: 'rejected', code: 'not_tradable' });
    const words = result.type === 'rejected' ? result.reason : '';
    expect(words).toContain('TWIN CORP on NYSE (conId 701); TWIN FUND on ARCA (conId 702)');
    expect(words).toContain('ibkr.contracts.TWIN');
    await expect(world.broker.getQuotes(['TWIN'])).rejects.toMatchObject({ code: 'not_tradable' });
    expect(count(await typesAsked(world), 'place_order')).toBe(0);
  });

  test.each([
    ['its number', { conId: '702' }],
    ['its exchange', { primaryExchange: 'ARCA' }],
  ])('is the one that the settings name by %s', async (_by, hint) => {
    await using world = await openIbkrWorld(TWO, { contracts: { TWIN: hint } });
    const [quote] = await world.broker.getQuotes(['TWIN']);
    expect(quote?.price?.toFixed()).toBe('20');
    await accept(world.broker, buy('TWIN', '1', '1.00'));
  });
});

test('a contract that is another symbol is refused', async () => {
  await using world = await openIbkrWorld(
    { contracts: [{ symbol: 'OTHER', conId: 701, last: '10' }] },
    { contracts: { MSFT: { conId: '701' } } },
  );
  expect(await world.broker.executeTrade(buy('MSFT', '1'), MAY_SEND)).toMatchObject({
    type: 'rejected',
    code: 'not_tradable',
    brokerCode: 'other_symbol',
  });
});

describe('an order', () => {
  test('that TWS would keep until the market opens is taken back', async () => {
    // A holiday that our calendar does not know.
    await using world = await openIbkrWorld({ market: 'closed' });
    const log = recordUpdates(world.broker);
    const intent = buy('MSFT', '10');
    await world.broker.executeTrade(intent, MAY_SEND);
    await log.until((updates) => statusesIn(updates).includes('canceled'));
    const order = await found(world.broker, intent);
    expect([order.status, order.reason]).toEqual([
      'canceled',
      expect.stringContaining('will not be placed at the exchange until'),
    ]);
    const { orders } = await world.fake.state();
    expect(orders.map(({ status }) => status)).toEqual(['Cancelled']);
  });

  test('outside the session is refused before it is sent', async () => {
    await using world = await openIbkrWorld();
    await world.clock.set('2026-11-20T22:00:00Z');
    await expectRejected(world.broker, buy('MSFT', '10'), 'market_closed');
    expect(count(await typesAsked(world), 'place_order')).toBe(0);
  });

  test('of another client is listed, and can only be cancelled there', async () => {
    await using world = await openIbkrWorld();
    const id = await world.fake.placeElsewhere({
      account: 'DU1234567',
      symbol: 'MSFT',
      side: 'buy',
      quantity: '10',
      limitPrice: '30.00',
    });
    const [order] = await world.broker.listOrders(EPOCH);
    expect(order).toMatchObject({ brokerOrderId: id, clientOrderId: null, status: 'accepted' });
    await expect(world.broker.cancelOrder(id)).rejects.toMatchObject({
      code: 'order_rejected',
      brokerCode: 'order_of_others',
    });
  });

  test.each(['documented', 'observed'] as const)(
    'whose cancel crosses its fill ends filled (%s messages)',
    async (cancelErrors) => {
      await using world = await openIbkrWorld({ cancelErrors });
      const { broker, fake } = world;
      const log = recordUpdates(broker);
      const intent = buy('MSFT', '10');
      const id = await accept(broker, intent);
      await fake.holdCancels(true);
      await broker.cancelOrder(id);
      await fake.fillNext();
      await fake.fillNext();
      await fake.holdCancels(false);
      await log.until((updates) => statusesIn(updates).includes('filled'));
      expect((await found(broker, intent)).status).toBe('filled');
      await expect(broker.cancelOrder(id)).rejects.toMatchObject({ code: 'order_rejected' });
    },
  );

  test('whose answer was lost is sent again once it is certain that it never arrived', async () => {
    await using world = await openIbkrWorld();
    const { broker, fake } = world;
    const intent = buy('MSFT', '10');
    await fake.dropAnswer('submit', 'not_placed');
    expect((await broker.executeTrade(intent, MAY_SEND)).type).toBe('unknown');
    await accept(broker, intent);
    expect((await fake.state()).orders).toHaveLength(1);
  });

  test('whose answer was lost is not sent again when it did arrive', async () => {
    await using world = await openIbkrWorld();
    const { broker, fake } = world;
    const intent = buy('MSFT', '10');
    await fake.dropAnswer('submit', 'placed');
    expect((await broker.executeTrade(intent, MAY_SEND)).type).toBe('unknown');
    await expectRejected(broker, intent, 'order_rejected');
    expect((await fake.state()).orders).toHaveLength(1);
  });

  test('of another day that is in no list is not called gone', async () => {
    await using world = await openIbkrWorld();
    const intent = {
      ...buy('MSFT', '10'),
      createdAt: Temporal.Instant.from('2026-11-19T15:00:00Z'),
    };
    await expect(world.broker.findOrder(intent)).rejects.toMatchObject({ code: 'unknown_outcome' });
  });

  test('carries our id, our account and whole numbers to TWS', async () => {
    await using world = await openIbkrWorld({
      accounts: [
        {
          id: 'DU1234567',
          cash: '1000',
          positions: [{ symbol: 'MSFT', quantity: '10', averageCost: '30' }],
        },
      ],
    });
    const intent = { ...sell('MSFT', '7', '99.50'), extendedHours: true };
    await accept(world.broker, intent);
    const { orders } = await world.fake.state();
    expect(orders).toMatchObject([
      {
        orderRef: intent.clientOrderId,
        account: 'DU1234567',
        side: 'SELL',
        quantity: '7',
        limitPrice: '99.5',
        orderType: 'LMT',
        timeInForce: 'DAY',
        outsideRth: true,
        clientId: 7,
      },
    ]);
  });
});
