import { maximum, sum, ZERO } from '../decimal.ts';
import type { Decimal } from '../decimal.ts';
import type { TaxLotMethod } from '../guardrail-settings.ts';
import { exchangeDateOf } from '../market-calendar.ts';
import type { Fill } from '../order.ts';
import { costOf, takeOut } from './tax-lots.ts';
import type { Basis, LotPart, TaxLot } from './tax-lots.ts';

export type Trade = Pick<Fill, 'side' | 'quantity' | 'price' | 'fees' | 'at'> & {
  /** Made at the broker by an order that is not ours. */
  readonly outside?: boolean;
};

/** What the broker said was held of a symbol, and when. */
export interface HeldThen {
  readonly quantity: Decimal;
  /** What all of it cost; null when the broker did not say. */
  readonly costBasis: Decimal | null;
  readonly at: Temporal.Instant;
}

/** A lot of a record. */
export interface RecordedLot extends TaxLot {
  /** The number of the trade that bought it; 0 for what was there before. */
  readonly number: number;
}

/** A sale of a record. */
export interface RecordedSale {
  /** The number of the trade. */
  readonly number: number;
  /** The day on the exchange. */
  readonly soldOn: Temporal.PlainDate;
  readonly quantity: Decimal;
  /** What it brought in, fees taken off. */
  readonly proceeds: Decimal;
  /** The cost of what was there before is the record's, not theirs. */
  readonly parts: readonly SoldPart[];
  /** Shares that no lot covered. */
  readonly uncovered: Decimal;
  /** Sold at the broker by an order that is not ours. */
  readonly outside?: boolean;
}

interface SoldPart {
  /** The lot's. */
  readonly number: number;
  readonly boughtOn: Temporal.PlainDate | null;
  readonly quantity: Decimal;
  readonly basis: Basis | null;
}

/** What all trades of one symbol in one account left. */
export interface LotRecord {
  readonly symbol: string;
  /** How every sale chose its lots. */
  readonly method: TaxLotMethod;
  /**
   * Null when no book of the account was ever read: then sales are taken to have sold what was there
   * before, so that no purchase is believed to be gone that may still be there.
   */
  readonly held: HeldThen | null;
  /** Shares that were there before the first trade. */
  readonly opening: Decimal;
  /** What those cost; null when that is not known. */
  readonly openingBasis: Basis | null;
  readonly bought: Decimal;
  readonly sold: Decimal;
  /** How many trades; the next one has the number after. */
  readonly trades: number;
  /** When the last trade was; null when there is none. */
  readonly until: Temporal.Instant | null;
  /** Oldest first. */
  readonly lots: readonly RecordedLot[];
  /** Oldest first. */
  readonly sales: readonly RecordedSale[];
}

/** A sale of the past and the lots it is taken to have sold. */
export interface PastSale {
  readonly symbol: string;
  /** The day on the exchange. */
  readonly soldOn: Temporal.PlainDate;
  readonly quantity: Decimal;
  /** What it brought in, fees taken off. */
  readonly proceeds: Decimal;
  readonly parts: readonly LotPart[];
  /** Sold at the broker by an order that is not ours. */
  readonly outside?: boolean;
}

/**
 * Replays the trades of one symbol. What was held without a trade of ours is one lot of unknown date,
 * whose cost is what the broker's cost basis leaves for it after the lots we know.
 *
 * Not known here, and so not reckoned: splits, spin-offs, transfers, and the basis that an earlier wash
 * sale added to a replacement.
 * @param trades all of them, oldest first, as they stand after corrections.
 * @param told.held what the broker said last before the trades, or at any time after some of them.
 */
export function replayTrades(
  symbol: string,
  trades: readonly Trade[],
  told: { readonly held: HeldThen | null; readonly method: TaxLotMethod },
): LotRecord {
  const { held, method } = told;
  const known = held === null ? trades : trades.slice(0, countUntil(trades, held.at));
  const opening = openingShares(held, quantityOf(known, 'buy'), quantityOf(known, 'sell'));
  const begin = (basis: Basis | null): RecordedLot[] =>
    opening.lte(ZERO) ? [] : [{ symbol, number: 0, boughtOn: null, quantity: opening, basis }];
  const then = begin(null);
  if (held !== null && held.costBasis !== null) replayOnto(then, symbol, method, known);
  const basis = openingBasis(held, then);
  const lots = begin(basis);
  const sales = replayOnto(lots, symbol, method, trades);
  return {
    symbol,
    method,
    held,
    opening,
    openingBasis: basis,
    bought: quantityOf(trades, 'buy'),
    sold: quantityOf(trades, 'sell'),
    trades: trades.length,
    until: trades.at(-1)?.at ?? null,
    lots,
    sales,
  };
}

/** Shares that were there before trades, by what is held after them. */
export function openingShares(held: HeldThen | null, bought: Decimal, sold: Decimal): Decimal {
  return maximum(held === null ? sold : held.quantity.minus(bought).plus(sold), ZERO);
}

/** The lot that a purchase makes; null for an execution that the broker took back. */
export function lotOf(symbol: string, number: number, trade: Trade): RecordedLot | null {
  const { quantity, price, fees, at } = trade;
  if (quantity.lte(ZERO)) return null;
  const basis = { cost: quantity.times(price).plus(fees), shares: quantity };
  return { symbol, number, boughtOn: dayOf(at), quantity, basis, ...originOf(trade) };
}

/** A sale, and what it took out of each lot. */
export interface LotSale {
  readonly sale: RecordedSale;
  readonly taken: readonly (LotPart & { readonly lot: RecordedLot })[];
}

/**
 * Takes a sale out of lots.
 * @param lots as `takeOut` takes them; changed.
 * @returns null for an execution that the broker took back.
 */
export function sellFrom(
  lots: RecordedLot[],
  method: TaxLotMethod,
  number: number,
  trade: Trade,
): LotSale | null {
  const { quantity, price, fees, at } = trade;
  if (quantity.lte(ZERO)) return null;
  const soldOn = dayOf(at);
  const { taken, uncovered } = takeOut(lots, quantity, method, soldOn);
  const parts = taken.map(({ lot: { number: of, boughtOn, basis }, quantity: part }) => ({
    number: of,
    boughtOn,
    quantity: part,
    basis: boughtOn === null ? null : basis,
  }));
  const proceeds = quantity.times(price).minus(fees);
  const sale = { number, soldOn, quantity, proceeds, parts, uncovered, ...originOf(trade) };
  return { sale, taken };
}

/** Most trades are ours, and say nothing of it. */
function originOf({ outside = false }: Pick<Trade, 'outside'>): { readonly outside?: boolean } {
  return outside ? { outside } : {};
}

/** A sale with the costs of all that it sold, as far as they are known. */
export function pastSale(symbol: string, sale: RecordedSale, opening: Basis | null): PastSale {
  const { soldOn, quantity, proceeds, parts, uncovered } = sale;
  const covered = parts.map(({ boughtOn, quantity: part, basis }) => ({
    boughtOn,
    quantity: part,
    basis: boughtOn === null ? opening : basis,
  }));
  const all = uncovered.lte(ZERO)
    ? covered
    : [...covered, { boughtOn: null, quantity: uncovered, basis: null }];
  return {
    symbol,
    soldOn,
    quantity,
    proceeds,
    parts: all.map((part) => ({ lot: { symbol, ...part }, quantity: part.quantity })),
    ...originOf(sale),
  };
}

function replayOnto(
  lots: RecordedLot[],
  symbol: string,
  method: TaxLotMethod,
  trades: readonly Trade[],
): readonly RecordedSale[] {
  const sales: RecordedSale[] = [];
  for (const [index, trade] of trades.entries()) {
    if (trade.side === 'buy') {
      const lot = lotOf(symbol, index + 1, trade);
      if (lot !== null) lots.push(lot);
      continue;
    }
    const sold = sellFrom(lots, method, index + 1, trade);
    if (sold !== null) sales.push(sold.sale);
  }
  return sales;
}

/** What the broker's figure leaves for what was there before; null when it says nothing. */
function openingBasis(held: HeldThen | null, lots: readonly TaxLot[]): Basis | null {
  if (held === null || held.costBasis === null) return null;
  const opening = lots.find((lot) => lot.boughtOn === null);
  if (opening === undefined) return null;
  const known = lots.map((lot) => costOf({ lot, quantity: lot.quantity }) ?? ZERO);
  const cost = held.costBasis.minus(sum(known));
  // Nothing or less is left for it: the broker reckons otherwise than we do.
  return cost.lte(ZERO) ? null : { cost, shares: opening.quantity };
}

function quantityOf(trades: readonly Trade[], side: Trade['side']): Decimal {
  return sum(trades.filter((trade) => trade.side === side).map((trade) => trade.quantity));
}

/** How many of these, oldest first, were not after an instant. */
function countUntil(trades: readonly Trade[], at: Temporal.Instant): number {
  return trades.findLastIndex((trade) => Temporal.Instant.compare(trade.at, at) <= 0) + 1;
}

/** The exchange's zone is off by whole hours, so an hour has one date; asking the calendar is slow. */
const dates = new Map<number, Temporal.PlainDate>();
const MOST_DATES = 50_000;

function dayOf(at: Temporal.Instant): Temporal.PlainDate {
  const hour = Math.floor(at.epochMilliseconds / 3_600_000);
  const known = dates.get(hour);
  if (known !== undefined) return known;
  if (dates.size >= MOST_DATES) dates.clear();
  const date = exchangeDateOf(at);
  dates.set(hour, date);
  return date;
}
