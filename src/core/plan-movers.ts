import { magnitude } from './drift.ts';
import { ceilDivide } from './lot-line.ts';
import type { LotLine } from './lot-line.ts';
import type { Book, BookLine } from './plan-book.ts';
import type { Mover } from './plan-goals.ts';
import type { RebalancePolicy } from './policy.ts';

/** What a policy lets a plan do. */
export interface TradeRules {
  readonly maySell: boolean;
  readonly mayBuy: boolean;
  /** Whether tolerance bands hold; a contribution is spent whatever the bands. */
  readonly banded: boolean;
  /** Whether what left its band is only brought back to the band's edge. */
  readonly toEdge: boolean;
}

export function tradeRules(policy: RebalancePolicy): TradeRules {
  const { toleranceBand, contribution } = policy;
  const banded =
    contribution === null && (toleranceBand.absolute !== null || toleranceBand.relative !== null);
  return {
    maySell: policy.mode !== 'buy_only' && contribution === null,
    mayBuy: policy.mode !== 'sell_only',
    banded,
    toEdge: banded && policy.rebalanceTo === 'band',
  };
}

/** A line that may be traded, in the direction of its target. */
export interface BookMover extends Mover {
  /** Its place among the lines of the book. */
  readonly index: number;
  readonly line: BookLine;
  readonly heldLots: bigint;
  /** Whether it is a reason to trade. */
  readonly outside: boolean;
}

/**
 * The lines that may be traded in a direction that the rules allow.
 * @param deviations value minus target value, and `heldLots`, in the order of the book's lines.
 */
export function findMovers(
  book: Book,
  rules: TradeRules,
  deviations: readonly bigint[],
  heldLots: readonly bigint[],
): BookMover[] {
  const movers: BookMover[] = [];
  for (const [index, line] of book.lines.entries()) {
    const deviation = deviations[index] ?? 0n;
    if (line.lock !== null || line.targetValue === 0n) continue;
    if (deviation > 0n ? !rules.maySell : deviation < 0n && !rules.mayBuy) continue;
    // What is off by less than the smallest trade is not worth one; a trade is never made larger for that.
    const off = magnitude(deviation);
    if (off < book.minimumTrade) continue;
    const outside = rules.banded ? !isSettled(line, off) : off !== 0n;
    movers.push({
      index,
      line,
      deviation,
      required: outside ? (rules.toEdge ? off - line.band : off) : 0n,
      heldLots: heldLots[index] ?? 0n,
      outside,
    });
  }
  return movers;
}

/**
 * Whether bands leave a line where it is: inside its band, or as near to its target as its lots allow.
 * Without the second, a symbol whose lot is wider than its band would be traded back and forth.
 */
function isSettled(line: BookLine, deviation: bigint): boolean {
  const off = magnitude(deviation);
  return off <= line.band || 2n * off <= line.lotValue;
}

/**
 * How many lots of a line a plan may trade. Without bands every line is free to take part in the
 * rounding. With bands, what is outside moves towards its target, and crosses it only by rounding;
 * what is inside is only the other side of those trades, and never crosses its target.
 * @param goal the deviation it should have afterwards.
 * @param surplus whether lines inside their bands may buy; else they may sell.
 */
export function lotLine(
  book: Book,
  rules: TradeRules,
  mover: BookMover,
  goal: bigint,
  surplus: boolean,
): LotLine {
  const { line, deviation } = mover;
  const [fewestLots, mostLots] = lotRange(book, rules, mover, goal, surplus);
  return {
    deviation,
    lotValue: line.lotValue,
    fewestLots,
    mostLots,
    goal,
    smallestTrade: book.minimumTrade === 0n ? 1n : ceilDivide(book.minimumTrade, line.lotValue),
  };
}

function lotRange(
  book: Book,
  rules: TradeRules,
  { line, deviation, required, heldLots }: BookMover,
  goal: bigint,
  surplus: boolean,
): readonly [fewest: bigint, most: bigint] {
  const { lotValue } = line;
  if (!rules.banded && rules.maySell && rules.mayBuy) {
    return [-heldLots, deviation < 0n ? ceilDivide(-deviation, lotValue) : 0n];
  }
  const off = magnitude(deviation);
  const toTarget = off / lotValue;
  const rounded = ceilDivide(required, lotValue);
  const crossesTooFar = rules.banded && !isSettled(line, off - rounded * lotValue);
  const enough = crossesTooFar ? toTarget : rounded;
  const mayHelp = deviation > 0n ? !surplus : surplus;
  const towards = mayHelp && toTarget > enough ? toTarget : enough;
  if (deviation <= 0n) return [0n, towards];
  const sellable = towards < heldLots ? towards : heldLots;
  if (rules.mayBuy) return [-sellable, 0n];
  // Selling only is asked for its own sake: down to the goal, but not past the target.
  const planned = (deviation - goal) / lotValue;
  const wanted = enough > planned && enough <= toTarget ? enough : planned;
  const sold = wanted * lotValue < book.minimumTrade ? 0n : wanted;
  const most = sold < heldLots ? sold : heldLots;
  return [-(most > sellable ? most : sellable), -most];
}
