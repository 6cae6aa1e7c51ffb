import { describe, expect, test } from 'vitest';
import { askToken, shares, startCaller } from './schwab-caller.ts';

describe('an answer that does not come', () => {
  test.each([
    ['placed', 1],
    ['not_placed', 0],
  ] as const)('to an order that was %s', async (order, orders) => {
    const { fake, call, hash } = await startCaller();
    await fake.dropAnswer({ operation: 'submit', order });
    const path = `/trader/v1/accounts/${hash}/orders`;
    await expect(call('POST', path, shares('BUY', 1, 'VTI', 240))).rejects.toThrow('fetch failed');
    expect((await fake.state({})).orders).toHaveLength(orders);
    expect((await fake.requests({})).requests).toMatchObject([
      { method: 'POST', path, status: null, body: { orderType: 'LIMIT' } },
    ]);
    expect((await call('POST', path, shares('BUY', 1, 'VTI', 240))).status).toBe(201);
  });

  test('to a cancel that was done', async () => {
    const { fake, call, hash, place, order } = await startCaller();
    const id = await place(shares('BUY', 1, 'VTI', 240));
    await fake.dropAnswer({ operation: 'cancel', order: 'placed' });
    const path = `/trader/v1/accounts/${hash}/orders/${id}`;
    await expect(call('DELETE', path)).rejects.toThrow('fetch failed');
    expect(await order(id)).toMatchObject({ status: 'CANCELED' });
  });

  test('because the request hangs', async () => {
    const { fake } = await startCaller();
    await fake.fail({ operation: 'read', code: 'half_open' });
    const hanging = fetch(`${fake.apiUrl}/trader/v1/accounts`, {
      signal: AbortSignal.timeout(100),
    });
    await expect(hanging).rejects.toThrow('timeout');
  });
});

describe('a request fails as told', () => {
  test.each([
    ['authentication', 401, null, { errors: ['Client not authorized'] }],
    ['rate_limited', 429, '7', { errors: ['Too Many Requests'] }],
    ['unavailable', 503, '7', { errors: ['Service Unavailable'] }],
    ['garbage', 200, null, '<html>Sorry'],
  ] as const)('%s: %i, so many times, and nothing is done', async (code, status, retry, body) => {
    const { fake, call, hash } = await startCaller();
    await fake.fail({ operation: 'submit', code, count: 2, retryAfterSeconds: 7 });
    const submit = () =>
      call('POST', `/trader/v1/accounts/${hash}/orders`, shares('BUY', 1, 'VTI', 240));
    expect((await call('GET', '/trader/v1/accounts')).status).toBe(200);
    const first = await submit();
    expect([first.status, first.headers.get('retry-after')]).toEqual([status, retry]);
    expect([first.body]).toMatchObject([body]);
    expect((await submit()).status).toBe(status);
    expect((await fake.state({})).orders).toEqual([]);
    expect((await submit()).status).toBe(201);
  });

  test('at the token endpoint too', async () => {
    const { fake } = await startCaller();
    const { refreshToken } = await fake.issueTokens({});
    await fake.fail({ operation: 'token', code: 'unavailable' });
    const form = { grant_type: 'refresh_token', refresh_token: refreshToken };
    expect((await askToken(fake, form)).status).toBe(503);
    expect((await askToken(fake, form)).status).toBe(200);
  });
});

describe('connections', () => {
  test('are refused until they are accepted again, at the same address', async () => {
    const { fake, call } = await startCaller();
    await fake.refuseConnections({});
    await expect(call('GET', '/trader/v1/accounts')).rejects.toThrow('fetch failed');
    await fake.acceptConnections({});
    expect((await call('GET', '/trader/v1/accounts')).status).toBe(200);
  });

  test('are cut while orders fill', async () => {
    const { fake, call, place, order } = await startCaller();
    const id = await place(shares('BUY', 2, 'VTI'));
    await fake.delay({ milliseconds: 60_000, operation: 'read' });
    const asked = call('GET', '/trader/v1/accounts').catch(String);
    await expect
      .poll(async () => (await fake.requests({})).requests.at(-1)?.path)
      .toBe('/trader/v1/accounts');
    await fake.loseConnection({ duringFills: true });
    expect(await asked).toContain('fetch failed');
    await fake.delay({ milliseconds: 0, operation: 'read' });
    expect(await order(id)).toMatchObject({ filledQuantity: 1 });
  });
});
