import { describe, expect } from 'vitest';
import { toText } from '../../../src/core/decimal.ts';
import type { Check } from './check.ts';
import { EPOCH, accept, buy, found, positionsOf, sell } from './requests.ts';
import { MAY_SEND } from '../../fixtures/send-permits.ts';

export function describeOrders(check: Check): void {
  describe('an order', () => {
    check('is accepted, then works', {}, async ({ broker }) => {
      const intent = buy('MSFT', '10');
      const result = await broker.executeTrade(intent, MAY_SEND);
      expect(result).toEqual({ type: 'accepted', brokerOrderId: expect.any(String) });
      const [order, ...others] = await broker.listOrders(EPOCH);
      expect(others).toEqual([]);
      expect(order).toMatchObject({
        brokerOrderId: result.type === 'accepted' ? result.brokerOrderId : '',
        clientOrderId: broker.capabilities.clientOrderId ? intent.clientOrderId : null,
        symbol: 'MSFT',
        side: 'buy',
        averageFillPrice: null,
        status: 'accepted',
        reason: null,
      });
      expect(order?.quantity.toFixed()).toBe('10');
      expect(order?.filledQuantity.toFixed()).toBe('0');
      expect(await broker.listFills(EPOCH)).toEqual([]);
    });

    check('reserves cash while a buy works', {}, async ({ broker }) => {
      await accept(broker, buy('MSFT', '10', '33.50'));
      const { cash, buyingPower } = await broker.getAccountBalance();
      expect(toText(cash)).toBe('10000.07');
      expect(toText(buyingPower)).toBe('9665.07');
    });

    check('brings no buying power while a sell works', {}, async ({ broker }) => {
      await accept(broker, sell('AAPL', '10'));
      const { buyingPower } = await broker.getAccountBalance();
      expect(toText(buyingPower)).toBe('10000.07');
    });

    check('fills in parts, exactly', { controls: ['fillNext'] }, async ({ broker, controls }) => {
      const intent = buy('MSFT', '10');
      const brokerOrderId = await accept(broker, intent);

      await controls.fillNext();
      const partial = await found(broker, intent);
      expect(partial).toMatchObject({ status: 'partially_filled', brokerOrderId });
      expect(partial.filledQuantity.toFixed()).toBe('5');
      expect(partial.averageFillPrice?.toFixed()).toBe('33.33');
      expect(toText((await broker.getAccountBalance()).cash)).toBe('9833.42');

      await controls.fillNext();
      const filled = await found(broker, intent);
      expect(filled).toMatchObject({ status: 'filled', brokerOrderId });
      expect(filled.filledQuantity.toFixed()).toBe('10');
      const { cash, buyingPower } = await broker.getAccountBalance();
      expect(toText(cash)).toBe('9666.77');
      expect(toText(buyingPower)).toBe('9666.77');
      expect(await positionsOf(broker)).toMatchObject({
        MSFT: { quantity: '10', costBasis: '333.3' },
      });

      const fills = await broker.listFills(EPOCH);
      expect(fills).toHaveLength(2);
      expect(new Set(fills.map((fill) => fill.executionId)).size).toBe(2);
      for (const fill of fills) {
        expect(fill).toMatchObject({
          brokerOrderId,
          account: broker.account,
          symbol: 'MSFT',
          side: 'buy',
        });
        expect([fill.quantity, fill.price, fill.fees].map(toText)).toEqual(['5', '33.33', '0']);
      }
      await controls.fillNext();
      expect(await broker.listFills(EPOCH)).toEqual(fills);
    });

    check(
      'that sells pays when it fills, and may sell a position to nothing',
      { controls: ['fillNext'] },
      async ({ broker, controls }) => {
        await accept(broker, sell('IBM', '40'));
        await controls.fillNext();
        expect(toText((await broker.getAccountBalance()).cash)).toBe('11005.07');
        expect(await positionsOf(broker)).toMatchObject({
          IBM: { quantity: '20', costBasis: '1005' },
        });
        await controls.fillNext();
        expect(toText((await broker.getAccountBalance()).cash)).toBe('12010.07');
        expect(Object.keys(await positionsOf(broker))).toEqual(['AAPL']);
      },
    );

    check(
      'with a limit away from the market waits',
      { controls: ['fillNext'] },
      async ({ broker, controls }) => {
        const low = buy('MSFT', '10', '33.32');
        const high = sell('AAPL', '10', '100.11');
        await accept(broker, low);
        await accept(broker, high);
        await controls.fillNext();
        expect((await found(broker, low)).status).toBe('accepted');
        expect((await found(broker, high)).status).toBe('accepted');
        expect(await broker.listFills(EPOCH)).toEqual([]);
      },
    );

    check(
      'with a limit beyond the market trades at the market',
      { controls: ['fillNext'] },
      async ({ broker, controls }) => {
        await accept(broker, buy('MSFT', '10', '34.00'));
        await controls.fillNext();
        const [fill] = await broker.listFills(EPOCH);
        expect(fill?.price.toFixed()).toBe('33.33');
      },
    );

    check(
      'may be for a fraction of a share',
      { controls: ['fillNext'], others: ['fractional'] },
      async ({ broker, controls }) => {
        await accept(broker, buy('AAPL', '0.3'));
        await controls.fillNext();
        await controls.fillNext();
        expect((await positionsOf(broker))['AAPL']?.quantity).toBe('100.3');
        expect(toText((await broker.getAccountBalance()).cash)).toBe('9970.04');
      },
    );
  });
}
