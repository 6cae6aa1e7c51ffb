import { magnitude, totalDeviation } from './drift.ts';
import { ceilDivide } from './lot-line.ts';
import type { Book, BookLine } from './plan-book.ts';
import { deriveGoals } from './plan-goals.ts';
import type { RebalancePolicy } from './policy.ts';
import { roundToLots } from './rounding.ts';
import type { LotLine } from './rounding.ts';

/** What a policy lets a plan do. */
export interface TradeRules {
  readonly maySell: boolean;
  readonly mayBuy: boolean;
  /** Whether tolerance bands hold; a contribution is spent whatever the bands. */
  readonly banded: boolean;
}

export function tradeRules(policy: RebalancePolicy): TradeRules {
  const { toleranceBand, contribution } = policy;
  return {
    maySell: policy.mode !== 'buy_only' && contribution === null,
    mayBuy: policy.mode !== 'sell_only',
    banded:
      contribution === null && (toleranceBand.absolute !== null || toleranceBand.relative !== null),
  };
}

/** Where a book stands after some lots were traded. */
interface Standing {
  /** Value minus target value, in the order of the book's lines. */
  readonly deviations: readonly bigint[];
  readonly heldLots: readonly bigint[];
  readonly spareCash: bigint;
  readonly spendable: bigint;
}

/** Rounding can make room for more; this many rounds are far more than that ever took. */
const MOST_ROUNDS = 8;

/**
 * How many lots of each line to trade; sells are negative. Planned again from its own outcome until
 * nothing is left to do, so that a plan that has been carried out is not followed by another one.
 * With a minimum trade or a contribution there is one round: small trades must not add up to what a
 * rule forbids, and a contribution is spent once.
 */
export function deriveTrades(book: Book, policy: RebalancePolicy): readonly bigint[] {
  const rules = tradeRules(policy);
  const rounds = book.minimumTrade > 0n || book.contribution !== null ? 1 : MOST_ROUNDS;
  let lots: readonly bigint[] = book.lines.map(() => 0n);
  for (let round = 0; round < rounds; round += 1) {
    const more = deriveRound(book, policy, rules, standingAfter(book, lots));
    if (more === null) break;
    lots = lots.map((amount, index) => amount + (more[index] ?? 0n));
  }
  return lots;
}

function standingAfter(book: Book, lots: readonly bigint[]): Standing {
  let spent = 0n;
  const deviations: bigint[] = [];
  const heldLots: bigint[] = [];
  for (const [index, line] of book.lines.entries()) {
    const traded = lots[index] ?? 0n;
    const value = traded * line.lotValue;
    spent += value;
    deviations.push(line.value - line.targetValue + value);
    heldLots.push(line.heldLots + traded);
  }
  const { spareCash, spendable, contribution } = book;
  const limit = contribution === null || contribution > spendable ? spendable : contribution;
  return { deviations, heldLots, spareCash: spareCash - spent, spendable: limit - spent };
}

/** One round: lots for every line, or null when there is nothing to do or nothing that helps. */
function deriveRound(
  book: Book,
  policy: RebalancePolicy,
  rules: TradeRules,
  standing: Standing,
): readonly bigint[] | null {
  const cleared = clearUntargeted(book, rules, standing);
  const isCleared = cleared.some((lots) => lots !== 0n);
  const after = trade(book, standing, cleared);
  const movers = findMovers(book, rules, after);
  if (!isCleared && !movers.some((mover) => mover.outside) && !cashIsOutside(book, rules, after)) {
    return null;
  }
  const goals = deriveGoals(
    movers.map(({ line, deviation, outside }) => ({
      deviation,
      required: outside ? magnitude(deviation) - (toEdge(policy, rules) ? line.band : 0n) : 0n,
    })),
    after.spendable,
    !rules.mayBuy,
  );
  const ranged = movers.map((mover, index) => {
    const goal = goals.deviations[index] ?? 0n;
    return lotLine(book, policy, rules, mover, goal, goals.surplus);
  });
  const candidates = roundings(ranged, after, rules);
  let best: { lots: readonly bigint[]; total: bigint } | null = null;
  const present = totalDeviation(after.deviations, after.spareCash);
  for (const candidate of candidates) {
    const lots = [...cleared];
    for (const [position, mover] of movers.entries()) lots[mover.index] = candidate[position] ?? 0n;
    const outcome = trade(book, standing, lots);
    const total = totalDeviation(outcome.deviations, outcome.spareCash);
    // Selling only, the proceeds become idle cash: the drift stays as it is, and that was asked for.
    const helps = rules.mayBuy ? total < present : total <= present;
    if (helps && (best === null || total < best.total)) best = { lots, total };
  }
  const lots = best?.lots ?? cleared;
  return lots.some((amount) => amount !== 0n) ? lots : null;
}

function trade(book: Book, standing: Standing, lots: readonly bigint[]): Standing {
  let spent = 0n;
  const deviations = standing.deviations.map((deviation, index) => {
    const value = (lots[index] ?? 0n) * (book.lines[index]?.lotValue ?? 0n);
    spent += value;
    return deviation + value;
  });
  return {
    deviations,
    heldLots: standing.heldLots.map((held, index) => held + (lots[index] ?? 0n)),
    spareCash: standing.spareCash - spent,
    spendable: standing.spendable - spent,
  };
}

/** What has no target is sold, down to what is less than a lot. It has no band and waits for nobody. */
function clearUntargeted(book: Book, rules: TradeRules, standing: Standing): bigint[] {
  return book.lines.map((line, index) => {
    const held = standing.heldLots[index] ?? 0n;
    const clear =
      rules.maySell &&
      line.lock === null &&
      line.targetValue === 0n &&
      held * line.lotValue >= book.minimumTrade;
    return clear ? -held : 0n;
  });
}

interface BookMover {
  readonly index: number;
  readonly line: BookLine;
  readonly deviation: bigint;
  readonly heldLots: bigint;
  readonly outside: boolean;
}

/** The lines that may be traded in a direction that the rules allow. */
function findMovers(book: Book, rules: TradeRules, standing: Standing): BookMover[] {
  return book.lines.flatMap((line, index): BookMover[] => {
    const deviation = standing.deviations[index] ?? 0n;
    if (line.lock !== null || line.targetValue === 0n) return [];
    if (deviation > 0n && !rules.maySell) return [];
    if (deviation < 0n && !rules.mayBuy) return [];
    // What is off by less than the smallest trade is not worth one; a trade is never made larger for that.
    if (magnitude(deviation) < book.minimumTrade) return [];
    const outside = rules.banded ? !isSettled(line, deviation) : deviation !== 0n;
    return [{ index, line, deviation, heldLots: standing.heldLots[index] ?? 0n, outside }];
  });
}

/**
 * Whether bands leave a line where it is: inside its band, or as near to its target as its lots allow.
 * Without the second, a symbol whose lot is wider than its band would be traded back and forth.
 */
function isSettled(line: BookLine, deviation: bigint): boolean {
  const off = magnitude(deviation);
  return off <= line.band || 2n * off <= line.lotValue;
}

/** Idle cash is a line like any other, with the absolute band; debt is never inside a band. */
function cashIsOutside(book: Book, rules: TradeRules, { spareCash }: Standing): boolean {
  if (spareCash === 0n) return false;
  if (spareCash > 0n ? !rules.mayBuy : !rules.maySell) return false;
  if (!rules.banded || spareCash + book.buffer < 0n) return true;
  return book.cashBand !== null && magnitude(spareCash) > book.cashBand;
}

function toEdge(policy: RebalancePolicy, rules: TradeRules): boolean {
  return rules.banded && policy.rebalanceTo === 'band';
}

/**
 * How many lots of a line a plan may trade. Without bands every line is free to take part in the
 * rounding. With bands, what is outside moves towards its target, and crosses it only by rounding;
 * what is inside is only the other side of those trades, and never crosses its target.
 */
function lotLine(
  book: Book,
  policy: RebalancePolicy,
  rules: TradeRules,
  { line, deviation, heldLots, outside }: BookMover,
  goal: bigint,
  surplus: boolean,
): LotLine {
  const { lotValue } = line;
  const common = {
    deviation,
    lotValue,
    goal,
    smallestTrade: book.minimumTrade === 0n ? 1n : ceilDivide(book.minimumTrade, lotValue),
  };
  const off = magnitude(deviation);
  const required = outside ? off - (toEdge(policy, rules) ? line.band : 0n) : 0n;
  let enough = ceilDivide(required, lotValue);
  if (rules.banded && !isSettled(line, off - enough * lotValue)) enough = off / lotValue;
  const mayHelp = deviation > 0n ? !surplus : surplus;
  const towards = mayHelp && off / lotValue > enough ? off / lotValue : enough;
  const sellable = towards < heldLots ? towards : heldLots;
  if (!rules.mayBuy) {
    // Selling only is asked for its own sake: down to the goal, but not past the target.
    const planned = (deviation - goal) / lotValue;
    const wanted = enough > planned && enough <= off / lotValue ? enough : planned;
    const sold = wanted * lotValue < book.minimumTrade ? 0n : wanted;
    const most = sold < heldLots ? sold : heldLots;
    return { ...common, fewestLots: -(most > sellable ? most : sellable), mostLots: -most };
  }
  if (!rules.banded && rules.maySell) {
    const most = deviation < 0n ? ceilDivide(-deviation, lotValue) : 0n;
    return { ...common, fewestLots: -heldLots, mostLots: most };
  }
  return deviation > 0n
    ? { ...common, fewestLots: -sellable, mostLots: 0n }
    : { ...common, fewestLots: 0n, mostLots: towards };
}

/** The roundings worth comparing. */
function roundings(
  lines: readonly LotLine[],
  { spareCash, spendable }: Standing,
  rules: TradeRules,
): readonly (readonly bigint[])[] {
  const leastSells = lines.map((line) => line.mostLots);
  if (!rules.mayBuy && spareCash >= 0n) return [leastSells];
  const restored = roundToLots(lines, spendable);
  if (spareCash >= 0n) return restored === null ? [] : [restored];
  // The buffer is short. Either it is restored in full, or sells bring it as near as they can: the
  // same rounding seen from the other side, where selling is buying and what is over is what is short.
  const mirrored = roundToLots(lines.map(mirror), -spareCash);
  const partly = mirrored?.map((lots) => -lots) ?? null;
  return [restored, partly, rules.mayBuy ? null : leastSells].filter((lots) => lots !== null);
}

function mirror(line: LotLine): LotLine {
  return {
    ...line,
    deviation: -line.deviation,
    goal: -line.goal,
    fewestLots: line.mostLots < 0n ? -line.mostLots : 0n,
    mostLots: -line.fewestLots,
  };
}
