import { expectedBook } from './agreed-book.ts';
import type { Book } from './agreed-book.ts';
import type { Decimal } from './decimal.ts';
import type { Fill } from './order.ts';

/** A book and when it was read. */
export interface BookThen extends Book {
  readonly readAt: Temporal.Instant;
}

/**
 * The money that came into an account since a book was read and that no trade of ours explains, in account
 * currency; negative for money that left it. Payments of people, and dividends, interest and fees that no
 * fill tells of, cannot be told apart here.
 * @param fills of the account since then, as they stand after corrections.
 * @returns null when it cannot be told: the positions are not what the fills come to, so that somebody
 *   traded or moved shares elsewhere, or no book was kept.
 */
export function netCashFlow(
  then: BookThen | null,
  fills: readonly Fill[],
  now: Book,
): Decimal | null {
  if (then === null) return null;
  const expected = expectedBook(
    then,
    fills.map((fill) => ({ ...fill, before: null })),
  );
  const held = new Map(expected.positions.map(({ symbol, quantity }) => [symbol, quantity]));
  const positions = now.positions.filter(({ quantity }) => !quantity.eq('0'));
  const isSame =
    positions.length === held.size &&
    positions.every(({ symbol, quantity }) => held.get(symbol)?.eq(quantity) ?? false);
  return isSame ? now.cash.minus(expected.cash) : null;
}
