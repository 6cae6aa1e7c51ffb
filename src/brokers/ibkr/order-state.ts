import { sum, ZERO, type Decimal } from '../../core/decimal.ts';
import { exchangeDateOf, sessionOn } from '../../core/market-calendar.ts';
import type { Side } from '../../core/plan-types.ts';
import type { BrokerOrder } from '../../ports/broker.ts';
import type { Execution } from './executions.ts';
import type { TwsStatus } from './wire.ts';

/** An order as far as TWS has told it. */
export interface KnownOrder {
  /** IB's own number, the same in every list and after every restart. */
  readonly permId: number;
  /** The number under which our client id placed it; null for orders of others and in some lists. */
  readonly orderId: number | null;
  readonly account: string;
  readonly orderRef: string | null;
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: Decimal;
  /** Null for market orders. */
  readonly limitPrice: Decimal | null;
  readonly filled: Decimal;
  /** As TWS counts it; executions say it exactly. */
  readonly averagePrice: Decimal | null;
  readonly status: TwsStatus;
  /** TWS's words for how it ended: `Cancelled by Trader`, `Filled Size: 100`. */
  readonly endedBy: string | null;
  readonly endedAt: Temporal.Instant | null;
  /** What TWS said of it last: a rejection, the reason of a cancel. */
  readonly message: { readonly rejected: boolean; readonly text: string } | null;
  readonly cancelAsked: boolean;
  /** IB does not tell when an order was sent: when this process first knew of it. */
  readonly firstHeardAt: Temporal.Instant;
  readonly changedAt: Temporal.Instant;
}

/** News of an order; what a message does not tell is left out. */
export type OrderNews = Pick<KnownOrder, 'permId'> &
  Partial<Omit<KnownOrder, 'permId' | 'firstHeardAt' | 'changedAt'>>;

/** How far along its life an order is; TWS repeats states, and may tell an old one after a new one. */
const RANK: Readonly<Record<TwsStatus, number>> = {
  Unknown: 0,
  ApiPending: 0,
  PendingSubmit: 0,
  PreSubmitted: 1,
  Submitted: 2,
  // May still become active again: an order that waits for shares to be found, for example.
  Inactive: 2,
  PendingCancel: 3,
  ApiCancelled: 4,
  Cancelled: 4,
  Filled: 4,
};

export const isOver = (status: TwsStatus): boolean => RANK[status] === 4;

/** An order with news of it. It never goes back. */
export function withNews(known: KnownOrder, news: OrderNews, now: Temporal.Instant): KnownOrder {
  const status =
    news.status !== undefined && !isOver(known.status) && RANK[news.status] >= RANK[known.status]
      ? news.status
      : known.status;
  const filled =
    news.filled !== undefined && news.filled.gt(known.filled) ? news.filled : known.filled;
  const next: KnownOrder = {
    ...known,
    ...news,
    orderId: news.orderId ?? known.orderId,
    orderRef: news.orderRef ?? known.orderRef,
    // Completed orders are listed with a quantity of zero.
    quantity: news.quantity?.gt(ZERO) === true ? news.quantity : known.quantity,
    status,
    filled,
    averagePrice: (filled === known.filled ? null : news.averagePrice) ?? known.averagePrice,
    endedBy: news.endedBy ?? known.endedBy,
    endedAt: news.endedAt ?? known.endedAt,
    message: news.message ?? known.message,
    cancelAsked: known.cancelAsked || news.cancelAsked === true,
  };
  const changed =
    statusOf(next) !== statusOf(known) ||
    !next.filled.eq(known.filled) ||
    !next.quantity.eq(known.quantity);
  return { ...next, changedAt: changed ? (news.endedAt ?? now) : known.changedAt };
}

/** The port's status of an order, by what TWS counts as filled. */
function statusOf(order: KnownOrder, filled: Decimal = order.filled): BrokerOrder['status'] {
  const untouched = filled.eq(ZERO);
  switch (order.status) {
    case 'Filled':
      return 'filled';
    case 'Cancelled':
    case 'ApiCancelled':
      if (untouched && order.message?.rejected === true) return 'rejected';
      return hasExpired(order) ? 'expired' : 'canceled';
    case 'Inactive':
      if (untouched && order.message?.rejected === true) return 'rejected';
      return working(order, filled);
    case 'Unknown':
    case 'ApiPending':
    case 'PendingSubmit':
    case 'PreSubmitted':
      if (untouched && order.message?.rejected === true) return 'rejected';
      return working(order, filled);
    case 'Submitted':
    case 'PendingCancel':
      return working(order, filled);
  }
}

function working(order: KnownOrder, filled: Decimal): BrokerOrder['status'] {
  if (filled.eq(ZERO)) return 'accepted';
  return order.quantity.gt(ZERO) && filled.gte(order.quantity) ? 'filled' : 'partially_filled';
}

/**
 * TWS has one word for a day order that ran out and for one that somebody cancelled. It ran out when
 * nobody asked for it and it ended when, or after, its session did.
 */
function hasExpired(order: KnownOrder): boolean {
  if (order.cancelAsked || /trader|user/i.test(order.endedBy ?? '')) return false;
  if (/expire/i.test(order.endedBy ?? '')) return true;
  const endedAt = order.endedAt ?? order.changedAt;
  const close = sessionOn(exchangeDateOf(endedAt))?.close;
  return close === undefined || Temporal.Instant.compare(endedAt, close) >= 0;
}

/**
 * An order for the port.
 * @param executions those of the order that count; more may have been counted by TWS than told.
 */
export function toBrokerOrder(
  order: KnownOrder,
  executions: readonly Execution[],
  options: { readonly executionsDecide: boolean } = { executionsDecide: false },
): BrokerOrder {
  const executed = sum(executions.map((execution) => execution.quantity));
  const corrected = executions.some((execution) => execution.correction > 1);
  const decided = options.executionsDecide || corrected || executed.gt(order.filled);
  const filledQuantity = decided ? executed : order.filled;
  const spent = sum(executions.map((execution) => execution.quantity.times(execution.price)));
  const exact = executed.gt(ZERO) && executed.eq(filledQuantity) ? spent.div(executed) : null;
  const held = options.executionsDecide && executed.lt(order.filled);
  const lastFill = executions
    .map((execution) => execution.at)
    .toSorted((a, b) => Temporal.Instant.compare(a, b))
    .at(-1);
  const status = held ? working(order, executed) : statusOf(order, filledQuantity);
  const ended = status === 'rejected' || status === 'canceled' || status === 'expired';
  return {
    brokerOrderId: String(order.permId),
    clientOrderId: order.orderRef,
    symbol: order.symbol,
    side: order.side,
    quantity: order.quantity,
    filledQuantity,
    averageFillPrice: filledQuantity.eq(ZERO) ? null : (exact ?? order.averagePrice),
    status,
    reason: ended ? (order.message?.text ?? order.endedBy) : null,
    submittedAt: order.firstHeardAt,
    updatedAt: latest(order.changedAt, lastFill),
  };
}

function latest(a: Temporal.Instant, b: Temporal.Instant | undefined): Temporal.Instant {
  return b !== undefined && Temporal.Instant.compare(b, a) > 0 ? b : a;
}
