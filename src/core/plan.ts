import { magnitude } from './drift.ts';
import { readBook } from './plan-book.ts';
import type { Book, BookLine } from './plan-book.ts';
import { tradeRules } from './plan-movers.ts';
import { reportPlan } from './plan-report.ts';
import type { SkippedTrade } from './plan-report.ts';
import { deriveTrades } from './plan-trades.ts';
import type { PlanResult, SkipReason } from './plan-types.ts';
import type { RebalancePolicy } from './policy.ts';
import type { Snapshot, Targets } from './portfolio.ts';

/**
 * The trades that bring an account back to its targets, or why no plan can be made. Pure and exact:
 * the same input gives the same plan in whatever order positions, targets and quotes come.
 *
 * Weights are shares of the investable value: total value less the cash buffer and less untouchable
 * holdings without a target. Cash beyond the buffer is a line with target zero. Drift is half the sum
 * of absolute deviations, cash included.
 *
 * What a plan keeps to, always:
 * - it never leaves more drift than before, never sells more than is held, and buys for no more than
 *   the cash above the buffer and the sells bring in, at the reference prices;
 * - a trade that only makes idle cash is not made, unless the symbol has no target, the account only
 *   sells, or the buffer is short;
 * - with tolerance bands, nothing happens while every symbol and the cash are inside. Once one is
 *   outside, cash is brought to the buffer and symbols inside their bands may be the other side of the
 *   trades: towards their targets, never beyond, and only as far as needed;
 * - of all roundings to lots it takes one with the least drift (see rounding.ts).
 *
 * Why this and not what others do: docs/adr/0003-when-only-some-symbols-leave-their-bands.md.
 *
 * @param policy amounts of money are in account currency, bands and shares are fractions.
 */
export function planRebalance(
  snapshot: Snapshot,
  targets: Targets,
  policy: RebalancePolicy,
): PlanResult {
  const result = readBook(snapshot, targets, policy);
  if (result.type === 'refused') return result;
  const { book } = result;
  const { lots, unspent } = deriveTrades(book, policy);
  const whyNot = (line: BookLine): SkippedTrade | null => explainSkip(book, policy, line, unspent);
  return { type: 'planned', plan: reportPlan(book, lots, whyNot, policy.contribution) };
}

/** Why a line that is off its target is not traded; null when it is at its target. */
function explainSkip(
  book: Book,
  policy: RebalancePolicy,
  line: BookLine,
  unspent: bigint,
): SkippedTrade | null {
  const deviation = line.value - line.targetValue;
  if (deviation === 0n) return null;
  const side = deviation > 0n ? 'sell' : 'buy';
  const notional = magnitude(deviation);
  return { side, notional, reason: skipReason(book, policy, line, side, unspent) };
}

function skipReason(
  book: Book,
  policy: RebalancePolicy,
  line: BookLine,
  side: 'buy' | 'sell',
  unspent: bigint,
): SkipReason {
  const rules = tradeRules(policy);
  const off = magnitude(line.value - line.targetValue);
  if (line.lock !== null) return line.lock;
  if (side === 'sell' && !rules.maySell) return 'buy_only';
  if (side === 'buy' && !rules.mayBuy) return 'sell_only';
  if (rules.banded && off <= line.band) return 'inside_band';
  if (off < book.minimumTrade) return 'below_minimum_trade';
  if (off < line.lotValue || (side === 'sell' && line.heldLots === 0n)) return 'below_one_lot';
  if ((off / line.lotValue) * line.lotValue < book.minimumTrade) return 'below_minimum_trade';
  return side === 'buy' && line.lotValue > unspent ? 'insufficient_cash' : 'no_improvement';
}
