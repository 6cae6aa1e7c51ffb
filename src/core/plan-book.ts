import { atScale, fromScale, ONE, toDigits, ZERO } from './decimal.ts';
import type { Decimal, Digits } from './decimal.ts';
import { findInputProblem } from './plan-checks.ts';
import type { PlanRefusal, SkipReason } from './plan-types.ts';
import type { RebalancePolicy } from './policy.ts';
import type { Quote, Snapshot, Targets } from './portfolio.ts';

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
  readonly lot: Decimal;
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

export type Lock = Extract<
  SkipReason,
  'untouchable' | 'not_tradable' | 'working_order' | 'cooldown'
>;

/** An account valued for planning. */
export interface Book {
  /** Sorted by symbol. */
  readonly lines: readonly BookLine[];
  /** Amounts are in units of 10^-scale. */
  readonly scale: number;
  /** All positions at their prices plus cash. */
  readonly totalValue: bigint;
  /** Total value less the buffer and less untouchable holdings without a target: what weights are shares of. */
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

/** A symbol with all that is known of it, not valued yet. */
interface Row {
  readonly symbol: string;
  readonly price: Decimal;
  readonly quantity: Decimal;
  readonly lot: Decimal;
  readonly targetWeight: Decimal;
  readonly targeted: boolean;
  readonly lock: Lock | null;
}

function readRows(
  snapshot: Snapshot,
  targets: Targets,
  policy: RebalancePolicy,
  extraSymbols: readonly string[],
): { readonly rows: readonly Row[]; readonly missing: string[] } {
  const quantities = new Map<string, Decimal>();
  for (const { symbol, quantity } of snapshot.positions) {
    if (!quantity.eq(ZERO)) quantities.set(symbol, quantity);
  }
  const weights = new Map(targets.map((target) => [target.symbol, target.weight]));
  const quotes = readQuotes(snapshot.quotes);
  const lots = new Map(policy.lots.bySymbol.map((entry) => [entry.symbol, entry.lot]));
  const locks = readLocks(snapshot, policy);
  const wanted = targets.filter((target) => !target.weight.eq(ZERO)).map((target) => target.symbol);
  const symbols = [...new Set([...quantities.keys(), ...wanted, ...extraSymbols])].toSorted();

  const missing: string[] = [];
  const rows = symbols.map((symbol): Row => {
    const quote = quotes.get(symbol) ?? null;
    const quantity = quantities.get(symbol) ?? ZERO;
    const lock = locks.get(symbol) ?? null;
    const price = quote?.price?.gt(ZERO) === true ? quote.price : ZERO;
    // What cannot be traded anyway and is not held needs no price: there is nothing to value.
    const needed = !quantity.eq(ZERO) || (lock !== 'untouchable' && lock !== 'not_tradable');
    if (needed && price.eq(ZERO)) missing.push(symbol);
    const lot = lots.get(symbol) ?? policy.lots.default;
    return {
      symbol,
      price,
      quantity,
      lot: quote?.fractionable === false ? wholeLot(lot) : lot,
      targetWeight: weights.get(symbol) ?? ZERO,
      targeted: weights.has(symbol),
      lock,
    };
  });
  return { rows, missing };
}

/** The quote of each symbol. Where there are several we cannot know which one is right: then there is none. */
function readQuotes(quotes: readonly Quote[]): ReadonlyMap<string, Quote | null> {
  const bySymbol = new Map<string, Quote | null>();
  for (const quote of quotes) {
    bySymbol.set(quote.symbol, bySymbol.has(quote.symbol) ? null : quote);
  }
  return bySymbol;
}

/** The symbols that must not be traded; of several reasons the most lasting one. */
function readLocks(snapshot: Snapshot, policy: RebalancePolicy): ReadonlyMap<string, Lock> {
  const locks = new Map<string, Lock>();
  const cooldown = { hours: policy.cooldownDays * 24 };
  for (const { symbol, at } of snapshot.lastTraded) {
    if (Temporal.Instant.compare(at.add(cooldown), snapshot.takenAt) > 0) {
      locks.set(symbol, 'cooldown');
    }
  }
  for (const { symbol } of snapshot.openOrders) locks.set(symbol, 'working_order');
  for (const { symbol, tradable } of snapshot.quotes) {
    if (!tradable) locks.set(symbol, 'not_tradable');
  }
  for (const symbol of policy.untouchable) locks.set(symbol, 'untouchable');
  return locks;
}

/** A lot of whole shares: the lot itself, or the next whole number above it. */
function wholeLot(lot: Decimal): Decimal {
  const whole = lot.round(0, 0);
  return whole.eq(lot) ? lot : whole.plus(ONE);
}

function valueRows(rows: readonly Row[], snapshot: Snapshot, policy: RebalancePolicy): BookResult {
  const { cashBuffer, toleranceBand } = policy;
  const digits = rows.map((row) => ({
    price: toDigits(row.price),
    quantity: toDigits(row.quantity),
    lot: toDigits(row.lot),
    weight: toDigits(row.targetWeight),
  }));
  const working = snapshot.openOrders
    .filter((order) => order.side === 'buy')
    .map((order) => ({ symbol: order.symbol, remaining: toDigits(order.remainingQuantity) }));
  const cash = toDigits(snapshot.balance.cash);
  const minimumTrade = toDigits(policy.minimumTrade);
  const contribution = policy.contribution === null ? null : toDigits(policy.contribution);
  const buffer = toDigits(cashBuffer.type === 'amount' ? cashBuffer.amount : cashBuffer.share);
  const absolute = toleranceBand.absolute === null ? null : toDigits(toleranceBand.absolute);
  const relative = toleranceBand.relative === null ? null : toDigits(toleranceBand.relative);

  // Each product is exact at the sum of its factors' places: quantity x price (x share x weight x band).
  const shares = places([
    ...digits.flatMap((row) => [row.quantity, row.lot]),
    ...working.map((order) => order.remaining),
  ]);
  const money = Math.max(
    shares + places(digits.map((row) => row.price)),
    places([cash, minimumTrade, contribution, cashBuffer.type === 'amount' ? buffer : null]),
  );
  const share = cashBuffer.type === 'share' ? buffer.places : 0;
  const weight = places(digits.map((row) => row.weight));
  const scale = money + share + weight + places([absolute, relative]);
  /** A product of exact decimals in units of the book. */
  const product = (a: Digits, b: Digits): bigint =>
    atScale({ digits: a.digits * b.digits, places: a.places + b.places }, scale);
  /** A share of an amount; exact by the choice of the scale. */
  const shareOf = (amount: bigint, fraction: Digits): bigint =>
    (amount * fraction.digits) / 10n ** BigInt(fraction.places);

  const values = digits.map((row) => product(row.quantity, row.price));
  const untracked = rows.map((row) => row.lock === 'untouchable' && !row.targeted);
  const cashValue = atScale(cash, scale);
  const totalValue = values.reduce((total, value) => total + value, cashValue);
  const tracked = values.reduce(
    (total, value, index) => (untracked[index] === true ? total : total + value),
    cashValue,
  );
  const bufferValue =
    cashBuffer.type === 'amount' ? atScale(buffer, scale) : shareOf(positive(totalValue), buffer);
  const investable = tracked - bufferValue;
  if (investable <= 0n) return { type: 'refused', refusal: worthless(tracked, bufferValue, scale) };

  const lines = rows.flatMap((row, index): BookLine[] => {
    const parts = digits[index];
    const value = values[index];
    if (parts === undefined || value === undefined || untracked[index] === true) return [];
    const targetValue = shareOf(investable, parts.weight);
    const edges = [
      absolute === null ? null : shareOf(investable, absolute),
      relative === null ? null : shareOf(targetValue, relative),
    ].filter((edge) => edge !== null);
    return [
      {
        ...row,
        value,
        targetValue,
        // A symbol that should not be held has no band: any of it is too much.
        band: targetValue === 0n ? 0n : (smallest(edges) ?? 0n),
        lotValue: product(parts.lot, parts.price),
        heldLots: atScale(parts.quantity, shares) / atScale(parts.lot, shares),
        lock: row.lock,
      },
    ];
  });
  const spareCash = cashValue - bufferValue;
  const prices = new Map(rows.map((row, index) => [row.symbol, digits[index]?.price]));
  const claims = working.map(({ symbol, remaining }) => {
    const price = prices.get(symbol);
    return price === undefined || price.digits === 0n ? null : product(remaining, price);
  });
  return {
    type: 'book',
    book: {
      lines,
      scale,
      totalValue,
      investable,
      buffer: bufferValue,
      spareCash,
      spendable: spareCash - claimedCash(spareCash, claims),
      minimumTrade: atScale(minimumTrade, scale),
      contribution: contribution === null ? null : atScale(contribution, scale),
      cashBand: absolute === null ? (relative === null ? 0n : null) : shareOf(investable, absolute),
      openOrderSymbols: [...new Set(snapshot.openOrders.map((order) => order.symbol))].toSorted(),
    },
  };
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

function places(parts: readonly (Digits | null)[]): number {
  let most = 0;
  for (const part of parts) if (part !== null && part.places > most) most = part.places;
  return most;
}

function positive(value: bigint): bigint {
  return value > 0n ? value : 0n;
}

function smallest(values: readonly bigint[]): bigint | null {
  let least: bigint | null = null;
  for (const value of values) if (least === null || value < least) least = value;
  return least;
}
