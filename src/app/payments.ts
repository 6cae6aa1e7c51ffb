import type { AccountSettings } from '../core/account.ts';
import type { Book } from '../core/agreed-book.ts';
import { netCashFlow } from '../core/cash-flow.ts';
import type { BookThen } from '../core/cash-flow.ts';
import type { Decimal } from '../core/decimal.ts';
import type { Fill } from '../core/order.ts';
import { valueChange } from '../core/value-change.ts';
import type { ValueChange } from '../core/value-change.ts';
import type { AccountValue, StoreReads } from '../ports/store.ts';

/** Everything that was traded in an account since, by us and outside. */
export async function listAllTrades(
  store: StoreReads,
  account: string,
  since: Temporal.Instant,
): Promise<readonly Fill[]> {
  const ours = await store.listFills({ account, since });
  return [...ours, ...(await store.listOutsideFills({ account, since }))];
}

/**
 * The money that was paid into an account since a book was read, negative for out of it, in account currency.
 * @returns null when it cannot be told.
 */
async function readPayments(
  store: StoreReads,
  account: string,
  then: BookThen | null,
  now: Book,
): Promise<Decimal | null> {
  if (then === null) return null;
  return netCashFlow(then, await listAllTrades(store, account, then.readAt), now);
}

/** What was gained since a value was recorded, apart from what was paid in or out. */
export async function changeSince(
  store: StoreReads,
  { name, reconciliation }: AccountSettings,
  before: AccountValue | undefined,
  now: AccountValue,
): Promise<ValueChange | null> {
  if (before === undefined) return null;
  return valueChange({
    before: before.value,
    now: now.value,
    payments: now.book === null ? null : await readPayments(store, name, before.book, now.book),
    tolerance: reconciliation.cash,
  });
}
