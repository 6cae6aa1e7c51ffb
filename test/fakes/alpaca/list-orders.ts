import type { FakeOrder } from './order.ts';
import { isFinal } from './order.ts';
import { badInput, notFound } from './refusal.ts';

const MOST_ORDERS = 500;
const DEFAULT_ORDERS = 50;

/** `GET /v2/orders`: filters, then direction, then limit. Oldest first in `orders`. */
export function listOrders(
  orders: readonly FakeOrder[],
  query: URLSearchParams,
): readonly FakeOrder[] {
  const limit = Number(query.get('limit') ?? DEFAULT_ORDERS);
  if (limit < 1 || limit > MOST_ORDERS)
    throw badInput(`limit must be between 1 and ${MOST_ORDERS}`);
  const status = query.get('status') ?? 'open';
  const after = instantOf(query, 'after');
  const until = instantOf(query, 'until');
  const symbols = query.get('symbols')?.split(',') ?? null;
  const side = query.get('side');
  const classes = query.get('asset_class')?.split(',') ?? ['us_equity'];
  const within = rangeOf(orders, query);
  const found = within.filter(
    (order) =>
      (status === 'all' || (status === 'closed') === isFinal(order)) &&
      (after === null || Temporal.Instant.compare(order.submittedAt, after) > 0) &&
      (until === null || Temporal.Instant.compare(order.submittedAt, until) < 0) &&
      (symbols === null || symbols.includes(order.asset.symbol)) &&
      (side === null || order.side === side) &&
      (classes.includes('us_equity') || classes.includes('all')),
  );
  const sorted = query.get('direction') === 'asc' ? found : found.toReversed();
  return sorted.slice(0, limit);
}

/** What was submitted before or after an order, exclusively. */
function rangeOf(orders: readonly FakeOrder[], query: URLSearchParams): readonly FakeOrder[] {
  const before = query.get('before_order_id');
  const after = query.get('after_order_id');
  if (before === null && after === null) return orders;
  if (before !== null && after !== null) {
    throw badInput('before_order_id and after_order_id are mutually exclusive');
  }
  if (query.has('after') || query.has('until')) {
    throw badInput('before_order_id and after_order_id cannot be combined with after or until');
  }
  const id = before ?? after ?? '';
  const index = orders.findIndex((order) => order.id === id);
  if (index === -1) throw notFound(`order not found for ${id}`);
  return before === null ? orders.slice(index + 1) : orders.slice(0, index);
}

/** A time given as an instant or as a date, which is its midnight in UTC. @throws Refusal */
export function instantOf(query: URLSearchParams, name: string): Temporal.Instant | null {
  const text = query.get(name);
  if (text === null) return null;
  try {
    return Temporal.Instant.from(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text);
  } catch {
    throw badInput(`invalid ${name} parameter: ${text}`);
  }
}
