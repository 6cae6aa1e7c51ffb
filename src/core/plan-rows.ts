import { ONE, ZERO } from './decimal.ts';
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
  const rows = symbols.map((symbol): BookRow => {
    const quote = quotes.get(symbol) ?? null;
    const quantity = quantities.get(symbol) ?? ZERO;
    const lock = locks.get(symbol) ?? null;
    const price = quote?.price?.gt(ZERO) === true ? quote.price : ZERO;
    // What cannot be traded anyway and is not held needs no price: there is nothing to value.
    const needed = !quantity.eq(ZERO) || (!isExempt(lock) && lock !== 'not_tradable');
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
