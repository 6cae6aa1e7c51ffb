import type { AccountSettings } from '../core/account.ts';
import { openingShares } from '../core/compliance/lot-record.ts';
import type { HeldThen } from '../core/compliance/lot-record.ts';
import { ZERO } from '../core/decimal.ts';
import type { Decimal } from '../core/decimal.ts';
import type { TaxLotMethod } from '../core/guardrail-settings.ts';
import type { Snapshot } from '../core/portfolio.ts';
import type { KeptRecord } from '../ports/lot-store.ts';
import type { StoreTransaction } from '../ports/store.ts';

/** Whether anybody will ever ask for the lots of an account. */
export function mattersWhichLots({ compliance }: AccountSettings): boolean {
  return compliance.taxable || compliance.washSales !== 'ignore';
}

/**
 * Makes the lots of an account agree with a book that was just read: what is held without a trade of ours
 * was there before. Remembered before the first trade of a symbol, its cost is known even once all of it
 * is sold.
 * @param selling symbols that are about to be sold.
 */
export async function rememberBook(
  unit: StoreTransaction,
  account: AccountSettings,
  book: Snapshot,
  selling: readonly string[],
): Promise<void> {
  if (!mattersWhichLots(account)) return;
  const method = account.compliance.taxLots;
  const positions = new Map(book.positions.map((position) => [position.symbol, position]));
  const heldOf = (symbol: string): HeldThen => ({
    quantity: positions.get(symbol)?.quantity ?? ZERO,
    costBasis: positions.get(symbol)?.costBasis ?? null,
    at: book.takenAt,
  });
  const records = await unit.listLotRecords(account.name);
  const known = new Set(records.map(({ symbol }) => symbol));
  for (const record of records) {
    const told = toldAnew(record, heldOf(record.symbol), method);
    if (told !== null) await unit.makeLotRecord(account.name, record.symbol, told);
  }
  for (const symbol of selling) {
    if (known.has(symbol)) continue;
    await unit.makeLotRecord(account.name, symbol, { held: heldOf(symbol), method });
  }
}

/** What a record must be made anew with; null when it agrees with the book, or knows more. */
function toldAnew(
  record: KeptRecord,
  held: HeldThen,
  method: TaxLotMethod,
): { readonly held: HeldThen; readonly method: TaxLotMethod } | null {
  const { made, until, trades } = record;
  if (made === null) return { held, method };
  const isOlder =
    Temporal.Instant.compare(held.at, made.held.at) <= 0 ||
    (until !== null && Temporal.Instant.compare(held.at, until) < 0);
  if (!isOlder) {
    const opening = openingShares(held, record.bought, record.sold);
    const isOtherCost = trades === 0 && !isSame(held.costBasis, made.held.costBasis);
    const isCostNew = made.held.costBasis === null && held.costBasis !== null;
    if (!opening.eq(record.opening) || isOtherCost || isCostNew) return { held, method };
  }
  return made.method === method ? null : { held: made.held, method };
}

function isSame(one: Decimal | null, other: Decimal | null): boolean {
  return one === null || other === null ? one === other : one.eq(other);
}
