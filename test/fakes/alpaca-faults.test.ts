import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AlpacaFake } from './alpaca/index.ts';
import { alpaca } from './alpaca-client.ts';
import type { Trader } from './alpaca-client.ts';

let fake: AlpacaFake;
let next: () => Trader;
let trader: Trader;

beforeAll(async () => {
  ({ fake, next } = await alpaca({ requestsPerMinute: 5 }));
});
beforeEach(() => {
  trader = next();
});
afterAll(() => fake.stop());

const ordersOf = async ({ name }: Trader) =>
  (await fake.state()).accounts.find((account) => account.name === name)?.orders ?? [];

describe('an answer that does not come', () => {
  test.each([
    ['placed' as const, 1],
    ['not_placed' as const, 0],
  ])('of an order that was %s', async (order, placed) => {
    await fake.dropAnswer({ operation: 'submit', order });
    await expect(trader.submit({ client_order_id: 'lost' })).rejects.toThrow('fetch failed');
    expect(await ordersOf(trader)).toHaveLength(placed);
    const found = await trader.get('/v2/orders:by_client_order_id?client_order_id=lost');
    expect(found.status).toBe(placed === 1 ? 200 : 404);
    expect((await trader.submit({ client_order_id: 'lost' })).status).toBe(
      placed === 1 ? 422 : 200,
    );
  });

  test('of a cancel that happened', async () => {
    const id = await trader.order();
    await fake.dropAnswer({ operation: 'cancel', order: 'placed' });
    await expect(trader.delete(`/v2/orders/${id}`)).rejects.toThrow('fetch failed');
    expect(await trader.look(id)).toMatchObject({ status: 'canceled' });
  });

  test('at all, and no end either', async () => {
    await fake.fail({ operation: 'read', code: 'half_open' });
    const aborted = AbortSignal.timeout(200);
    const url = `${fake.accounts[trader.name]?.trading}/v2/account`;
    await expect(fetch(url, { signal: aborted })).rejects.toThrow('aborted due to timeout');
  });
});

describe('a failure on demand', () => {
  test.each([
    ['authentication' as const, 401, '"code":40110000'],
    ['rate_limited' as const, 429, 'too many requests.'],
    ['unavailable' as const, 503, '<html>'],
    ['garbage' as const, 200, '{"id": "0b7e2", "sta'],
  ])('%s', async (code, status, text) => {
    await fake.fail({ operation: 'submit', code, count: 2 });
    expect((await trader.get('/v2/account')).status).toBe(200);
    for (let time = 0; time < 2; time += 1) {
      expect(await trader.submit()).toMatchObject({ status, text: expect.stringContaining(text) });
    }
    expect(await ordersOf(trader)).toEqual([]);
    expect((await trader.submit()).status).toBe(200);
  });

  test('says when to come again', async () => {
    await fake.fail({ code: 'rate_limited', retryAfterSeconds: 30 });
    const { headers } = await trader.get('/v2/account');
    const now = Temporal.Instant.from((await fake.state()).now).epochMilliseconds / 1000;
    expect(Number(headers.get('x-ratelimit-reset')) - now).toBe(30);
    expect(headers.get('x-ratelimit-remaining')).toBe('0');
  });

  test('holds answers back', async () => {
    await fake.delay({ milliseconds: 150, operation: 'submit' });
    const slow = trader.submit();
    const fast = trader.get('/v2/account');
    const first = await Promise.race([slow.then(() => 'slow'), fast.then(() => 'fast')]);
    await fake.delay({ milliseconds: 0 });
    expect(first).toBe('fast');
    expect((await slow).status).toBe(200);
  });
});

test('more requests than a minute allows are refused until the next', async () => {
  for (let request = 1; request <= 5; request += 1) {
    const { status, headers } = await trader.get('/v2/account');
    expect([status, headers.get('x-ratelimit-remaining')]).toEqual([200, String(5 - request)]);
  }
  const refused = await trader.submit();
  expect(refused).toMatchObject({ status: 429, body: { message: 'too many requests.' } });
  expect(refused.headers.get('x-ratelimit-limit')).toBe('5');
  expect(await ordersOf(trader)).toEqual([]);
  // Another account and market data have a budget of their own.
  expect((await next().get('/v2/account')).status).toBe(200);
  expect((await trader.data('/v2/stocks/VTI/snapshot')).status).toBe(200);
  await fake.advance(60);
  expect((await trader.get('/v2/account')).status).toBe(200);
});

test('the whole of Alpaca can be out of reach', async () => {
  await fake.refuseConnections({ milliseconds: 'until_told', what: 'all' });
  await expect(trader.get('/v2/account')).rejects.toThrow('fetch failed');
  await fake.acceptConnections();
  expect((await trader.get('/v2/account')).status).toBe(200);
});

test('what was asked is told in order, without secrets', async () => {
  await trader.submit({ client_order_id: 'seen' });
  await trader.get('/v2/orders?status=all');
  const asked = (await fake.requests()).filter(({ account }) => account === trader.name);
  expect(asked).toMatchObject([
    {
      method: 'POST',
      path: '/v2/orders',
      operation: 'POST /v2/orders',
      status: 200,
      body: expect.stringContaining('"client_order_id":"seen"'),
    },
    { method: 'GET', path: '/v2/orders?status=all', status: 200 },
  ]);
  expect(JSON.stringify(asked)).not.toContain('secret');
});

test.each([
  ['a verb that is none', () => fake.setPrice({ symbol: 'NOPE', price: '1' }), 'there is no asset'],
  ['a price that is none', () => fake.setPrice({ symbol: 'VTI', price: 'x' }), 'Invalid string'],
  [
    'an order that is none',
    () => fake.cancelElsewhere({ brokerOrderId: 'x' }),
    'there is no order',
  ],
])('the control interface says what is wrong with %s', async (_, act, words) => {
  await expect(act()).rejects.toThrow(words);
});
