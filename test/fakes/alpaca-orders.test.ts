import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AlpacaFake } from './alpaca/index.ts';
import { alpaca, idOf } from './alpaca-client.ts';
import type { Trader } from './alpaca-client.ts';

let fake: AlpacaFake;
let next: () => Trader;
let trader: Trader;

beforeAll(async () => {
  ({ fake, next } = await alpaca(
    { cancels: 'told' },
    { positions: [{ symbol: 'BND', quantity: '10', averageEntryPrice: '70' }] },
  ));
});
beforeEach(async () => {
  trader = next();
  await fake.setPrice({ symbol: 'VTI', price: '300' });
});
afterAll(() => fake.stop());

describe('an order to buy', () => {
  test('is answered as it is before it reaches the market, and is new afterwards', async () => {
    const { body, status } = await trader.submit({ client_order_id: 'ours-1' });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      client_order_id: 'ours-1',
      status: 'pending_new',
      symbol: 'VTI',
      qty: '2',
      notional: null,
      filled_qty: '0',
      filled_avg_price: null,
      submitted_at: expect.stringMatching(/^2026-11-23T15:00:00(\.\d+)?Z$/),
      expires_at: '2026-11-23T21:00:00Z',
      legs: null,
    });
    expect(await trader.look(idOf(body))).toMatchObject({ status: 'new' });
    const found = await trader.get('/v2/orders:by_client_order_id?client_order_id=ours-1');
    expect(found).toMatchObject({ status: 200, body: { id: idOf(body) } });
  });

  test('fills in two executions at the asking price, paid in cash', async () => {
    const id = await trader.order({ qty: '3' });
    const [first] = await fake.fillNext(trader.name);
    expect(first).toMatchObject({ brokerOrderId: id, quantity: '1', price: '300.01' });
    expect(await trader.look(id)).toMatchObject({
      status: 'partially_filled',
      filled_qty: '1',
      filled_at: null,
    });
    const [second] = await fake.fillNext(trader.name);
    expect(second).toMatchObject({ quantity: '2' });
    expect(await trader.look(id)).toMatchObject({
      status: 'filled',
      filled_qty: '3',
      filled_avg_price: '300.01',
    });
    expect(await fake.fillNext(trader.name)).toEqual([]);
    expect((await trader.get('/v2/account')).body).toMatchObject({ cash: '9099.97' });
    expect((await trader.get('/v2/positions/VTI')).body).toMatchObject({
      qty: '3',
      cost_basis: '900.03',
    });
  });

  test.each([
    ['a whole share at once', { qty: '1' }, ['1']],
    ['five shares', { qty: '5' }, ['2', '3']],
    ['a part of a share', { qty: '0.5' }, ['0.25', '0.25']],
    [
      'the smallest part of what cannot be halved',
      { qty: '0.003333335' },
      ['0.001666667', '0.001666668'],
    ],
    ['dollars', { qty: undefined, notional: '600.02' }, ['1', '1']],
  ])('for %s is executed in lots', async (_, fields, quantities) => {
    await trader.order(fields);
    const fills = [...(await fake.fillNext(trader.name)), ...(await fake.fillNext(trader.name))];
    expect(fills.map(({ quantity }) => quantity)).toEqual(quantities);
  });

  test('for dollars keeps its dollars and tells shares as they fill', async () => {
    const id = await trader.order({ qty: undefined, notional: '100' });
    await fake.fillNext(trader.name);
    await fake.fillNext(trader.name);
    expect(await trader.look(id)).toMatchObject({
      qty: null,
      notional: '100',
      filled_qty: '0.333322222',
      status: 'filled',
    });
  });

  test('above the limit waits until the market comes down to it', async () => {
    const id = await trader.order({ type: 'limit', limit_price: '299' });
    expect(await fake.fillNext(trader.name)).toEqual([]);
    await fake.setPrice({ symbol: 'VTI', price: '298.50' });
    expect(await fake.fillNext(trader.name)).toMatchObject([
      { brokerOrderId: id, price: '298.51' },
    ]);
  });

  test('is refused when it costs more than the buying power', async () => {
    expect(await trader.submit({ qty: '34' })).toMatchObject({
      status: 403,
      body: {
        code: 40310000,
        message: 'insufficient buying power',
        buying_power: '10000',
        cost_basis: '10200.34',
      },
    });
  });

  test('reserves what it will cost until it ends', async () => {
    const id = await trader.order({ qty: '30', type: 'limit', limit_price: '300' });
    const power = async () => (await trader.get('/v2/account')).body;
    expect(await power()).toMatchObject({ buying_power: '1000', cash: '10000' });
    expect(await trader.submit({ qty: '4' })).toMatchObject({ status: 403 });
    await fake.cancelElsewhere({ brokerOrderId: id });
    expect(await power()).toMatchObject({ buying_power: '10000' });
  });
});

describe('an order to sell', () => {
  test('restores buying power when it has executed, not before', async () => {
    await trader.order({ symbol: 'BND', side: 'sell', qty: '10' });
    expect((await trader.get('/v2/account')).body).toMatchObject({ buying_power: '10000' });
    await fake.fillNext(trader.name);
    expect((await trader.get('/v2/account')).body).toMatchObject({ buying_power: '10374.95' });
    await fake.fillNext(trader.name);
    expect((await trader.get('/v2/account')).body).toMatchObject({ buying_power: '10749.9' });
    expect(await trader.get('/v2/positions/BND')).toMatchObject({
      status: 404,
      body: { code: 40410000, message: 'position does not exist' },
    });
  });

  test('holds its shares: another for more than the rest is refused', async () => {
    const id = await trader.order({ symbol: 'BND', side: 'sell', qty: '7' });
    expect((await trader.get('/v2/positions')).body).toMatchObject([
      { symbol: 'BND', qty: '10', qty_available: '3' },
    ]);
    expect(await trader.submit({ symbol: 'BND', side: 'sell', qty: '4' })).toMatchObject({
      status: 403,
      body: {
        code: 40310000,
        message: 'insufficient qty available for order (requested: 4, available: 3)',
        existing_qty: '10',
        held_for_orders: '7',
        available: '3',
        related_orders: [id],
        symbol: 'BND',
      },
    });
    expect(await trader.submit({ symbol: 'BND', side: 'sell', qty: '3' })).toMatchObject({
      status: 200,
    });
  });
});

describe('orders on both sides of one symbol', () => {
  const SELL = { symbol: 'BND', side: 'sell', qty: '1' };
  const BUY = { symbol: 'BND', side: 'buy', qty: '1' };
  const at = (limit_price: string) => ({ type: 'limit', limit_price });
  test.each<[string, object, object, string | null]>([
    ['two market orders', SELL, BUY, 'opposite side market/stop order exists'],
    [
      'a limit that waits and a market order',
      { ...SELL, ...at('90') },
      BUY,
      'opposite side limit order exists',
    ],
    [
      'limits that meet',
      { ...SELL, ...at('80') },
      { ...BUY, ...at('80') },
      'opposite side limit order exists',
    ],
    ['limits that do not', { ...SELL, ...at('80') }, { ...BUY, ...at('79.99') }, null],
    ['another symbol', SELL, { ...BUY, symbol: 'VXUS' }, null],
  ])('%s', async (_, first, second, reason) => {
    const id = await trader.order(first);
    const answer = await trader.submit(second);
    const refused = {
      status: 403,
      body: {
        code: 40310000,
        message: 'potential wash trade detected. use complex orders',
        reject_reason: reason,
        existing_order_id: id,
      },
    };
    expect(answer).toMatchObject(reason === null ? { status: 200 } : refused);
  });
});

describe('a client order id', () => {
  test.each(['working', 'canceled', 'filled'])(
    'is taken for ever, also when its order is %s',
    async (state) => {
      const id = await trader.order({ client_order_id: 'once' });
      if (state === 'canceled') await fake.cancelElsewhere({ brokerOrderId: id });
      if (state === 'filled') {
        await fake.fill(id, { quantity: '2', price: '300' });
      }
      expect(await trader.submit({ client_order_id: 'once' })).toMatchObject({
        status: 422,
        body: { code: 40010001, message: 'client_order_id must be unique' },
      });
    },
  );

  test('of another account is free', async () => {
    await trader.order({ client_order_id: 'twice' });
    await expect(next().order({ client_order_id: 'twice' })).resolves.toBeTypeOf('string');
  });

  test('that nobody used is not found', async () => {
    expect(await trader.get('/v2/orders:by_client_order_id?client_order_id=nobody')).toMatchObject({
      status: 404,
      body: { code: 40410000, message: 'order not found for nobody' },
    });
  });
});

describe('a cancel', () => {
  test('is taken with 204 and ends the order later', async () => {
    const id = await trader.order();
    expect(await trader.delete(`/v2/orders/${id}`)).toMatchObject({ status: 204, text: '' });
    expect(await trader.look(id)).toMatchObject({ status: 'pending_cancel', canceled_at: null });
    expect(await trader.delete(`/v2/orders/${id}`)).toMatchObject({
      status: 422,
      body: { code: 42210000, message: 'order pending cancel' },
    });
    expect(await fake.confirmCancels()).toEqual([id]);
    expect(await trader.look(id)).toMatchObject({
      status: 'canceled',
      canceled_at: expect.any(String),
    });
  });

  test('can come too late', async () => {
    const id = await trader.order();
    await trader.delete(`/v2/orders/${id}`);
    await fake.fill(id, { quantity: '2', price: '300' });
    expect(await fake.confirmCancels()).toEqual([]);
    expect(await trader.look(id)).toMatchObject({ status: 'filled', filled_qty: '2' });
    expect(await trader.delete(`/v2/orders/${id}`)).toMatchObject({
      status: 422,
      body: { code: 42210000, message: 'order is already in "filled" state' },
    });
  });

  test('of an order that does not exist, of somebody else, or of no id', async () => {
    const foreign = await next().order();
    const nobodys = '00000000-0000-4000-8000-000000000000';
    for (const id of [foreign, nobodys]) {
      expect(await trader.delete(`/v2/orders/${id}`)).toMatchObject({
        status: 404,
        body: { code: 40410000, message: `order not found for ${id}` },
      });
    }
    expect(await trader.delete('/v2/orders/ours-1')).toMatchObject({ status: 422 });
  });

  test('of everything', async () => {
    const ids = [await trader.order({ qty: '1' }), await trader.order({ qty: '1' })];
    expect(await trader.delete('/v2/orders')).toMatchObject({
      status: 207,
      body: ids.map((id) => ({ id, status: 200 })),
    });
  });
});

describe('a replacement', () => {
  test('is a new order for what is left, in the place of the old one', async () => {
    const id = await trader.order({ qty: '4', type: 'limit', limit_price: '310' });
    await fake.fill(id, { quantity: '1', price: '300' });
    const { status, body } = await trader.patch(`/v2/orders/${id}`, { limit_price: '305' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ replaces: id, qty: '3', limit_price: '305' });
    expect(await trader.look(id)).toMatchObject({ status: 'replaced', replaced_by: idOf(body) });
  });

  test('of an order that has ended is refused', async () => {
    const id = await trader.order({ qty: '1' });
    await fake.fillNext(trader.name);
    expect(await trader.patch(`/v2/orders/${id}`, { qty: '2' })).toMatchObject({ status: 422 });
  });
});

test('a test cannot fill what is not there', async () => {
  const id = await trader.order();
  await expect(fake.fill(id, { quantity: '3', price: '300' })).rejects.toThrow(
    'only 2 are left to fill',
  );
});

test('in all of this the fake kept to the document of Alpaca', async () => {
  expect((await fake.state()).defects).toEqual([]);
});
