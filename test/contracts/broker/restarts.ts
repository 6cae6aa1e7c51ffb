import { describe, expect } from 'vitest';
import type { Check } from './check.ts';
import { recordUpdates } from './harness.ts';
import { EPOCH, accept, buy, expectRejected, found, sell, sharesIn, stateOf } from './requests.ts';
import { MAY_SEND } from '../../fixtures/send-permits.ts';

export function describeRestarts(check: Check): void {
  describe.each(['closed', 'killed'] as const)('after the adapter was %s', (end) => {
    check(
      'everything is as it was, and goes on',
      { controls: ['fillNext', 'reopen'] },
      async (world) => {
        const { controls } = world;
        const partly = buy('MSFT', '10');
        const waiting = sell('AAPL', '10', '120.00');
        await accept(world.broker, partly);
        await accept(world.broker, waiting);
        await controls.fillNext();
        const before = await stateOf(world.broker);
        await controls.reopen(end);
        expect(await stateOf(world.broker)).toEqual(before);

        await controls.fillNext();
        expect((await found(world.broker, partly)).status).toBe('filled');
        expect((await found(world.broker, waiting)).status).toBe('accepted');
        const fills = await world.broker.listFills(EPOCH);
        expect(sharesIn(fills)).toBe('10');
        expect(new Set(fills.map((fill) => fill.executionId)).size).toBe(2);
      },
    );

    check(
      'a clientOrderId is still refused',
      { controls: ['reopen'], others: ['clientOrderId'] },
      async (world) => {
        const intent = buy('MSFT', '10');
        await accept(world.broker, intent);
        await world.controls.reopen(end);
        await expectRejected(world.broker, intent, 'order_rejected');
      },
    );
  });

  describe('a closed adapter', () => {
    check('says that it is unavailable', {}, async ({ broker }) => {
      await broker.close();
      await broker.close();
      const unavailable = { name: 'BrokerError', code: 'unavailable', broker: broker.name };
      await expect(broker.getAccountBalance()).rejects.toMatchObject(unavailable);
      await expect(broker.getPositions()).rejects.toMatchObject(unavailable);
      await expect(broker.getQuotes(['AAPL'])).rejects.toMatchObject(unavailable);
      await expect(broker.getMarketClock()).rejects.toMatchObject(unavailable);
      await expect(broker.findOrder(buy('MSFT', '1'))).rejects.toMatchObject(unavailable);
      await expect(broker.listOrders(EPOCH)).rejects.toMatchObject(unavailable);
      await expect(broker.listFills(EPOCH)).rejects.toMatchObject(unavailable);
      await expect(broker.cancelOrder('4711')).rejects.toMatchObject(unavailable);
      // An order that was not sent is known not to be there.
      expect(await broker.executeTrade(buy('MSFT', '1'), MAY_SEND)).toMatchObject({
        type: 'rejected',
        code: 'unavailable',
      });
    });

    check(
      'tells nobody anything any more',
      { controls: ['fillNext'], others: ['streaming'] },
      async ({ broker, controls }) => {
        const log = recordUpdates(broker);
        await accept(broker, buy('MSFT', '10'));
        await log.until((updates) => updates.length > 0);
        await broker.close();
        const heard = log.updates.length;
        await controls.fillNext();
        expect(log.updates).toHaveLength(heard);
      },
    );
  });
}
