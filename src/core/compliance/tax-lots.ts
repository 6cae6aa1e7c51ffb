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
 * the same, the older one goes first.
 * @param lots of one symbol, oldest first, what was there before our record before all others.
 * @param soldOn the day of the sale on the exchange, which decides what is long-term.
 */
export function relieveLots(
  lots: readonly TaxLot[],
  quantity: Decimal,
  method: TaxLotMethod,
  soldOn: Temporal.PlainDate,
): Relief {
  const left = [...lots];
  return { ...takeOut(left, quantity, method, soldOn), left };
}

/** As `relieveLots`, out of the list itself. */
export function takeOut(
  lots: TaxLot[],
  quantity: Decimal,
  method: TaxLotMethod,
  soldOn: Temporal.PlainDate,
): Omit<Relief, 'left'> {
  const taken: LotPart[] = [];
  let open = quantity;
  while (open.gt(ZERO)) {
    const index = firstToGo(lots, method, soldOn);
    const lot = lots[index];
    if (lot === undefined) break;
    const part = minimum(open, lot.quantity);
    taken.push({ lot, quantity: part });
    open = open.minus(part);
    if (lot.quantity.gt(part)) lots[index] = { ...lot, quantity: lot.quantity.minus(part) };
    else if (index === 0) lots.shift();
    else lots.splice(index, 1);
  }
  return { taken, uncovered: open };
}

/** What a part of a lot cost; null when that is not known. */
export function costOf({ lot, quantity }: LotPart): Decimal | null {
  // Multiplied first: exact whenever the result has an end within 28 places.
  if (lot.basis === null) return null;
  const { cost, shares } = lot.basis;
  return quantity.eq(shares) ? cost : cost.times(quantity).div(shares);
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

/** Which of these lots goes first. */
function firstToGo(
  lots: readonly TaxLot[],
  method: TaxLotMethod,
  soldOn: Temporal.PlainDate,
): number {
  switch (method) {
    case 'fifo':
      return 0;
    case 'hifo':
      return dearest(lots);
    case 'lowest_gain': {
      // At one price the highest cost is the lowest gain; among equal gains the long-term one costs less tax.
      const first = dearest(lots);
      const best = lots[first];
      if (best === undefined || best.boughtOn !== null) return first;
      const next = lots.findIndex((lot, index) => index > first && byCost(lot, best) === 0);
      return isLongTermLot(lots[next], soldOn) ? next : first;
    }
    case 'long_term_first':
      // The older, the sooner long-term; of what has no known day nobody knows.
      return lots[0]?.boughtOn === null && isLongTermLot(lots[1], soldOn) ? 1 : 0;
  }
}

function isLongTermLot(lot: TaxLot | undefined, soldOn: Temporal.PlainDate): boolean {
  return lot !== undefined && isLongTerm(lot.boughtOn, soldOn) === true;
}

/** The oldest of those that cost most. */
function dearest(lots: readonly TaxLot[]): number {
  let first = 0;
  for (const [index, lot] of lots.entries()) {
    const best = lots[first];
    if (best !== undefined && byCost(lot, best) < 0) first = index;
  }
  return first;
}

/** Highest cost of a share first; unknown costs last. */
function byCost(a: TaxLot, b: TaxLot): number {
  if (a.basis === null || b.basis === null)
    return Number(a.basis === null) - Number(b.basis === null);
  return -comparePerShare(a.basis, b.basis);
}

type Basis = NonNullable<TaxLot['basis']>;

/** Compares what a share costs, exactly. */
export function comparePerShare(a: Basis, b: Basis): number {
  const [one, other] = [roughPerShare(a), roughPerShare(b)];
  // Far more apart than a binary float can be wrong.
  if (Math.abs(one - other) > 1e-9 * Math.max(Math.abs(one), Math.abs(other))) {
    return one < other ? -1 : 1;
  }
  return a.cost.times(b.shares).cmp(b.cost.times(a.shares));
}

/** The lots are looked at over and over, so this is worth keeping. */
const rough = new WeakMap<Basis, number>();

function roughPerShare(basis: Basis): number {
  const known = rough.get(basis);
  if (known !== undefined) return known;
  const value = Number(basis.cost.toFixed()) / Number(basis.shares.toFixed());
  rough.set(basis, value);
  return value;
}
