import { atScale, fromScale, isZero, placesOf, tenToThe, toDigits } from './decimal.ts';
import type { Decimal, Digits } from './decimal.ts';
import { findInputProblem } from './plan-checks.ts';
import { isExempt, readRows } from './plan-rows.ts';
import type { BookRow, Lock } from './plan-rows.ts';
import type { PlanRefusal } from './plan-types.ts';
import type { RebalancePolicy } from './policy.ts';
import type { Snapshot, Targets } from './portfolio.ts';

/**
 * One symbol of the investable value. All amounts of money are integers in units of 10^-scale of the
 * book, fine enough that nothing is ever rounded.
 */
export interface BookLine {
  readonly symbol: string;
  /** Zero where there is none; such a line is locked and nothing is held of it. */
  readonly price: Decimal;
  /** Shares held. */
  readonly quantity: Decimal;
  /** The step of quantities: shares. */
  readonly lot: Digits;
  readonly targetWeight: Decimal;
  /** Whether the targets name it; what they do not name has a target of zero. */
  readonly targeted: boolean;
  readonly value: bigint;
  readonly targetValue: bigint;
  /** The tolerance band around the target value: leaving it by more than this breaks it. */
  readonly band: bigint;
  /** What one lot costs. */
  readonly lotValue: bigint;
  /** How many whole lots are held. */
  readonly heldLots: bigint;
  /** Why it must not be traded; null when it may be. */
  readonly lock: Lock | null;
}

/** An account valued for planning. */
export interface Book {
  /** Sorted by symbol. */
  readonly lines: readonly BookLine[];
  /** Amounts are in units of 10^-scale. */
  readonly scale: number;
  /** All positions at their prices plus cash. */
  readonly totalValue: bigint;
  /** Total value less the buffer and less untouchable and restricted holdings without a target: what weights are shares of. */
  readonly investable: bigint;
  readonly buffer: bigint;
  /** Cash above the buffer; negative when the buffer is short. */
  readonly spareCash: bigint;
  /** The spare cash that working buy orders have not laid claim to; negative when that is too much. */
  readonly spendable: bigint;
  readonly minimumTrade: bigint;
  readonly contribution: bigint | null;
  /** The band of idle cash; null when idle cash alone is no reason to trade. */
  readonly cashBand: bigint | null;
  readonly openOrderSymbols: readonly string[];
}

export type BookResult =
  | { readonly type: 'book'; readonly book: Book }
  | { readonly type: 'refused'; readonly refusal: PlanRefusal };

/**
 * Values an account for planning, or says why that cannot be done. Positions of zero are ignored.
 * @param extraSymbols symbols that need a line besides those held and targeted.
 */
export function readBook(
  snapshot: Snapshot,
  targets: Targets,
  policy: RebalancePolicy,
  extraSymbols: readonly string[] = [],
): BookResult {
  const problem = findInputProblem(snapshot, targets, policy);
  if (problem !== null) return { type: 'refused', refusal: problem };
  const { rows, missing } = readRows(snapshot, targets, policy, extraSymbols);
  if (missing.length > 0) {
    return { type: 'refused', refusal: { code: 'price_missing', symbols: missing } };
  }
  return valueRows(rows, snapshot, policy);
}

/** The numbers of a policy and a balance taken apart, and the scale at which every product of them is exact. */
interface Parts {
  readonly cash: Digits;
  readonly buffer: Digits;
  readonly minimumTrade: Digits;
  readonly contribution: Digits | null;
  readonly absolute: Digits | null;
  readonly relative: Digits | null;
  /** Decimal places of quantities and lots. */
  readonly shares: number;
  /** Decimal places of prices. */
  readonly priced: number;
  /** Decimal places of all amounts. */
  readonly scale: number;
}

function takeApart(
  rows: readonly BookRow[],
  snapshot: Snapshot,
  { cashBuffer, toleranceBand, ...policy }: RebalancePolicy,
): Parts {
  const cash = toDigits(snapshot.balance.cash);
  const buffer = toDigits(cashBuffer.type === 'amount' ? cashBuffer.amount : cashBuffer.share);
  const minimumTrade = toDigits(policy.minimumTrade);
  const contribution = maybeDigits(policy.contribution);
  const absolute = maybeDigits(toleranceBand.absolute);
  const relative = maybeDigits(toleranceBand.relative);

  // A product is exact at the sum of its factors' places: quantity x price (x share x weight x band).
  let [shares, priced, weighted] = [0, 0, 0];
  for (const row of rows) {
    shares = Math.max(shares, placesOf(row.quantity), placesOf(row.lot));
    priced = Math.max(priced, placesOf(row.price));
    weighted = Math.max(weighted, placesOf(row.targetWeight));
  }
  for (const order of workingBuys(snapshot)) {
    shares = Math.max(shares, placesOf(order.remainingQuantity));
  }
  const amounts = [cash, minimumTrade, contribution];
  const money = Math.max(
    shares + priced,
    places(cashBuffer.type === 'amount' ? [...amounts, buffer] : amounts),
  );
  const fractions = [
    cashBuffer.type === 'share' ? buffer.places : 0,
    weighted,
    places([absolute, relative]),
  ];
  const scale = fractions.reduce((total, more) => total + more, money);
  return {
    cash,
    buffer,
    minimumTrade,
    contribution,
    absolute,
    relative,
    shares,
    priced,
    scale,
  };
}

function valueRows(
  rows: readonly BookRow[],
  snapshot: Snapshot,
  policy: RebalancePolicy,
): BookResult {
  const parts = takeApart(rows, snapshot, policy);
  const { scale, shares, priced, absolute, relative } = parts;
  const toScale = tenToThe(scale - shares - priced);
  const valueOf = (quantity: Decimal, price: Decimal): bigint =>
    atScale(toDigits(quantity), shares) * atScale(toDigits(price), priced) * toScale;
  const values = rows.map((row) => valueOf(row.quantity, row.price));
  const cash = atScale(parts.cash, scale);
  let totalValue = cash;
  let tracked = cash;
  for (let index = 0; index < rows.length; index += 1) {
    const [row, value] = [rows[index], values[index] ?? 0n];
    totalValue += value;
    if (row !== undefined && isTracked(row)) tracked += value;
  }
  const buffer =
    policy.cashBuffer.type === 'amount'
      ? atScale(parts.buffer, scale)
      : shareOf(totalValue > 0n ? totalValue : 0n, parts.buffer);
  const investable = tracked - buffer;
  if (investable <= 0n) return { type: 'refused', refusal: worthless(tracked, buffer, scale) };

  // Most rows share one lot.
  const lots = new Map<Decimal, Digits>();
  const lines = rows.flatMap((row, index): BookLine[] => {
    if (!isTracked(row)) return [];
    const lot = lots.get(row.lot) ?? toDigits(row.lot);
    lots.set(row.lot, lot);
    const targetValue = shareOf(investable, toDigits(row.targetWeight));
    return [
      {
        ...row,
        lot,
        value: values[index] ?? 0n,
        targetValue,
        band: bandAround(targetValue, investable, absolute, relative),
        lotValue: valueOf(row.lot, row.price),
        heldLots: atScale(toDigits(row.quantity), shares) / atScale(lot, shares),
      },
    ];
  });
  const spareCash = cash - buffer;
  const working = workingBuys(snapshot);
  const prices = new Map(
    working.length === 0 ? [] : rows.map((row) => [row.symbol, row.price] as const),
  );
  const claims = working.map(({ symbol, remainingQuantity }) => {
    const price = prices.get(symbol);
    return price === undefined || isZero(price) ? null : valueOf(remainingQuantity, price);
  });
  const book: Book = {
    lines,
    scale,
    totalValue,
    investable,
    buffer,
    spareCash,
    spendable: spareCash - claimedCash(spareCash, claims),
    minimumTrade: atScale(parts.minimumTrade, scale),
    contribution: parts.contribution === null ? null : atScale(parts.contribution, scale),
    cashBand: cashBand(investable, absolute, relative),
    openOrderSymbols: [...new Set(snapshot.openOrders.map((order) => order.symbol))].toSorted(),
  };
  return { type: 'book', book };
}

function workingBuys({ openOrders }: Snapshot): Snapshot['openOrders'] {
  return openOrders.filter((order) => order.side === 'buy');
}

/** An untouchable or restricted holding without a target is no business of planning. */
function isTracked(row: BookRow): boolean {
  return !isExempt(row.lock) || row.targeted;
}

/** Leaving the narrower band breaks it. What should not be held has none: any of it is too much. */
function bandAround(
  targetValue: bigint,
  investable: bigint,
  absolute: Digits | null,
  relative: Digits | null,
): bigint {
  if (targetValue === 0n) return 0n;
  const wide = absolute === null ? null : shareOf(investable, absolute);
  const own = relative === null ? null : shareOf(targetValue, relative);
  if (wide === null || own === null) return wide ?? own ?? 0n;
  return wide < own ? wide : own;
}

/** Cash has a target of zero, of which a relative band can say nothing. */
function cashBand(
  investable: bigint,
  absolute: Digits | null,
  relative: Digits | null,
): bigint | null {
  if (absolute !== null) return shareOf(investable, absolute);
  return relative === null ? 0n : null;
}

/** What working buy orders will take; one without a known price might take all the cash there is. */
function claimedCash(spareCash: bigint, claims: readonly (bigint | null)[]): bigint {
  let claimed = 0n;
  for (const claim of claims) claimed += claim ?? 0n;
  return claims.includes(null) && claimed < spareCash ? spareCash : claimed;
}

function worthless(tracked: bigint, buffer: bigint, scale: number): PlanRefusal {
  if (tracked === 0n) return { code: 'empty_book' };
  return {
    code: 'buffer_exceeds_value',
    buffer: fromScale(buffer, scale),
    totalValue: fromScale(tracked, scale),
  };
}

function maybeDigits(value: Decimal | null): Digits | null {
  return value === null ? null : toDigits(value);
}

/** A share of an amount; exact by the choice of the scale. */
function shareOf(amount: bigint, share: Digits): bigint {
  return (amount * share.digits) / tenToThe(share.places);
}

function places(parts: readonly (Digits | null)[]): number {
  let most = 0;
  for (const part of parts) if (part !== null && part.places > most) most = part.places;
  return most;
}
