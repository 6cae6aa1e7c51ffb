import { describe, expect, test } from 'vitest';
import { decimal, toText } from '../../../src/core/decimal.ts';
import type { Answer } from './inline-schwab.ts';
import { HASH, INTENT, openInlineSchwab, withNumbers } from './inline-schwab.ts';

const EPOCH = Temporal.Instant.fromEpochMilliseconds(0);

const json = (body: unknown): Answer => ({ status: 200, body: JSON.stringify(body) });
const raw = (body: string): Answer => ({ status: 200, body });

describe("Schwab's time", () => {
  const answering = (date: string): Answer => ({ status: 200, body: '[]', headers: { date } });

  test('is what an answer says of itself', async () => {
    await using world = await openInlineSchwab(() => answering('Fri, 20 Nov 2026 14:57:00 GMT'));
    const at = await world.broker.getTime?.();
    expect(at?.toString()).toBe('2026-11-20T14:57:00Z');
  });

  test.each(['', 'yesterday', '5', '2026-11-20T15:00:00Z', 'Fri, 99 Nov 2026 15:00:00 GMT'])(
    'is not guessed from "%s"',
    async (date) => {
      await using world = await openInlineSchwab(() => answering(date));
      await expect(world.broker.getTime?.()).rejects.toMatchObject({
        code: 'unavailable',
        message: expect.stringContaining('halts.clockSkew'),
      });
    },
  );

  test('is not taken from a refusal', async () => {
    const headers = { date: 'Fri, 20 Nov 2026 14:57:00 GMT' };
    await using world = await openInlineSchwab(() => ({ status: 503, body: '{}', headers }));
    await expect(world.broker.getTime?.()).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('money', () => {
  test('keeps every digit that a binary float would lose', async () => {
    await using world = await openInlineSchwab(
      withNumbers(() =>
        raw(
          '{"securitiesAccount":{"type":"CASH","currentBalances":{"totalCash":90071992547409.930000000000000001,"unsettledCash":0.1,"cashAvailableForTrading":1E+2}}}',
        ),
      ),
    );
    const { cash, settledCash, buyingPower } = await world.broker.getAccountBalance();
    expect(toText(cash)).toBe('90071992547409.930000000000000001');
    expect(settledCash?.toFixed()).toBe('90071992547409.830000000000000001');
    expect(toText(buyingPower)).toBe('100');
  });

  test.each([
    {
      what: 'a cash account: settled is what is not on its way',
      account: {
        type: 'CASH',
        currentBalances: { totalCash: 1000.5, unsettledCash: 200.25, cashAvailableForTrading: 900 },
      },
      expected: ['1000.5', '800.25', '900'],
    },
    {
      what: 'a margin account without a loan',
      account: {
        type: 'MARGIN',
        currentBalances: { cashBalance: 1000.5, marginBalance: 0, buyingPower: 2001 },
      },
      expected: ['1000.5', null, '2001'],
    },
    {
      what: 'a margin account that owes: the loan is not cash',
      account: {
        type: 'MARGIN',
        currentBalances: { cashBalance: 0, marginBalance: -300.25, buyingPower: 50 },
      },
      expected: ['-300.25', null, '50'],
    },
    {
      what: 'a margin account that tells only what is documented',
      account: {
        type: 'MARGIN',
        currentBalances: { availableFundsNonMarginableTrade: 12.34, buyingPower: 24.68 },
      },
      expected: ['12.34', null, '24.68'],
    },
  ])('of $what', async ({ account, expected }) => {
    await using world = await openInlineSchwab(
      withNumbers(() => json({ securitiesAccount: account })),
    );
    const { cash, settledCash, buyingPower } = await world.broker.getAccountBalance();
    expect([cash, settledCash, buyingPower].map((value) => value?.toFixed() ?? null)).toEqual(
      expected,
    );
  });

  test('that is not there is an error and not nothing', async () => {
    await using world = await openInlineSchwab(
      withNumbers(() => json({ securitiesAccount: { type: 'CASH', currentBalances: {} } })),
    );
    await expect(world.broker.getAccountBalance()).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('positions', () => {
  test('are shares and funds; what is counted otherwise is left out and told once', async () => {
    const position = (assetType: string, symbol: string, quantity: object) => ({
      averagePrice: 33.333333,
      instrument: { assetType, symbol },
      ...quantity,
    });
    await using world = await openInlineSchwab(
      withNumbers(() =>
        json({
          securitiesAccount: {
            type: 'CASH',
            currentBalances: {},
            positions: [
              position('EQUITY', 'IBM', { longQuantity: 3, shortQuantity: 0 }),
              position('COLLECTIVE_INVESTMENT', 'VTI', { longQuantity: 0.5 }),
              position('EQUITY', 'TSLA', { shortQuantity: 2 }),
              position('EQUITY', 'GONE', { longQuantity: 0 }),
              position('OPTION', 'AAPL  270115C00150000', { longQuantity: 1 }),
              position('FIXED_INCOME', '912828YK0', { longQuantity: 1000 }),
            ],
          },
        }),
      ),
    );
    const read = async () =>
      (await world.broker.getPositions()).map(({ symbol, quantity, costBasis }) => [
        symbol,
        toText(quantity),
        costBasis?.toFixed(),
      ]);
    expect(await read()).toEqual([
      ['IBM', '3', '100'],
      ['VTI', '0.5', '16.67'],
      ['TSLA', '-2', '-66.67'],
    ]);
    await read();
    expect(world.log.lines.filter(({ level }) => level === 'warn')).toMatchObject([
      { fields: { positions: ['OPTION AAPL  270115C00150000', 'FIXED_INCOME 912828YK0'] } },
    ]);
    expect(world.asked.at(-1)?.path).toBe(`/trader/v1/accounts/${HASH}`);
    expect(world.asked.at(-1)?.query).toEqual({ fields: 'positions' });
  });
});

describe('quotes', () => {
  test('tell what trades normally; the rest is not tradable', async () => {
    const quote = (assetMainType: string, values: object) => ({
      assetMainType,
      quote: { securityStatus: 'Normal', tradeTime: 1795186800123, ...values },
    });
    await using world = await openInlineSchwab(() =>
      json({
        IBM: {
          ...quote('EQUITY', { lastPrice: 125.4, bidPrice: 125.39, askPrice: 125.41 }),
          fundamental: { avg10DaysVolume: 4_000_000.5, peRatio: 20 },
        },
        'BRK/B': quote('EQUITY', { lastPrice: 0, mark: 400.5, bidPrice: 0, askPrice: 0 }),
        HALT: {
          ...quote('EQUITY', { lastPrice: 5, securityStatus: 'Halted' }),
          fundamental: { avg10DaysVolume: 0 },
        },
        VFIAX: quote('MUTUAL_FUND', { lastPrice: 500 }),
        errors: { invalidSymbols: ['NOSUCH'] },
      }),
    );
    const asked = ['IBM', 'BRK/B', 'HALT', 'VFIAX', 'NOSUCH'];
    const quotes = await world.broker.getQuotes(asked);
    expect(
      quotes.map(({ symbol, price, bid, tradable }) => [
        symbol,
        price?.toFixed() ?? null,
        bid?.toFixed() ?? null,
        tradable,
      ]),
    ).toEqual([
      ['IBM', '125.4', '125.39', true],
      ['BRK/B', '400.5', null, true],
      ['HALT', '5', null, false],
      ['VFIAX', '500', null, false],
      ['NOSUCH', null, null, false],
    ]);
    expect(quotes[0]?.at.toString()).toBe('2026-11-20T15:00:00.123Z');
    // A zero is what Schwab does not know.
    expect(quotes.map((each) => each.averageDailyVolume?.toFixed() ?? null)).toEqual([
      '4000000.5',
      null,
      null,
      null,
      null,
    ]);
    expect(world.asked[0]).toMatchObject({
      path: '/marketdata/v1/quotes',
      query: { symbols: asked.join(','), fields: 'quote,fundamental' },
    });
  });

  test('of many symbols are asked for in several requests', async () => {
    await using world = await openInlineSchwab(() => json({}));
    const symbols = Array.from({ length: 201 }, (_, index) => `S${index}`);
    expect((await world.broker.getQuotes(symbols)).map(({ symbol }) => symbol)).toEqual(symbols);
    expect(world.asked.map(({ query }) => query['symbols']?.split(',').length)).toEqual([
      100, 100, 1,
    ]);
  });
});

describe('the market clock', () => {
  const day = (isOpen: boolean, regular: readonly [string, string] | null) => ({
    equity: {
      [regular === null ? 'equity' : 'EQ']: {
        isOpen,
        ...(regular === null
          ? {}
          : { sessionHours: { regularMarket: [{ start: regular[0], end: regular[1] }] } }),
      },
    },
  });
  const usual = day(true, ['2026-11-20T09:30:00-05:00', '2026-11-20T16:00:00-05:00']);
  test.each([
    {
      when: 'during a session',
      now: '2026-11-20T15:00:00Z',
      markets: usual,
      expected: [true, '2026-11-23T14:30:00Z', '2026-11-20T21:00:00Z'],
    },
    {
      when: 'before it',
      now: '2026-11-20T14:29:59Z',
      markets: usual,
      expected: [false, '2026-11-20T14:30:00Z', '2026-11-20T21:00:00Z'],
    },
    {
      when: 'at its end',
      now: '2026-11-20T21:00:00Z',
      markets: usual,
      expected: [false, '2026-11-23T14:30:00Z', '2026-11-23T21:00:00Z'],
    },
    {
      when: 'on a day that Schwab says is closed, whatever the calendar says',
      now: '2026-11-20T12:00:00Z',
      markets: day(false, null),
      expected: [false, '2026-11-23T14:30:00Z', '2026-11-23T21:00:00Z'],
    },
  ])('is told $when', async ({ now, markets, expected }) => {
    await using world = await openInlineSchwab(() => json(markets));
    await world.clock.set(now);
    const { open, nextOpen, nextClose } = await world.broker.getMarketClock();
    expect([open, nextOpen?.toString(), nextClose?.toString()]).toEqual(expected);
    expect(world.asked[0]?.query).toEqual({ markets: 'equity', date: '2026-11-20' });
  });
});

/** An order as Schwab lists it: BUY IBM 61 at 125.40, entered at 15:00:07. */
function order(over: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    orderId: 1001234,
    status: 'WORKING',
    enteredTime: '2026-11-20T15:00:07+0000',
    orderType: 'LIMIT',
    price: 125.4,
    quantity: 61,
    filledQuantity: 0,
    orderLegCollection: [
      {
        legId: 1,
        instrument: { assetType: 'EQUITY', symbol: 'IBM' },
        instruction: 'BUY',
        quantity: 61,
      },
    ],
    ...over,
  };
}

function execution(quantity: number, remaining: number, time: string, activityId?: number) {
  return {
    activityType: 'EXECUTION',
    executionType: 'FILL',
    ...(activityId === undefined ? {} : { activityId }),
    quantity,
    orderRemainingQuantity: remaining,
    executionLegs: [{ legId: 1, quantity, price: 125.38, time }],
  };
}

describe('orders', () => {
  test.each([
    ['ACCEPTED', 0, 'accepted'],
    ['QUEUED', 0, 'accepted'],
    ['PENDING_ACTIVATION', 0, 'accepted'],
    ['WORKING', 0, 'accepted'],
    ['WORKING', 20, 'partially_filled'],
    ['PENDING_CANCEL', 20, 'partially_filled'],
    ['A_WORD_OF_TOMORROW', 0, 'accepted'],
    ['FILLED', 61, 'filled'],
    ['CANCELED', 20, 'canceled'],
    ['REPLACED', 0, 'canceled'],
    ['REJECTED', 0, 'rejected'],
    ['EXPIRED', 0, 'expired'],
  ])('that are %s with %d filled are %s', async (status, filledQuantity, expected) => {
    await using world = await openInlineSchwab(
      withNumbers(() => json([order({ status, filledQuantity })])),
    );
    const [told] = await world.broker.listOrders(EPOCH);
    expect(told).toMatchObject({ status: expected, brokerOrderId: '1001234', side: 'buy' });
    expect(told?.filledQuantity.toFixed()).toBe(String(filledQuantity));
  });

  test('have ids of 64 bits', async () => {
    await using world = await openInlineSchwab(
      withNumbers(() =>
        raw(JSON.stringify([order()]).replace('"orderId":1001234', '"orderId":9007199254740993')),
      ),
    );
    expect((await world.broker.listOrders(EPOCH))[0]?.brokerOrderId).toBe('9007199254740993');
  });

  test('inside others, and those with several lines, are told; options are not', async () => {
    const leg = (legId: number, assetType: string, symbol: string) => ({
      legId,
      instrument: { assetType, symbol },
      instruction: 'SELL',
      quantity: 1,
    });
    await using world = await openInlineSchwab(
      withNumbers(() =>
        json([
          order({
            orderId: 1,
            orderLegCollection: [],
            childOrderStrategies: [order({ orderId: 2 })],
          }),
          order({
            orderId: 3,
            orderLegCollection: [leg(1, 'EQUITY', 'KO'), leg(2, 'OPTION', 'KO  270115C00050000')],
          }),
        ]),
      ),
    );
    const told = await world.broker.listOrders(EPOCH);
    expect(told.map(({ brokerOrderId, symbol, side }) => [brokerOrderId, symbol, side])).toEqual([
      ['2', 'IBM', 'buy'],
      ['3', 'KO', 'sell'],
    ]);
  });

  test('are asked for as far back as they may have changed, and no further than Schwab lists', async () => {
    await using world = await openInlineSchwab(withNumbers(() => json([])));
    await world.broker.listOrders(Temporal.Instant.from('2026-11-19T15:00:00Z'));
    await world.broker.listOrders(EPOCH);
    expect(world.asked.slice(1).map(({ query }) => query)).toEqual([
      {
        fromEnteredTime: '2026-11-12T15:00:00.000Z',
        toEnteredTime: '2026-11-20T15:02:00.000Z',
        maxResults: '3000',
      },
      {
        fromEnteredTime: '2026-09-22T15:00:00.000Z',
        toEnteredTime: '2026-11-20T15:02:00.000Z',
        maxResults: '3000',
      },
    ]);
  });
});

describe('more orders than Schwab lists in one answer', () => {
  const entered = (number: number) => order({ orderId: number });

  /** `limit`: how many orders within any time are listed at most. */
  async function ask(ids: readonly number[]) {
    // Every answer that is asked for more than a day is full.
    await using world = await openInlineSchwab(
      withNumbers(({ query }) => {
        const span = Temporal.Instant.from(query['fromEnteredTime'] ?? '')
          .until(query['toEnteredTime'] ?? '')
          .total('hours');
        return json(
          span > 24 * 5 ? Array.from({ length: 3000 }, (_, id) => entered(id)) : ids.map(entered),
        );
      }),
    );
    const told = await world.broker.listOrders(Temporal.Instant.from('2026-11-19T15:00:00Z'));
    return { told: told.map(({ brokerOrderId }) => brokerOrderId), asked: world.asked.slice(1) };
  }

  test('are asked for in halves of the time, and each is told once', async () => {
    const { told, asked } = await ask([7, 8]);
    expect(told).toEqual(['7', '8']);
    expect(asked.map(({ query }) => [query['fromEnteredTime'], query['toEnteredTime']])).toEqual([
      ['2026-11-12T15:00:00.000Z', '2026-11-20T15:02:00.000Z'],
      ['2026-11-12T15:00:00.000Z', '2026-11-16T15:01:00.000Z'],
      ['2026-11-16T15:01:00.000Z', '2026-11-20T15:02:00.000Z'],
    ]);
  });
});

describe('fills', () => {
  const first = execution(20, 41, '2026-11-20T15:00:08+0000', 77);
  const second = execution(41, 0, '2026-11-20T15:00:09+0000', 78);

  async function fillsOf(activities: readonly unknown[]) {
    await using world = await openInlineSchwab(
      withNumbers(() => json([order({ orderActivityCollection: activities })])),
    );
    return await world.broker.listFills(EPOCH);
  }

  test('keep their ids when more are added, in whatever order they are listed', async () => {
    const alone = await fillsOf([first]);
    const both = await fillsOf([second, first]);
    expect(alone.map(({ executionId }) => executionId)).toEqual(['1001234-77-1']);
    expect(both.map(({ executionId }) => executionId)).toEqual(['1001234-77-1', '1001234-78-1']);
    expect(both.map(({ quantity, price, fees }) => [quantity, price, fees].map(toText))).toEqual([
      ['20', '125.38', '0'],
      ['41', '125.38', '0'],
    ]);
  });

  test('without an id of their activity are told apart by time and what remained', async () => {
    const bare = [
      execution(20, 41, '2026-11-20T15:00:08+0000'),
      execution(20, 21, '2026-11-20T15:00:08+0000'),
      execution(21, 0, '2026-11-20T15:00:08+0000'),
    ];
    const ids = (await fillsOf(bare)).map(({ executionId }) => executionId);
    expect(new Set(ids).size).toBe(3);
    const [kept] = await fillsOf(bare.slice(0, 1));
    expect(ids).toContain(kept?.executionId);
  });

  test('of a cancel are none', async () => {
    expect(await fillsOf([{ activityType: 'ORDER_ACTION', executionLegs: [] }])).toEqual([]);
  });
});

describe('an order whose answer was lost', () => {
  const other = (over: Record<string, unknown>) => order({ orderId: 1001239, ...over });
  const legWith = (over: Record<string, unknown>) => ({
    orderLegCollection: [
      {
        legId: 1,
        instrument: { assetType: 'EQUITY', symbol: 'IBM' },
        instruction: 'BUY',
        quantity: 61,
        ...over,
      },
    ],
  });
  test.each([
    { what: 'the only one that fits', orders: [order()], expected: ['found', '1001234'] },
    {
      what: 'one of two that fit',
      orders: [order(), other({})],
      expected: ['ambiguous', '1001234', '1001239'],
    },
    {
      what: 'not one of another symbol',
      orders: [order(legWith({ instrument: { assetType: 'EQUITY', symbol: 'KO' } }))],
      expected: ['not_found'],
    },
    {
      what: 'not one of the other side',
      orders: [order(legWith({ instruction: 'SELL' }))],
      expected: ['not_found'],
    },
    {
      what: 'not one of another quantity',
      orders: [order(legWith({ quantity: 60 }))],
      expected: ['not_found'],
    },
    {
      what: 'not one at another price',
      orders: [order({ price: 125.41 })],
      expected: ['not_found'],
    },
    {
      what: 'not one with a stop, at the same price',
      orders: [order({ orderType: 'STOP_LIMIT' })],
      expected: ['not_found'],
    },
    {
      what: 'not one at the market',
      orders: [order({ orderType: 'MARKET', price: undefined })],
      expected: ['not_found'],
    },
    {
      what: 'not one from before it was sent',
      orders: [order({ enteredTime: '2026-11-20T14:57:00+0000' })],
      expected: ['not_found'],
    },
    {
      what: 'told by its price among two',
      orders: [order(), other({ price: 125.39 })],
      expected: ['found', '1001234'],
    },
  ])('is $what', async ({ orders, expected }) => {
    await using world = await openInlineSchwab(withNumbers(() => json(orders)));
    const found = await world.broker.findOrder(INTENT);
    const fit =
      found.type === 'found' ? [found.order] : found.type === 'ambiguous' ? found.candidates : [];
    expect([found.type, ...fit.map(({ brokerOrderId }) => brokerOrderId)]).toEqual(expected);
  });

  test('at the market is told by being so', async () => {
    await using world = await openInlineSchwab(
      withNumbers(() => json([order({ orderType: 'MARKET', price: undefined }), other({})])),
    );
    const found = await world.broker.findOrder({
      ...INTENT,
      orderType: 'market',
      limitPrice: null,
      quantity: decimal('61'),
    });
    expect(found).toMatchObject({ type: 'found', order: { brokerOrderId: '1001234' } });
  });
});
