import { describe, expect, it } from 'vitest';
import { decimal } from '../../src/core/decimal.ts';
import type { Fill, Order } from '../../src/core/order.ts';
import { compareLegs, findDifferences, findForeignOrders } from '../../src/core/reconciliation.ts';
import type { ToldOrder } from '../../src/core/reconciliation.ts';
import { later, NOW } from '../fixtures/sample-account.ts';
import { sampleOrder } from '../fixtures/sample-execution.ts';
import { samplePlan } from '../fixtures/sample-proposal.ts';

const [leg] = samplePlan().legs;
if (leg === undefined) throw new Error('the sample has a leg');

function order(changes: Partial<Order> = {}): Order {
  if (leg === undefined) throw new Error('the sample has a leg');
  return {
    ...sampleOrder(leg, { status: 'accepted' }).order,
    brokerOrderId: 'b-1',
    filledQuantity: decimal('0'),
    ...changes,
  };
}

function told(changes: Partial<ToldOrder> = {}): ToldOrder {
  const { intent } = order();
  return {
    brokerOrderId: 'b-1',
    clientOrderId: intent.clientOrderId,
    symbol: intent.symbol,
    side: intent.side,
    quantity: intent.quantity,
    filledQuantity: decimal('0'),
    status: 'accepted',
    submittedAt: NOW,
    ...changes,
  };
}

function fill(quantity: string): Fill {
  const { intent } = order();
  return {
    executionId: `e-${quantity}`,
    clientOrderId: intent.clientOrderId,
    brokerOrderId: 'b-1',
    account: 'core',
    symbol: intent.symbol,
    side: intent.side,
    quantity: decimal(quantity),
    price: decimal('10'),
    fees: decimal('0'),
    at: NOW,
  };
}

const working = { status: 'accepted', filledQuantity: decimal('0') } as const;
const partly = { status: 'partially_filled', filledQuantity: decimal('3') } as const;

describe('broker and record', () => {
  it.each<[string, Partial<Order>, readonly ToldOrder[], readonly Fill[], string | null]>([
    ['agree on a working order', working, [told()], [], null],
    ['agree on fills', partly, [told({ filledQuantity: decimal('3') })], [fill('3')], null],
    [
      'differ: fewer fills here',
      working,
      [told({ filledQuantity: decimal('3') })],
      [],
      '3 filled at the broker, 0 recorded',
    ],
    [
      'differ: more fills here',
      partly,
      [told()],
      [fill('3')],
      '0 filled at the broker, 3 recorded',
    ],
    [
      'differ: the order counts other than its fills',
      partly,
      [told()],
      [],
      '3 filled by the order, 0 by its fills',
    ],
    ['differ: not there', working, [], [], 'not at the broker'],
    ['differ: other terms', working, [told({ quantity: decimal('1') })], [], 'at the broker it is'],
    ['say nothing of an order without an answer', { status: 'unknown' }, [], [], null],
    ['say nothing of an order that was not sent', { status: 'denied' }, [], [], null],
    [
      'say nothing of a finished order that is listed no more',
      { status: 'canceled', filledQuantity: decimal('0') },
      [],
      [],
      null,
    ],
  ])('%s', (_, changes, list, fills, words) => {
    const [found] = findDifferences({ orders: [order(changes)], told: list, fills });
    expect(found?.words.includes(words ?? 'nothing') ?? null).toBe(words === null ? null : true);
  });

  it('and more ordered than approved differ, leg by leg', () => {
    const more = leg === undefined ? decimal('0') : leg.quantity.plus('1');
    const over = order({ ...working, intent: { ...order().intent, quantity: more } });
    const list = [told({ quantity: more })];
    const [row] = compareLegs({ legs: [leg], orders: [over], told: list, fills: [] });
    expect(row?.difference?.words).toContain('approved');
    const [unsent] = compareLegs({ legs: [leg], orders: [], told: [], fills: [] });
    expect(unsent).toMatchObject({ ordered: null, filledAtBroker: null, difference: null });
  });
});

describe('an order at the broker', () => {
  const since = NOW.add({ milliseconds: 225 });
  const foreign = { brokerOrderId: 'x-9', clientOrderId: null, symbol: 'IBM' } as const;
  it.each<[string, Order, ToldOrder, 'foreign' | 'unrecorded' | 'known']>([
    ['of ours', order(), told(), 'known'],
    ['of ours by its number alone', order(), told({ clientOrderId: null }), 'known'],
    ['that nobody approved', order(), told(foreign), 'foreign'],
    [
      'placed by hand with an id',
      order(),
      told({ ...foreign, clientOrderId: 'by-hand' }),
      'foreign',
    ],
    [
      'with an id of our making',
      order(),
      told({ ...foreign, clientOrderId: 'ek-k3f9xa-1-1-0123456789abcdef' }),
      'unrecorded',
    ],
    [
      'that may be the one whose answer is awaited',
      order({ status: 'unknown', brokerOrderId: null }),
      told({ ...foreign, symbol: order().intent.symbol }),
      'known',
    ],
    [
      'that ended before anybody watched',
      order(),
      told({ ...foreign, status: 'filled', submittedAt: later(-1) }),
      'known',
    ],
    [
      'that ended in the second in which the watch began, at a broker that dates by whole seconds',
      order(),
      told({
        ...foreign,
        status: 'filled',
        submittedAt: since.round({ smallestUnit: 'second', roundingMode: 'floor' }),
      }),
      'foreign',
    ],
    [
      'that works since before anybody watched',
      order(),
      told({ ...foreign, submittedAt: later(-1) }),
      'foreign',
    ],
  ])('%s', (_, own, list, as) => {
    const found = findForeignOrders({ orders: [own], told: [list], since });
    expect({ foreign: found.foreign.length, unrecorded: found.unrecorded.length }).toEqual({
      foreign: as === 'foreign' ? 1 : 0,
      unrecorded: as === 'unrecorded' ? 1 : 0,
    });
  });
});
