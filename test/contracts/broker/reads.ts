import { describe, expect } from 'vitest';
import { BrokerError } from '../../../src/ports/broker-error.ts';
import { toText } from '../../../src/core/decimal.ts';
import { SCENARIO, type Check } from './check.ts';
import { CONTRACT_START } from './harness.ts';
import { EPOCH, positionsOf } from './requests.ts';

export function describeReads(check: Check): void {
  describe('reads', () => {
    check('cash and buying power', {}, async ({ broker }) => {
      const balance = await broker.getAccountBalance();
      expect(toText(balance.cash)).toBe('10000.07');
      expect(toText(balance.buyingPower)).toBe('10000.07');
      if (balance.settledCash !== null) expect(toText(balance.settledCash)).toBe('10000.07');
    });

    check('positions with what they cost', {}, async ({ broker }) => {
      expect(await positionsOf(broker)).toEqual({
        AAPL: { quantity: '100', costBasis: '8123.45' },
        IBM: { quantity: '40', costBasis: '2010' },
      });
    });

    check('one quote for every symbol asked for, in that order', {}, async ({ broker }) => {
      const asked = ['MSFT', SCENARIO.unknown, 'AAPL', SCENARIO.notTradable];
      const quotes = await broker.getQuotes(asked);
      expect(quotes.map((quote) => quote.symbol)).toEqual(asked);
      expect(quotes.map((quote) => quote.tradable)).toEqual([true, false, true, false]);
      expect(quotes.map((quote) => quote.fractionable && quote.tradable)).toEqual([
        broker.capabilities.fractional,
        false,
        broker.capabilities.fractional,
        false,
      ]);
      const [msft, unknown, aapl] = quotes;
      expect(unknown?.price).toBeNull();
      expect([msft?.bid, msft?.ask, msft?.price].map((price) => price?.toFixed(2))).toEqual([
        '33.33',
        '33.33',
        '33.33',
      ]);
      expect(aapl?.price?.toFixed(2)).toBe('100.10');
      expect(await broker.getQuotes([])).toEqual([]);
    });

    check('an open market', {}, async ({ broker }) => {
      expect((await broker.getMarketClock()).open).toBe(true);
    });

    check(
      'its own time, to the second',
      { controls: ['advance'], others: ['getTime'] },
      async ({ broker, controls }) => {
        const tell = async () => await broker.getTime?.();
        const first = await tell();
        expect(first?.since(CONTRACT_START).abs().total('seconds')).toBeLessThanOrEqual(1);
        await controls.advance({ seconds: 90 });
        const second = await tell();
        if (first === undefined) throw new Error('the broker tells its time');
        expect(second?.since(first).total('seconds')).toBe(90);
      },
    );

    check(
      'a time that cannot be asked for is a failure and no time',
      { controls: ['failNext', 'advance'], others: ['getTime', 'unavailable'] },
      async ({ broker, controls }) => {
        await broker.getTime?.();
        await controls.failNext('unavailable');
        const outcome = broker.getTime?.().then(
          () => 'told',
          (error: unknown) => (error instanceof BrokerError ? error.code : error),
        );
        // Where nothing comes back, nobody waits for ever.
        await controls.advance({ seconds: 30 });
        expect(await outcome).toBe('unavailable');
      },
    );

    check('no orders and no fills at the beginning', {}, async ({ broker }) => {
      expect(await broker.listOrders(EPOCH)).toEqual([]);
      expect(await broker.listFills(EPOCH)).toEqual([]);
    });
  });
}
