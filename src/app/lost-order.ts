import type { Order } from '../core/order.ts';
import type { BrokerOrder, FindOrderResult } from '../ports/broker.ts';
import type { StoreReads } from '../ports/store.ts';

/** Their clock and ours need not agree, and a request that was given up may still arrive. */
const CLOCK_DIFFERENCE = Temporal.Duration.from({ minutes: 2 });

/** True while it is not known whether the broker has the order. */
export function isUnanswered(order: Order): boolean {
  return order.status === 'submitted' || order.status === 'unknown';
}

/**
 * What is left of a broker's matches for a lost order once what we know is counted: an order there
 * belongs to one order of ours, and the lost one was entered between its sending and the time its
 * answer was given up. Orders that carry our id need no such thought.
 */
export async function narrowMatches(
  store: StoreReads,
  order: Order,
  found: FindOrderResult,
): Promise<FindOrderResult> {
  const { clientOrderId, account } = order.intent;
  const matches = matchesIn(found);
  if (matches.some((match) => match.clientOrderId === clientOrderId)) return found;
  const candidates: BrokerOrder[] = [];
  for (const match of matches) {
    if (match.clientOrderId !== null || !wasThen(order, match)) continue;
    const owner = await store.findOrderByBrokerId(account, match.brokerOrderId);
    if (owner === null || owner.intent.clientOrderId === clientOrderId) candidates.push(match);
  }
  const [only] = candidates;
  if (only === undefined) return { type: 'not_found' };
  return candidates.length === 1
    ? { type: 'found', order: only }
    : { type: 'ambiguous', candidates };
}

function matchesIn(found: FindOrderResult): readonly BrokerOrder[] {
  switch (found.type) {
    case 'found':
      return [found.order];
    case 'ambiguous':
      return found.candidates;
    case 'not_found':
      return [];
  }
}

function wasThen(order: Order, { submittedAt }: BrokerOrder): boolean {
  const earliest = (order.submittedAt ?? order.intent.createdAt).subtract(CLOCK_DIFFERENCE);
  if (Temporal.Instant.compare(submittedAt, earliest) < 0) return false;
  // After a crash nobody knows until when the request was on its way.
  if (order.status !== 'unknown') return true;
  return Temporal.Instant.compare(submittedAt, order.updatedAt.add(CLOCK_DIFFERENCE)) <= 0;
}
