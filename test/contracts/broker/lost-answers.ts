import { describe, expect } from 'vitest';
import type { Check } from './check.ts';
import { EPOCH, accept, buy, found, sharesIn } from './requests.ts';
import { MAY_SEND } from '../../fixtures/send-permits.ts';

export function describeLostAnswers(check: Check): void {
  describe('an answer that was lost', () => {
    check(
      'is found out: the order is there',
      { controls: ['dropNextAnswer', 'fillNext'] },
      async ({ broker, controls }) => {
        const intent = buy('MSFT', '10');
        await controls.dropNextAnswer('placed');
        expect((await broker.executeTrade(intent, MAY_SEND)).type).toBe('unknown');
        expect((await found(broker, intent)).status).toBe('accepted');
        await controls.fillNext();
        await controls.fillNext();
        expect((await found(broker, intent)).status).toBe('filled');
        expect(sharesIn(await broker.listFills(EPOCH))).toBe('10');
      },
    );

    check(
      'is found out: the order is not there, and may be sent',
      { controls: ['dropNextAnswer'] },
      async ({ broker, controls }) => {
        const intent = buy('MSFT', '10');
        await controls.dropNextAnswer('not_placed');
        expect((await broker.executeTrade(intent, MAY_SEND)).type).toBe('unknown');
        expect(await broker.findOrder(intent)).toEqual({ type: 'not_found' });
        await accept(broker, intent);
        expect(await broker.listOrders(EPOCH)).toHaveLength(1);
      },
    );

    check(
      'is left to a person when several orders fit',
      { controls: ['placeElsewhere', 'dropNextAnswer'] },
      async ({ broker, controls }) => {
        const intent = buy('MSFT', '10');
        await controls.placeElsewhere(intent);
        await controls.dropNextAnswer('placed');
        expect((await broker.executeTrade(intent, MAY_SEND)).type).toBe('unknown');
        const result = await broker.findOrder(intent);
        if (broker.capabilities.clientOrderId) expect(result.type).toBe('found');
        else {
          expect(result).toMatchObject({ type: 'ambiguous' });
          expect(result.type === 'ambiguous' && result.candidates).toHaveLength(2);
        }
      },
    );

    check('is no reason to find what was never sent', {}, async ({ broker }) => {
      expect(await broker.findOrder(buy('MSFT', '10'))).toEqual({ type: 'not_found' });
    });
  });
}
