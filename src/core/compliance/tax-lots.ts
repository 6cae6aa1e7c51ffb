import { approximately, maximum, minimum, ZERO } from '../decimal.ts';
import type { Decimal } from '../decimal.ts';
import type { TaxLotMethod } from '../guardrail-settings.ts';

/** Shares of one symbol that were bought together, as far as they are still held. */
export interface TaxLot {
  readonly symbol: string;
  /** The day on the exchange; null for what was there before our record begins. */
  readonly boughtOn: Temporal.PlainDate | null;
  /** Shares; more than zero. */
  readonly quantity: Decimal;
  /** Fees included; null when that is not known. Never zero for "not known". */
  readonly basis: Basis | null;
  /** Bought at the broker by an order that is not ours. */
  readonly outside?: boolean;
}

/** What so many shares cost. */
export interface Basis {
  readonly cost: Decimal;
  readonly shares: Decimal;
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
export function takeOut<Lot extends TaxLot>(
  lots: Lot[],
  quantity: Decimal,
  method: TaxLotMethod,
  soldOn: Temporal.PlainDate,
): { readonly taken: readonly { lot: Lot; quantity: Decimal }[]; readonly uncovered: Decimal } {
  const taken: { lot: Lot; quantity: Decimal }[] = [];
  const costs = lotOrder(method) === 'cost' ? lots.map(roughCost) : [];
  let open = quantity;
  while (open.gt(ZERO)) {
    const index = firstToGo(lots, costs, method, soldOn);
    const lot = lots[index];
    if (lot === undefined) break;
    const part = minimum(open, lot.quantity);
    taken.push({ lot, quantity: part });
    open = open.minus(part);
    if (lot.quantity.gt(part)) {
      lots[index] = { ...lot, quantity: lot.quantity.minus(part) };
      continue;
    }
    costs.splice(index, 1);
    if (index === 0) lots.shift();
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

/**
 * Which of these lots goes first.
 * @param costs of each lot as `roughCost` tells it, for methods that look at the cost.
 */
function firstToGo(
  lots: readonly TaxLot[],
  costs: readonly number[],
  method: TaxLotMethod,
  soldOn: Temporal.PlainDate,
): number {
  switch (method) {
    case 'fifo':
      return 0;
    case 'hifo':
      return dearest(lots, costs);
    case 'lowest_gain': {
      // At one price the highest cost is the lowest gain; among equal gains the long-term one costs less tax.
      const first = dearest(lots, costs);
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
function dearest(lots: readonly TaxLot[], costs: readonly number[]): number {
  let first = 0;
  for (let index = 1; index < costs.length; index += 1) {
    const cost = costs[index] ?? UNKNOWN;
    const most = costs[first] ?? UNKNOWN;
    if (isFarApart(cost, most)) {
      if (cost > most) first = index;
      continue;
    }
    const lot = lots[index];
    const best = lots[first];
    if (lot !== undefined && best !== undefined && byCost(lot, best) < 0) first = index;
  }
  return first;
}

/** After all that are known. */
const UNKNOWN = -1;

/** What a share cost, as far as a binary float tells it; what cost less than nothing counts as nothing. */
function roughCost({ basis }: TaxLot): number {
  return basis === null ? UNKNOWN : Math.max(roughPerShare(basis), 0);
}

/** Highest cost of a share first; unknown costs last. */
function byCost(a: TaxLot, b: TaxLot): number {
  const one = roughCost(a);
  const other = roughCost(b);
  if (isFarApart(one, other)) return one < other ? 1 : -1;
  if (a.basis === null || b.basis === null) return 0;
  const [text, otherText] = [costPerShareText(a.basis), costPerShareText(b.basis)];
  return text === otherText ? 0 : text < otherText ? 1 : -1;
}

/** Long enough for what a share may cost, and its places more than any broker tells. */
const WHOLE_DIGITS = 24;
const PLACES = 20;

/**
 * What a share cost as text of one length, whose order is the order of the costs. What cost less than
 * nothing, by a rebate, counts as nothing.
 */
export function costPerShareText({ cost, shares }: Basis): string {
  const text = maximum(cost.div(shares), ZERO).toFixed(PLACES);
  return text.padStart(WHOLE_DIGITS + 1 + PLACES, '0');
}

/**
 * What of a sale a lot leaves open, where lots are looked at in the order in which `lotOrder` puts them.
 * At zero or less they are enough to tell what the sale takes: no lot after them can go before one of them.
 */
export function openAfter(lot: TaxLot, open: Decimal, method: TaxLotMethod): Decimal {
  switch (method) {
    case 'fifo':
    case 'hifo':
      return open.minus(lot.quantity);
    case 'lowest_gain':
    case 'long_term_first':
      // What has no known day may have to wait for a later one that is long-term.
      return lot.boughtOn === null ? open : open.minus(lot.quantity);
  }
}

/** Whether a method takes the oldest lot first, or the one that cost most. */
export function lotOrder(method: TaxLotMethod): 'age' | 'cost' {
  switch (method) {
    case 'fifo':
    case 'long_term_first':
      return 'age';
    case 'hifo':
    case 'lowest_gain':
      return 'cost';
  }
}

/** Compares what a share costs, exactly. */
export function comparePerShare(a: Basis, b: Basis): number {
  const [one, other] = [roughPerShare(a), roughPerShare(b)];
  if (isFarApart(one, other)) return one < other ? -1 : 1;
  return a.cost.times(b.shares).cmp(b.cost.times(a.shares));
}

/** Whether two figures are far more apart than a binary float can be wrong. */
function isFarApart(one: number, other: number): boolean {
  return Math.abs(one - other) > 1e-9 * Math.max(Math.abs(one), Math.abs(other));
}

/** The lots are looked at over and over, so this is worth keeping. */
const rough = new WeakMap<Basis, number>();

function roughPerShare(basis: Basis): number {
  const known = rough.get(basis);
  if (known !== undefined) return known;
  const value = approximately(basis.cost) / approximately(basis.shares);
  rough.set(basis, value);
  return value;
}
