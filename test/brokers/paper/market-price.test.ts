import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { executionPrice, priceAround } from '../../../src/brokers/paper/market-price.ts';
import { decimal } from '../../../src/core/decimal.ts';

const price = fc.integer({ min: 1, max: 100_000_00 }).map((cents) => decimal(`${cents}e-2`));
const basisPoints = fc.integer({ min: 0, max: 1000 }).map((points) => decimal(String(points)));
const side = fc.constantFrom('buy', 'sell');

describe('the spread', () => {
  test.each([
    ['100', '2', '99.99', '100.01'],
    ['26.14', '2', '26.1374', '26.1426'],
    ['0.01', '2', '0.01', '0.01'],
    ['432.66', '0', '432.66', '432.66'],
  ])('around %s of %s bp is %s to %s', (close, spread, bid, ask) => {
    const quote = priceAround(decimal(close), decimal(spread));
    expect([quote.price, quote.bid, quote.ask].map(String)).toEqual([close, bid, ask]);
  });
});

describe('an execution', () => {
  const market = priceAround(decimal('100'), decimal('20'));

  test.each([
    ['buy', null, '10', '100.2001'],
    ['sell', null, '10', '99.8001'],
    ['buy', '100.15', '10', '100.15'],
    ['sell', '99.85', '10', '99.85'],
    ['buy', '100.10', '0', '100.1'],
    ['buy', '100.09', '0', null],
    ['sell', '99.91', '0', null],
  ] as const)('of a %s with limit %s slips %s bp to %s', (which, limit, slippage, expected) => {
    const order = { side: which, limitPrice: limit === null ? null : decimal(limit) };
    const result = executionPrice(order, market, decimal(slippage));
    expect(result === null ? null : String(result)).toBe(expected);
  });

  test('is never better than the market and never beyond the limit', () => {
    const prices = fc.record({
      which: side,
      close: price,
      limitPrice: price,
      spread: basisPoints,
      slippage: basisPoints,
    });
    let executed = 0;
    const holds = fc.property(prices, ({ which, close, limitPrice, spread, slippage }) => {
      const quote = priceAround(close, spread);
      const result = executionPrice({ side: which, limitPrice }, quote, slippage);
      if (result !== null) executed += 1;
      if (which === 'buy') {
        if (result === null) return limitPrice.lt(quote.ask);
        return result.gte(quote.ask) && result.lte(limitPrice);
      }
      if (result === null) return limitPrice.gt(quote.bid);
      return result.lte(quote.bid) && result.gte(limitPrice);
    });
    fc.assert(holds, { numRuns: 300 });
    expect(executed).toBeGreaterThan(0);
  });
});
