import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AlpacaFake } from './alpaca/index.ts';
import { alpaca } from './alpaca-client.ts';
import type { Trader } from './alpaca-client.ts';

let fake: AlpacaFake;
let next: () => Trader;

beforeAll(async () => {
  ({ fake, next } = await alpaca(
    {},
    {
      positions: [{ symbol: 'BND', quantity: '10', averageEntryPrice: '70' }],
    },
  ));
});
afterAll(() => fake.stop());

const LIMIT = { type: 'limit', limit_price: '300' };

describe('an order that is refused leaves nothing behind', () => {
  test.each<[string, object, number, number, string]>([
    ['no symbol', { symbol: undefined }, 422, 40010001, 'symbol is required'],
    ['an unknown symbol', { symbol: 'NOPE' }, 422, 42210000, 'asset "NOPE" not found'],
    ['a dead symbol', { symbol: 'GONE' }, 422, 42210000, 'asset GONE is not active'],
    ['a halted symbol', { symbol: 'HALT' }, 403, 40310000, 'asset HALT is not tradable'],
    ['no quantity', { qty: undefined }, 422, 40010001, 'qty or notional is required'],
    ['both amounts', { notional: '5' }, 422, 40010001, 'only one of qty or notional is accepted'],
    ['nothing', { qty: '0' }, 422, 40010001, 'qty must be > 0'],
    ['less than nothing', { qty: '-1' }, 422, 40010001, 'qty must be > 0'],
    ['words for a number', { qty: 'two' }, 422, 40010001, 'qty is not a number: two'],
    ['an exponent', { qty: '1e3' }, 422, 40010001, 'qty is not a number: 1e3'],
    [
      'a crumb of a share',
      { qty: '1.0000000001' },
      422,
      42210000,
      'qty must be limited to 9 decimal places',
    ],
    [
      'a fraction good till canceled',
      { qty: '1.5', time_in_force: 'gtc' },
      422,
      42210000,
      'fractional orders must be DAY orders',
    ],
    [
      'dollars good till canceled',
      { qty: undefined, notional: '50', time_in_force: 'gtc' },
      422,
      42210000,
      'fractional orders must be DAY orders',
    ],
    [
      'a fraction of what cannot be divided',
      { symbol: 'BRK.A', qty: '0.01' },
      403,
      40310000,
      'asset "BRK.A" is not fractionable',
    ],
    [
      'a part of a cent',
      { qty: undefined, notional: '50.005' },
      422,
      42210000,
      'notional value must be limited to 2 decimal places',
    ],
    [
      'less than a dollar',
      { qty: undefined, notional: '0.99' },
      403,
      40310000,
      'cost basis must be >= minimal amount of order 1',
    ],
    [
      'a market order with a limit',
      { limit_price: '300' },
      422,
      40010001,
      'market orders require no stop or limit price',
    ],
    [
      'a limit order without one',
      { type: 'limit' },
      422,
      40010001,
      'limit orders require only limit price',
    ],
    [
      'a limit below a cent',
      { ...LIMIT, limit_price: '300.005' },
      422,
      42210000,
      'invalid limit_price 300.005. sub-penny increment does not fulfill minimum pricing criteria',
    ],
    [
      'a limit below a hundredth of a cent',
      { ...LIMIT, limit_price: '0.12345' },
      422,
      42210000,
      'invalid limit_price 0.12345. sub-penny increment does not fulfill minimum pricing criteria',
    ],
    [
      'extended hours at the market',
      { extended_hours: true },
      422,
      42210000,
      'extended hours order must be DAY or GTC limit orders',
    ],
    [
      'a long client order id',
      { client_order_id: 'x'.repeat(49) },
      422,
      40010001,
      'client_order_id must be no more than 48 characters',
    ],
    ['a short sale', { side: 'sell' }, 403, 40310000, 'account is not allowed to short'],
    [
      'a part of a share sold short',
      { side: 'sell', qty: '0.5' },
      422,
      42210000,
      'fractional orders cannot be sold short',
    ],
  ])('%s', async (_, fields, status, code, message) => {
    const trader = next();
    const answer = await trader.submit(fields);
    expect(answer).toMatchObject({ status, body: { code, message } });
    expect((await trader.get('/v2/orders?status=all')).body).toEqual([]);
  });
});

describe('a body that breaks the document', () => {
  let trader: Trader;
  beforeAll(() => {
    trader = next();
  });

  test.each<[string, object, string]>([
    ['a number for text', { qty: 2 }, 'qty must be string'],
    ['a word that is none', { side: 'hold' }, 'side must be equal to one of'],
    ['a type that is none', { type: 'best' }, 'type must be equal to one of'],
    ['a misspelt field', { quantity: '2' }, 'must NOT have additional properties (quantity)'],
    ['text for a truth', { extended_hours: 'true' }, 'extended_hours must be boolean'],
    ['no time in force', { time_in_force: undefined }, "required property 'time_in_force'"],
  ])('%s', async (_, fields, words) => {
    const answer = await trader.submit(fields);
    expect(answer).toMatchObject({
      status: 422,
      body: { code: 40010001, message: expect.stringContaining(words) },
    });
  });

  test('no JSON at all', async () => {
    const answer = await trader.post('/v2/orders', '{"symbol"');
    expect(answer).toMatchObject({ status: 422, body: { code: 40010001 } });
  });
});

test('in all of this the fake kept to the document of Alpaca', async () => {
  expect((await fake.state()).defects).toEqual([]);
});
