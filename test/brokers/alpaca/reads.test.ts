import { describe, expect, it } from 'vitest';
import { toText } from '../../../src/core/decimal.ts';
import { recordUpdates } from '../../contracts/broker/harness.ts';
import { EPOCH } from '../../contracts/broker/requests.ts';
import { until } from '../../e2e/bot-world.ts';
import { createTestClock } from '../../fixtures/test-clock.ts';
import type { Quote } from '../../../src/core/portfolio.ts';
import type { Answer, Asked, Script } from './tiny-alpaca.ts';
import { assetJson, fillJson, openAlpaca, openTinyAlpaca, orderJson } from './tiny-alpaca.ts';

const text = (value: { toFixed(): string } | null) => (value === null ? null : value.toFixed());

describe('positions', () => {
  it('are exact, and negative where they are short', async () => {
    const position = { cost_basis: '8123.45', side: 'long', asset_class: 'us_equity' };
    await using tiny = await openTinyAlpaca({
      'GET /v2/positions': {
        json: [
          { ...position, symbol: 'AAPL', qty: '100.123456789' },
          { ...position, symbol: 'BRK.B', qty: '-5', cost_basis: '-50', side: 'short' },
          { ...position, symbol: 'IBM', qty: '5', cost_basis: '50', side: 'short' },
        ],
      },
    });
    await using alpaca = openAlpaca(tiny.url);
    const positions = await alpaca.broker.getPositions();
    expect(positions.map((one) => [one.symbol, text(one.quantity), text(one.costBasis)])).toEqual([
      ['AAPL', '100.123456789', '8123.45'],
      ['BRK.B', '-5', '-50'],
      ['IBM', '-5', '-50'],
    ]);
  });
});

describe('quotes', () => {
  const trade = (p: number) => ({
    t: '2026-11-20T15:00:00.5Z',
    x: 'V',
    p,
    s: 100,
    c: ['@'],
    i: 1,
    z: 'C',
  });
  const quote = (bp: number, ap: number) => ({ t: '2026-11-20T15:00:01Z', bp, ap, bs: 1, as: 1 });

  it.each<[string, unknown, object]>([
    [
      'has the last trade before the middle of bid and ask',
      { latestTrade: trade(33.3), latestQuote: quote(33, 34) },
      { price: '33.3', bid: '33', ask: '34', at: '2026-11-20T15:00:00.5Z' },
    ],
    [
      'has the middle where nothing was traded',
      { latestTrade: null, latestQuote: quote(33.33, 33.34) },
      { price: '33.335', bid: '33.33', ask: '33.34', at: '2026-11-20T15:00:01Z' },
    ],
    [
      'has no middle of a side that nobody offers',
      { latestQuote: quote(0, 33.34) },
      { price: null, bid: null, ask: '33.34' },
    ],
    [
      'has nothing where nothing is known',
      {},
      { price: null, bid: null, ask: null, at: '2026-11-20T15:00:00Z' },
    ],
    ['has nothing for a symbol without data', null, { price: null, tradable: true }],
  ])('%s', async (_what, snapshot, expected) => {
    await using tiny = await openTinyAlpaca({
      'GET /v2/assets/MSFT': { json: assetJson() },
      'GET /v2/stocks/snapshots': { json: { MSFT: snapshot } },
    });
    await using alpaca = openAlpaca(tiny.url, { clock: createTestClock() });
    const [found] = await alpaca.broker.getQuotes(['MSFT']);
    if (found === undefined) throw new Error('unreachable');
    const { price, bid, ask, at, tradable } = found;
    expect({
      price: text(price),
      bid: text(bid),
      ask: text(ask),
      at: at.toString(),
      tradable,
    }).toMatchObject(expected);
  });

  it.each([
    ['a stock', {}, [true, true]],
    ['a stock that only trades whole', { fractionable: false }, [true, false]],
    ['a stock that does not trade', { tradable: false }, [false, false]],
    ['a stock that has been taken off', { status: 'inactive' }, [false, false]],
    ['a coin', { class: 'crypto' }, [false, false]],
  ])('of %s say whether and how it trades', async (_what, fields, expected) => {
    await using tiny = await openTinyAlpaca({
      'GET /v2/assets/MSFT': { json: assetJson(fields) },
      'GET /v2/stocks/snapshots': { json: {} },
    });
    await using alpaca = openAlpaca(tiny.url);
    const [found] = await alpaca.broker.getQuotes(['MSFT']);
    expect([found?.tradable, found?.fractionable]).toEqual(expected);
  });

  it('ask for each asset once a day, and for many in one list', async () => {
    const clock = createTestClock();
    const symbols = Array.from({ length: 30 }, (_item, index) => `S${index}`);
    await using tiny = await openTinyAlpaca({
      'GET /v2/assets': { json: symbols.slice(1).map((symbol) => assetJson({ symbol })) },
      'GET /v2/assets/S0': { status: 404, json: { code: 40410000, message: 'asset not found' } },
      'GET /v2/assets/MSFT': { json: assetJson() },
      'GET /v2/stocks/snapshots': { json: {} },
    });
    await using alpaca = openAlpaca(tiny.url, { clock });
    const quotes = await alpaca.broker.getQuotes(symbols);
    expect(quotes.map((one) => one.tradable)).toEqual(symbols.map((symbol) => symbol !== 'S0'));
    await alpaca.broker.getQuotes(['MSFT', 'S7']);
    await alpaca.broker.getQuotes(['MSFT', 'S7']);
    await clock.advance('PT24H');
    await alpaca.broker.getQuotes(['MSFT']);
    const assets = tiny.paths().filter((path) => path.startsWith('GET /v2/assets'));
    expect(assets).toEqual(['GET /v2/assets', 'GET /v2/assets/MSFT', 'GET /v2/assets/MSFT']);
  });
});

describe('daily volumes', () => {
  const bar = (v: number) => ({
    t: '2026-11-19T05:00:00Z',
    o: 1,
    h: 1,
    l: 1,
    c: 1,
    v,
    n: 1,
    vw: 1,
  });
  const BARS = 'GET /v2/stocks/bars';
  const routes = (bars: Script[string]) => ({
    'GET /v2/assets/MSFT': { json: assetJson() },
    'GET /v2/assets/IBM': { json: assetJson({ symbol: 'IBM' }) },
    'GET /v2/stocks/snapshots': { json: {} },
    [BARS]: bars,
  });
  const volumesOf = (quotes: readonly Quote[]) =>
    quotes.map(({ symbol, averageDailyVolume: volume }) => [symbol, text(volume ?? null)]);

  it('are the average of the days of a month, asked for once a day and not of today', async () => {
    const clock = createTestClock();
    const asked: string[] = [];
    await using tiny = await openTinyAlpaca(
      routes(({ query }) => {
        asked.push(['symbols', 'timeframe', 'start', 'end'].map((key) => query.get(key)).join(' '));
        return { json: { bars: { MSFT: [bar(100), bar(101)] }, next_page_token: null } };
      }),
    );
    await using alpaca = openAlpaca(tiny.url, { clock, needsVolumes: true });
    const both = ['MSFT', 'IBM'];
    expect(volumesOf(await alpaca.broker.getQuotes(both))).toEqual([
      ['MSFT', '100.5'],
      // Of this one there is nothing: not zero, but not known.
      ['IBM', null],
    ]);
    expect(volumesOf(await alpaca.broker.getQuotes(both))[0]).toEqual(['MSFT', '100.5']);
    expect(asked).toEqual(['MSFT,IBM 1Day 2026-10-21 2026-11-19']);
    await clock.advance('PT24H');
    await alpaca.broker.getQuotes(['MSFT']);
    expect(asked.at(-1)).toBe('MSFT 1Day 2026-10-22 2026-11-20');
  });

  it.each<[string, Answer]>([
    ['refused', { status: 403, json: { message: 'subscription does not permit' } }],
    ['unreadable', { json: { bars: [] } }],
    ['cut off', { json: { bars: { MSFT: [bar(5)] }, next_page_token: 'x' } }],
  ])('that are %s are not known, and cost no price', async (_, answer) => {
    await using tiny = await openTinyAlpaca({
      ...routes(answer),
      'GET /v2/stocks/snapshots': {
        json: { MSFT: { latestTrade: { p: 5, t: '2026-11-20T15:00:00Z' } } },
      },
    });
    await using alpaca = openAlpaca(tiny.url, { needsVolumes: true });
    const [quote] = await alpaca.broker.getQuotes(['MSFT']);
    expect([text(quote?.price ?? null), quote?.averageDailyVolume]).toEqual(['5', null]);
  });

  it('are asked for beside the prices: neither waits for the answer to the other', async () => {
    let isOther = () => {};
    const bothAsked = new Promise<void>((resolve) => {
      let first = true;
      isOther = () => {
        if (!first) resolve();
        first = false;
      };
    });
    const together = (json: unknown) => async () => {
      isOther();
      await bothAsked;
      return { json };
    };
    await using tiny = await openTinyAlpaca({
      ...routes(together({ bars: {}, next_page_token: null })),
      'GET /v2/stocks/snapshots': together({}),
    });
    await using alpaca = openAlpaca(tiny.url, { needsVolumes: true });
    expect(await alpaca.broker.getQuotes(['MSFT'])).toHaveLength(1);
  });

  it('are not asked for where no limit looks at them', async () => {
    await using tiny = await openTinyAlpaca(routes({ status: 500, json: {} }));
    await using alpaca = openAlpaca(tiny.url);
    await alpaca.broker.getQuotes(['MSFT']);
    expect(tiny.paths()).not.toContain(BARS);
  });
});

describe('the market clock', () => {
  it('is in instants', async () => {
    await using tiny = await openTinyAlpaca();
    await using alpaca = openAlpaca(tiny.url);
    const { open, nextOpen, nextClose } = await alpaca.broker.getMarketClock();
    expect([open, nextOpen?.toString(), nextClose?.toString()]).toEqual([
      true,
      '2026-11-23T14:30:00Z',
      '2026-11-20T21:00:00Z',
    ]);
  });
});

/** Serves rows as Alpaca pages them: so many after the row that the cursor names. */
function paged(rows: readonly Record<string, unknown>[], size: string, cursor: string) {
  return ({ query }: Asked): Answer => {
    const start = rows.findIndex((row) => row['id'] === query.get(cursor)) + 1;
    return { json: rows.slice(start, start + Number(query.get(size))) };
  };
}

describe('histories', () => {
  it('list all orders, page after page, open ones of any age', async () => {
    const closed = Array.from({ length: 1100 }, (_item, index) =>
      orderJson({ id: `closed-${index}`, status: 'canceled' }),
    );
    const old = orderJson({
      id: 'old',
      submitted_at: '2026-01-02T15:00:00Z',
      client_order_id: null,
    });
    const serveClosed = paged(closed, 'limit', 'after_order_id');
    await using tiny = await openTinyAlpaca({
      'GET /v2/orders': (asked) =>
        asked.query.get('status') === 'open' ? { json: [old] } : serveClosed(asked),
    });
    await using alpaca = openAlpaca(tiny.url);
    const since = Temporal.Instant.from('2026-11-20T14:00:00Z');
    const orders = await alpaca.broker.listOrders(since);
    expect(orders).toHaveLength(1101);
    expect(orders[0]?.brokerOrderId).toBe('old');
    expect(tiny.asked.map(({ query }) => Object.fromEntries(query))).toEqual([
      { status: 'open', asset_class: 'us_equity', direction: 'asc', limit: '500' },
      {
        status: 'all',
        asset_class: 'us_equity',
        direction: 'asc',
        limit: '500',
        after: '2026-11-13T14:00:00.000Z',
      },
      ...[499, 999].map((index) => ({
        status: 'all',
        asset_class: 'us_equity',
        direction: 'asc',
        limit: '500',
        after_order_id: `closed-${index}`,
      })),
    ]);
  });

  it.each([
    { open: 'new', all: 'canceled', openLater: false, is: 'canceled' },
    { open: 'partially_filled', all: 'new', openLater: true, is: 'partially_filled' },
  ])('list an order once whose readings differ, as it was last: $is', async (readings) => {
    await using tiny = await openTinyAlpaca({
      'GET /v2/orders': ({ query }) => {
        const isOpen = query.get('status') === 'open';
        const seconds = isOpen === readings.openLater ? '02' : '01';
        const order = orderJson({
          status: isOpen ? readings.open : readings.all,
          filled_qty: readings.is === 'partially_filled' && isOpen ? '1' : '0',
          updated_at: `2026-11-20T15:00:${seconds}Z`,
        });
        return { json: [order] };
      },
    });
    await using alpaca = openAlpaca(tiny.url);
    expect(await alpaca.broker.listOrders(EPOCH)).toMatchObject([{ status: readings.is }]);
  });

  it('list all fills, page after page, with our ids', async () => {
    const fills = Array.from({ length: 230 }, (_item, index) => fillJson({ id: `fill-${index}` }));
    await using tiny = await openTinyAlpaca({
      'GET /v2/account/activities': paged(fills, 'page_size', 'page_token'),
      'GET /v2/orders': { json: [orderJson()] },
    });
    await using alpaca = openAlpaca(tiny.url);
    const since = Temporal.Instant.from('2026-11-20T14:00:00.9Z');
    const told = await alpaca.broker.listFills(since);
    expect(told).toHaveLength(230);
    expect(new Set(told.map((fill) => fill.clientOrderId))).toEqual(new Set(['ek-1']));
    expect(new Set(told.map((fill) => toText(fill.fees)))).toEqual(new Set(['0']));
    const pages = tiny.asked.filter(({ path }) => path === '/v2/account/activities');
    expect(pages.map(({ query }) => Object.fromEntries(query))).toEqual(
      [null, 'fill-99', 'fill-199'].map((token) => ({
        activity_types: 'FILL',
        after: '2026-11-20T13:59:55Z',
        direction: 'asc',
        page_size: '100',
        ...(token === null ? {} : { page_token: token }),
      })),
    );
  });

  it.each([
    ['new', '0', 'accepted'],
    ['accepted', '0', 'accepted'],
    ['pending_new', '0', 'accepted'],
    ['held', '0', 'accepted'],
    ['partially_filled', '5', 'partially_filled'],
    ['pending_cancel', '5', 'partially_filled'],
    ['done_for_day', '5', 'partially_filled'],
    ['calculated', '5', 'partially_filled'],
    ['calculated', '10', 'filled'],
    ['filled', '10', 'filled'],
    ['canceled', '5', 'canceled'],
    ['replaced', '5', 'canceled'],
    ['expired', '0', 'expired'],
    ['rejected', '0', 'rejected'],
  ])('tell %s with %s of 10 filled as %s', async (status, filled_qty, expected) => {
    await using tiny = await openTinyAlpaca({
      'GET /v2/orders': { json: [orderJson({ status, filled_qty, filled_avg_price: '33.33' })] },
    });
    await using alpaca = openAlpaca(tiny.url);
    expect(await alpaca.broker.listOrders(EPOCH)).toMatchObject([{ status: expected }]);
  });

  it.each([
    [
      'what is left of it at the present price',
      'new',
      '10',
      { latestTrade: { p: 30, t: '2026-11-20T15:00:00Z' } },
      '22.333333334',
    ],
    ['what it filled, once it has ended', 'canceled', '10', {}, '10'],
  ])(
    'count an order for an amount of money as %s',
    async (_what, status, filled_qty, snapshot, expected) => {
      const order = orderJson({
        qty: null,
        notional: '700',
        filled_qty,
        filled_avg_price: '33',
        status,
      });
      await using tiny = await openTinyAlpaca({
        'GET /v2/orders': { json: [order] },
        'GET /v2/assets/MSFT': { json: assetJson() },
        'GET /v2/stocks/snapshots': { json: { MSFT: snapshot } },
      });
      await using alpaca = openAlpaca(tiny.url);
      const [told] = await alpaca.broker.listOrders(EPOCH);
      expect(told?.quantity.toFixed()).toBe(expected);
    },
  );

  it('do not guess an amount of money without a price', async () => {
    await using tiny = await openTinyAlpaca({
      'GET /v2/orders': { json: [orderJson({ qty: null, notional: '700' })] },
      'GET /v2/assets/MSFT': { json: assetJson() },
      'GET /v2/stocks/snapshots': { json: {} },
    });
    await using alpaca = openAlpaca(tiny.url);
    await expect(alpaca.broker.listOrders(EPOCH)).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('a fill that the stream tells of before it is in the books', () => {
  it('is looked for again, and told ahead of its order', async () => {
    const clock = createTestClock();
    let booked = false;
    await using tiny = await openTinyAlpaca({
      'GET /v2/account/activities': () => ({ json: booked ? [fillJson()] : [] }),
    });
    await using alpaca = openAlpaca(tiny.url, { clock });
    const log = recordUpdates(alpaca.broker);
    const reads = () => tiny.paths().filter((path) => path.endsWith('/account/activities')).length;
    // What was missed before the stream is read once at its beginning.
    await until('the stream', () => tiny.heard.length === 2 && reads() === 1);
    const order = orderJson({
      status: 'partially_filled',
      filled_qty: '5',
      filled_avg_price: '33.33',
    });
    for (const socket of tiny.sockets) {
      socket.send(
        JSON.stringify({ stream: 'trade_updates', data: { event: 'partial_fill', order } }),
      );
    }
    const isScheduled = (milliseconds: number) => () =>
      clock.scheduled().some((at) => at.since(clock.now()).total('milliseconds') === milliseconds);
    await until('the first wait', isScheduled(100));
    expect(log.updates).toEqual([]);
    await clock.advance({ milliseconds: 100 });
    await until('the second wait', isScheduled(250));
    booked = true;
    await clock.advance({ milliseconds: 250 });
    await log.until((updates) => updates.length === 2);
    expect(log.updates).toMatchObject([
      { type: 'fill', fill: { clientOrderId: 'ek-1' } },
      { type: 'order', order: { status: 'partially_filled' } },
    ]);
    expect(reads()).toBe(4);
  });
});
