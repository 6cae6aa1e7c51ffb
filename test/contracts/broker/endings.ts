import { describe, expect } from 'vitest';
import { toText } from '../../../src/core/decimal.ts';
import { BrokerError } from '../../../src/ports/broker-error.ts';
import type { Check } from './check.ts';
import { recordUpdates } from './harness.ts';
import { EPOCH, accept, buy, found, sharesIn, statusesIn } from './requests.ts';

export function describeEndings(check: Check): void {
  describe('a cancel', () => {
    check('ends a working order and frees its cash', {}, async ({ broker }) => {
      const intent = buy('MSFT', '10', '30.00');
      const log = recordUpdates(broker);
      await broker.cancelOrder(await accept(broker, intent));
      if (broker.capabilities.streaming) {
        await log.until((updates) => statusesIn(updates).includes('canceled'));
      }
      log.end();
      const order = await found(broker, intent);
      expect(order.status).toBe('canceled');
      expect(order.filledQuantity.toFixed()).toBe('0');
      expect(toText((await broker.getAccountBalance()).buyingPower)).toBe('10000.07');
    });

    check(
      'of a partly filled order keeps what filled',
      { controls: ['fillNext'] },
      async ({ broker, controls }) => {
        const intent = buy('MSFT', '10');
        const brokerOrderId = await accept(broker, intent);
        await controls.fillNext();
        await broker.cancelOrder(brokerOrderId);
        await controls.fillNext();
        const order = await found(broker, intent);
        expect(order.status).toBe('canceled');
        expect(order.filledQuantity.toFixed()).toBe('5');
        expect(sharesIn(await broker.listFills(EPOCH))).toBe('5');
        const { cash, buyingPower } = await broker.getAccountBalance();
        expect([cash, buyingPower].map(toText)).toEqual(['9833.42', '9833.42']);
      },
    );

    check(
      'of a finished order is refused',
      { controls: ['fillNext'] },
      async ({ broker, controls }) => {
        const brokerOrderId = await accept(broker, buy('MSFT', '10'));
        await controls.fillNext();
        await controls.fillNext();
        await expect(broker.cancelOrder(brokerOrderId)).rejects.toMatchObject({
          name: 'BrokerError',
          code: 'order_rejected',
        });
      },
    );

    check('of an order that is not there is refused', {}, async ({ broker }) => {
      const error = await broker.cancelOrder('4711').then(
        () => null,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(BrokerError);
      expect(error).toMatchObject({ code: 'order_rejected', broker: broker.name });
    });
  });

  check(
    'day orders expire at the close, with what they filled',
    { controls: ['fillNext', 'closeMarket'], scenario: { closesSoon: true } },
    async ({ broker, controls }) => {
      const partly = buy('MSFT', '10');
      await accept(broker, partly);
      await controls.fillNext();
      const untouched = buy('MSFT', '10', '30.00');
      await accept(broker, untouched);
      await controls.closeMarket();
      expect(await found(broker, partly)).toMatchObject({ status: 'expired' });
      expect(await found(broker, untouched)).toMatchObject({ status: 'expired' });
      expect(sharesIn(await broker.listFills(EPOCH))).toBe('5');
      const { cash, buyingPower } = await broker.getAccountBalance();
      expect([cash, buyingPower].map(toText)).toEqual(['9833.42', '9833.42']);
    },
  );
}
