import { compose, context, text } from './blocks.ts';
import { formatCount, listSome } from './format.ts';
import type { Message } from './message.ts';

/** What is said of the accounts that a comparison of many does not show. */
export function presentRestOfReconciliation(input: {
  /** The names of accounts with orders of today that have no room. */
  readonly more: readonly string[];
  /** How many have no orders of today and did not differ at the last look. */
  readonly quiet: number;
}): Message {
  const more =
    input.more.length === 0 ? '' : `Orders of today as well: ${listSome(input.more, 20)}.`;
  const quiet = `${formatCount(input.quiet, 'account')} ${input.quiet === 1 ? 'has' : 'have'} no orders of today, and nothing differed at the last look.`;
  const how = 'Name an account to compare it now: /reconcile NAME.';
  return compose([more, quiet, how], [more === '' ? null : text(more), text(quiet), context(how)]);
}
