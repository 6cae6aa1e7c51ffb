import { isBefore } from './clock.ts';
import { orderStatuses, queryParameters } from './spec.ts';
import type { OperationName } from './spec.ts';

/** What a list may ask for, read; or everything that is wrong with it. */
export type ReadQuery<T> =
  | { readonly type: 'read'; readonly query: T }
  | { readonly type: 'wrong'; readonly errors: readonly string[] };

/** Errors of unknown, repeated and missing parameters, by the names of Schwab's document. */
export function parameterErrors(operation: OperationName, search: URLSearchParams): string[] {
  const known = queryParameters(operation);
  const errors: string[] = [];
  for (const name of new Set(search.keys())) {
    if (!known.some((parameter) => parameter.name === name)) errors.push(`${name} is not known.`);
    if (search.getAll(name).length > 1) errors.push(`${name} is there more than once.`);
  }
  for (const { name, required } of known) {
    if (required && (search.get(name) ?? '') === '') errors.push(`${name} is required.`);
  }
  return errors;
}

const timeFormat = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(Z|[+-]\d{4})$/;

function readTime(name: string, text: string, errors: string[]): Temporal.Instant | null {
  if (timeFormat.test(text)) {
    try {
      return Temporal.Instant.from(text);
    } catch {
      // A month 13 has the right form, and is none.
    }
  }
  errors.push(`${name} must be in the format yyyy-MM-dd'T'HH:mm:ss.SSSZ.`);
  return null;
}

export interface Range {
  readonly from: Temporal.Instant;
  readonly to: Temporal.Instant;
}

/** Two times of which the earlier is at most 60 days ago. */
export function readRange(
  search: URLSearchParams,
  names: readonly [string, string],
  now: Temporal.Instant,
  errors: string[],
): Range | null {
  const [fromName, toName] = names;
  const [fromText, toText] = [search.get(fromName) ?? '', search.get(toName) ?? ''];
  const from = fromText === '' ? null : readTime(fromName, fromText, errors);
  const to = toText === '' ? null : readTime(toName, toText, errors);
  if (from === null || to === null) return null;
  if (isBefore(to, from)) errors.push(`${toName} is before ${fromName}.`);
  if (isBefore(from, now.subtract({ hours: 60 * 24 }))) {
    errors.push(`${fromName} must be within 60 days from today's date.`);
  }
  return { from, to };
}

export interface OrdersQuery extends Range {
  readonly maxResults: number;
  readonly status: string | null;
}

/** The query of a list of orders. */
export function readOrdersQuery(
  operation: OperationName,
  search: URLSearchParams,
  now: Temporal.Instant,
): ReadQuery<OrdersQuery> {
  const errors = parameterErrors(operation, search);
  const range = readRange(search, ['fromEnteredTime', 'toEnteredTime'], now, errors);
  const maxResults = search.get('maxResults') ?? '3000';
  if (!/^[1-9]\d{0,8}$/.test(maxResults)) errors.push('maxResults must be a number above 0.');
  const status = search.get('status');
  if (status !== null && !orderStatuses.includes(status)) {
    errors.push(`status must be one of ${orderStatuses.join(', ')}.`);
  }
  if (range === null || errors.length > 0) return { type: 'wrong', errors };
  return {
    type: 'read',
    query: { ...range, status, maxResults: Math.min(Number(maxResults), 3000) },
  };
}
