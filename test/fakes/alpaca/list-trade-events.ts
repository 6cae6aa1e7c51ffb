import { instantOf } from './list-orders.ts';
import type { FakeTradeEvent } from './order.ts';
import { badInput } from './refusal.ts';
import { tradeEventView } from './wire.ts';

/**
 * `GET /v2beta1/events/activities`: what an account's executions came to, as events that end. The real one
 * stays open until the time asked for has come; this one ends at once, and wants such a time.
 */
export function listTradeEvents(
  events: readonly FakeTradeEvent[],
  account: string,
  query: URLSearchParams,
): readonly unknown[] {
  const since = instantOf(query, 'since');
  const until = instantOf(query, 'until');
  if (since === null || until === null) throw badInput('this fake wants since and until');
  return events
    .map((event, index) => ({ event, view: tradeEventView(event, index) }))
    .filter(
      ({ event: { execution, at } }) =>
        execution.order.account === account &&
        Temporal.Instant.compare(at, since) >= 0 &&
        Temporal.Instant.compare(at, until) <= 0,
    )
    .map(({ view }) => view);
}
