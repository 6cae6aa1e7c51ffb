import type { AccountSettings } from '../core/account.ts';
import { replayLots } from '../core/compliance/lot-history.ts';
import type { LotHistory } from '../core/compliance/lot-history.ts';
import { WASH_SALE_DAYS } from '../core/compliance/wash-sales.ts';
import { toText, ZERO } from '../core/decimal.ts';
import { exchangeDateOf } from '../core/market-calendar.ts';
import type { Fill } from '../core/order.ts';
import type { Snapshot } from '../core/portfolio.ts';
import type { FillsMark, Store, StoreReads } from '../ports/store.ts';
import type { AppContext } from './context.ts';

/** The lots of one symbol as they were replayed, and what of the book they depend on. */
interface Entry {
  readonly lastFillAt: Temporal.Instant | null;
  readonly book: string;
  readonly history: LotHistory;
}

interface Memory {
  mark: FillsMark | null;
  readonly accounts: Map<string, Map<string, Entry>>;
}

/** What this process remembers of each database; replayed anew when it is lost. */
const memories = new WeakMap<Store, Memory>();

/**
 * The lots and recent sales of symbols in one account. Years of fills are read and replayed once: after
 * that only for symbols that were filled or corrected since, or of which the broker says something else.
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
  const memory = await upToDate(context.store, store);
  const known = memory.accounts.get(account.name) ?? new Map<string, Entry>();
  memory.accounts.set(account.name, known);
  const held = new Map(book?.positions.map((position) => [position.symbol, position]));
  const method = account.compliance.taxLots;
  const bookOf = (symbol: string, lastFillAt: Temporal.Instant | null): string => {
    if (book === null) return `${method} no book`;
    const position = held.get(symbol);
    const basis = position?.costBasis ?? null;
    // A book that is newer than every fill says the same whenever it was read.
    const isNewer = lastFillAt === null || Temporal.Instant.compare(lastFillAt, book.takenAt) <= 0;
    const when = isNewer ? 'after all' : book.takenAt.toString();
    const quantity = toText(position?.quantity ?? ZERO);
    return `${method} ${when} ${quantity} ${basis === null ? 'no basis' : toText(basis)}`;
  };
  const missing = symbols.filter((symbol) => {
    const entry = known.get(symbol);
    return entry === undefined || entry.book !== bookOf(symbol, entry.lastFillAt);
  });
  const fills =
    missing.length === 0
      ? new Map<string, Fill[]>()
      : Map.groupBy(
          await store.listFills({ account: account.name, symbols: missing }),
          (fill) => fill.symbol,
        );
  const keepFrom = exchangeDateOf(context.clock.now()).subtract({ days: WASH_SALE_DAYS + 1 });
  for (const symbol of missing) {
    const trades = fills.get(symbol) ?? [];
    const position = held.get(symbol);
    const history = replayLots(
      symbol,
      trades,
      book === null
        ? null
        : {
            quantity: position?.quantity ?? ZERO,
            costBasis: position?.costBasis ?? null,
            at: book.takenAt,
          },
      method,
    );
    const lastFillAt = trades.at(-1)?.at ?? null;
    known.set(symbol, {
      lastFillAt,
      book: bookOf(symbol, lastFillAt),
      history: {
        lots: history.lots,
        sales: history.sales.filter(
          ({ soldOn }) => Temporal.PlainDate.compare(soldOn, keepFrom) >= 0,
        ),
      },
    });
  }
  return symbols.flatMap((symbol) => known.get(symbol)?.history ?? []);
}

/** Forgets what was filled or corrected since. */
async function upToDate(key: Store, reads: StoreReads): Promise<Memory> {
  const memory = memories.get(key) ?? { mark: null, accounts: new Map() };
  memories.set(key, memory);
  const { mark, changed } = await reads.listFillsSince(memory.mark);
  memory.mark = mark;
  if (changed === 'unknown') memory.accounts.clear();
  else for (const { account, symbol } of changed) memory.accounts.get(account)?.delete(symbol);
  return memory;
}
