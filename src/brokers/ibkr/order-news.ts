import { ZERO } from '../../core/decimal.ts';
import { parseTwsTime } from './instants.ts';
import type { KnownOrder, OrderNews } from './order-state.ts';
import { fromIbSymbol } from './symbols.ts';
import type { CompletedOrderTold, OpenOrderTold } from './wire.ts';

/** @returns null for what is no stock, or has no number at IB yet. */
export function newsOfOpenOrder(told: OpenOrderTold, clientId: number): OrderNews | null {
  if (told.contract.secType !== 'STK' || told.order.permId === 0) return null;
  const ours = told.order.clientId === clientId && told.orderId > 0;
  return { ...newsOf(told), orderId: ours ? told.orderId : null };
}

/** @param offsetMinutes what TWS's clock is ahead of UTC, for times without a zone. */
export function newsOfCompletedOrder(
  told: CompletedOrderTold,
  offsetMinutes: number | null,
): OrderNews | null {
  if (told.contract.secType !== 'STK' || told.order.permId === 0) return null;
  const { completedTime, completedStatus } = told.state;
  return {
    ...newsOf(told),
    ...(told.order.filledQuantity === undefined ? {} : { filled: told.order.filledQuantity }),
    ...(told.state.status === 'Inactive'
      ? { message: { rejected: true, text: completedStatus ?? 'Inactive' } }
      : {}),
    endedBy: completedStatus,
    endedAt: completedTime === null ? null : parseTwsTime(completedTime, offsetMinutes),
  };
}

function newsOf({ contract, order, state }: OpenOrderTold | CompletedOrderTold): OrderNews {
  return {
    permId: order.permId,
    account: order.account,
    orderRef: order.orderRef,
    symbol: fromIbSymbol(contract.symbol),
    side: order.action === 'BUY' || order.action === 'SLONG' ? 'buy' : 'sell',
    ...(order.totalQuantity === undefined ? {} : { quantity: order.totalQuantity }),
    limitPrice: order.orderType === 'LMT' ? (order.lmtPrice ?? null) : null,
    status: state.status,
  };
}

/** A new order; null where the news does not say enough of it. */
export function beginOrder(news: OrderNews, now: Temporal.Instant): KnownOrder | null {
  const { permId, account, symbol, side, filled } = news;
  if (account === undefined || symbol === undefined || side === undefined) return null;
  return {
    permId,
    orderId: news.orderId ?? null,
    account,
    orderRef: news.orderRef ?? null,
    symbol,
    side,
    // Completed orders are listed with a quantity of zero.
    quantity: news.quantity?.gt(ZERO) === true ? news.quantity : (filled ?? ZERO),
    limitPrice: news.limitPrice ?? null,
    filled: ZERO,
    averagePrice: null,
    status: 'Unknown',
    endedBy: null,
    endedAt: null,
    message: null,
    cancelAsked: false,
    firstHeardAt: news.endedAt ?? now,
    changedAt: news.endedAt ?? now,
  };
}
