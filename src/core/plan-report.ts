import { driftOf, magnitude, totalDeviation } from './drift.ts';
import { fromScale, ratio, ZERO } from './decimal.ts';
import type { Decimal } from './decimal.ts';
import { byAmount } from './by-amount.ts';
import type { Book, BookLine } from './plan-book.ts';
import type { Leg, Plan, PlanWarning, SkippedLeg, SkipReason, WeightRow } from './plan-types.ts';

/** A plan before and after, in the units of the book. */
interface Figures {
  readonly deviationsAfter: readonly bigint[];
  readonly spareCashAfter: bigint;
  /** What all trades cost and bring. */
  readonly traded: bigint;
}

/**
 * The plan of so many lots (sells negative), with every figure that an approver sees: money exactly,
 * weights and drift to 28 decimal places.
 * @param whyNot why a line that is off its target is not traded; null when that needs no word.
 */
export function reportPlan(
  book: Book,
  lots: readonly bigint[],
  whyNot: (line: BookLine) => SkippedTrade | null,
  contributionRequested: Decimal | null,
): Plan {
  const { lines, scale } = book;
  const money = (amount: bigint): Decimal => fromScale(amount, scale);
  const { deviationsAfter, spareCashAfter, traded } = figuresOf(book, lots);
  const weights = lines.map((line, index): WeightRow => {
    const weightBefore = weightOf(book, line.value);
    const after = line.targetValue + (deviationsAfter[index] ?? 0n);
    return {
      symbol: line.symbol,
      targetWeight: line.targetWeight,
      weightBefore,
      weightAfter: after === line.value ? weightBefore : weightOf(book, after),
    };
  });
  const driftBefore = driftOf(
    totalDeviation(
      lines.map((line) => line.value - line.targetValue),
      book.spareCash,
    ),
    book.investable,
  );
  const driftAfter = driftOf(totalDeviation(deviationsAfter, spareCashAfter), book.investable);
  const skipped = lines.flatMap((line, index): SkippedLeg[] => {
    const row = weights[index];
    const skip = (lots[index] ?? 0n) === 0n ? whyNot(line) : null;
    if (skip === null || row === undefined) return [];
    return [
      {
        symbol: line.symbol,
        side: skip.side,
        reason: skip.reason,
        weight: row.weightBefore,
        targetWeight: line.targetWeight,
        notional: money(skip.notional),
      },
    ];
  });
  const cashBefore = money(book.spareCash + book.buffer);
  const plan = {
    driftBefore,
    driftAfter,
    legs: legsOf(book, lots, weights),
    skipped,
    weights,
    notional: money(traded),
    turnover: ratio(traded, book.totalValue),
    totalValue: money(book.totalValue),
    cashBuffer: money(book.buffer),
    cashBefore,
    cashAfter: money(spareCashAfter + book.buffer),
  };
  return { ...plan, warnings: warningsOf(book, plan, contributionRequested) };
}

export interface SkippedTrade {
  readonly side: 'buy' | 'sell';
  readonly reason: SkipReason;
  readonly notional: bigint;
}

function figuresOf(book: Book, lots: readonly bigint[]): Figures {
  let spent = 0n;
  let traded = 0n;
  const deviationsAfter = book.lines.map((line, index) => {
    const value = (lots[index] ?? 0n) * line.lotValue;
    spent += value;
    traded += magnitude(value);
    return line.value - line.targetValue + value;
  });
  return { deviationsAfter, spareCashAfter: book.spareCash - spent, traded };
}

function weightOf(book: Book, value: bigint): Decimal {
  return value === 0n ? ZERO : ratio(value, book.investable);
}

/** Sells first, since they pay for the buys; then the largest first, then by symbol. */
function legsOf(book: Book, lots: readonly bigint[], weights: readonly WeightRow[]): Leg[] {
  const sells: number[] = [];
  const buys: number[] = [];
  for (let index = 0; index < lots.length; index += 1) {
    const amount = lots[index] ?? 0n;
    if (amount !== 0n) (amount < 0n ? sells : buys).push(index);
  }
  const notionals = book.lines.map((line, index) => magnitude((lots[index] ?? 0n) * line.lotValue));
  // Lines are sorted by symbol.
  const largestFirst = (indexes: readonly number[]): readonly number[] =>
    byAmount(indexes, (index) => -(notionals[index] ?? 0n));
  const order = [...largestFirst(sells), ...largestFirst(buys)];
  const numbers = new Int32Array(book.lines.length);
  for (let place = 0; place < order.length; place += 1) numbers[order[place] ?? 0] = place + 1;
  const legs = book.lines.map((line, index): Leg | null => {
    const row = weights[index];
    const amount = lots[index] ?? 0n;
    if (row === undefined || amount === 0n) return null;
    return {
      number: numbers[index] ?? 0,
      side: amount < 0n ? 'sell' : 'buy',
      symbol: line.symbol,
      quantity: fromScale(magnitude(amount) * line.lot.digits, line.lot.places),
      referencePrice: line.price,
      notional: fromScale(notionals[index] ?? 0n, book.scale),
      weightBefore: row.weightBefore,
      weightAfter: row.weightAfter,
      targetWeight: line.targetWeight,
    };
  });
  return order.flatMap((index) => legs[index] ?? []);
}

function warningsOf(
  book: Book,
  plan: Omit<Plan, 'warnings'>,
  contributionRequested: Decimal | null,
): PlanWarning[] {
  const warnings: PlanWarning[] = [];
  for (const line of book.lines) {
    const { symbol, targetWeight } = line;
    if (!line.targeted && line.value > 0n) {
      const notional = fromScale(line.value, book.scale);
      warnings.push({ type: 'held_without_target', symbol, notional });
    }
    if (line.lock === 'not_tradable' && line.value !== line.targetValue && line.targetValue > 0n) {
      warnings.push({ type: 'not_tradable_target', symbol, targetWeight });
    }
  }
  for (const symbol of book.openOrderSymbols) warnings.push({ type: 'open_order', symbol });
  const available = fromScale(book.spendable > 0n ? book.spendable : 0n, book.scale);
  if (contributionRequested?.gt(available) === true) {
    warnings.push({
      type: 'contribution_exceeds_cash',
      requested: contributionRequested,
      available,
    });
  }
  if (plan.cashAfter.lt(plan.cashBuffer)) {
    const { cashAfter, cashBuffer } = plan;
    warnings.push({ type: 'cash_below_buffer', cashAfter, buffer: cashBuffer });
  }
  if (plan.driftAfter.gt(plan.driftBefore)) {
    const { driftBefore, driftAfter } = plan;
    warnings.push({ type: 'drift_increases', driftBefore, driftAfter });
  }
  return warnings;
}
