import { isNegative, isZero, ONE, sum, ZERO } from './decimal.ts';
import type { Decimal } from './decimal.ts';
import type { PlanRefusal } from './plan-types.ts';
import type { RebalancePolicy } from './policy.ts';
import type { Snapshot, Targets } from './portfolio.ts';

/**
 * What is wrong with the input before anything is valued; null when nothing is. Everything that
 * reaches planning was parsed before, but a mistake here moves money, so it is looked at again.
 */
export function findInputProblem(
  snapshot: Snapshot,
  targets: Targets,
  policy: RebalancePolicy,
): PlanRefusal | null {
  const held = snapshot.positions.filter((position) => !isZero(position.quantity));
  const duplicates = repeated(held.map((position) => position.symbol));
  if (duplicates.length > 0) return { code: 'duplicate_position', symbols: duplicates };
  const short = held.filter((position) => isNegative(position.quantity));
  if (short.length > 0) {
    const symbols = short.map((position) => position.symbol).toSorted();
    return { code: 'short_position', symbols };
  }
  const reason = targetsProblem(targets) ?? policyProblem(policy);
  if (reason !== null) return { code: 'invalid_policy', reason };
  const whole = sum(targets.map((target) => target.weight));
  return whole.eq(ONE) ? null : { code: 'targets_not_whole', sum: whole };
}

function targetsProblem(targets: Targets): string | null {
  const twice = repeated(targets.map((target) => target.symbol));
  if (twice.length > 0) return `the targets name ${twice.join(', ')} more than once`;
  const negative = targets.filter((target) => isNegative(target.weight));
  if (negative.length === 0) return null;
  const symbols = negative.map((target) => target.symbol).toSorted();
  return `the target weight of ${symbols.join(', ')} is negative`;
}

function policyProblem(policy: RebalancePolicy): string | null {
  const { toleranceBand, cashBuffer, lots, contribution } = policy;
  if (isBelowZero(toleranceBand.absolute)) return 'the absolute tolerance band is negative';
  if (isBelowZero(toleranceBand.relative)) return 'the relative tolerance band is negative';
  const buffer = cashBuffer.type === 'amount' ? cashBuffer.amount : cashBuffer.share;
  if (isBelowZero(buffer)) return 'the cash buffer is negative';
  if (isBelowZero(policy.minimumTrade)) return 'the minimum trade is negative';
  if (isBelowZero(contribution)) return 'the contribution is negative';
  if (contribution !== null && policy.mode === 'sell_only') {
    return 'a contribution can only be spent by buying, but the account only sells';
  }
  if (policy.cooldownDays < 0) return 'the cooldown is negative';
  if (lots.default.lte(ZERO)) return 'the default lot must be more than zero';
  const twice = repeated(lots.bySymbol.map((entry) => entry.symbol));
  if (twice.length > 0) return `the lots name ${twice.join(', ')} more than once`;
  const none = lots.bySymbol.find((entry) => entry.lot.lte(ZERO));
  return none === undefined ? null : `the lot of ${none.symbol} must be more than zero`;
}

function isBelowZero(value: Decimal | null): boolean {
  return value !== null && isNegative(value);
}

/** The symbols that occur more than once, sorted. */
function repeated(symbols: readonly string[]): string[] {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const symbol of symbols) (seen.has(symbol) ? twice : seen).add(symbol);
  return [...twice].toSorted();
}
