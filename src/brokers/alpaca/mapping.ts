import { toText, ZERO } from '../../core/decimal.ts';
import type { Decimal } from '../../core/decimal.ts';
import type { Fill, OrderIntent } from '../../core/order.ts';
import type { Position, Quote } from '../../core/portfolio.ts';
import type { BrokerOrder } from '../../ports/broker.ts';
import type { CorrectedFill } from './corrections.ts';
import type {
  AlpacaOrderStatus,
  AssetAnswer,
  OrderAnswer,
  PositionAnswer,
  SnapshotAnswer,
} from './answers.ts';

/**
 * What each of Alpaca's states is for every broker. `working` is accepted or partially filled, by what
 * has filled (https://docs.alpaca.markets/docs/orders-at-alpaca#order-lifecycle). An order that was
 * replaced has ended; what took its place is another order.
 */
const STATUS: Readonly<
  Record<AlpacaOrderStatus, 'working' | 'filled' | 'canceled' | 'expired' | 'rejected'>
> = {
  new: 'working',
  accepted: 'working',
  pending_new: 'working',
  accepted_for_bidding: 'working',
  held: 'working',
  partially_filled: 'working',
  stopped: 'working',
  suspended: 'working',
  pending_cancel: 'working',
  pending_replace: 'working',
  done_for_day: 'working',
  calculated: 'working',
  filled: 'filled',
  canceled: 'canceled',
  replaced: 'canceled',
  expired: 'expired',
  rejected: 'rejected',
};

/** @param quantity in shares; Alpaca tells none for an order of an amount of money. */
export function toBrokerOrder(order: OrderAnswer, quantity: Decimal): BrokerOrder {
  const submittedAt = order.submitted_at ?? order.created_at;
  return {
    brokerOrderId: order.id,
    clientOrderId: order.client_order_id ?? null,
    symbol: order.symbol,
    side: order.side,
    quantity,
    filledQuantity: order.filled_qty,
    averageFillPrice: order.filled_avg_price ?? null,
    status: statusOf(order, quantity),
    reason: reasonOf(order),
    submittedAt,
    updatedAt: order.updated_at ?? submittedAt,
  };
}

function statusOf(order: OrderAnswer, quantity: Decimal): BrokerOrder['status'] {
  const status = STATUS[order.status];
  if (status !== 'working') return status;
  if (order.filled_qty.lte(ZERO)) return 'accepted';
  // "calculated" is done for the day, filled or not, with the settlement still to be worked out.
  return order.status === 'calculated' && order.filled_qty.gte(quantity)
    ? 'filled'
    : 'partially_filled';
}

/** Alpaca gives no reasons with its orders. */
function reasonOf(order: OrderAnswer): string | null {
  return order.status === 'replaced' ? `replaced by order ${order.replaced_by ?? 'unknown'}` : null;
}

/** Whether an order can still change. */
export function isWorking(order: OrderAnswer): boolean {
  return STATUS[order.status] === 'working';
}

/** Stocks carry no commission; what regulators take is booked on the account, not on the fill. */
export function toFill(fill: CorrectedFill, account: string, clientOrderId: string | null): Fill {
  return {
    executionId: fill.id,
    ...(fill.revision === 0 ? {} : { revision: fill.revision }),
    clientOrderId,
    brokerOrderId: fill.order_id,
    account,
    symbol: fill.symbol,
    side: fill.side === 'buy' ? 'buy' : 'sell',
    quantity: fill.qty,
    price: fill.price,
    fees: ZERO,
    at: fill.transaction_time,
  };
}

/** Short positions are negative, whichever way Alpaca writes them. */
export function toPosition(position: PositionAnswer): Position {
  const isShort = position.side === 'short';
  const signed = (value: Decimal): Decimal => (isShort && value.gt(ZERO) ? value.neg() : value);
  return {
    symbol: position.symbol,
    quantity: signed(position.qty),
    costBasis: signed(position.cost_basis),
  };
}

/**
 * The last trade, else the middle of bid and ask; no price where there is neither. A side without an
 * offer is a zero in the data and null here.
 * @param now stands as the quote's time where nothing is quoted.
 */
export function toQuote(
  symbol: string,
  asset: AssetAnswer | null,
  snapshot: SnapshotAnswer | undefined,
  now: Temporal.Instant,
): Quote {
  const trade = snapshot?.latestTrade ?? null;
  const quote = snapshot?.latestQuote ?? null;
  const bid = positive(quote?.bp);
  const ask = positive(quote?.ap);
  const last = positive(trade?.p);
  const middle = bid === null || ask === null ? null : bid.plus(ask).div('2');
  const tradable = asset !== null && isTradable(asset);
  return {
    symbol,
    price: last ?? middle,
    bid,
    ask,
    at: (last === null ? quote?.t : trade?.t) ?? now,
    tradable,
    fractionable: tradable && asset.fractionable,
  };
}

export function isTradable(asset: AssetAnswer): boolean {
  return asset.tradable && asset.status === 'active' && asset.class === 'us_equity';
}

function positive(value: Decimal | undefined): Decimal | null {
  return value === undefined || value.lte(ZERO) ? null : value;
}

/** The body of an order; numbers as text, as the specification has them. */
export function toOrderRequest(intent: OrderIntent): Readonly<Record<string, unknown>> {
  return {
    symbol: intent.symbol,
    qty: toText(intent.quantity),
    side: intent.side,
    type: intent.orderType,
    time_in_force: intent.timeInForce,
    ...(intent.limitPrice === null ? {} : { limit_price: toText(intent.limitPrice) }),
    ...(intent.extendedHours ? { extended_hours: true } : {}),
    client_order_id: intent.clientOrderId,
  };
}
