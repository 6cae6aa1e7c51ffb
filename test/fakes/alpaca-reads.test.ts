import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AlpacaFake } from './alpaca/index.ts';
import { alpaca, trader as traderOf } from './alpaca-client.ts';
import type { Trader } from './alpaca-client.ts';

let fake: AlpacaFake;
let next: () => Trader;
let trader: Trader;

beforeAll(async () => {
  ({ fake, next } = await alpaca(
    {},
    { positions: [{ symbol: 'BND', quantity: '10', averageEntryPrice: '70' }] },
  ));
});
beforeEach(() => {
  trader = next();
});
afterAll(() => fake.stop());

const list = async (path: string): Promise<readonly Readonly<Record<string, unknown>>[]> => {
  const { body } = await trader.get(path);
  if (!Array.isArray(body)) throw new Error(`${path} answered ${JSON.stringify(body)}`);
  return body;
};
const ids = async (path: string) => (await list(path)).map(({ id }) => id);

describe('the account', () => {
  test('tells money as text, and nothing of pattern day trading', async () => {
    const { body } = await trader.get('/v2/account');
    expect(body).toMatchObject({
      status: 'ACTIVE',
      currency: 'USD',
      cash: '10000',
      buying_power: '10000',
      equity: '10750',
      long_market_value: '750',
      trading_blocked: false,
    });
    for (const gone of ['pattern_day_trader', 'daytrade_count', 'daytrading_buying_power']) {
      expect(body).not.toHaveProperty(gone);
    }
  });

  test('on margin may spend twice what it has', async () => {
    const margin = await alpaca({}, { multiplier: '2' });
    await using _ = margin.fake;
    const rich = margin.next();
    expect((await rich.get('/v2/account')).body).toMatchObject({
      multiplier: '2',
      buying_power: '20000',
    });
  });
});

test('a position is valued at the last price', async () => {
  expect((await trader.get('/v2/positions')).body).toMatchObject([
    {
      symbol: 'BND',
      qty: '10',
      qty_available: '10',
      avg_entry_price: '70',
      cost_basis: '700',
      current_price: '75',
      market_value: '750',
      unrealized_pl: '50',
      side: 'long',
    },
  ]);
});

describe('the list of orders', () => {
  test('is of open orders, newest first, unless asked otherwise', async () => {
    const a = await trader.order({ qty: '1' });
    const b = await trader.order({ qty: '1', symbol: 'VXUS' });
    const c = await trader.order({ qty: '1', symbol: 'BND', side: 'sell' });
    await fake.cancelElsewhere({ brokerOrderId: a });
    expect(await ids('/v2/orders')).toEqual([c, b]);
    expect(await ids('/v2/orders?status=closed')).toEqual([a]);
    expect(await ids('/v2/orders?status=all&direction=asc')).toEqual([a, b, c]);
    expect(await ids('/v2/orders?status=all&side=sell')).toEqual([c]);
    expect(await ids('/v2/orders?status=all&symbols=VTI,VXUS')).toEqual([b, a]);
    expect(await ids('/v2/orders?status=all&asset_class=crypto')).toEqual([]);
    expect(await ids('/v2/orders?status=all&limit=2')).toEqual([c, b]);
    expect(await ids(`/v2/orders?status=all&before_order_id=${b}`)).toEqual([a]);
    expect(await ids(`/v2/orders?status=all&after_order_id=${b}`)).toEqual([c]);
  });

  test('is cut by times, exclusively', async () => {
    const made = [
      await trader.order({ qty: '1' }),
      await trader.order({ qty: '1' }),
      await trader.order({ qty: '1' }),
    ];
    const all = await list('/v2/orders?direction=asc');
    const at = String(all[1]?.['submitted_at']);
    expect(await ids(`/v2/orders?after=${at}`)).toEqual([made[2]]);
    expect(await ids(`/v2/orders?until=${at}`)).toEqual([made[0]]);
    expect(await ids(`/v2/orders?after=2026-11-24`)).toEqual([]);
  });

  test.each([
    'limit=0',
    'limit=501',
    'limit=many',
    'status=done',
    'direction=up',
    'after=yesterday',
    'order_status=all',
    'before_order_id=a&after_order_id=b',
  ])('refuses %s', async (query) => {
    expect(await trader.get(`/v2/orders?${query}`)).toMatchObject({
      status: 422,
      body: { code: 40010001 },
    });
  });
});

describe('activities', () => {
  test('tell every execution, newest first, a page at a time', async () => {
    const id = await trader.order({ qty: '2' });
    await trader.order({ qty: '2' });
    await fake.fillNext(trader.name);
    await fake.fillNext(trader.name);
    const all = await list('/v2/account/activities/FILL');
    expect(all).toHaveLength(4);
    expect(all.at(-1)).toMatchObject({
      activity_type: 'FILL',
      type: 'partial_fill',
      order_id: id,
      symbol: 'VTI',
      side: 'buy',
      qty: '1',
      price: '300.01',
      cum_qty: '1',
      leaves_qty: '1',
      order_status: 'partially_filled',
      // The exchange's wall clock to the millisecond.
      id: expect.stringMatching(/^20261123100000000::[0-9a-f-]{36}$/),
    });
    const path = '/v2/account/activities?activity_types=FILL&direction=asc&page_size=3';
    const first = await ids(path);
    const rest = await ids(`${path}&page_token=${String(first.at(-1))}`);
    expect([...first, ...rest]).toEqual(all.map((activity) => activity['id']).toReversed());
    expect(await ids(`${path}&page_token=${String(rest.at(-1))}`)).toEqual([]);
    const { executions } = await fake.state();
    const own = executions.filter(({ account }) => account === trader.name);
    expect(own.map(({ activityId }) => activityId)).toEqual([...first, ...rest]);
    expect(own.every(({ activityId, executionId }) => activityId.endsWith(executionId))).toBe(true);
  });

  test('are cut by dates and kinds', async () => {
    await trader.order({ qty: '1' });
    await fake.fillNext(trader.name);
    const count = async (query: string) => (await list(`/v2/account/activities?${query}`)).length;
    const [activity] = await list('/v2/account/activities');
    const at = String(activity?.['transaction_time']);
    expect(await count('date=2026-11-23')).toBe(1);
    expect(await count('date=2026-11-22')).toBe(0);
    expect(await count('after=2026-11-23')).toBe(1);
    expect(await count(`after=${at}`)).toBe(0);
    expect(await count(`until=${at}`)).toBe(0);
    expect(await count('category=trade_activity')).toBe(1);
    expect(await count('activity_types=DIV')).toBe(0);
    expect(await trader.get('/v2/account/activities?page_size=101')).toMatchObject({ status: 422 });
    expect(await trader.get('/v2/account/activities?page_token=x')).toMatchObject({ status: 422 });
  });
});

describe('assets', () => {
  test.each([
    ['VTI', { tradable: true, fractionable: true, status: 'active', class: 'us_equity' }],
    ['BRK.A', { tradable: true, fractionable: false }],
    ['HALT', { tradable: false, status: 'active' }],
    ['GONE', { tradable: false, status: 'inactive' }],
  ])('%s', async (symbol, fields) => {
    expect((await trader.get(`/v2/assets/${symbol}`)).body).toMatchObject({ symbol, ...fields });
  });

  test('that do not exist, and those that are active', async () => {
    expect(await trader.get('/v2/assets/NOPE')).toMatchObject({
      status: 404,
      body: { code: 40410000, message: 'asset not found for NOPE' },
    });
    const active = (await list('/v2/assets?status=active')).map(({ symbol }) => symbol);
    expect(active).toContain('HALT');
    expect(active).not.toContain('GONE');
  });
});

test('the calendar knows Thanksgiving and the short day after it', async () => {
  expect(await list('/v2/calendar?start=2026-11-25&end=2026-11-27')).toEqual([
    {
      date: '2026-11-25',
      open: '09:30',
      close: '16:00',
      session_open: '0400',
      session_close: '2000',
      settlement_date: '2026-11-27',
    },
    {
      date: '2026-11-27',
      open: '09:30',
      close: '13:00',
      session_open: '0400',
      session_close: '1700',
      settlement_date: '2026-11-30',
    },
  ]);
});

describe('market data', () => {
  test('speaks numbers, by symbol, and leaves out what it does not know', async () => {
    await fake.setPrice({ symbol: 'VXUS', price: '65.5', bid: '65.4', ask: '65.7' });
    const { body } = await trader.data('/v2/stocks/snapshots?symbols=VXUS,NOPE&feed=iex');
    expect(body).toMatchObject({
      VXUS: {
        latestTrade: { p: 65.5, t: '2026-11-23T15:00:00Z' },
        latestQuote: { bp: 65.4, ap: 65.7 },
        dailyBar: { c: 65.5 },
        prevDailyBar: { c: 65 },
      },
    });
    expect(body).not.toHaveProperty('NOPE');
  });

  test.each([
    ['/v2/stocks/VTI/snapshot', { symbol: 'VTI', latestTrade: { p: 300 } }],
    ['/v2/stocks/VTI/quotes/latest', { symbol: 'VTI', quote: { bp: 299.99, ap: 300.01 } }],
    ['/v2/stocks/quotes/latest?symbols=VTI', { quotes: { VTI: { ap: 300.01 } } }],
    ['/v2/stocks/VTI/trades/latest', { symbol: 'VTI', trade: { p: 300 } }],
    ['/v2/stocks/trades/latest?symbols=VTI', { trades: { VTI: { p: 300 } } }],
    ['/v2/stocks/bars/latest?symbols=VTI', { bars: { VTI: { c: 300 } } }],
  ])('%s', async (path, body) => {
    expect(await trader.data(path)).toMatchObject({ status: 200, body });
  });

  test.each([
    ['/v2/stocks/snapshots', 400, 'symbols is required'],
    ['/v2/stocks/snapshots?symbols=vti', 400, 'invalid symbol: vti'],
    ['/v2/stocks/snapshots?symbols=VTI&feed=free', 400, 'invalid feed: free'],
    [
      '/v2/stocks/snapshots?symbols=VTI&feed=sip',
      403,
      'subscription does not permit querying recent SIP data',
    ],
  ])('refuses %s', async (path, status, message) => {
    expect(await trader.data(path)).toMatchObject({ status, body: { message } });
  });

  test('can be old', async () => {
    await fake.setPrice({ symbol: 'AAPL', price: '201', quotedAt: '2026-11-23T14:00:00Z' });
    expect((await trader.data('/v2/stocks/AAPL/quotes/latest')).body).toMatchObject({
      quote: { t: '2026-11-23T14:00:00Z' },
    });
  });
});

describe('who asks', () => {
  test.each<[string, Record<string, string>]>([
    ['nobody', {}],
    ['a key without its secret', { 'APCA-API-KEY-ID': 'key-account-0' }],
    [
      'a wrong secret',
      { 'APCA-API-KEY-ID': 'key-account-0', 'APCA-API-SECRET-KEY': 'secret-account-1' },
    ],
    [
      "another account's key pair",
      { 'APCA-API-KEY-ID': 'key-account-1', 'APCA-API-SECRET-KEY': 'secret-account-1' },
    ],
    ['an unknown token', { authorization: 'Bearer nonsense' }],
  ])('%s is not answered', async (_, headers) => {
    const stranger = traderOf(fake, 'account-0', headers);
    expect(await stranger.get('/v2/account')).toMatchObject({
      status: 401,
      body: { code: 40110000, message: 'request is not authorized' },
    });
  });

  test('may ask for what does not exist', async () => {
    expect(await trader.get('/v2/nothing')).toMatchObject({ status: 404 });
    expect(await trader.post('/v2/account', {})).toMatchObject({ status: 405 });
  });
});

test('in all of this the fake kept to the document of Alpaca', async () => {
  expect((await fake.state()).defects).toEqual([]);
});
