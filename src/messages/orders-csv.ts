import { toText } from '../core/decimal.ts';
import type { Order } from '../core/order.ts';
import { csvLine } from '../lib/csv.ts';

/** Orders as CSV with exact figures: quantities in shares, prices in dollars, times in UTC. */
export function ordersCsv(orders: readonly Order[]): string {
  const header = csvLine([
    'created_at',
    'account',
    'proposal',
    'leg',
    'side',
    'symbol',
    'quantity',
    'order_type',
    'limit_price',
    'status',
    'filled_quantity',
    'average_fill_price',
    'reason',
    'client_order_id',
    'broker_order_id',
  ]);
  return header + orders.map(orderLine).join('');
}

function orderLine({ intent, ...order }: Order): string {
  return csvLine([
    intent.createdAt.toString(),
    intent.account,
    intent.proposalId,
    String(intent.leg),
    intent.side,
    intent.symbol,
    toText(intent.quantity),
    intent.orderType,
    intent.limitPrice === null ? '' : toText(intent.limitPrice),
    order.status,
    toText(order.filledQuantity),
    order.averageFillPrice === null ? '' : toText(order.averageFillPrice),
    order.reason ?? '',
    intent.clientOrderId,
    order.brokerOrderId ?? '',
  ]);
}
