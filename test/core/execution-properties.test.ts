import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { decimal, decimalFromInteger, isPositive, minimum, ZERO } from '../../src/core/decimal.ts';
import type { Decimal } from '../../src/core/decimal.ts';
import { decideExecution } from '../../src/core/execution.ts';
import type { ExecutionState } from '../../src/core/execution.ts';
import { collaredPrice } from '../../src/core/order-prices.ts';
import { addFill, isFinal } from '../../src/core/order-transition.ts';
import type { Order } from '../../src/core/order.ts';
import type { Leg } from '../../src/core/plan-types.ts';
import { fuzzSettings } from '../fixtures/fuzz-runs.ts';
import { legOf, LIMITS_50_BP, orderOf, stateOf } from './executions.ts';

/** A plan, and an exchange that fills, cancels and rejects as it likes, within the limits. */
interface Course {
  readonly cash: Decimal;
  readonly buffer: Decimal;
  readonly legs: readonly Leg[];
  readonly collar: Decimal;
  readonly feePerOrder: Decimal;
  /** What happens next; over and over. */
  readonly events: readonly Event[];
  /** Whether orders are only ever filled. */
  readonly fillsAll: boolean;
}

interface Event {
  /** Which of the orders that work, in turn. */
  readonly order: number;
  readonly what: 'fill' | 'fill_in_part' | 'cancel' | 'reject';
  /** From the worst price that its limit allows (0) to one that is as much better (100). */
  readonly price: number;
}

const cents = (units: number): Decimal => decimalFromInteger(units).times('0.01');

const events = fc.array(
  fc.record({
    order: fc.nat(20),
    what: fc.constantFrom('fill', 'fill', 'fill', 'fill_in_part', 'cancel', 'reject'),
    price: fc.constantFrom(0, 0, 50, 100),
  }),
  { minLength: 1, maxLength: 30 },
);

/** Buys as many as the money above the buffer and the sales pay for at the reference prices, often all of it. */
const courses: fc.Arbitrary<Course> = fc
  .record({
    cash: fc.oneof(fc.constant(0), fc.nat(2_000_000)).map(cents),
    buffer: fc.constantFrom('0', '1', '20', '100', '500', '5000').map(decimal),
    prices: fc.array(fc.integer({ min: 90, max: 50_000 }).map(cents), {
      minLength: 2,
      maxLength: 10,
    }),
    quantities: fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 10, maxLength: 10 }),
    sales: fc.nat(6),
    collar: fc.constantFrom('0', '20', '50', '200').map(decimal),
    feePerOrder: fc.constantFrom('0', '0', '0.35', '1').map(decimal),
    events,
    fillsAll: fc.boolean(),
  })
  .map(({ prices, quantities, sales, ...course }) => {
    let spendable = course.cash.minus(course.buffer);
    const legs: Leg[] = [];
    for (const [index, price] of prices.entries()) {
      const quantity = decimalFromInteger(quantities[index] ?? 1);
      if (index < sales) {
        legs.push(legOf(legs.length + 1, 'sell', quantity, price));
        spendable = spendable.plus(quantity.times(price));
        continue;
      }
      const bought = minimum(quantity.times('10'), spendable.div(price).round(0, 0));
      if (!isPositive(bought)) continue;
      legs.push(legOf(legs.length + 1, 'buy', bought, price));
      spendable = spendable.minus(bought.times(price));
    }
    return { ...course, legs };
  });

/** An execution at its end, with what its invariants need to be worked out apart from the code. */
interface Ended {
  readonly orders: readonly Order[];
  /** After every event. */
  readonly cash: readonly Decimal[];
  readonly fees: Decimal;
  /** What prices took from the account against the reference prices, gains not counted. */
  readonly lost: Decimal;
  /** How many buys left before anything had traded. */
  readonly boughtBlind: number;
  /** How many steps released buys once all sales were over. */
  readonly roundsAfterSales: number;
}

function execute(course: Course): Ended {
  const { legs, feePerOrder } = course;
  const settings = { ...LIMITS_50_BP, collarBasisPoints: course.collar };
  const orders = new Map<number, Order>();
  const fills: { clientOrderId: string; fees: Decimal }[] = [];
  const cash: Decimal[] = [course.cash];
  let [now, fees, lost] = [course.cash, ZERO, ZERO];
  let [boughtBlind, roundsAfterSales] = [0, 0];
  for (let turn = 0; turn < 500; turn += 1) {
    const state: ExecutionState = stateOf({
      legs,
      orders: [...orders.values()],
      fills,
      cashAtStart: course.cash.minus(course.buffer),
      cashBuffer: course.buffer,
      settings,
    });
    const step = decideExecution(state);
    if (step.finished) {
      return { orders: [...orders.values()], cash, fees, lost, boughtBlind, roundsAfterSales };
    }
    const sales = legs.filter(({ side }) => side === 'sell');
    const soldAll = sales.every(({ number }) => isFinal(orders.get(number)?.status ?? 'created'));
    if (soldAll && step.release.length > 0) roundsAfterSales += 1;
    for (const released of step.release) {
      expect(orders.has(released.leg.number)).toBe(false);
      expect(released.quantity.lte(released.leg.quantity)).toBe(true);
      if (released.leg.side === 'buy' && fills.length === 0) boughtBlind += 1;
      orders.set(released.leg.number, orderOf(released));
    }
    for (const { leg } of step.deny) {
      const denied = orderOf({ leg, quantity: leg.quantity, limitPrice: null });
      orders.set(leg.number, { ...denied, status: 'denied' });
    }
    const working = [...orders.values()].filter(({ status }) => !isFinal(status));
    const event = course.events[turn % course.events.length];
    const order = working[(event?.order ?? 0) % Math.max(working.length, 1)];
    if (event === undefined || order === undefined) continue;
    const { intent } = order;
    const leg = legs.find(({ number }) => number === intent.leg);
    if (leg === undefined) throw new Error('an order of no leg');
    const ends = { cancel: 'canceled', reject: 'rejected' } as const;
    if (!course.fillsAll && (event.what === 'cancel' || event.what === 'reject')) {
      orders.set(intent.leg, { ...order, status: ends[event.what] });
      continue;
    }
    const open = intent.quantity.minus(order.filledQuantity);
    const part = open.div('2').round(0, 0);
    const quantity = event.what === 'fill_in_part' && isPositive(part) ? part : open;
    const limit = intent.limitPrice ?? leg.referencePrice;
    const width = limit.minus(leg.referencePrice).abs();
    const better = width.times(String(event.price)).div('50');
    const isBuy = intent.side === 'buy';
    const price = isBuy ? limit.minus(better) : limit.plus(better);
    // Once an order, as brokers charge a least amount.
    const fee = isPositive(order.filledQuantity) ? ZERO : feePerOrder;
    orders.set(intent.leg, { ...order, ...addFill(order, { quantity, price }) });
    fills.push({ clientOrderId: intent.clientOrderId, fees: fee });
    const notional = quantity.times(price);
    now = (isBuy ? now.minus(notional) : now.plus(notional)).minus(fee);
    cash.push(now);
    fees = fees.plus(fee);
    const against = quantity.times(
      isBuy ? price.minus(leg.referencePrice) : leg.referencePrice.minus(price),
    );
    if (isPositive(against)) lost = lost.plus(against);
  }
  throw new Error('the execution does not end');
}

it('whatever the exchange does, cash is never negative, and no buy is planned with the buffer', () => {
  fc.assert(
    fc.property(courses, (course) => {
      const { cash, fees, lost, boughtBlind, orders } = execute(course);
      // Before anything has traded nobody knows what fees take: then the buffer is what pays for them.
      const blind = course.feePerOrder.times(String(boughtBlind)).minus(course.buffer);
      const owed = isPositive(blind) ? blind : ZERO;
      for (const amount of cash) expect(amount.plus(owed).gte(ZERO)).toBe(true);
      const isBought = orders.some(
        ({ intent, filledQuantity }) => intent.side === 'buy' && isPositive(filledQuantity),
      );
      const end = cash.at(-1) ?? ZERO;
      expect(!isBought || end.plus(lost).plus(fees).gte(course.buffer)).toBe(true);
    }),
    fuzzSettings(500),
  );
});

it('everything is bought at once when the sales have filled, where the buffer covers collar and fees', () => {
  fc.assert(
    fc.property(courses, (course) => {
      const { legs, feePerOrder } = course;
      const settings = { ...LIMITS_50_BP, collarBasisPoints: course.collar };
      let needed = feePerOrder.times(String(legs.length));
      for (const { side, quantity, referencePrice } of legs) {
        const limit = collaredPrice(side, referencePrice, settings);
        needed = needed.plus(quantity.times(limit.minus(referencePrice).abs()));
      }
      fc.pre(legs.some(({ side }) => side === 'sell'));
      fc.pre(course.buffer.gte(needed));
      const { orders, roundsAfterSales } = execute({ ...course, fillsAll: true });
      expect(roundsAfterSales).toBeLessThanOrEqual(1);
      for (const { intent, status } of orders) {
        expect(status).toBe('filled');
        const leg = legs.find(({ number }) => number === intent.leg);
        expect(intent.quantity).toEqual(leg?.quantity);
        expect(intent.limitPrice).toEqual(
          collaredPrice(intent.side, leg?.referencePrice ?? ZERO, settings),
        );
      }
    }),
    fuzzSettings(200),
  );
});
