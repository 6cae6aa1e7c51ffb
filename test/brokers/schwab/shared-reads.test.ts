import { describe, expect, test } from 'vitest';
import { toText } from '../../../src/core/decimal.ts';
import type { OrderIntent } from '../../../src/core/order.ts';
import type { Broker } from '../../../src/ports/broker.ts';
import { MAY_SEND } from '../../fixtures/send-permits.ts';
import { INTENT, openInlineSchwab } from './inline-schwab.ts';
import type { Answer, InlineSchwab } from './inline-schwab.ts';
import { openSchwabWorld } from './schwab-world.ts';

const SINCE = Temporal.Instant.from('2026-11-20T15:00:00Z');
const NUMBERS = ['12345678', '02345678', '99990000'] as const;

const hashOf = (accountNumber: string) => `${accountNumber}ABCDEF`.repeat(4) + 'ABCDEF01';
const json = (body: unknown): Answer => ({ status: 200, body: JSON.stringify(body) });
const cashAccount = (accountNumber: string, cash: number) => ({
  securitiesAccount: {
    type: 'CASH',
    accountNumber,
    currentBalances: { totalCash: cash, cashAvailableForTrading: cash },
  },
});
const order = (orderId: number, accountNumber?: number) => ({
  orderId,
  ...(accountNumber === undefined ? {} : { accountNumber }),
  status: 'WORKING',
  enteredTime: '2026-11-20T15:00:00+0000',
  orderType: 'MARKET',
  orderLegCollection: [
    { instruction: 'BUY', quantity: 1, instrument: { assetType: 'EQUITY', symbol: 'IBM' } },
  ],
});

/** Three accounts of one login, of which Schwab says word for word what a test wants. */
async function openThree(answer: (path: string, number: number) => Answer) {
  const world = await openInlineSchwab(({ path }, number) =>
    path.endsWith('/accountNumbers')
      ? json(NUMBERS.map((accountNumber) => ({ accountNumber, hashValue: hashOf(accountNumber) })))
      : answer(path, number),
  );
  const brokers = NUMBERS.map((accountNumber) =>
    world.gateway.openAccount({
      name: `account-${accountNumber}`,
      mode: 'live',
      brokerSettings: { connection: 'ana', accountNumber },
    }),
  );
  return { world, brokers };
}

const paths = ({ asked }: InlineSchwab) =>
  asked
    .map(({ path }) => path.replace('/trader/v1/', ''))
    .filter((path) => !path.endsWith('Numbers'));
const cashOf = async (broker: Broker) => toText((await broker.getAccountBalance()).cash);

describe('the accounts of a login', () => {
  test('that ask together are read in one request, each with what is its own', async () => {
    await using world = await openSchwabWorld({
      fake: {
        accounts: NUMBERS.map((number, index) => ({
          number,
          cash: `${index + 1}000`,
          positions: [{ symbol: 'IBM', quantity: `${index + 1}0`, costBasis: '100' }],
        })),
        symbols: { IBM: { price: '100' } },
      },
    });
    const brokers = NUMBERS.map((number) => world.openAnother(number));
    const intents = brokers.map((_, index): OrderIntent => ({
      ...INTENT,
      symbol: 'IBM',
      side: 'buy',
      createdAt: world.clock.now(),
      clientOrderId: `ek-k3f9xa-${index + 1}-1-0123456789abcdef`,
    }));
    const placed: string[] = [];
    for (const [index, broker] of brokers.entries()) {
      const intent = intents[index];
      if (intent === undefined) throw new Error('there are as many');
      const result = await broker.executeTrade(intent, MAY_SEND);
      placed.push(result.type === 'accepted' ? result.brokerOrderId : result.type);
    }
    const { requests: before } = await world.fake.requests({});
    const books = await Promise.all(
      brokers.map((broker) => Promise.all([broker.getAccountBalance(), broker.getPositions()])),
    );
    const listed = await Promise.all(
      brokers.map((broker) => Promise.all([broker.listOrders(SINCE), broker.listFills(SINCE)])),
    );
    expect(books.map(([{ cash }]) => toText(cash))).toEqual(['1000', '2000', '3000']);
    expect(books.map(([, positions]) => positions.map(({ quantity }) => toText(quantity)))).toEqual(
      [['10'], ['20'], ['30']],
    );
    expect(listed.map(([orders]) => orders.map(({ brokerOrderId }) => brokerOrderId))).toEqual(
      placed.map((id) => [id]),
    );
    const { requests } = await world.fake.requests({});
    expect(requests.slice(before.length).map(({ path }) => path.split('?')[0])).toEqual([
      '/trader/v1/accounts',
      '/trader/v1/orders',
    ]);
    expect((await world.fake.state({})).defects).toEqual([]);
  });

  test('are read at their own address where one of them asks alone', async () => {
    const { world, brokers } = await openThree((path) =>
      path.endsWith('/orders') ? json([]) : json(cashAccount('12345678', 1)),
    );
    await using _ = world;
    for (const broker of brokers.slice(0, 2)) {
      await broker.getAccountBalance();
      await broker.listOrders(SINCE);
    }
    expect(paths(world)).toEqual(
      NUMBERS.slice(0, 2).flatMap((number) => [
        `accounts/${hashOf(number)}`,
        `accounts/${hashOf(number)}/orders`,
      ]),
    );
  });

  test('are asked for anew by whoever asks when the request has left', async () => {
    const { world, brokers } = await openThree((_path, number) =>
      json(NUMBERS.map((accountNumber) => cashAccount(accountNumber, number))),
    );
    await using _ = world;
    const [a, b, c] = brokers;
    if (a === undefined || b === undefined || c === undefined) throw new Error('there are three');
    const first = Promise.all([cashOf(a), cashOf(b)]);
    // The request for the account numbers, and that for the accounts: it has been heard.
    await world.requests(2);
    const second = Promise.all([cashOf(b), cashOf(c)]);
    expect(await first).toEqual(['1', '1']);
    expect(await second).toEqual(['2', '2']);
  });

  test('share what waits for its turn, however many ask', async () => {
    const { world, brokers } = await openThree((path) =>
      path.endsWith('/accounts')
        ? json(NUMBERS.map((accountNumber, index) => cashAccount(accountNumber, index + 1)))
        : json(cashAccount('', 0)),
    );
    await using _ = world;
    const [a] = brokers;
    if (a === undefined) throw new Error('there are three');
    // The account numbers took one of the 120 of the minute.
    for (let read = 1; read < 120; read += 1) await a.getAccountBalance();
    const waiting = brokers.map(async (broker) => await cashOf(broker));
    for (let turn = 0; turn < 5; turn += 1) {
      await new Promise(setImmediate);
      waiting.push(...brokers.map(async (broker) => await cashOf(broker)));
    }
    expect(world.asked).toHaveLength(120);
    await world.clock.advance({ minutes: 1 });
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['1', '2', '3']));
    expect(world.asked).toHaveLength(121);
  });

  test('do without one that is not understood, or not there', async () => {
    const [one, two, three] = NUMBERS;
    const { world, brokers } = await openThree((path) => {
      if (path.endsWith('/accounts')) {
        return json([
          cashAccount(one, 1),
          { securitiesAccount: { ...cashAccount(two, 2).securitiesAccount, type: 'GOLD' } },
          { securitiesAccount: { type: 'CASH' } },
        ]);
      }
      return path.endsWith(hashOf(three)) ? json(cashAccount(three, 3)) : { status: 500 };
    });
    await using _ = world;
    const told = await Promise.allSettled(brokers.map(cashOf));
    expect(told).toMatchObject([
      { status: 'fulfilled', value: '1' },
      { status: 'rejected', reason: { code: 'unavailable' } },
      { status: 'fulfilled', value: '3' },
    ]);
    const kept = JSON.stringify(world.log.lines);
    expect(kept).toContain('GOLD');
    for (const number of NUMBERS) expect(kept).not.toContain(number);
  });

  test.each<[string, readonly unknown[]]>([
    [
      'says more orders than Schwab lists',
      Array.from({ length: 3000 }, (_, id) => order(id + 1, 12345678)),
    ],
    ['has an order that does not say whose it is', [order(1, 12345678), order(2)]],
  ])('have their orders read one by one where the list of all %s', async (_what, list) => {
    const { world, brokers } = await openThree((path) => {
      if (path.endsWith('v1/orders')) return json(list);
      const index = NUMBERS.findIndex((number) => path.includes(hashOf(number)));
      return json([order(100 + index)]);
    });
    await using _ = world;
    const listed = await Promise.all(brokers.map((broker) => broker.listOrders(SINCE)));
    expect(listed.map((orders) => orders.map(({ brokerOrderId }) => brokerOrderId))).toEqual([
      ['100'],
      ['101'],
      ['102'],
    ]);
  });

  test('have their orders asked for since the earliest that one of them wants', async () => {
    const { world, brokers } = await openThree(() => json([]));
    await using _ = world;
    await Promise.all(
      brokers.map((broker, index) => broker.listOrders(SINCE.add({ hours: 2 - index }))),
    );
    expect(world.asked.map(({ query }) => query['fromEnteredTime'])).toEqual([
      undefined,
      SINCE.subtract({ hours: 7 * 24 }).toString({ smallestUnit: 'millisecond' }),
    ]);
  });

  test('do not wait with what is looked up after a lost answer', async () => {
    const { world, brokers } = await openThree(() => json([]));
    await using _ = world;
    const [a, b] = brokers;
    if (a === undefined || b === undefined) throw new Error('there are three');
    for (let read = 0; read < 119; read += 1) await a.listOrders(SINCE);
    const reading = [a, b].map((broker) => broker.listOrders(SINCE));
    await new Promise(setImmediate);
    const lookUp = b.findOrder(INTENT);
    await new Promise(setImmediate);
    await world.clock.advance({ minutes: 1 });
    expect(await lookUp).toEqual({ type: 'not_found' });
    await Promise.all(reading);
    expect(paths(world).slice(-2)).toEqual([`accounts/${hashOf('02345678')}/orders`, 'orders']);
  });
});
