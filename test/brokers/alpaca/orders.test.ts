import { describe, expect, it } from 'vitest';
import { decimal } from '../../../src/core/decimal.ts';
import type { OrderIntent } from '../../../src/core/order.ts';
import { BrokerError } from '../../../src/ports/broker-error.ts';
import { recordUpdates } from '../../contracts/broker/harness.ts';
import { buy, sell } from '../../contracts/broker/requests.ts';
import { until } from '../../e2e/bot-world.ts';
import { createTestClock } from '../../fixtures/test-clock.ts';
import type { Answer, Asked } from './tiny-alpaca.ts';
import { assetJson, openAlpaca, openTinyAlpaca, OPEN_CLOCK, orderJson } from './tiny-alpaca.ts';
import { MAY_SEND, revocablePermit } from '../../fixtures/send-permits.ts';

const ASSETS = {
  'GET /v2/assets/MSFT': { json: assetJson() },
  'GET /v2/assets/OLDCO': {
    json: assetJson({ symbol: 'OLDCO', status: 'inactive', tradable: false }),
  },
  'GET /v2/assets/NOSUCH': {
    status: 404,
    json: { code: 40410000, message: 'asset not found for NOSUCH' },
  },
};

/** What was ordered, as Alpaca echoes it. */
function orderOf(body: unknown): Record<string, unknown> {
  return { ...orderJson(), ...(typeof body === 'object' ? body : {}) };
}

const taken = ({ body }: Asked): Answer => ({ json: orderOf(body) });

const refused = (status: number, code: number, message: string): Answer => ({
  status,
  json: { code, message },
});

describe('an order', () => {
  it('goes out with our id and exact texts, and is accepted', async () => {
    await using tiny = await openTinyAlpaca({ 'POST /v2/orders': taken });
    await using alpaca = openAlpaca(tiny.url);
    const market = buy('MSFT', '0.000000001');
    const limit: OrderIntent = { ...sell('MSFT', '10', '33.10'), extendedHours: true };
    for (const intent of [market, limit]) {
      expect(await alpaca.broker.executeTrade(intent, MAY_SEND)).toEqual({
        type: 'accepted',
        brokerOrderId: '61e69015-8549-4bfd-b9c3-01e75843f47d',
      });
    }
    const orders = tiny.asked.filter(({ method }) => method === 'POST');
    expect(orders.map(({ body }) => body)).toEqual([
      {
        symbol: 'MSFT',
        qty: '0.000000001',
        side: 'buy',
        type: 'market',
        time_in_force: 'day',
        client_order_id: market.clientOrderId,
      },
      {
        symbol: 'MSFT',
        qty: '10',
        side: 'sell',
        type: 'limit',
        time_in_force: 'day',
        limit_price: '33.1',
        extended_hours: true,
        client_order_id: limit.clientOrderId,
      },
    ]);
  });

  it.each<[string, Answer, object, OrderIntent?]>([
    [
      'too little buying power',
      refused(403, 40310000, 'insufficient buying power'),
      { code: 'insufficient_funds', brokerCode: '40310000', reason: 'insufficient buying power' },
    ],
    [
      'more than is held',
      refused(403, 40310000, 'insufficient qty available for order (requested: 10, available: 4)'),
      { code: 'order_rejected' },
      sell('MSFT', '10'),
    ],
    [
      'a wash trade',
      refused(403, 40310000, 'potential wash trade detected. use complex orders'),
      { code: 'order_rejected' },
    ],
    [
      'a second order under our id',
      refused(422, 40010001, 'client_order_id must be unique'),
      { code: 'order_rejected', brokerCode: '40010001' },
    ],
    [
      'an unknown symbol',
      refused(422, 42210000, 'asset "NOSUCH" not found'),
      { code: 'not_tradable' },
      buy('NOSUCH', '1'),
    ],
    [
      'a symbol that is not traded',
      refused(422, 42210000, 'asset OLDCO is not active'),
      { code: 'not_tradable' },
      buy('OLDCO', '1'),
    ],
    ['a wrong field', refused(422, 42210000, 'invalid limit_price'), { code: 'order_rejected' }],
    [
      'a refused login',
      refused(401, 40110000, 'request is not authorized'),
      { code: 'authentication' },
    ],
    [
      'an unknown key',
      { status: 403, json: { message: 'forbidden.' } },
      { code: 'authentication' },
    ],
  ])('is rejected for %s', async (_what, answer, expected, intent = buy('MSFT', '10')) => {
    await using tiny = await openTinyAlpaca({ ...ASSETS, 'POST /v2/orders': answer });
    await using alpaca = openAlpaca(tiny.url);
    expect(await alpaca.broker.executeTrade(intent, MAY_SEND)).toMatchObject({
      type: 'rejected',
      ...expected,
    });
  });

  it('is rejected that Alpaca took and rejected at once', async () => {
    await using tiny = await openTinyAlpaca({
      'POST /v2/orders': ({ body }) => ({ json: { ...orderOf(body), status: 'rejected' } }),
    });
    await using alpaca = openAlpaca(tiny.url);
    expect(await alpaca.broker.executeTrade(buy('MSFT', '10'), MAY_SEND)).toMatchObject({
      type: 'rejected',
      code: 'order_rejected',
    });
  });

  it.each<[string, Answer]>([
    ['a connection that is cut', 'cut'],
    ['an error of the server', refused(500, 50010000, 'internal server error occurred')],
    ['a gateway that gave up', { status: 504, text: 'Gateway Timeout' }],
    ['a time that ran out', { status: 408, text: '' }],
    ['an answer that is no JSON', { text: 'OK' }],
    ['an answer that is no order', { json: { id: 4711 } }],
    ['the answer to another order', { json: orderJson({ client_order_id: 'somebody-elses' }) }],
    ['a redirection', { status: 302, text: '', headers: { location: '/v2/orders' } }],
  ])('is unknown after %s, and is not sent again', async (_what, answer) => {
    await using tiny = await openTinyAlpaca({ 'POST /v2/orders': answer });
    await using alpaca = openAlpaca(tiny.url);
    const result = await alpaca.broker.executeTrade(buy('MSFT', '10'), MAY_SEND);
    expect(result).toEqual({ type: 'unknown', reason: expect.stringMatching(/\w+ \w+.*\.$/) });
    expect(tiny.paths()).toEqual(['GET /v2/clock', 'POST /v2/orders']);
  });

  it('that came too fast is sent again under the same id when the time is over, ahead of nothing that recovers', async () => {
    const clock = createTestClock();
    let refusals = 1;
    await using tiny = await openTinyAlpaca({
      'POST /v2/orders': (asked) => {
        if (refusals === 0) return taken(asked);
        refusals -= 1;
        return {
          status: 429,
          headers: { 'retry-after': '7' },
          json: { code: 42910000, message: 'rate limit exceeded' },
        };
      },
    });
    await using alpaca = openAlpaca(tiny.url, { clock });
    const result = alpaca.broker.executeTrade(buy('MSFT', '10'), MAY_SEND);
    await until('the pause', () =>
      clock.scheduled().some((at) => at.since(clock.now()).seconds === 7),
    );
    const found = alpaca.broker.findOrder(buy('MSFT', '10')).catch(() => 'failed');
    await clock.advance('PT6.9S');
    expect(tiny.asked).toHaveLength(2);
    await clock.advance('PT0.1S');
    expect(await result).toMatchObject({ type: 'accepted' });
    expect(await found).toBe('failed');
    const [, first, recovery, second] = tiny.asked;
    expect(recovery?.path).toBe('/v2/orders:by_client_order_id');
    expect(second?.body).toEqual(first?.body);
  });

  it('that came too fast stays here when it is withdrawn meanwhile, or not permitted any more', async () => {
    const clock = createTestClock();
    await using tiny = await openTinyAlpaca({
      'POST /v2/orders': {
        status: 429,
        headers: { 'retry-after': '7' },
        json: { code: 42910000, message: 'rate limit exceeded' },
      },
    });
    await using alpaca = openAlpaca(tiny.url, { clock });
    const [withdrawn, halted] = [revocablePermit(), revocablePermit()];
    const results = [withdrawn, halted].map(({ permit }) =>
      alpaca.broker.executeTrade(buy('MSFT', '10'), permit),
    );
    await until('the pause', () =>
      clock.scheduled().some((at) => at.since(clock.now()).seconds === 7),
    );
    await until('both answers', () => tiny.asked.length === 4);
    await clock.settle();
    withdrawn.withdraw();
    expect(await results[0]).toMatchObject({ type: 'not_sent', code: 'halted' });
    halted.refuse();
    await clock.advance('PT7S');
    expect(await results[1]).toMatchObject({ type: 'not_sent', code: 'halted' });
    expect(halted.asked()).toBe(2);
    expect(tiny.paths().filter((path) => path === 'POST /v2/orders')).toHaveLength(2);
  });

  it('that is refused with 429 for good is rejected as that', async () => {
    await using tiny = await openTinyAlpaca({
      'POST /v2/orders': { status: 429, headers: { 'retry-after': '0' }, text: '' },
    });
    await using alpaca = openAlpaca(tiny.url);
    expect(await alpaca.broker.executeTrade(buy('MSFT', '10'), MAY_SEND)).toMatchObject({
      type: 'rejected',
      code: 'rate_limited',
    });
    expect(tiny.asked).toHaveLength(4);
  });

  it('is not sent while the market is closed, unless it is for extended hours', async () => {
    const clock = createTestClock();
    let open = true;
    await using tiny = await openTinyAlpaca({
      'GET /v2/clock': () => ({ json: { ...OPEN_CLOCK, is_open: open } }),
      'POST /v2/orders': taken,
    });
    await using alpaca = openAlpaca(tiny.url, { clock });
    const { broker } = alpaca;
    expect(await broker.executeTrade(buy('MSFT', '1'), MAY_SEND)).toMatchObject({
      type: 'accepted',
    });
    // Known until the close, which is not asked for again.
    await clock.advance('PT5H');
    expect(await broker.executeTrade(buy('MSFT', '1'), MAY_SEND)).toMatchObject({
      type: 'accepted',
    });
    expect(tiny.paths().filter((path) => path === 'GET /v2/clock')).toHaveLength(1);
    open = false;
    await clock.advance('PT1H');
    expect(await broker.executeTrade(buy('MSFT', '1'), MAY_SEND)).toMatchObject({
      type: 'rejected',
      code: 'market_closed',
    });
    // Known until the next session opens.
    expect(await broker.executeTrade(buy('MSFT', '1'), MAY_SEND)).toMatchObject({
      code: 'market_closed',
    });
    expect(tiny.paths().filter((path) => path === 'GET /v2/clock')).toHaveLength(2);
    const late = { ...buy('MSFT', '1', '33.00'), extendedHours: true };
    expect(await broker.executeTrade(late, MAY_SEND)).toMatchObject({ type: 'accepted' });
    expect(tiny.asked.filter(({ method }) => method === 'POST')).toHaveLength(3);
  });

  it('is not sent when the market cannot be asked about', async () => {
    await using tiny = await openTinyAlpaca({ 'GET /v2/clock': 'cut', 'POST /v2/orders': taken });
    await using alpaca = openAlpaca(tiny.url);
    expect(await alpaca.broker.executeTrade(buy('MSFT', '1'), MAY_SEND)).toMatchObject({
      type: 'rejected',
      code: 'unavailable',
    });
    // What only reads is asked once more where the connection broke; the order is not even sent.
    expect(tiny.paths()).toEqual(['GET /v2/clock', 'GET /v2/clock']);
  });

  it('is told to listeners as soon as it is answered', async () => {
    await using tiny = await openTinyAlpaca({ 'POST /v2/orders': taken });
    await using alpaca = openAlpaca(tiny.url);
    const log = recordUpdates(alpaca.broker);
    const intent = buy('MSFT', '10');
    await alpaca.broker.executeTrade(intent, MAY_SEND);
    expect(log.updates).toMatchObject([
      { type: 'order', order: { clientOrderId: intent.clientOrderId, status: 'accepted' } },
    ]);
  });

  it.each([
    ['is found', { json: orderJson({ status: 'filled', filled_qty: '10' }) }, 'found'],
    ['is certainly not there', refused(404, 40410000, 'order not found'), 'not_found'],
  ])('that is looked for %s', async (_what, answer, type) => {
    await using tiny = await openTinyAlpaca({ 'GET /v2/orders:by_client_order_id': answer });
    await using alpaca = openAlpaca(tiny.url);
    expect(await alpaca.broker.findOrder(buy('MSFT', '10'))).toMatchObject({ type });
  });

  it('is not taken as missing on the word of a proxy', async () => {
    await using tiny = await openTinyAlpaca();
    await using alpaca = openAlpaca(tiny.url);
    await expect(alpaca.broker.findOrder(buy('MSFT', '10'))).rejects.toMatchObject({
      code: 'unavailable',
    });
  });

  it.each<[string, Answer, object | null]>([
    ['taken', { status: 204, text: '' }, null],
    [
      'for an order that has ended',
      refused(422, 42210000, 'order is not cancelable'),
      { code: 'order_rejected' },
    ],
    [
      'for an order that is not there',
      refused(404, 40410000, 'order not found'),
      { code: 'order_rejected' },
    ],
    ['not answered', 'cut', { code: 'unavailable' }],
    [
      'refused for the login',
      refused(401, 40110000, 'request is not authorized'),
      { code: 'authentication' },
    ],
  ])('has its cancel %s', async (_what, answer, expected) => {
    await using tiny = await openTinyAlpaca({ 'DELETE /v2/orders/4711': answer });
    await using alpaca = openAlpaca(tiny.url);
    const failure: unknown = await alpaca.broker.cancelOrder('4711').then(
      () => null,
      (error: unknown) => error,
    );
    expect(failure instanceof BrokerError ? { code: failure.code } : failure).toEqual(expected);
  });
});

describe('the pace of a login', () => {
  it('is 200 requests a minute, shared by all accounts on it, recovery first and trading last', async () => {
    const clock = createTestClock();
    await using tiny = await openTinyAlpaca({
      ...ASSETS,
      'GET /v2/account': { json: { status: 'ACTIVE', cash: '1', buying_power: '1' } },
      'GET /v2/orders:by_client_order_id': { json: orderJson() },
      'POST /v2/orders': taken,
    });
    await using alpaca = openAlpaca(tiny.url, { clock });
    const other = alpaca.gateway.openAccount({ name: 'other', mode: 'paper', brokerSettings: {} });
    await alpaca.broker.getMarketClock();
    const burst = Array.from({ length: 199 }, (_item, index) =>
      (index % 2 === 0 ? alpaca.broker : other).getAccountBalance(),
    );
    await Promise.all(burst);
    const late = [
      alpaca.broker.executeTrade({ ...buy('MSFT', '1'), quantity: decimal('1') }, MAY_SEND),
      other.getAccountBalance(),
      other.findOrder(buy('MSFT', '1')),
    ];
    await clock.advance('PT59S');
    expect(tiny.asked).toHaveLength(200);
    await clock.advance('PT1S');
    await Promise.all(late);
    expect(tiny.paths().slice(200)).toEqual([
      'GET /v2/orders:by_client_order_id',
      'GET /v2/account',
      'POST /v2/orders',
    ]);
  });
});
