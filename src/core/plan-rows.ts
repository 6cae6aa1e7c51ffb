import { isPositive, isZero, ONE, ZERO } from './decimal.ts';
import type { Decimal } from './decimal.ts';
import type { SkipReason } from './plan-types.ts';
import type { RebalancePolicy } from './policy.ts';
import type { Quote, Snapshot, Targets } from './portfolio.ts';

/** Why a symbol must not be traded. */
export type Lock = Extract<
  SkipReason,
  'untouchable' | 'restricted' | 'not_tradable' | 'working_order' | 'cooldown'
>;

/** A symbol with all that is known of it, not valued yet. */
export interface BookRow {
  readonly symbol: string;
  readonly price: Decimal;
  readonly quantity: Decimal;
  readonly lot: Decimal;
  readonly targetWeight: Decimal;
  readonly targeted: boolean;
  readonly lock: Lock | null;
}

/**
 * One row for each symbol that is held, targeted or asked for, sorted by symbol.
 * @returns also the symbols that have to be valued or traded but have no price.
 */
export function readRows(
  snapshot: Snapshot,
  targets: Targets,
  policy: RebalancePolicy,
  extraSymbols: readonly string[],
): { readonly rows: readonly BookRow[]; readonly missing: string[] } {
  const lots = new Map(policy.lots.bySymbol.map((entry) => [entry.symbol, entry.lot]));
  const locks = readLocks(snapshot, policy);
  const known = gather(snapshot, targets, extraSymbols);

  const missing: string[] = [];
  const rows = known.map(({ symbol, quantity, weight, quotes, quote }): BookRow => {
    const lock = locks.get(symbol) ?? null;
    // Of several quotes we cannot know which one is right: then there is none.
    const one = quotes === 1 ? quote : null;
    const price = one !== null && one.price !== null && isPositive(one.price) ? one.price : ZERO;
    // What cannot be traded anyway and is not held needs no price: there is nothing to value.
    const needed = !isZero(quantity) || (!isExempt(lock) && lock !== 'not_tradable');
    if (needed && isZero(price)) missing.push(symbol);
    const lot = lots.get(symbol) ?? policy.lots.default;
    return {
      symbol,
      price,
      quantity,
      lot: one?.fractionable === false ? wholeLot(lot) : lot,
      targetWeight: weight ?? ZERO,
      targeted: weight !== null,
      lock,
    };
  });
  return { rows, missing };
}

/** What the input says of one symbol. */
interface Known {
  readonly symbol: string;
  quantity: Decimal;
  /** Null where the targets do not name it. */
  weight: Decimal | null;
  quotes: number;
  /** The last one. */
  quote: Quote | null;
}

/** Everything of a symbol in one place, so that each is looked up once for each list; sorted by symbol. */
function gather(
  snapshot: Snapshot,
  targets: Targets,
  extraSymbols: readonly string[],
): readonly Known[] {
  const bySymbol = new Map<string, Known>();
  const of = (symbol: string): Known => {
    let known = bySymbol.get(symbol);
    if (known === undefined) {
      known = { symbol, quantity: ZERO, weight: null, quotes: 0, quote: null };
      bySymbol.set(symbol, known);
    }
    return known;
  };
  for (const { symbol, quantity } of snapshot.positions) {
    if (!isZero(quantity)) of(symbol).quantity = quantity;
  }
  for (const symbol of extraSymbols) of(symbol);
  for (const { symbol, weight } of targets) {
    // A target of zero needs no line, but tells what is held apart from what nobody thought of.
    const known = isZero(weight) ? bySymbol.get(symbol) : of(symbol);
    if (known !== undefined) known.weight = weight;
  }
  for (const quote of snapshot.quotes) {
    const known = bySymbol.get(quote.symbol);
    if (known === undefined) continue;
    known.quotes += 1;
    known.quote = quote;
  }
  return [...bySymbol.values()].toSorted((a, b) => (a.symbol < b.symbol ? -1 : 1));
}

/** The symbols that must not be traded; of several reasons the most lasting one. */
function readLocks(snapshot: Snapshot, policy: RebalancePolicy): ReadonlyMap<string, Lock> {
  const locks = new Map<string, Lock>();
  const cooldown = { hours: policy.cooldownDays * 24 };
  // Without a cooldown nothing is locked, not even by a fill that the broker's clock dates ahead of ours.
  for (const { symbol, at } of policy.cooldownDays === 0 ? [] : snapshot.lastTraded) {
    if (Temporal.Instant.compare(at.add(cooldown), snapshot.takenAt) > 0) {
      locks.set(symbol, 'cooldown');
    }
  }
  for (const { symbol } of snapshot.openOrders) locks.set(symbol, 'working_order');
  for (const { symbol, tradable } of snapshot.quotes) {
    if (!tradable) locks.set(symbol, 'not_tradable');
  }
  for (const symbol of policy.untouchable) locks.set(symbol, 'untouchable');
  for (const symbol of policy.restricted ?? []) locks.set(symbol, 'restricted');
  return locks;
}

/** Whether a lock is the account's own will for good: what is held of it without a target is no part of the book. */
export function isExempt(lock: Lock | null): lock is 'untouchable' | 'restricted' {
  return lock === 'untouchable' || lock === 'restricted';
}

/** A lot of whole shares: the lot itself, or the next whole number above it. */
function wholeLot(lot: Decimal): Decimal {
  const whole = lot.round(0, 0);
  return whole.eq(lot) ? lot : whole.plus(ONE);
}
