import { describe, expect, it, vi } from 'vitest';
import { decimal } from '../../../src/core/decimal.ts';
import { buy } from '../../contracts/broker/requests.ts';
import { recordUpdates } from '../../contracts/broker/harness.ts';
import { until } from '../../e2e/bot-world.ts';
import { createTestClock } from '../../fixtures/test-clock.ts';
import type { Answer } from './tiny-alpaca.ts';
import {
  accountJson,
  CANARY_KEY,
  CANARY_SECRET,
  openAlpaca,
  openTinyAlpaca,
  orderJson,
} from './tiny-alpaca.ts';
import { MAY_SEND } from '../../fixtures/send-permits.ts';

/**
 * What @master-chief/alpaca does by itself, and our users never see: each of these fails when the
 * library is used without the adapter's own `request`, addresses or handlers.
 */
describe('of the library, our users never see that it', () => {
  it.each<[string, Answer, object]>([
    [
      'a refused key',
      { status: 401, json: { code: 40110000, message: 'request is not authorized' } },
      { code: 'authentication', brokerCode: '40110000', message: 'request is not authorized' },
    ],
    [
      'a key that the gateway does not know',
      { status: 403, json: { message: 'forbidden.' } },
      { code: 'authentication', brokerCode: 'HTTP 403', message: 'forbidden.' },
    ],
    [
      'too many requests',
      { status: 429, json: { code: 42910000, message: 'rate limit exceeded' } },
      { code: 'rate_limited', brokerCode: '42910000' },
    ],
    [
      'a page of a proxy',
      { status: 503, text: '<html>Service Unavailable</html>' },
      { code: 'unavailable', brokerCode: 'HTTP 503' },
    ],
    ['garbage with a good status', { text: '<html>Welcome</html>' }, { code: 'unavailable' }],
    ['another answer than asked for', { json: { cash: true } }, { code: 'unavailable' }],
    ['a connection that is cut', 'cut', { code: 'unavailable' }],
  ])('loses the status of %s', async (_what, answer, expected) => {
    await using tiny = await openTinyAlpaca({ 'GET /v2/account': answer });
    await using alpaca = openAlpaca(tiny.url);
    const error: unknown = await alpaca.broker
      .getAccountBalance()
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'BrokerError', broker: 'alpaca', ...expected });
  });

  it('throws {} for a network failure, and prints it', async () => {
    const spies = (['debug', 'error', 'info', 'log', 'warn'] as const).map((name) =>
      vi.spyOn(console, name),
    );
    const tiny = await openTinyAlpaca();
    const { url } = tiny;
    await tiny[Symbol.asyncDispose]();
    await using alpaca = openAlpaca(url);
    await expect(alpaca.broker.getPositions()).rejects.toMatchObject({
      name: 'BrokerError',
      code: 'unavailable',
      message: `${new URL(url).host} cannot be reached (ECONNREFUSED)`,
    });
    for (const spy of spies) expect(spy).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });

  it('waits for ever', async () => {
    const clock = createTestClock();
    await using tiny = await openTinyAlpaca({
      'GET /v2/account': 'never',
      'POST /v2/orders': 'never',
    });
    await using alpaca = openAlpaca(tiny.url, { clock });
    const read = alpaca.broker.getAccountBalance().catch((reason: unknown) => reason);
    const order = alpaca.broker.executeTrade(buy('MSFT', '1'), MAY_SEND);
    await until('both requests', () => tiny.asked.length === 3);
    await clock.advance('PT9S');
    await clock.advance('PT1S');
    expect(await read).toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('did not answer within 10 seconds'),
    });
    expect(await order).toMatchObject({ type: 'unknown' });
  });

  it('looks for an order by our id at a wrong path', async () => {
    await using tiny = await openTinyAlpaca({
      'GET /v2/orders:by_client_order_id': ({ query }) => ({
        json: orderJson({ client_order_id: query.get('client_order_id') }),
      }),
    });
    await using alpaca = openAlpaca(tiny.url);
    const intent = buy('MSFT', '10');
    expect(await alpaca.broker.findOrder(intent)).toMatchObject({
      type: 'found',
      order: { clientOrderId: intent.clientOrderId },
    });
  });

  it('has one set of addresses for all its clients', async () => {
    await using first = await openTinyAlpaca({
      'GET /v2/account': { json: accountJson({ cash: '1' }) },
    });
    await using second = await openTinyAlpaca({
      'GET /v2/account': { json: accountJson({ cash: '2' }) },
    });
    await using a = openAlpaca(first.url);
    await using b = openAlpaca(second.url);
    for (const { broker } of [a, b]) broker.subscribe(() => {});
    await until('both streams', () => first.heard.length === 2 && second.heard.length === 2);
    const cash = await Promise.all([a, b].map(({ broker }) => broker.getAccountBalance()));
    expect(cash.map((balance) => balance.cash.toFixed())).toEqual(['1', '2']);
  });

  it('sends one request after the other, 200 ms apart', async () => {
    const waiting: (() => void)[] = [];
    await using tiny = await openTinyAlpaca({
      // Nobody is answered before all have asked.
      'GET /v2/account': async () => {
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
          if (waiting.length === 30) for (const go of waiting) go();
        });
        return { json: accountJson() };
      },
    });
    await using alpaca = openAlpaca(tiny.url);
    const reads = Array.from({ length: 30 }, () => alpaca.broker.getAccountBalance());
    expect(await Promise.all(reads)).toHaveLength(30);
  });

  it('rewrites every api. of an address to paper-api.', async () => {
    await using tiny = await openTinyAlpaca(
      { 'GET /v2/account': { json: accountJson() } },
      '/api.proxy',
    );
    await using alpaca = openAlpaca(tiny.url);
    alpaca.broker.subscribe(() => {});
    expect((await alpaca.broker.getAccountBalance()).cash.toFixed()).toBe('10000.07');
    await until('the stream', () => tiny.heard.length === 2);
  });

  it('makes binary floats of decimals', async () => {
    const bodies: unknown[] = [];
    await using tiny = await openTinyAlpaca({
      'GET /v2/account': {
        text: JSON.stringify(accountJson({ cash: '9007199254740993.01' })).replace(
          '"10000.07"',
          '0.1234567890123456789',
        ),
      },
      'POST /v2/orders': ({ body }) => {
        bodies.push(body);
        return { json: orderJson() };
      },
    });
    await using alpaca = openAlpaca(tiny.url);
    const { cash, buyingPower } = await alpaca.broker.getAccountBalance();
    expect([cash, buyingPower].map((value) => value.toFixed())).toEqual([
      '9007199254740993.01',
      '0.1234567890123456789',
    ]);
    const intent = { ...buy('MSFT', '1', '33.10'), quantity: decimal('0.123456789') };
    await alpaca.broker.executeTrade(intent, MAY_SEND);
    expect(bodies).toMatchObject([{ qty: '0.123456789', limit_price: '33.1' }]);
  });

  it('never connects its stream again', async () => {
    const clock = createTestClock();
    await using tiny = await openTinyAlpaca();
    await using alpaca = openAlpaca(tiny.url, { clock });
    const log = recordUpdates(alpaca.broker);
    await until('the stream', () => tiny.heard.length === 2);
    for (const socket of tiny.sockets) socket.terminate();
    await until('the retry', () =>
      clock.scheduled().some((at) => at.since(clock.now()).milliseconds === 250),
    );
    await clock.advance({ milliseconds: 250 });
    await log.until((updates) => updates.some((update) => update.type === 'reconnected'));
    expect(tiny.heard).toHaveLength(4);
  });

  it('does not notice that a connection is dead', async () => {
    const clock = createTestClock();
    await using tiny = await openTinyAlpaca();
    await using alpaca = openAlpaca(tiny.url, { clock });
    alpaca.broker.subscribe(() => {});
    await until('the stream', () => tiny.heard.length === 2 && clock.scheduled().length === 1);
    const [socket] = tiny.sockets;
    socket?.pause();
    await clock.advance('PT20S');
    await clock.advance('PT20S');
    await clock.advance('PT0.25S');
    await until('another connection', () => tiny.heard.length === 4);
  });

  it('ends the process over a message that is no JSON', async () => {
    await using tiny = await openTinyAlpaca();
    await using alpaca = openAlpaca(tiny.url);
    const log = recordUpdates(alpaca.broker);
    await until('the stream', () => tiny.heard.length === 2);
    for (const socket of tiny.sockets) {
      socket.send('not JSON');
      socket.send('{"stream":"trade_updates"}');
      socket.send('[]');
      socket.send(
        JSON.stringify({
          stream: 'trade_updates',
          data: { event: 'new', order: orderJson({ client_order_id: 'ek-after' }) },
        }),
      );
    }
    await log.until((updates) =>
      updates.some(
        (update) => update.type === 'order' && update.order.clientOrderId === 'ek-after',
      ),
    );
    expect(alpaca.log.lines.map((line) => line.fields['code'])).toEqual(
      Array.from({ length: 3 }, () => 'alpaca_update_unreadable'),
    );
  });

  it('keeps keys where they can be printed', async () => {
    const echo = { status: 200, text: `{"message": "${CANARY_KEY} ${CANARY_SECRET}"}` };
    await using tiny = await openTinyAlpaca({ 'GET /v2/account': echo });
    await using alpaca = openAlpaca(tiny.url);
    alpaca.broker.subscribe(() => {});
    await until('the stream', () => tiny.heard.length === 2);
    for (const socket of tiny.sockets) socket.send(`${CANARY_SECRET} ${CANARY_KEY}`);
    const error: unknown = await alpaca.broker
      .getAccountBalance()
      .catch((reason: unknown) => reason);
    await until('both lines', () => alpaca.log.lines.length === 2);
    const { inspect } = await import('node:util');
    const shown = inspect([error, alpaca], { depth: 20, showHidden: true });
    expect(shown).toContain('[secret] [secret]');
    expect(shown).not.toContain(CANARY_KEY);
    expect(shown).not.toContain(CANARY_SECRET);
  });
});
