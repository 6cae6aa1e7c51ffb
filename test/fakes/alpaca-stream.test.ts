import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AlpacaFake } from './alpaca/index.ts';
import { alpaca, listen, openStream } from './alpaca-client.ts';
import type { Stream, Trader } from './alpaca-client.ts';

let fake: AlpacaFake;
let next: () => Trader;
let trader: Trader;

beforeAll(async () => {
  ({ fake, next } = await alpaca());
});
beforeEach(() => {
  trader = next();
});
afterAll(() => fake.stop());

const events = async (stream: Stream, count: number) =>
  (await stream.take(count)).map(({ data }) => data['event']);

describe('the account stream', () => {
  test.each<[string, (key: string, secret: string) => object]>([
    [
      'in data',
      (key, secret) => ({ action: 'authenticate', data: { key_id: key, secret_key: secret } }),
    ],
    ['beside the action', (key, secret) => ({ action: 'auth', key, secret })],
  ])('takes a key pair %s', async (_, message) => {
    using stream = await openStream(fake.accounts[trader.name]?.stream ?? '');
    stream.say(message(`key-${trader.name}`, `secret-${trader.name}`));
    expect(await stream.next()).toEqual({
      stream: 'authorization',
      data: { status: 'authorized', action: 'authenticate' },
      binary: true,
    });
    stream.say({ action: 'listen', data: { streams: ['trade_updates', 'weather'] } });
    expect(await stream.next()).toEqual({
      stream: 'listening',
      data: { streams: ['trade_updates'] },
      binary: true,
    });
  });

  test('says that it knows nobody, and hears no one before that', async () => {
    using stream = await openStream(fake.accounts[trader.name]?.stream ?? '');
    stream.say({ action: 'listen', data: { streams: ['trade_updates'] } });
    expect(await stream.next()).toMatchObject({
      stream: 'authorization',
      data: { status: 'unauthorized', action: 'listen' },
    });
    const other = next();
    stream.say({
      action: 'authenticate',
      data: { key_id: `key-${other.name}`, secret_key: `secret-${other.name}` },
    });
    expect(await stream.next()).toMatchObject({ data: { status: 'unauthorized' } });
    stream.say('{"action"');
    expect(await stream.next()).toMatchObject({ stream: 'error' });
  });

  test('is at /stream and nowhere else', async () => {
    const url = fake.accounts[trader.name]?.stream ?? '';
    await expect(openStream(`${url}/v2`)).rejects.toThrow('404');
  });

  test('tells the life of an order, with the figures of every execution', async () => {
    using stream = await listen(fake, trader.name);
    using other = await listen(fake, next().name);
    const id = await trader.order({ qty: '2', client_order_id: 'told' });
    const fills = [...(await fake.fillNext(trader.name)), ...(await fake.fillNext(trader.name))];
    const [pending, started, partial, fill] = await stream.take(4);
    expect([pending, started]).toMatchObject([
      { stream: 'trade_updates', data: { event: 'pending_new', order: { status: 'pending_new' } } },
      { data: { event: 'new', order: { id, client_order_id: 'told', status: 'new' } } },
    ]);
    expect(partial?.data).toMatchObject({
      event: 'partial_fill',
      execution_id: fills[0]?.executionId,
      price: '300.01',
      qty: '1',
      position_qty: '1',
      timestamp: fills[0]?.at,
      order: { status: 'partially_filled', filled_qty: '1', filled_avg_price: '300.01' },
    });
    expect(fill?.data).toMatchObject({
      event: 'fill',
      execution_id: fills[1]?.executionId,
      position_qty: '2',
      order: { status: 'filled', filled_qty: '2' },
    });
    // Nothing of it reached the other account: what it hears first is its own.
    other.say({ action: 'listen', data: { streams: [] } });
    expect(await other.next()).toMatchObject({ stream: 'listening', data: { streams: [] } });
  });

  test.each<[string, (id: string) => Promise<unknown>, string[]]>([
    ['canceled', (id) => trader.delete(`/v2/orders/${id}`), ['pending_cancel', 'canceled']],
    ['canceled elsewhere', (id) => fake.cancelElsewhere({ brokerOrderId: id }), ['canceled']],
    ['rejected', (id) => fake.rejectOrder({ brokerOrderId: id }), ['rejected']],
    [
      'replaced',
      (id) => fake.replaceElsewhere({ brokerOrderId: id, quantity: '1' }),
      ['replaced', 'pending_new', 'new'],
    ],
  ])('tells that an order was %s', async (_, act, told) => {
    using stream = await listen(fake, trader.name);
    const id = await trader.order();
    await stream.take(2);
    await act(id);
    expect(await events(stream, told.length)).toEqual(told);
  });

  test('tells an order that somebody placed elsewhere', async () => {
    using stream = await listen(fake, trader.name);
    const order = await fake.placeElsewhere({
      account: trader.name,
      symbol: 'BND',
      side: 'buy',
      quantity: '1',
      limitPrice: '70',
    });
    expect(await stream.next()).toMatchObject({
      data: { order: { id: order.brokerOrderId, symbol: 'BND', limit_price: '70' } },
    });
  });
});

test('a live account is told in text frames, and its activities can have ids of their own', async () => {
  const live = await alpaca({ executionIds: 'separate' }, { environment: 'live' });
  await using running = live.fake;
  const someone = live.next();
  using stream = await listen(running, someone.name);
  await someone.order({ qty: '1' });
  await running.fillNext();
  const messages = await stream.take(3);
  expect(messages.map(({ binary }) => binary)).toEqual([false, false, false]);
  const { body } = await someone.get('/v2/account/activities');
  expect(body).toMatchObject([{ qty: '1' }]);
  expect(JSON.stringify(body)).not.toContain(messages[2]?.data['execution_id']);
});

describe('a stream that misbehaves', () => {
  test('loses what happens while it is cut', async () => {
    using stream = await listen(fake, trader.name);
    const id = await trader.order({ qty: '1' });
    const unheard = await fake.loseConnection({ duringFills: true });
    await stream.closed;
    expect(unheard.map(({ brokerOrderId }) => brokerOrderId)).toContain(id);
    using again = await listen(fake, trader.name);
    await trader.order({ qty: '1' });
    expect(await events(again, 2)).toEqual(['pending_new', 'new']);
    const filled = await trader.get('/v2/account/activities/FILL');
    expect(filled.body).toMatchObject([{ order_id: id, qty: '1' }]);
  });

  test('refuses connections until told, while requests are answered', async () => {
    const url = fake.accounts[trader.name]?.stream ?? '';
    await fake.refuseConnections({ milliseconds: 'until_told' });
    await expect(openStream(url)).rejects.toThrow('socket hang up');
    expect((await trader.get('/v2/account')).status).toBe(200);
    await fake.acceptConnections();
    using stream = await openStream(url);
    expect(stream).toBeDefined();
  });

  test('tells everything again', async () => {
    using stream = await listen(fake, trader.name);
    await trader.order({ qty: '1' });
    const first = await stream.take(2);
    await fake.replayUpdates();
    expect(await stream.take(2)).toEqual(first);
  });

  test('swaps two updates', async () => {
    using stream = await listen(fake, trader.name);
    await fake.reorderUpdates(true);
    await trader.order({ qty: '1' });
    expect(await events(stream, 2)).toEqual(['new', 'pending_new']);
    await trader.order({ qty: '1' });
    expect(await events(stream, 2)).toEqual(['pending_new', 'new']);
  });
});

test('in all of this the fake kept to the document of Alpaca', async () => {
  expect((await fake.state()).defects).toEqual([]);
});
