import { magnitude, totalDeviation } from './drift.ts';
import type { Book } from './plan-book.ts';
import { deriveGoals } from './plan-goals.ts';
import { findMovers, lotLine, tradeRules } from './plan-movers.ts';
import type { BookMover, TradeRules } from './plan-movers.ts';
import type { RebalancePolicy } from './policy.ts';
import { roundToLots } from './rounding.ts';
import type { LotLine } from './rounding.ts';

/** Where a book stands after some lots were traded. */
interface Standing {
  /** Value minus target value, in the order of the book's lines. */
  readonly deviations: readonly bigint[];
  readonly heldLots: readonly bigint[];
  readonly spareCash: bigint;
  readonly spendable: bigint;
}

export interface Trades {
  /** In the order of the book's lines; sells are negative. */
  readonly lots: readonly bigint[];
  /** The money that buys could still have cost. */
  readonly unspent: bigint;
}

/** Rounding can make room for more; this many rounds are far more than that ever took. */
const MOST_ROUNDS = 8;

/**
 * How many lots of each line to trade. Planned again from its own outcome until
 * nothing is left to do, so that a plan that has been carried out is not followed by another one.
 * With a minimum trade or a contribution there is one round: small trades must not add up to what a
 * rule forbids, and a contribution is spent once.
 */
export function deriveTrades(book: Book, policy: RebalancePolicy): Trades {
  const rules = tradeRules(policy);
  const rounds = book.minimumTrade > 0n || book.contribution !== null ? 1 : MOST_ROUNDS;
  const start = standingNow(book);
  let lots: readonly bigint[] = book.lines.map(() => 0n);
  for (let round = 0; round < rounds; round += 1) {
    const more = deriveRound(book, rules, round === 0 ? start : trade(book, start, lots));
    if (more === null) break;
    lots = lots.map((amount, index) => amount + (more.lots[index] ?? 0n));
    if (more.final) break;
  }
  return { lots, unspent: start.spendable - costOf(book, lots) };
}

function standingNow({ lines, spareCash, spendable, contribution }: Book): Standing {
  return {
    deviations: lines.map((line) => line.value - line.targetValue),
    heldLots: lines.map((line) => line.heldLots),
    spareCash,
    spendable: contribution === null || contribution > spendable ? spendable : contribution,
  };
}

interface Round {
  readonly lots: readonly bigint[];
  /** Another round would come to the same. */
  readonly final: boolean;
}

/** One round: lots for every line, or null when there is nothing to do or nothing that helps. */
function deriveRound(book: Book, rules: TradeRules, standing: Standing): Round | null {
  const cleared = clearUntargeted(book, rules, standing);
  const isCleared = cleared.some((lots) => lots !== 0n);
  const after = isCleared ? trade(book, standing, cleared) : standing;
  const movers = findMovers(book, rules, after.deviations, after.heldLots);
  if (!isCleared && !movers.some((mover) => mover.outside) && !cashIsOutside(book, rules, after)) {
    return null;
  }
  const goals = deriveGoals(movers, after.spendable, !rules.mayBuy);
  const ranged = movers.map((mover, index) => {
    const goal = goals.deviations[index] ?? 0n;
    return lotLine(book, rules, mover, goal, goals.surplus);
  });
  const best = bestRounding(book, rules, after, movers, ranged);
  const lots = cleared.map((sold, index) => sold + (best?.lots[index] ?? 0n));
  if (!lots.some((amount) => amount !== 0n)) return null;
  // Rounding to the targets themselves starts from the lots below them, wherever the book stands.
  const toTargets = goals.deviations.every((goal) => goal === 0n);
  const final =
    toTargets && !rules.banded && rules.maySell && rules.mayBuy && after.spareCash >= 0n;
  return { lots, final };
}

interface Outcome {
  /** By line of the book. */
  readonly lots: readonly bigint[];
  /** What is off afterwards. */
  readonly total: bigint;
  /** Whether it was found under the condition that the buffer is whole afterwards. */
  readonly keepsBuffer: boolean;
}

/** The rounding with the least deviation; null when none helps. */
function bestRounding(
  book: Book,
  rules: TradeRules,
  standing: Standing,
  movers: readonly BookMover[],
  lines: readonly LotLine[],
): Outcome | null {
  const { spareCash, spendable, deviations } = standing;
  const present = totalDeviation(deviations, spareCash);
  const evaluate = (candidate: readonly bigint[] | null, keepsBuffer: boolean): Outcome | null => {
    if (candidate === null) return null;
    const lots = book.lines.map(() => 0n);
    for (const [position, mover] of movers.entries()) lots[mover.index] = candidate[position] ?? 0n;
    const total = totalAfter(book, standing, lots);
    // Selling only, the proceeds become idle cash: the drift stays as it is, and that was asked for.
    const helps = rules.mayBuy ? total < present : total <= present;
    return helps ? { lots, total, keepsBuffer } : null;
  };
  const leastSells = lines.map((line) => line.mostLots);
  if (!rules.mayBuy && spareCash >= 0n) return evaluate(leastSells, true);
  const whole = evaluate(roundToLots(lines, spendable), true);
  if (spareCash >= 0n || isBeyondSelling(whole, deviations)) return whole;
  // The buffer is short. If it is not restored in full, sells may bring it as near as they can: the
  // same rounding from the other side, where selling is buying and what is over is short.
  const mirrored = roundToLots(lines.map(mirror), -spareCash);
  const partly = evaluate(mirrored?.map((lots) => -lots) ?? null, false);
  const least = rules.mayBuy ? null : evaluate(leastSells, false);
  return better(better(whole, partly), least);
}

function better(one: Outcome | null, other: Outcome | null): Outcome | null {
  if (one === null || other === null) return one ?? other;
  return other.total < one.total ? other : one;
}

/** Whether an outcome is as good as selling alone could ever be: that leaves what is under its target there. */
function isBeyondSelling(outcome: Outcome | null, deviations: readonly bigint[]): boolean {
  if (outcome === null) return false;
  let under = 0n;
  for (const deviation of deviations) if (deviation < 0n) under -= deviation;
  return outcome.total <= 2n * under;
}

function costOf(book: Book, lots: readonly bigint[]): bigint {
  let cost = 0n;
  for (const [index, line] of book.lines.entries()) {
    const amount = lots[index] ?? 0n;
    if (amount !== 0n) cost += amount * line.lotValue;
  }
  return cost;
}

/** What is off after a trade, without working out where everything then stands. */
function totalAfter(book: Book, standing: Standing, lots: readonly bigint[]): bigint {
  let total = 0n;
  let spent = 0n;
  for (const [index, deviation] of standing.deviations.entries()) {
    const value = (lots[index] ?? 0n) * (book.lines[index]?.lotValue ?? 0n);
    spent += value;
    total += magnitude(deviation + value);
  }
  return total + magnitude(standing.spareCash - spent);
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

/** Idle cash is a line like any other, with the absolute band; debt is never inside a band. */
function cashIsOutside(book: Book, rules: TradeRules, { spareCash }: Standing): boolean {
  if (spareCash === 0n) return false;
  if (spareCash > 0n ? !rules.mayBuy : !rules.maySell) return false;
  if (!rules.banded || spareCash + book.buffer < 0n) return true;
  return book.cashBand !== null && magnitude(spareCash) > book.cashBand;
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
