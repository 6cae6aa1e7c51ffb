import type { AccountSettings } from '../core/account.ts';
import { pastSale, replayTrades } from '../core/compliance/lot-record.ts';
import type { HeldThen, PastSale } from '../core/compliance/lot-record.ts';
import type { TaxLot } from '../core/compliance/tax-lots.ts';
import { ZERO } from '../core/decimal.ts';
import type { Decimal } from '../core/decimal.ts';
import type { Snapshot } from '../core/portfolio.ts';
import type { KeptLot } from '../ports/lot-store.ts';
import type { StoreReads } from '../ports/store.ts';

/** What is asked of the lots of an account. */
export interface LotsQuestion {
  /** Symbols that would be sold, and how many shares. */
  readonly toSell: ReadonlyMap<string, Decimal>;
  /** Symbols of which it matters what was bought since `since` and is still held. */
  readonly bought: ReadonlySet<string>;
  /** Symbols of which it matters what was sold since `since`. */
  readonly sold: ReadonlySet<string>;
  readonly since: Temporal.PlainDate;
  /** The account as the broker last told of it, for what is not kept; null when it was never read. */
  readonly book: () => Promise<Snapshot | null>;
}

/** As far as it was asked for. */
export interface LotsAnswer {
  /** Of each symbol the oldest first. */
  readonly lots: readonly TaxLot[];
  readonly sales: readonly PastSale[];
}

/**
 * The lots and recent sales of symbols in one account, as far as they matter: from what is kept, and
 * where that cannot answer (after an update, or a change of the method) from all fills of the symbol.
 */
export async function readLots(
  store: StoreReads,
  account: AccountSettings,
  question: LotsQuestion,
): Promise<LotsAnswer> {
  const { toSell, bought, sold, since } = question;
  const asked = new Set([...toSell.keys(), ...bought, ...sold]);
  if (asked.size === 0) return { lots: [], sales: [] };
  const { name } = account;
  const method = account.compliance.taxLots;
  const without = await store.listSymbolsWithoutLots(name, method, [...asked]);
  const missing = new Set(without);
  const isKept = (symbol: string): boolean => !missing.has(symbol);
  const quantities = new Map([...toSell].filter(([symbol]) => isKept(symbol)));
  const lots = new Map<string, readonly KeptLot[]>(
    quantities.size === 0 ? [] : await store.listLotsToSell(name, method, quantities),
  );
  const replayed = [...without, ...[...quantities.keys()].filter((symbol) => !lots.has(symbol))];
  const recent = await store.listLotsSince(name, since, [...bought].filter(isKept));
  for (const [symbol, newer] of Map.groupBy(recent, (lot) => lot.symbol)) {
    lots.set(symbol, together(lots.get(symbol) ?? [], newer));
  }
  const sales = [...(await store.listLotSalesSince(name, since, [...sold].filter(isKept)))];
  if (replayed.length > 0) {
    const book = await question.book();
    // What was never traded needs no fills; its lots are what the book tells.
    const trades = Map.groupBy(await store.listTrades(name, without), (trade) => trade.symbol);
    for (const symbol of replayed) {
      const told = { held: heldIn(book, symbol), method };
      const record = replayTrades(symbol, trades.get(symbol) ?? [], told);
      lots.set(symbol, record.lots);
      for (const sale of record.sales) {
        if (Temporal.PlainDate.compare(sale.soldOn, since) < 0) continue;
        sales.push(pastSale(symbol, sale, record.openingBasis));
      }
    }
  }
  return { lots: [...lots.values()].flat(), sales };
}

/** What a book tells of one symbol; null without a book. */
export function heldIn(book: Snapshot | null, symbol: string): HeldThen | null {
  if (book === null) return null;
  const position = book.positions.find((candidate) => candidate.symbol === symbol);
  return {
    quantity: position?.quantity ?? ZERO,
    costBasis: position?.costBasis ?? null,
    at: book.takenAt,
  };
}

/** The book of the account's newest proposal; null when there was none. */
export async function newestBook(store: StoreReads, account: string): Promise<Snapshot | null> {
  const [newest] = await store.listProposals({ account, limit: 1 });
  return newest?.proposal.snapshot ?? null;
}

/** Each lot once, the oldest first. */
function together(some: readonly KeptLot[], others: readonly KeptLot[]): readonly KeptLot[] {
  const byNumber = new Map([...some, ...others].map((lot) => [lot.number, lot]));
  return [...byNumber.values()].toSorted((a, b) => a.number - b.number);
}
