import { describe, expect } from 'vitest';
import { sum, toText } from '../../../src/core/decimal.ts';
import type { Fill } from '../../../src/core/order.ts';
import type { Check } from './check.ts';
import { EPOCH, accept, buy, sell, symbolsOf } from './requests.ts';

export function describeLists(check: Check): void {
  describe('lists', () => {
    check(
      'tell everything since an instant, that instant included, oldest first',
      { controls: ['advance', 'fillNext'] },
      async ({ broker, controls }) => {
        const first = buy('MSFT', '10');
        const second = sell('AAPL', '10');
        await accept(broker, first);
        await controls.advance({ seconds: 2 });
        await controls.fillNext();
        await controls.fillNext();
        await controls.advance({ seconds: 2 });
        await accept(broker, second);
        await controls.fillNext();

        const orders = await broker.listOrders(EPOCH);
        expect(orders.map((order) => order.symbol)).toEqual(['MSFT', 'AAPL']);
        const [done, working] = orders;
        if (done === undefined || working === undefined) throw new Error('unreachable');
        expect(symbolsOf(await broker.listOrders(done.updatedAt))).toEqual(['MSFT', 'AAPL']);
        expect(symbolsOf(await broker.listOrders(working.updatedAt))).toEqual(['AAPL']);
        expect(await broker.listOrders(working.updatedAt.add({ seconds: 1 }))).toEqual([]);

        const fills = await broker.listFills(EPOCH);
        expect(symbolsOf(fills)).toEqual(['MSFT', 'MSFT', 'AAPL']);
        const last = fills[2];
        if (last === undefined) throw new Error('unreachable');
        expect(await broker.listFills(last.at)).toEqual([last]);
        expect(await broker.listFills(last.at.add({ seconds: 1 }))).toEqual([]);
        const times = fills.map((fill) => fill.at.epochMilliseconds);
        expect(times).toEqual(times.toSorted((a, b) => a - b));
      },
    );

    check(
      'show an execution that was corrected as the same one in a higher revision',
      { controls: ['advance', 'fillNext', 'correctExecution'] },
      async ({ broker, controls }) => {
        await accept(broker, buy('MSFT', '10'));
        await controls.fillNext();
        await controls.fillNext();
        const figures = (fill: Fill | undefined) => [
          fill?.executionId,
          fill?.quantity.toFixed(),
          fill?.price.toFixed(2),
        ];
        const [first, second] = await broker.listFills(EPOCH);
        if (first === undefined) throw new Error('unreachable');
        const { executionId } = first;
        await controls.correctExecution({ executionId, quantity: '5', price: '33.00' });
        await controls.advance({ seconds: 30 });
        const [once, other, ...more] = await broker.listFills(EPOCH);
        expect(more).toEqual([]);
        expect(figures(once)).toEqual([executionId, '5', '33.00']);
        expect(once?.revision ?? 0).toBeGreaterThan(first.revision ?? 0);
        expect(other).toEqual(second);
        expect(await broker.listFills(EPOCH)).toEqual([once, other]);
        await controls.correctExecution({ executionId, quantity: '4', price: '32.50' });
        await controls.advance({ seconds: 30 });
        const [twice] = await broker.listFills(EPOCH);
        expect(figures(twice)).toEqual([executionId, '4', '32.50']);
        expect(twice?.revision ?? 0).toBeGreaterThan(once?.revision ?? 0);
      },
    );

    check(
      'tell what somebody trades by hand, as often as they are asked and after a restart',
      { controls: ['placeElsewhere', 'advance', 'fillNext', 'reopen'] },
      async (world) => {
        const { broker, controls } = world;
        const intent = buy('MSFT', '10');
        await controls.placeElsewhere(intent);
        await controls.fillNext();
        await controls.fillNext();
        await controls.advance({ seconds: 30 });
        const fills = await broker.listFills(EPOCH);
        expect(fills.map(({ side, symbol }) => [side, symbol])).toEqual(
          fills.map(() => ['buy', 'MSFT']),
        );
        expect(toText(sum(fills.map(({ quantity }) => quantity)))).toBe('10');
        for (const fill of fills) {
          expect(fill.clientOrderId).not.toBe(intent.clientOrderId);
          expect(fill.account).toBe(broker.account);
        }
        const ids = fills.map(({ executionId }) => executionId);
        expect(new Set(ids).size).toBe(ids.length);
        expect(await broker.listFills(EPOCH)).toEqual(fills);
        await controls.reopen('killed');
        await controls.advance({ seconds: 30 });
        const again = await world.broker.listFills(EPOCH);
        expect(again.map(({ executionId }) => executionId)).toEqual(ids);
      },
    );

    check(
      'show an order that was sent earlier once it changes',
      { controls: ['advance', 'fillNext'] },
      async ({ broker, controls }) => {
        await accept(broker, buy('MSFT', '10'));
        const [sent] = await broker.listOrders(EPOCH);
        if (sent === undefined) throw new Error('unreachable');
        await controls.advance({ seconds: 2 });
        const later = sent.updatedAt.add({ seconds: 1 });
        expect(await broker.listOrders(later)).toEqual([]);
        await controls.fillNext();
        const [changed] = await broker.listOrders(later);
        expect(changed?.status).toBe('partially_filled');
        expect(changed?.submittedAt).toEqual(sent.submittedAt);
      },
    );
  });
}
