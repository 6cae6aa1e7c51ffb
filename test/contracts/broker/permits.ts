import { describe, expect } from 'vitest';
import { revocablePermit } from '../../fixtures/send-permits.ts';
import type { Check } from './check.ts';
import { EPOCH, accept, buy } from './requests.ts';

export function describePermits(check: Check): void {
  describe('the permit of an order', () => {
    check('is asked for before it leaves', {}, async ({ broker }) => {
      const held = revocablePermit();
      const result = await broker.executeTrade(buy('MSFT', '10'), held.permit);
      expect(result.type).toBe('accepted');
      expect(held.asked()).toBe(1);
    });

    check('keeps it here when it is refused, and its id unused', {}, async ({ broker }) => {
      const intent = buy('MSFT', '10');
      const held = revocablePermit();
      held.refuse();
      expect(await broker.executeTrade(intent, held.permit)).toEqual({
        type: 'not_sent',
        code: 'halted',
        reason: 'trading was halted',
      });
      expect(held.asked()).toBe(1);
      expect(await broker.listOrders(EPOCH)).toEqual([]);
      expect(await broker.findOrder(intent)).toEqual({ type: 'not_found' });
      await accept(broker, intent);
      expect(await broker.listOrders(EPOCH)).toHaveLength(1);
    });

    check('keeps it here when it was withdrawn', {}, async ({ broker }) => {
      const held = revocablePermit();
      held.withdraw();
      expect(await broker.executeTrade(buy('MSFT', '10'), held.permit)).toMatchObject({
        type: 'not_sent',
        code: 'halted',
      });
      expect(await broker.listOrders(EPOCH)).toEqual([]);
    });
  });
}
