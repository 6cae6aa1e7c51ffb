import { ZERO } from './decimal.ts';
import type { Decimal } from './decimal.ts';
import type { Fill, Order, OrderStatus } from './order.ts';

/** After these an order cannot trade any more. */
const FINAL_ORDER_STATUSES: ReadonlySet<OrderStatus> = new Set([
  'denied',
  'filled',
  'canceled',
  'rejected',
  'expired',
]);

/** True when an order can no longer trade. */
export function isFinal(status: OrderStatus): boolean {
  return FINAL_ORDER_STATUSES.has(status);
}

/** How far along its life an order is; what the broker says later may never move it back. */
const RANK: Readonly<Record<OrderStatus, number>> = {
  created: 0,
  submitted: 1,
  unknown: 1,
  accepted: 2,
  partially_filled: 3,
  filled: 4,
  canceled: 4,
  rejected: 4,
  expired: 4,
  denied: 4,
};

/**
 * The status that an order has after the broker reported `reported`. Fills alone make an order
 * (partially) filled, so that no order is called filled before its fills are recorded; reports that
 * arrive late or twice change nothing.
 */
export function statusAfterReport(order: Order, reported: OrderStatus): OrderStatus {
  const effective: OrderStatus =
    reported === 'filled' || reported === 'partially_filled'
      ? order.filledQuantity.gt(ZERO)
        ? 'partially_filled'
        : 'accepted'
      : reported;
  if (isFinal(order.status)) return order.status;
  return RANK[effective] >= RANK[order.status] ? effective : order.status;
}

/** Quantity, average price and status of an order once a fill that was not known before is added. */
export function addFill(
  order: Order,
  fill: Pick<Fill, 'quantity' | 'price'>,
): { filledQuantity: Decimal; averageFillPrice: Decimal; status: OrderStatus } {
  const filledQuantity = order.filledQuantity.plus(fill.quantity);
  const spentBefore = order.filledQuantity.times(order.averageFillPrice ?? ZERO);
  const averageFillPrice = spentBefore.plus(fill.quantity.times(fill.price)).div(filledQuantity);
  const complete = filledQuantity.gte(order.intent.quantity);
  // A fill that surfaces after a cancel is counted, and the order stays cancelled unless it is whole.
  const status = complete ? 'filled' : isFinal(order.status) ? order.status : 'partially_filled';
  return { filledQuantity, averageFillPrice, status };
}

/**
 * Quantity, average price and status of an order once the broker corrected one of its fills. A finished
 * order stays as finished as it was, whatever its fills come to: a correction starts no trading.
 */
export function correctFill(
  order: Order,
  before: Pick<Fill, 'quantity' | 'price'>,
  after: Pick<Fill, 'quantity' | 'price'>,
): { filledQuantity: Decimal; averageFillPrice: Decimal | null; status: OrderStatus } {
  const filledQuantity = order.filledQuantity.minus(before.quantity).plus(after.quantity);
  const spent = order.filledQuantity
    .times(order.averageFillPrice ?? ZERO)
    .minus(before.quantity.times(before.price))
    .plus(after.quantity.times(after.price));
  const averageFillPrice = filledQuantity.gt(ZERO) ? spent.div(filledQuantity) : null;
  const complete = filledQuantity.gte(order.intent.quantity);
  return { filledQuantity, averageFillPrice, status: complete ? 'filled' : order.status };
}
