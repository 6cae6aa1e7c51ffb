import { minimum, ZERO } from '../decimal.ts';
import type { Decimal } from '../decimal.ts';
import type { TaxLotMethod } from '../guardrail-settings.ts';

/** Shares of one symbol that were bought together, as far as they are still held. */
export interface TaxLot {
  readonly symbol: string;
  /** The day on the exchange; null for what was there before our record begins. */
  readonly boughtOn: Temporal.PlainDate | null;
  /** Shares; more than zero. */
  readonly quantity: Decimal;
  /** What so many shares cost, fees included; null when that is not known. Never zero for "not known". */
  readonly basis: { readonly cost: Decimal; readonly shares: Decimal } | null;
}

/** A part of a lot that a sale sells. */
export interface LotPart {
  readonly lot: TaxLot;
  readonly quantity: Decimal;
}

/** Which lots a sale takes, and what it leaves. */
export interface Relief {
  readonly taken: readonly LotPart[];
  readonly left: readonly TaxLot[];
  /** What the lots do not cover. */
  readonly uncovered: Decimal;
}

/**
 * Takes a sale out of the lots of its symbol, in the order of the method. Where a method ranks two lots
 * the same, the older one goes first, so that the result never depends on the order of the input.
 * @param lots of one symbol.
 * @param soldOn the day of the sale on the exchange, which decides what is long-term.
 * @param areOldestFirst what is known of the order of `lots`; sorting them again would cost a history of
 *   many sales most of its time.
 */
export function relieveLots(
  lots: readonly TaxLot[],
  quantity: Decimal,
  method: TaxLotMethod,
  soldOn: Temporal.PlainDate,
  areOldestFirst = false,
): Relief {
  const isInOrder = areOldestFirst && method === 'fifo';
  const order = isInOrder ? lots : lots.toSorted((a, b) => compareLots(a, b, method, soldOn));
  const taken: LotPart[] = [];
  const left: TaxLot[] = [];
  let open = quantity;
  for (const [index, lot] of order.entries()) {
    if (open.lte(ZERO)) return { taken, left: [...left, ...order.slice(index)], uncovered: ZERO };
    const part = minimum(open, lot.quantity);
    taken.push({ lot, quantity: part });
    if (lot.quantity.gt(part)) left.push({ ...lot, quantity: lot.quantity.minus(part) });
    open = open.minus(part);
  }
  return { taken, left, uncovered: open };
}

/** What a part of a lot cost; null when that is not known. */
export function costOf({ lot, quantity }: LotPart): Decimal | null {
  // Multiplied first: exact whenever the result has an end within 28 places.
  return lot.basis === null ? null : lot.basis.cost.times(quantity).div(lot.basis.shares);
}

/**
 * Whether a sale is long-term: held for more than one year (IRC 1222), counted from the day after the
 * purchase to the day of the sale inclusive (Rev. Rul. 66-7). Null when the purchase has no known day.
 */
export function isLongTerm(
  boughtOn: Temporal.PlainDate | null,
  soldOn: Temporal.PlainDate,
): boolean | null {
  if (boughtOn === null) return null;
  const heldFrom = boughtOn.add({ days: 1 });
  return Temporal.PlainDate.compare(soldOn, heldFrom.add({ years: 1 })) >= 0;
}

function compareLots(
  a: TaxLot,
  b: TaxLot,
  method: TaxLotMethod,
  soldOn: Temporal.PlainDate,
): number {
  switch (method) {
    case 'fifo':
      return byAge(a, b);
    case 'hifo':
      return byCost(a, b) || byAge(a, b);
    case 'lowest_gain':
      // At one price the highest cost is the lowest gain; among equal gains the long-term one costs less tax.
      return byCost(a, b) || byTerm(a, b, soldOn) || byAge(a, b);
    case 'long_term_first':
      return byTerm(a, b, soldOn) || byAge(a, b);
  }
}

/** Oldest first; what was there before our record is older than everything in it. */
function byAge(a: TaxLot, b: TaxLot): number {
  if (a.boughtOn === null || b.boughtOn === null) {
    return Number(a.boughtOn !== null) - Number(b.boughtOn !== null);
  }
  return Temporal.PlainDate.compare(a.boughtOn, b.boughtOn);
}

/** Highest cost of a share first, compared without dividing; unknown costs last. */
function byCost(a: TaxLot, b: TaxLot): number {
  if (a.basis === null || b.basis === null)
    return Number(a.basis === null) - Number(b.basis === null);
  return b.basis.cost.times(a.basis.shares).cmp(a.basis.cost.times(b.basis.shares));
}

/** Long-term first, then what has no known day. */
function byTerm(a: TaxLot, b: TaxLot, soldOn: Temporal.PlainDate): number {
  const rank = (lot: TaxLot): number => {
    const long = isLongTerm(lot.boughtOn, soldOn);
    return long === null ? 1 : long ? 0 : 2;
  };
  return rank(a) - rank(b);
}
