import type { OrderIntent } from '../../core/order.ts';
import type { FindOrderResult } from '../../ports/broker.ts';
import { oldestFirst, toBrokerOrder } from './map-order.ts';
import type { OrderLine } from './map-order.ts';

/**
 * Finds the order that an intent became. Schwab keeps no id of ours, so it is told by symbol, side,
 * quantity and price; the caller has asked only for orders of the account and of the time in question.
 */
export function matchOrder(lines: readonly OrderLine[], intent: OrderIntent): FindOrderResult {
  const candidates = oldestFirst(lines.filter((line) => fits(line, intent)).map(toBrokerOrder));
  const [only] = candidates;
  if (only === undefined) return { type: 'not_found' };
  return candidates.length === 1
    ? { type: 'found', order: only }
    : { type: 'ambiguous', candidates };
}

function fits({ order, leg, symbol, side }: OrderLine, intent: OrderIntent): boolean {
  if (symbol !== intent.symbol || side !== intent.side) return false;
  if (!leg.quantity.eq(intent.quantity) || order.orderLegCollection.length !== 1) return false;
  if (intent.limitPrice === null) return order.orderType === 'MARKET';
  return order.orderType === 'LIMIT' && (order.price?.eq(intent.limitPrice) ?? false);
}
