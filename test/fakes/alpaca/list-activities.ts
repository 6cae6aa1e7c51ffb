import { instantOf } from './list-orders.ts';
import type { FakeExecution } from './order.ts';
import { badInput } from './refusal.ts';
import { activityId, activityView } from './wire.ts';

const MOST_ACTIVITIES = 100;

/**
 * `GET /v2/account/activities`: the fake knows fills only. Times are exclusive; a page goes on after the
 * activity whose id is its token.
 * @param type of the path; null when the query tells
 */
export function listActivities(
  executions: readonly FakeExecution[],
  account: string,
  query: URLSearchParams,
  type: string | null,
): readonly unknown[] {
  const category = query.get('category');
  if (category !== null && query.has('activity_types')) {
    throw badInput('category cannot be used with activity_types');
  }
  const types = type === null ? query.get('activity_types')?.split(',') : [type];
  const wanted = category !== 'non_trade_activity' && (types?.includes('FILL') ?? true);
  if (!wanted) return [];
  const size = Number(query.get('page_size') ?? MOST_ACTIVITIES);
  const after = instantOf(query, 'after');
  const until = instantOf(query, 'until');
  const date = instantOf(query, 'date');
  const dayEnd = date?.add({ hours: 24 }) ?? null;
  const found = executions.filter(
    ({ order, at }) =>
      order.account === account &&
      (after === null || Temporal.Instant.compare(at, after) > 0) &&
      (until === null || Temporal.Instant.compare(at, until) < 0) &&
      (date === null || Temporal.Instant.compare(at, date) >= 0) &&
      (dayEnd === null || Temporal.Instant.compare(at, dayEnd) < 0),
  );
  const sorted = query.get('direction') === 'asc' ? found : found.toReversed();
  const token = query.get('page_token');
  const from = token === null ? 0 : sorted.findIndex((item) => activityId(item) === token) + 1;
  if (token !== null && from === 0) throw badInput(`invalid page_token: ${token}`);
  return sorted.slice(from, from + size).map(activityView);
}
