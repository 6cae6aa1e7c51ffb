import * as highs from 'highs';
import { decimal, decimalFromInteger, maximum, sum, ZERO } from '../../src/core/decimal.ts';
import type { Decimal } from '../../src/core/decimal.ts';
import type { Plan } from '../../src/core/plan-types.ts';
import type { RandomBook } from './generators.ts';

/** A book in plain money, read anew from the snapshot: nothing of the planner is used here. */
export interface Problem {
  readonly symbols: readonly string[];
  readonly values: readonly Decimal[];
  readonly targetValues: readonly Decimal[];
  /** What one lot of each symbol costs. */
  readonly lotValues: readonly Decimal[];
  /** Whole lots held. */
  readonly heldLots: readonly number[];
  readonly investable: Decimal;
  /** Cash above the buffer; negative when the buffer is short. */
  readonly spareCash: Decimal;
  readonly mayBuy: boolean;
  readonly maySell: boolean;
  /** Buys must not cost more than this; null without a contribution. */
  readonly contribution: Decimal | null;
  readonly minimumTrade: Decimal;
}

export function problemOf({ snapshot, targets, policy }: RandomBook): Problem {
  const { cashBuffer } = policy;
  const quantity = (symbol: string): Decimal =>
    snapshot.positions.find((held) => held.symbol === symbol)?.quantity ?? ZERO;
  const price = (symbol: string): Decimal =>
    snapshot.quotes.find((quote) => quote.symbol === symbol)?.price ?? ZERO;
  const lot = (symbol: string): Decimal =>
    policy.lots.bySymbol.find((entry) => entry.symbol === symbol)?.lot ?? policy.lots.default;
  const symbols = targets.map((target) => target.symbol);
  const values = symbols.map((symbol) => quantity(symbol).times(price(symbol)));
  const total = sum(values).plus(snapshot.balance.cash);
  const buffer = cashBuffer.type === 'amount' ? cashBuffer.amount : cashBuffer.share.times(total);
  const investable = total.minus(buffer);
  return {
    symbols,
    values,
    targetValues: targets.map((target) => target.weight.times(investable)),
    lotValues: symbols.map((symbol) => lot(symbol).times(price(symbol))),
    heldLots: symbols.map((symbol) =>
      Number(quantity(symbol).div(lot(symbol)).round(0, 0).toFixed(0)),
    ),
    investable,
    spareCash: snapshot.balance.cash.minus(buffer),
    mayBuy: policy.mode !== 'sell_only',
    maySell: policy.mode !== 'buy_only' && policy.contribution === null,
    contribution: policy.contribution,
    minimumTrade: policy.minimumTrade,
  };
}

/** Half the sum of absolute deviations, cash included, in money; exact. */
export function trackingError(problem: Problem, traded: readonly Decimal[]): Decimal {
  const cash = problem.spareCash.minus(sum(traded)).abs();
  const deviations = problem.values.map((value, index) =>
    value
      .plus(traded[index] ?? ZERO)
      .minus(problem.targetValues[index] ?? ZERO)
      .abs(),
  );
  return sum([cash, ...deviations]).div(decimal('2'));
}

/** What a plan trades of each symbol, in money; sells are negative. */
export function tradedBy(problem: Problem, plan: Plan): readonly Decimal[] {
  return problem.symbols.map((symbol) => {
    const leg = plan.legs.find((candidate) => candidate.symbol === symbol);
    if (leg === undefined) return ZERO;
    return leg.side === 'buy' ? leg.notional : ZERO.minus(leg.notional);
  });
}

/**
 * Whole lots for each symbol with the least sum of absolute deviations, from a MILP solver. The solver
 * reckons in floats, so what counts of its answer are the lots, valued exactly.
 * @returns null when its answer breaks a constraint by a float's breadth, or it gave up.
 */
export async function solveExactly(problem: Problem): Promise<readonly Decimal[] | null> {
  const solver = await loaded;
  const solution = solver.solve(modelOf(problem), {
    output_flag: false,
    mip_rel_gap: 0,
    mip_abs_gap: 1e-7,
    // Presolve and its heuristics take longer than these small problems.
    presolve: 'off',
    ...NO_PRESOLVE_IN_BRANCHES,
    mip_heuristic_effort: 0,
    // Of the wall: what else a machine does must not make the solver give up.
    time_limit: 60,
  });
  if (solution.Status !== 'Optimal') return null;
  const traded = problem.symbols.map((_, index) => {
    const column = solution.Columns[`k${index}`];
    const lots = column !== undefined && 'Primal' in column ? Math.round(column.Primal) : 0;
    return decimalFromInteger(lots === 0 ? 0 : lots).times(problem.lotValues[index] ?? ZERO);
  });
  const buys = sum(traded.map((value) => maximum(value, ZERO)));
  const cash = problem.spareCash.minus(sum(traded));
  const fits = buys.eq(ZERO) || (cash.gte(ZERO) && buys.lte(problem.contribution ?? buys));
  return fits ? traded : null;
}

/**
 * Nor is presolve worth it for what the solver branches into: two thirds of the time without. The
 * package's types do not know this option, HiGHS does: https://ergo-code.github.io/HiGHS/stable/options/definitions/
 */
const NO_PRESOLVE_IN_BRANCHES = { mip_root_presolve_only: true };

/** The package ships an ES module but describes a CommonJS one, where the loader is one `default` deeper. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the package's types are wrong about this
const highsLoader = highs.default as unknown as typeof highs.default.default;
const loaded = highsLoader();

/** The problem in the CPLEX LP format. */
function modelOf(problem: Problem): string {
  const { symbols, lotValues, heldLots, investable, spareCash, minimumTrade } = problem;
  const price = (index: number): string => (lotValues[index] ?? ZERO).toFixed();
  const off = (index: number): Decimal =>
    (problem.values[index] ?? ZERO).minus(problem.targetValues[index] ?? ZERO);
  const indexes = symbols.map((_, index) => index);
  const most = (index: number): number =>
    problem.mayBuy ? Math.ceil(Number(investable.div(lotValues[index] ?? ZERO).toFixed())) + 1 : 0;
  const fewest = (index: number): number => (problem.maySell ? (heldLots[index] ?? 0) : 0);
  const large = investable.plus(spareCash.abs()).round(0, 3).toFixed();

  const constraints: string[] = [];
  const bounds: string[] = [];
  const binaries: string[] = [];
  for (const index of indexes) {
    constraints.push(`p${index} - n${index} - ${price(index)} k${index} = ${off(index).toFixed()}`);
    const [up, down] = [most(index), fewest(index)];
    if (minimumTrade.eq(ZERO)) {
      bounds.push(`${down === 0 ? 0 : -down} <= k${index} <= ${up}`);
      continue;
    }
    // What is off by less than the minimum trade is left alone; else nothing, or at least the minimum.
    const fixed = off(index).abs().lt(minimumTrade);
    bounds.push(`0 <= b${index} <= ${fixed ? 0 : up}`, `0 <= s${index} <= ${fixed ? 0 : down}`);
    bounds.push(`${down === 0 ? 0 : -down} <= k${index} <= ${up}`);
    binaries.push(`y${index}`, `z${index}`);
    constraints.push(
      `k${index} - b${index} + s${index} = 0`,
      `b${index} - ${up} y${index} <= 0`,
      `s${index} - ${down} z${index} <= 0`,
      `${price(index)} b${index} - ${minimumTrade.toFixed()} y${index} >= 0`,
      `${price(index)} s${index} - ${minimumTrade.toFixed()} z${index} >= 0`,
      `y${index} + z${index} <= 1`,
    );
  }
  const spent = indexes.map((index) => `${price(index)} k${index}`).join(' + ');
  constraints.push(`more - less + ${spent} = ${spareCash.toFixed()}`);
  if (spareCash.gte(ZERO)) {
    bounds.push('less = 0');
  } else {
    // The buffer is short: either nothing is bought, or it is whole again afterwards.
    binaries.push('buying');
    constraints.push(`less + ${large} buying <= ${large}`);
    for (const index of indexes) constraints.push(`k${index} - ${most(index)} buying <= 0`);
  }
  if (problem.contribution !== null) {
    constraints.push(`${spent} <= ${problem.contribution.toFixed()}`);
  }
  const integers = indexes.flatMap((index) =>
    minimumTrade.eq(ZERO) ? [`k${index}`] : [`k${index}`, `b${index}`, `s${index}`],
  );
  return [
    'Minimize',
    `error: ${indexes.map((index) => `p${index} + n${index}`).join(' + ')} + more + less`,
    'Subject To',
    ...constraints.map((constraint, index) => `c${index}: ${constraint}`),
    'Bounds',
    ...bounds,
    'General',
    integers.join(' '),
    ...(binaries.length === 0 ? [] : ['Binary', binaries.join(' ')]),
    'End',
  ].join('\n');
}
