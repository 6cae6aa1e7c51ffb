import { describe, expect, test } from 'vitest';
import { decimal } from '../../../src/core/decimal.ts';
import { secret } from '../../../src/lib/secret.ts';
import { BrokerError } from '../../../src/ports/broker-error.ts';
import type { Answer } from './inline-schwab.ts';
import { ACCOUNT_NUMBERS, HASH, INTENT, openInlineSchwab, withNumbers } from './inline-schwab.ts';
import { MAY_SEND, revocablePermit } from '../../fixtures/send-permits.ts';

const PLACED: Answer = {
  status: 201,
  headers: { location: `https://api.schwabapi.com/trader/v1/accounts/${HASH}/orders/1001234` },
};

const BALANCE: Answer = {
  status: 200,
  body: '{"securitiesAccount":{"type":"CASH","currentBalances":{"totalCash":1,"cashAvailableForTrading":1}}}',
};

const refusal = (
  status: number,
  message: string,
  headers: Record<string, string> = {},
): Answer => ({
  status,
  body: JSON.stringify({ message, errors: [] }),
  headers,
});

describe('an order', () => {
  test('is sent once, exactly, and known by the number in Location', async () => {
    await using world = await openInlineSchwab(withNumbers(() => PLACED));
    expect(await world.broker.executeTrade(INTENT, MAY_SEND)).toEqual({
      type: 'accepted',
      brokerOrderId: '1001234',
    });
    const [, sent, ...more] = world.asked;
    expect(more).toEqual([]);
    expect(sent).toMatchObject({
      method: 'POST',
      path: `/trader/v1/accounts/${HASH}/orders`,
      authorization: 'Bearer token-1',
    });
    expect(sent?.body).toBe(
      '{"session":"NORMAL","duration":"DAY","orderType":"LIMIT","complexOrderStrategyType":"NONE","orderStrategyType":"SINGLE","price":125.4,"orderLegCollection":[{"instruction":"BUY","quantity":61,"instrument":{"symbol":"IBM","assetType":"EQUITY"}}]}',
    );
  });

  test('outside the regular session is for the whole day, and has a limit', async () => {
    await using world = await openInlineSchwab(withNumbers(() => PLACED));
    await world.broker.executeTrade({ ...INTENT, extendedHours: true }, MAY_SEND);
    expect(world.asked.at(-1)?.body).toContain('"session":"SEAMLESS"');
    const market = {
      ...INTENT,
      extendedHours: true,
      orderType: 'market',
      limitPrice: null,
    } as const;
    expect(await world.broker.executeTrade(market, MAY_SEND)).toMatchObject({
      type: 'rejected',
      code: 'order_rejected',
    });
    expect(world.asked).toHaveLength(2);
  });

  test.each([
    ['after the close', '2026-11-20T21:00:00Z', false, 'market_closed'],
    ['on a Saturday', '2026-11-21T15:00:00Z', true, 'market_closed'],
    ['on Thanksgiving', '2026-11-26T15:00:00Z', false, 'market_closed'],
    ['at night', '2026-11-21T01:00:00Z', true, 'market_closed'],
    ['in the evening, for the extended session', '2026-11-20T23:00:00Z', true, 'accepted'],
    ['in the morning, for the extended session', '2026-11-20T12:00:00Z', true, 'accepted'],
  ] as const)('%s (%s, extended hours: %s) is %s', async (_when, now, extendedHours, expected) => {
    await using world = await openInlineSchwab(withNumbers(() => PLACED));
    await world.clock.set(now);
    const result = await world.broker.executeTrade({ ...INTENT, extendedHours }, MAY_SEND);
    expect(result.type === 'rejected' ? result.code : result.type).toBe(expected);
    expect(world.asked).toHaveLength(expected === 'accepted' ? 2 : 0);
  });

  test.each([
    ['for a fraction of a share', { quantity: decimal('0.5') }, 'live', /whole shares/],
    ['of an account that is on paper', {}, 'paper', /no paper trading/],
  ] as const)('%s is not sent', async (_what, over, mode, words) => {
    await using world = await openInlineSchwab(
      withNumbers(() => PLACED),
      { mode },
    );
    const result = await world.broker.executeTrade({ ...INTENT, ...over }, MAY_SEND);
    expect(result).toMatchObject({ type: 'rejected', code: 'order_rejected' });
    expect(result.type === 'rejected' && result.reason).toMatch(words);
    expect(world.asked).toEqual([]);
  });

  test.each([
    [
      400,
      'You do not have enough available cash/buying power for this order.',
      'insufficient_funds',
    ],
    [400, 'Insufficient funds', 'insufficient_funds'],
    [400, 'The market is closed for this security.', 'market_closed'],
    [400, 'Invalid symbol: NOSUCH', 'not_tradable'],
    [400, 'This security is not eligible for trading', 'not_tradable'],
    [400, 'Limit price must be in increments of 0.01', 'order_rejected'],
    [400, 'You do not hold enough shares to sell', 'order_rejected'],
    [401, 'Client not authorized', 'authentication'],
    [403, 'Forbidden', 'authentication'],
    [404, 'Account not found', 'order_rejected'],
    [429, 'Too many requests', 'rate_limited'],
  ] as const)('that is answered %d "%s" is rejected: %s', async (status, words, code) => {
    await using world = await openInlineSchwab(withNumbers(() => refusal(status, words)));
    expect(await world.broker.executeTrade(INTENT, MAY_SEND)).toEqual({
      type: 'rejected',
      code,
      brokerCode: null,
      reason: words,
    });
    expect(world.asked).toHaveLength(2);
  });

  test.each<[string, Answer]>([
    ['503', refusal(503, 'Service unavailable')],
    ['500', refusal(500, 'Internal error')],
    ['a redirect', { status: 302, headers: { location: 'https://elsewhere.example/' } }],
    ['200 with a page', { status: 200, body: '<html>' }],
    ['201 without a number', { status: 201 }],
    ['a cut connection', 'cut'],
  ])('that is answered with %s is unknown, and is not sent again', async (_what, answer) => {
    await using world = await openInlineSchwab(withNumbers(() => answer));
    const result = await world.broker.executeTrade(INTENT, MAY_SEND);
    expect(result).toEqual({ type: 'unknown', reason: expect.stringMatching(/\w+ \w+/) });
    expect(world.asked).toHaveLength(2);
  });

  test('that is never answered is unknown after a while', async () => {
    await using world = await openInlineSchwab(withNumbers(() => 'silence'));
    const sent = world.broker.executeTrade(INTENT, MAY_SEND);
    await world.requests(2);
    await world.clock.advance({ seconds: 20 });
    expect(await sent).toMatchObject({ type: 'unknown', reason: /20 seconds/ });
  });

  test('that cannot leave is rejected: it is certainly not there', async () => {
    const closed = 'http://127.0.0.1:1';
    await using unreachable = await openInlineSchwab(() => PLACED, { apiUrl: closed });
    expect(await unreachable.broker.executeTrade(INTENT, MAY_SEND)).toMatchObject({
      type: 'rejected',
      code: 'unavailable',
      reason: /ECONNREFUSED/,
    });
    const ended = new BrokerError('schwab', 'authentication', 'The login of ana has ended.');
    await using loggedOut = await openInlineSchwab(() => PLACED, {
      tokens: {
        current: async () => {
          throw ended;
        },
      },
    });
    expect(await loggedOut.broker.executeTrade(INTENT, MAY_SEND)).toMatchObject({
      type: 'rejected',
      code: 'authentication',
      reason: 'The login of ana has ended.',
    });
    expect(loggedOut.asked).toEqual([]);
  });

  test('that waits for its turn when the connection is closed is rejected', async () => {
    await using world = await openInlineSchwab(
      withNumbers(() => PLACED),
      { ordersAMinute: '1' },
    );
    await world.broker.executeTrade(INTENT, MAY_SEND);
    const waits = world.broker.executeTrade(INTENT, MAY_SEND);
    await world.gateway.close();
    expect(await waits).toMatchObject({ type: 'rejected', code: 'unavailable' });
    expect(world.asked.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });
});

describe('an order that waits for its turn', () => {
  const oneAMinute = () =>
    openInlineSchwab(
      withNumbers(() => PLACED),
      { ordersAMinute: '1' },
    );
  const posts = (world: Awaited<ReturnType<typeof oneAMinute>>) =>
    world.asked.filter(({ method }) => method === 'POST');

  test('is held back when its permit is gone by then', async () => {
    await using world = await oneAMinute();
    await world.broker.executeTrade(INTENT, MAY_SEND);
    const held = revocablePermit();
    const waits = world.broker.executeTrade(INTENT, held.permit);
    held.refuse();
    await world.clock.advance({ seconds: 59 });
    expect(held.asked()).toBe(0);
    await world.clock.advance({ seconds: 1 });
    expect(await waits).toMatchObject({ type: 'not_sent', code: 'halted' });
    expect(posts(world)).toHaveLength(1);
  });

  test('need not wait any longer when it is withdrawn', async () => {
    await using world = await oneAMinute();
    await world.broker.executeTrade(INTENT, MAY_SEND);
    const held = revocablePermit();
    const waits = [1, 2, 3].map(() => world.broker.executeTrade(INTENT, held.permit));
    await world.clock.advance({ seconds: 1 });
    held.withdraw();
    for (const each of waits) expect(await each).toMatchObject({ type: 'not_sent' });
    await world.clock.advance({ minutes: 5 });
    expect(posts(world)).toHaveLength(1);
  });
});

describe('the pace', () => {
  test('of orders is what the app is registered with; a cancel goes before them', async () => {
    await using world = await openInlineSchwab(
      withNumbers(({ method }) => (method === 'POST' ? PLACED : { status: 200 })),
      { ordersAMinute: '1' },
    );
    await world.broker.executeTrade(INTENT, MAY_SEND);
    const order = world.broker.executeTrade(INTENT, MAY_SEND);
    const cancel = world.broker.cancelOrder('1001234');
    await world.clock.advance({ minutes: 1 });
    await cancel;
    expect(world.asked.slice(1).map(({ method }) => method)).toEqual(['POST', 'DELETE']);
    await world.clock.advance({ minutes: 1 });
    await order;
    expect(world.asked.slice(1).map(({ method }) => method)).toEqual(['POST', 'DELETE', 'POST']);
  });

  test('obeys the waiting time of 429', async () => {
    await using world = await openInlineSchwab(
      withNumbers((_request, number) =>
        number === 1 ? refusal(429, 'Slow down', { 'retry-after': '7' }) : BALANCE,
      ),
    );
    await expect(world.broker.getAccountBalance()).rejects.toMatchObject({ code: 'rate_limited' });
    const later = world.broker.getAccountBalance();
    await world.clock.advance({ seconds: 6 });
    expect(world.asked).toHaveLength(2);
    await world.clock.advance({ seconds: 1 });
    await later;
    expect(world.asked).toHaveLength(3);
  });
});

describe('a read', () => {
  test('is asked once more with a new token when Schwab refuses the old one', async () => {
    await using world = await openInlineSchwab(
      withNumbers(({ authorization }) =>
        authorization === 'Bearer token-1' ? refusal(401, 'expired') : BALANCE,
      ),
    );
    await world.broker.getAccountBalance();
    expect(world.asked.map(({ authorization }) => authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-1',
      'Bearer token-2',
    ]);
    expect(world.refused).toEqual(['[secret]']);
  });

  test('is not asked a third time', async () => {
    await using world = await openInlineSchwab(withNumbers(() => refusal(401, 'no')));
    await expect(world.broker.getAccountBalance()).rejects.toMatchObject({
      code: 'authentication',
      message: 'no',
    });
    expect(world.asked).toHaveLength(3);
  });

  test.each<[string, Answer, string]>([
    ['503', refusal(503, 'Service unavailable'), 'unavailable'],
    ['403', refusal(403, 'Forbidden'), 'authentication'],
    ['404', refusal(404, 'Account not found'), 'unavailable'],
    ['a cut connection', 'cut', 'unavailable'],
    ['a page', { status: 200, body: '<html>' }, 'unavailable'],
    ['something else', { status: 200, body: '{"a":1}' }, 'unavailable'],
    ['a number that is none', { status: 200, body: '{"a":1e999999}' }, 'unavailable'],
  ])('that is answered with %s throws', async (_what, answer, code) => {
    await using world = await openInlineSchwab(withNumbers(() => answer));
    await expect(world.broker.getAccountBalance()).rejects.toMatchObject({
      name: 'BrokerError',
      broker: 'schwab',
      code,
    });
  });

  test('that is never answered ends after a while', async () => {
    await using world = await openInlineSchwab(withNumbers(() => 'silence'));
    const failure = world.broker.getAccountBalance().catch((error: unknown) => error);
    await world.requests(2);
    await world.clock.advance({ seconds: 20 });
    expect(await failure).toMatchObject({ name: 'BrokerError', code: 'unavailable' });
  });

  test('that is not understood is kept for the log without what identifies the account', async () => {
    const body = `{"securitiesAccount":{"accountNumber":"12345678","hash":"${HASH}","type":"GOLD"}}`;
    await using world = await openInlineSchwab(
      withNumbers(() => ({ status: 200, body })),
      {
        tokens: { current: async () => secret('canary-token') },
      },
    );
    await expect(world.broker.getAccountBalance()).rejects.toThrow(/type/);
    const kept = JSON.stringify(world.log.lines);
    expect(kept).toContain('GOLD');
    expect(kept).not.toContain('12345678');
    expect(kept).not.toContain(HASH);
    expect(kept).not.toContain('canary-token');
  });
});

describe('the account', () => {
  const numbers = (...list: readonly string[]): Answer => ({
    status: 200,
    body: JSON.stringify(list.map((accountNumber) => ({ accountNumber, hashValue: HASH }))),
  });
  const answering = (list: Answer) => (request: { readonly path: string }) =>
    request.path.endsWith('/accountNumbers') ? list : BALANCE;

  test('may be named by its last four digits, and is asked for once', async () => {
    await using world = await openInlineSchwab(answering(numbers('99995678', '12341111')), {
      accountNumber: '5678',
    });
    await world.broker.getAccountBalance();
    await world.broker.getAccountBalance();
    expect(world.asked.map(({ path }) => path.split('/').at(-1))).toEqual([
      'accountNumbers',
      HASH,
      HASH,
    ]);
  });

  test.each([
    [
      'is not on the login',
      numbers('99991111', '22223333'),
      '12345678',
      /\.\.\.5678 is not on ana's login.*\.\.\.1111, \.\.\.3333/,
    ],
    [
      'is one of two with these digits',
      numbers('11115678', '22225678'),
      '5678',
      /2 accounts.*5678.*whole accountNumber/,
    ],
    ['is on a login without accounts', numbers(), '12345678', /no account on it/],
  ])('that %s is an error that says so', async (_what, list, accountNumber, words) => {
    await using world = await openInlineSchwab(answering(list), { accountNumber });
    await expect(world.broker.getAccountBalance()).rejects.toMatchObject({
      code: 'authentication',
      message: words,
    });
    // Nothing is kept of it: the next time the login is asked again.
    await expect(world.broker.getAccountBalance()).rejects.toThrow(words);
    expect(world.asked).toHaveLength(2);
  });

  test.each([
    ['a read', 'GET'],
    ['an order', 'POST'],
  ])('is addressed anew after %s that Schwab could not place', async (_what, method) => {
    await using world = await openInlineSchwab(
      withNumbers((request) => (request.method === method ? refusal(404, 'Not found') : PLACED)),
    );
    const ask = async () =>
      method === 'GET'
        ? await world.broker.getAccountBalance().catch(() => null)
        : await world.broker.executeTrade(INTENT, MAY_SEND);
    await ask();
    await ask();
    expect(world.asked.map(({ path }) => path.split('/').at(4))).toEqual([
      'accountNumbers',
      HASH,
      'accountNumbers',
      HASH,
    ]);
  });

  test('shares its login, and so its hashes and its pace, with others of the same person', async () => {
    await using world = await openInlineSchwab(answering(numbers('12345678', '99995678')), {
      ordersAMinute: '1',
    });
    const other = world.gateway.openAccount({
      name: 'second',
      mode: 'live',
      brokerSettings: { connection: 'ana', accountNumber: '99995678' },
    });
    await world.broker.getAccountBalance();
    await other.getAccountBalance();
    expect(world.asked.filter(({ path }) => path.endsWith('/accountNumbers'))).toHaveLength(1);
    const sent = [
      world.broker.executeTrade(INTENT, MAY_SEND),
      other.executeTrade(INTENT, MAY_SEND),
    ];
    await world.requests(4);
    expect(world.asked.filter(({ method }) => method === 'POST')).toHaveLength(1);
    await world.clock.advance({ minutes: 1 });
    await Promise.all(sent);
    expect(world.asked.filter(({ method }) => method === 'POST')).toHaveLength(2);
  });

  const cutFirst = (count: number) => {
    let left = count;
    return openInlineSchwab(({ path }) => {
      if (!path.endsWith('/accountNumbers')) return BALANCE;
      left -= 1;
      return left < 0 ? ACCOUNT_NUMBERS : 'cut';
    });
  };

  test('is asked for again after it could not be', async () => {
    await using world = await cutFirst(2);
    await expect(world.broker.getAccountBalance()).rejects.toThrow(/broke before an answer/);
    await expect(world.broker.getAccountBalance()).resolves.toBeDefined();
  });

  test('is asked for once more at once where only a connection broke', async () => {
    await using world = await cutFirst(1);
    await expect(world.broker.getAccountBalance()).resolves.toBeDefined();
  });

  test('is read once for the cash and what is held, where both are asked for', async () => {
    await using world = await openInlineSchwab(withNumbers(() => BALANCE));
    await Promise.all([world.broker.getAccountBalance(), world.broker.getPositions()]);
    // The account's address at Schwab, and the account.
    expect(world.asked).toHaveLength(2);
  });

  test('has its orders and their fills read once, where both are asked for', async () => {
    await using world = await openInlineSchwab(withNumbers(() => ({ status: 200, body: '[]' })));
    const since = Temporal.Instant.from('2026-11-20T15:00:00Z');
    await Promise.all([world.broker.listOrders(since), world.broker.listFills(since)]);
    expect(world.asked).toHaveLength(2);
  });
});

describe('a cancel', () => {
  test.each<[string, Answer, string]>([
    ['refused', refusal(400, 'Order cannot be canceled'), 'order_rejected'],
    ['of an order that is not there', refusal(404, 'Order not found'), 'order_rejected'],
    ['without an answer', 'cut', 'unavailable'],
    ['that fails', refusal(503, 'down'), 'unavailable'],
  ])('%s is an error', async (_what, answer, code) => {
    await using world = await openInlineSchwab(withNumbers(() => answer));
    await expect(world.broker.cancelOrder('1001234')).rejects.toMatchObject({ code });
  });
});

describe('what is wrong with an account', () => {
  const ended = async () => {
    throw new BrokerError('schwab', 'authentication', 'The login of ana ended. /connect schwab');
  };
  test.each([
    ['nothing', {}, []],
    ['that it is on paper', { mode: 'paper' }, [/no paper trading.*broker: paper/]],
    ['that its login has ended', { tokens: { current: ended } }, [/ended.*\/connect schwab/]],
    ['that it is not there', { accountNumber: '4711' }, [/\.\.\.4711 is not on ana's login/]],
  ] as const)('is told: %s', async (_what, options, expected) => {
    await using world = await openInlineSchwab(() => ACCOUNT_NUMBERS, options);
    const problems = await world.broker.findProblems?.();
    expect(problems).toHaveLength(expected.length);
    for (const [index, words] of expected.entries()) expect(problems?.[index]).toMatch(words);
    expect(world.asked.every(({ method }) => method === 'GET')).toBe(true);
  });
});
