import type { AccountSettings } from '../core/account.ts';
import type { LotHistory } from '../core/compliance/lot-record.ts';
import { WASH_SALE_DAYS } from '../core/compliance/wash-sales.ts';
import { ZERO } from '../core/decimal.ts';
import { exchangeDateOf } from '../core/market-calendar.ts';
import type { Snapshot } from '../core/portfolio.ts';
import type { StoreReads } from '../ports/store.ts';
import type { AppContext } from './context.ts';

/**
 * The lots and recent sales of symbols in one account.
 * @param book the account as the broker last told of it; null when it was never read.
 * @returns one history for each symbol; the sales of the last 30 days at least.
 */
export async function readLots(
  context: AppContext,
  store: StoreReads,
  account: AccountSettings,
  book: Snapshot | null,
  symbols: readonly string[],
): Promise<readonly LotHistory[]> {
  if (symbols.length === 0) return [];
  const held = new Map(book?.positions.map((position) => [position.symbol, position]));
  return await context.lots.read(store, account, symbols, {
    salesSince: exchangeDateOf(context.clock.now()).subtract({ days: WASH_SALE_DAYS + 1 }),
    heldOf: (symbol) => {
      if (book === null) return null;
      const position = held.get(symbol);
      return {
        quantity: position?.quantity ?? ZERO,
        costBasis: position?.costBasis ?? null,
        at: book.takenAt,
      };
    },
  });
}
