import { describe, expect } from 'vitest';
import { decimal, toText } from '../../../src/core/decimal.ts';
import type { OrderIntent } from '../../../src/core/order.ts';
import type { BrokerErrorCode } from '../../../src/ports/broker.ts';
import { SCENARIO, type Check } from './check.ts';
import {
  EPOCH,
  accept,
  buy,
  expectRejected,
  newClientOrderId,
  sell,
  sharesIn,
} from './requests.ts';
import { MAY_SEND } from '../../fixtures/send-permits.ts';

export function describeRefusals(check: Check): void {
  describe('every error code', () => {
    const provoke: Readonly<Record<BrokerErrorCode, () => void>> = {
      insufficient_funds: () =>
        checkRejected('insufficient_funds', 'a buy for more than there is', buy('AAPL', '100')),
      not_tradable: () => {
        checkRejected('not_tradable', 'a symbol nobody knows', buy(SCENARIO.unknown, '1'));
        checkRejected(
          'not_tradable',
          'a symbol that does not trade',
          buy(SCENARIO.notTradable, '1'),
        );
      },
      order_rejected: () => {
        checkRejected('order_rejected', 'a sell for more than is held', sell('AAPL', '101'));
        checkRejected('order_rejected', 'a sell of what is not held', sell('MSFT', '1'));
        checkRejected(
          'order_rejected',
          'a limit in fractions of a cent',
          buy('MSFT', '1', '33.3301'),
        );
      },
      market_closed: () => {
        check(
          'market_closed: an order after the close',
          { controls: ['closeMarket'], others: ['market_closed'] },
          async ({ broker, controls }) => {
            await controls.closeMarket();
            expect((await broker.getMarketClock()).open).toBe(false);
            await expectRejected(broker, buy('MSFT', '1'), 'market_closed');
          },
        );
      },
      authentication: () => checkFailure('authentication'),
      rate_limited: () => checkFailure('rate_limited'),
      unavailable: () => checkFailure('unavailable'),
      unknown_outcome: () => {
        check(
          'unknown_outcome: an answer that did not come is no rejection',
          { controls: ['dropNextAnswer'] },
          async ({ broker, controls }) => {
            await controls.dropNextAnswer('not_placed');
            const result = await broker.executeTrade(buy('MSFT', '10'), MAY_SEND);
            expect(result).toEqual({ type: 'unknown', reason: expect.stringMatching(/\w+ \w+/) });
          },
        );
      },
    };
    for (const define of Object.values(provoke)) define();

    check(
      'order_rejected: a fraction of a share where only whole ones trade',
      {},
      async ({ broker }) => {
        if (broker.capabilities.fractional) {
          expect((await broker.executeTrade(buy('MSFT', '0.5'), MAY_SEND)).type).toBe('accepted');
        } else await expectRejected(broker, buy('MSFT', '0.5'), 'order_rejected');
      },
    );

    function checkRejected(code: BrokerErrorCode, title: string, intent: OrderIntent): void {
      check(`${code}: ${title}`, { others: [code] }, async ({ broker }) => {
        const fresh = { ...intent, clientOrderId: newClientOrderId() };
        const before = await broker.getAccountBalance();
        await expectRejected(broker, fresh, code);
        expect(await broker.getAccountBalance()).toEqual(before);
        // A broker may keep what it rejected; it must not work.
        const result = await broker.findOrder(fresh);
        if (result.type === 'found') expect(result.order.status).toBe('rejected');
        else expect(result.type).toBe('not_found');
      });
    }

    function checkFailure(code: 'authentication' | 'rate_limited' | 'unavailable'): void {
      check(
        `${code}: reads throw it, orders answer with it or as unknown`,
        { controls: ['failNext'], others: [code] },
        async ({ broker, controls }) => {
          await controls.failNext(code);
          await expect(broker.getAccountBalance()).rejects.toMatchObject({
            name: 'BrokerError',
            code,
          });
          await controls.failNext(code);
          const result = await broker.executeTrade(buy('MSFT', '1'), MAY_SEND);
          if (result.type === 'rejected') expect(result.code).toBe(code);
          else expect(result.type).toBe('unknown');
          // Nothing is broken for good.
          expect(toText((await broker.getAccountBalance()).cash)).toBe('10000.07');
        },
      );
    }
  });

  describe('a clientOrderId', () => {
    check(
      'is refused the second time, while the first order works and ever after',
      { controls: ['fillNext'], others: ['clientOrderId'] },
      async ({ broker, controls }) => {
        const intent = buy('MSFT', '10');
        await accept(broker, intent);
        await expectRejected(broker, intent, 'order_rejected');
        await expectRejected(broker, { ...intent, quantity: decimal('1') }, 'order_rejected');
        await controls.fillNext();
        await controls.fillNext();
        await expectRejected(broker, intent, 'order_rejected');
        expect(await broker.listOrders(EPOCH)).toHaveLength(1);
        expect(sharesIn(await broker.listFills(EPOCH))).toBe('10');
      },
    );

    check(
      'stays refused after its order was cancelled',
      { others: ['clientOrderId'] },
      async ({ broker }) => {
        const intent = buy('MSFT', '10', '30.00');
        await broker.cancelOrder(await accept(broker, intent));
        await expectRejected(broker, intent, 'order_rejected');
      },
    );

    check(
      'wins once when the same order is sent twice at the same time',
      { others: ['clientOrderId'] },
      async ({ broker }) => {
        const intent = buy('MSFT', '10');
        const results = await Promise.all([
          broker.executeTrade(intent, MAY_SEND),
          broker.executeTrade(intent, MAY_SEND),
        ]);
        expect(results.map((result) => result.type).toSorted()).toEqual(['accepted', 'rejected']);
        expect(await broker.listOrders(EPOCH)).toHaveLength(1);
      },
    );
  });
}
