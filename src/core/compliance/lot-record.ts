import { maximum, sum, ZERO } from '../decimal.ts';
import type { Decimal } from '../decimal.ts';
import type { TaxLotMethod } from '../guardrail-settings.ts';
import { isOn, openingOf, replay } from './replay-trades.ts';
import type { Basis, PastSale, Replayed, Trade } from './replay-trades.ts';
import { comparePerShare, costOf } from './tax-lots.ts';
import type { TaxLot } from './tax-lots.ts';

/** What the broker said was held of a symbol, and when. */
export interface HeldThen {
  readonly quantity: Decimal;
  /** What all of it cost; null when the broker did not say. */
  readonly costBasis: Decimal | null;
  readonly at: Temporal.Instant;
}

/** The lots of one symbol today and the sales that led there. */
export interface LotHistory {
  /** Oldest first, what was there before our record before all others. */
  readonly lots: readonly TaxLot[];
  /** Oldest first. */
  readonly sales: readonly PastSale[];
}

/** What is asked of a record. */
export interface LotQuestion {
  /**
   * Null when no book of the account was ever read: then sales are taken to have sold what was there
   * before, so that no purchase is believed to be gone that may still be there.
   */
  readonly held: HeldThen | null;
  /** How every sale chose its lots, past ones included. */
  readonly method: TaxLotMethod;
  /** The first day whose sales are wanted; null for all of them. */
  readonly salesSince: Temporal.PlainDate | null;
}

/**
 * All trades of one symbol in one account, the older ones replayed to what they left. A value: what is
 * asked or added makes another one.
 */
export interface LotRecord {
  readonly symbol: string;
  /** Null while nothing was asked. */
  readonly folded: Folded | null;
  /** The trades after those, oldest first. */
  readonly rest: readonly Trade[];
}

/** What the trades up to some point left, for one answer to what was there before them. */
interface Folded {
  readonly method: TaxLotMethod;
  readonly salesSince: Temporal.PlainDate | null;
  /** The last of them; null when there are none. */
  readonly until: Temporal.Instant | null;
  readonly bought: Decimal;
  readonly sold: Decimal;
  /** Shares that were there before. */
  readonly opening: Decimal;
  /** With those at a cost that is not known. */
  readonly replayed: Replayed;
  /** What the lots of a known cost cost. */
  readonly cost: Decimal;
  /** With those at a cost, where the method looks at it. */
  readonly costed: { readonly basis: Basis; readonly replayed: Replayed } | null;
}

/** @param trades all of the symbol, oldest first, as they stand after corrections. */
export function lotRecord(symbol: string, trades: readonly Trade[]): LotRecord {
  return {
    symbol,
    folded: null,
    rest: trades,
  };
}

/**
 * A record with the trades that were recorded since.
 * @param trades oldest first.
 * @returns null when one of them was before what is replayed already: then begin anew with all trades.
 */
export function addTrades(record: LotRecord, trades: readonly Trade[]): LotRecord | null {
  const [first] = trades;
  if (first === undefined) return record;
  const until = record.folded?.until ?? null;
  if (until !== null && Temporal.Instant.compare(first.at, until) < 0) return null;
  return {
    ...record,
    // Of trades at the same time, the one that was recorded first stays first.
    rest: [...record.rest, ...trades].toSorted((a, b) => Temporal.Instant.compare(a.at, b.at)),
  };
}

/**
 * The lots and sales that a record tells. What was held without a trade of ours is one lot of unknown
 * date, whose cost is what the broker's cost basis leaves for it after the lots we know.
 *
 * Not known here, and so not reckoned: splits, spin-offs, transfers, and the basis that an earlier wash
 * sale added to a replacement.
 *
 * @returns the record to go on with besides, so that nothing is replayed twice; null when what is asked
 *   does not follow from what was kept (another position before the record, an older book): then begin
 *   anew with all trades. A new record always answers.
 */
export function readLots(
  record: LotRecord,
  question: LotQuestion,
): { readonly record: LotRecord; readonly history: LotHistory } | null {
  const { symbol, rest } = record;
  const { held, method, salesSince } = question;
  const before = record.folded;
  if (before !== null) {
    const isOlderBook =
      held !== null && before.until !== null && !isNotAfter(before.until, held.at);
    if (isOlderBook || before.method !== method || !isSince(before.salesSince, salesSince)) {
      return null;
    }
  }
  const known = held === null ? rest.length : countUntil(rest, held.at);
  const newer = rest.slice(0, known);
  const later = rest.slice(known);
  const bought = quantityOf(newer, 'buy').plus(before?.bought ?? ZERO);
  const sold = quantityOf(newer, 'sell').plus(before?.sold ?? ZERO);
  const opening = maximum(held === null ? sold : held.quantity.minus(bought).plus(sold), ZERO);
  if (before !== null && !opening.eq(before.opening)) return null;
  const replayed = replay(
    symbol,
    before?.replayed ?? openingOf(symbol, opening, null),
    newer,
    question,
  );
  const cost =
    before !== null && newer.length === 0 ? before.cost : sum(replayed.lots.map(knownCost));
  const basis = openingBasis(held, replayed.lots, cost);
  const folded: Folded = {
    method,
    salesSince,
    until: newer.at(-1)?.at ?? before?.until ?? null,
    bought,
    sold,
    opening,
    replayed,
    cost,
    costed: null,
  };
  if (basis === null || !looksAtCost(method)) {
    const end = replay(symbol, replayed, later, question);
    return { record: { ...record, folded, rest: later }, history: finish(end, basis, question) };
  }
  const costedBefore =
    before?.costed && isSameBasis(before.costed.basis, basis) ? before.costed : null;
  // With another cost the lots may have gone in another order, from the first sale on.
  if (before !== null && before.until !== null && costedBefore === null) return null;
  const costed = replay(
    symbol,
    costedBefore?.replayed ?? openingOf(symbol, opening, basis),
    newer,
    question,
  );
  const end = replay(symbol, costed, later, question);
  return {
    record: { ...record, folded: { ...folded, costed: { basis, replayed: costed } }, rest: later },
    history: finish(end, null, question),
  };
}

/** What the broker's figure leaves for what was there before; null when it says nothing. */
function openingBasis(
  held: HeldThen | null,
  lots: readonly TaxLot[],
  knownCosts: Decimal,
): Basis | null {
  if (held === null || held.costBasis === null) return null;
  const opening = lots.find((lot) => lot.boughtOn === null);
  if (opening === undefined) return null;
  const cost = held.costBasis.minus(knownCosts);
  // Nothing or less is left for it: the broker reckons otherwise than we do.
  return cost.lte(ZERO) ? null : { cost, shares: opening.quantity };
}

function knownCost(lot: TaxLot): Decimal {
  return costOf({ lot, quantity: lot.quantity }) ?? ZERO;
}

function looksAtCost(method: TaxLotMethod): boolean {
  switch (method) {
    case 'fifo':
    case 'long_term_first':
      return false;
    case 'hifo':
    case 'lowest_gain':
      return true;
  }
}

/** @param basis what the lot from before cost, where it was replayed without. */
function finish(
  { lots, sales }: Replayed,
  basis: Basis | null,
  { salesSince }: LotQuestion,
): LotHistory {
  const costed = (lot: TaxLot): TaxLot =>
    basis === null || lot.boughtOn !== null ? lot : { ...lot, basis };
  const toSale = ({ uncovered, parts, ...sale }: Replayed['sales'][number]): PastSale => {
    const { symbol } = sale;
    const unknown = openingOf(symbol, uncovered, null).lots;
    return {
      ...sale,
      parts: [
        ...parts.map(({ lot, quantity }) => ({ lot: costed(lot), quantity })),
        ...unknown.map((lot) => ({ lot, quantity: lot.quantity })),
      ],
    };
  };
  return {
    lots: basis === null ? lots : lots.map(costed),
    sales: sales.filter((sale) => isOn(sale.soldOn, salesSince)).map(toSale),
  };
}

function quantityOf(trades: readonly Trade[], side: Trade['side']): Decimal {
  return sum(trades.filter((trade) => trade.side === side).map((trade) => trade.quantity));
}

/** How many of these, oldest first, were not after an instant. */
function countUntil(trades: readonly Trade[], at: Temporal.Instant): number {
  const after = trades.findLastIndex((trade) => isNotAfter(trade.at, at));
  return after + 1;
}

function isSameBasis(a: Basis, b: Basis): boolean {
  return comparePerShare(a, b) === 0;
}

/** Whether sales that were kept since one day are all that are asked since another. */
function isSince(kept: Temporal.PlainDate | null, asked: Temporal.PlainDate | null): boolean {
  return kept === null || (asked !== null && isOn(asked, kept));
}

function isNotAfter(a: Temporal.Instant, b: Temporal.Instant): boolean {
  return Temporal.Instant.compare(a, b) <= 0;
}
