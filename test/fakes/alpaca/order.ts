import type { Decimal } from '../../../src/core/decimal.ts';
import { decimal, minimum, ONE, roundDownToLot, ZERO } from '../../../src/core/decimal.ts';
import type { Asset } from './market.ts';

export type OrderState =
  | 'accepted'
  | 'pending_new'
  | 'new'
  | 'partially_filled'
  | 'pending_cancel'
  | 'filled'
  | 'canceled'
  | 'expired'
  | 'replaced'
  | 'rejected';

const FINAL: ReadonlySet<OrderState> = new Set([
  'filled',
  'canceled',
  'expired',
  'replaced',
  'rejected',
]);

/** What somebody asked for. Exactly one of quantity (shares) and notional (dollars) is set. */
export interface OrderTerms {
  readonly asset: Asset;
  readonly clientOrderId: string;
  readonly side: 'buy' | 'sell';
  readonly type: 'market' | 'limit';
  readonly timeInForce: 'day' | 'gtc';
  readonly quantity: Decimal | null;
  readonly notional: Decimal | null;
  readonly limitPrice: Decimal | null;
  readonly extendedHours: boolean;
}

export interface FakeOrder extends OrderTerms {
  readonly id: string;
  /** The name of the account. */
  readonly account: string;
  state: OrderState;
  filledQuantity: Decimal;
  /** What the executions cost or brought, in dollars. */
  filledValue: Decimal;
  readonly submittedAt: Temporal.Instant;
  readonly expiresAt: Temporal.Instant;
  updatedAt: Temporal.Instant;
  filledAt: Temporal.Instant | null;
  canceledAt: Temporal.Instant | null;
  expiredAt: Temporal.Instant | null;
  failedAt: Temporal.Instant | null;
  replacedAt: Temporal.Instant | null;
  replacedBy: string | null;
  readonly replaces: string | null;
}

/** One execution of an order. */
export interface FakeExecution {
  /** As the account stream tells it. */
  readonly id: string;
  /** The second half of its activity's id. */
  readonly activityUuid: string;
  readonly order: FakeOrder;
  readonly at: Temporal.Instant;
  /** As it was told first. */
  readonly quantity: Decimal;
  readonly price: Decimal;
  /** As it stands after corrections. */
  current: { readonly quantity: Decimal; readonly price: Decimal };
  /** Filled by the order in all, this execution included, and what it left. */
  readonly cumulative: Decimal;
  readonly leaves: Decimal;
  /** The account's position afterwards. */
  readonly positionQuantity: Decimal;
}

/** What was executed, corrected or taken back, in the order in which it happened. */
export interface FakeTradeEvent {
  readonly type: 'fill' | 'partial_fill' | 'trade_correct' | 'trade_bust';
  /** A new one for each event; that of a fill is the execution's. */
  readonly executionId: string;
  readonly previousId: string | null;
  /** As it was told first. */
  readonly execution: FakeExecution;
  readonly at: Temporal.Instant;
  readonly quantity: Decimal;
  readonly price: Decimal;
}

/** The smallest part of a share that is traded. */
const SHARE_PARTS = decimal('0.000000001');

export function isFinal(order: FakeOrder): boolean {
  return FINAL.has(order.state);
}

/** Whether an execution can reach it: it has been routed to a venue and has not ended. */
export function isWorking(order: FakeOrder): boolean {
  return ['new', 'partially_filled', 'pending_cancel'].includes(order.state);
}

/** What remains to be filled, in shares; of a notional order, what its dollars buy at a price. */
export function leavesQuantity(order: FakeOrder, price: Decimal): Decimal {
  if (order.quantity !== null) return order.quantity.minus(order.filledQuantity);
  const dollars = (order.notional ?? ZERO).minus(order.filledValue);
  return roundDownToLot(dollars.div(price), SHARE_PARTS);
}

/** The price at which the market would trade the order now; null when its limit forbids it. */
export function marketPriceFor(order: FakeOrder): Decimal | null {
  const { asset, side, limitPrice } = order;
  const price = side === 'buy' ? asset.ask : asset.bid;
  if (limitPrice === null) return price;
  const trades = side === 'buy' ? price.lte(limitPrice) : price.gte(limitPrice);
  return trades ? price : null;
}

/**
 * How much the next of an order's two executions takes: half of it, in whole shares when it is for whole
 * shares, and then the rest; all at once when nothing can be halved.
 */
export function nextExecutionQuantity(order: FakeOrder, price: Decimal): Decimal {
  const leaves = leavesQuantity(order, price);
  if (order.filledQuantity.gt(ZERO)) return leaves;
  const whole = order.quantity !== null && order.quantity.mod(ONE).eq(ZERO);
  const half = roundDownToLot(leaves.div(decimal('2')), whole ? ONE : SHARE_PARTS);
  return half.gt(ZERO) ? minimum(half, leaves) : leaves;
}

/** Dollars that an open order to buy keeps from being spent otherwise. */
export function reservedDollars(order: FakeOrder): Decimal {
  if (order.side === 'sell' || isFinal(order)) return ZERO;
  return costOf(order).minus(order.notional === null ? valueOfFilled(order) : order.filledValue);
}

/** What an order to buy costs at most by what is known now: its limit or the asking price. */
export function costOf(terms: OrderTerms): Decimal {
  if (terms.notional !== null) return terms.notional;
  return (terms.quantity ?? ZERO).times(terms.limitPrice ?? terms.asset.ask);
}

function valueOfFilled(order: FakeOrder): Decimal {
  return order.filledQuantity.times(order.limitPrice ?? order.asset.ask);
}

/** Shares that an open order to sell holds. */
export function heldShares(order: FakeOrder): Decimal {
  if (order.side === 'buy' || isFinal(order)) return ZERO;
  return leavesQuantity(order, order.limitPrice ?? order.asset.bid);
}
