import { describe, expect, test } from 'vitest';
import { decimal, ZERO } from '../../src/core/decimal.ts';
import type { Decimal } from '../../src/core/decimal.ts';
import type { RebalancePolicy } from '../../src/core/policy.ts';
import { planRebalance } from '../../src/core/plan.ts';
import { bufferOf, lotsOf, planned, policyOf, snapshotOf } from './books.ts';
import type { RandomBook } from './generators.ts';
import { seededRandom } from '../fixtures/seeded-random.ts';
import { problemOf, solveExactly, trackingError, tradedBy } from './milp.ts';

/**
 * The rounding to lots against the optimum that a MILP solver finds, over books drawn from a fixed
 * seed: 2 to 25 symbols, whole shares and other lots, symbols that cost as much as a whole holding, cash
 * from none to plenty.
 */

function drawBook(
  random: () => number,
  lots: readonly string[],
  changes: (total: number) => Partial<RebalancePolicy> = () => ({}),
): RandomBook {
  const pick = <T>(list: readonly [T, ...T[]]): T =>
    list[Math.floor(random() * list.length)] ?? list[0];
  const between = (low: number, high: number): number =>
    low + Math.floor(random() * (high - low + 1));
  // Small books more often than large ones.
  const size = 2 + Math.floor(24 * random() ** 3);
  const total = pick([5_000, 20_000, 100_000, 250_000]);
  const shares = Array.from({ length: size }, () => between(1, 100));
  const all = shares.reduce((sum, share) => sum + share, 0);
  const points = shares.map((share) => Math.floor((share / all) * 10_000));
  points[0] = (points[0] ?? 0) + 10_000 - points.reduce((sum, point) => sum + point, 0);
  const fractional = random() < 0.3;
  const rows = points.map((point, index) => {
    const cents = random() < 0.15 ? between(100_000, 400_000) : between(300, 60_000);
    const aim = ((point / 10_000) * total) / (cents / 100);
    // Something is always held, so that every book can be planned.
    const quantity =
      random() < 0.2 && index > 0 ? 0 : aim * (0.3 + 1.4 * random()) + (index > 0 ? 0 : 1);
    return {
      symbol: `S${String(index).padStart(2, '0')}`,
      price: (cents / 100).toFixed(2),
      quantity: fractional ? quantity.toFixed(2) : String(Math.floor(quantity)),
      weight: decimal(String(point)).times(decimal('0.0001')),
      lot: pick(['1', ...lots]),
    };
  });
  const cash = pick([0, 0, 0.01 * random(), 0.3 * random()]) * total;
  const bySymbol = Object.fromEntries(rows.map((row) => [row.symbol, row.lot]));
  const buffer = random() < 0.5 ? 0 : cash * random();
  return {
    snapshot: snapshotOf(cash.toFixed(2), rows),
    targets: rows.map(({ symbol, weight }) => ({ symbol, weight })),
    policy: policyOf({
      lots: lotsOf('1', bySymbol),
      cashBuffer: bufferOf(Math.min(buffer, cash).toFixed(2)),
      ...changes(total),
    }),
  };
}

/** How a number of plans compare with the optimum. */
interface Comparison {
  compared: number;
  equal: number;
  /** The largest excess over the optimum, in shares of the largest lot's value. */
  furthest: Decimal;
}

async function compare(books: readonly RandomBook[]): Promise<Comparison> {
  const comparison: Comparison = { compared: 0, equal: 0, furthest: ZERO };
  for (const book of books) {
    const result = planRebalance(book.snapshot, book.targets, book.policy);
    const problem = problemOf(book);
    const optimum = await solveExactly(problem);
    if (optimum === null) continue;
    const best = trackingError(problem, optimum);
    const ours = trackingError(problem, tradedBy(problem, planned(result)));
    comparison.compared += 1;
    // The solver itself is only exact to its tolerances: now and then our plan is better than its optimum.
    if (ours.lte(best)) comparison.equal += 1;
    const largest = problem.lotValues.reduce(
      (most, value) => (value.gt(most) ? value : most),
      ZERO,
    );
    const excess = ours.minus(best).div(largest);
    if (excess.gt(comparison.furthest)) comparison.furthest = excess;
  }
  return comparison;
}

function tell(what: string, { compared, equal, furthest }: Comparison): void {
  process.stdout.write(
    `rounding, ${what}: ${equal} of ${compared} plans as good as the optimum, the furthest within ${furthest.toFixed(4)} lots\n`,
  );
}

function draw(
  count: number,
  seed: number,
  lots: readonly string[],
  changes?: (total: number) => Partial<RebalancePolicy>,
): RandomBook[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => drawBook(random, lots, changes));
}

describe('of all roundings that fit the cash, the plan takes the one with the least remaining drift', () => {
  test.each([
    { books: 170, what: 'whole shares', lots: ['1'], seed: 1, equalShare: 0.99 },
    {
      books: 50,
      what: 'tenths, dozens and whole shares',
      lots: ['0.1', '12'],
      seed: 2,
      equalShare: 0.95,
    },
    { books: 20, what: 'hundredths', lots: ['0.01'], seed: 3, equalShare: 0.95 },
  ])(
    '$books books of $what',
    { timeout: 120_000 },
    async ({ books, what, lots, seed, equalShare }) => {
      const { compared, equal, furthest } = await compare(draw(books, seed, lots));
      tell(what, { compared, equal, furthest });
      expect(compared).toBeGreaterThanOrEqual(0.98 * books);
      expect(equal).toBeGreaterThanOrEqual(equalShare * compared);
      expect(furthest.lt(decimal('0.01'))).toBe(true);
    },
  );
});

describe('the same holds under a policy', () => {
  const amount = (value: number): Decimal => decimal(value.toFixed(2));
  test.each([
    { what: 'buying only', seed: 4, changes: () => ({ mode: 'buy_only' as const }) },
    {
      what: 'spending a contribution',
      seed: 5,
      changes: (total: number) => ({ contribution: amount(0.04 * total) }),
    },
    {
      what: 'with a minimum trade',
      seed: 6,
      changes: (total: number) => ({ minimumTrade: amount(0.02 * total) }),
    },
    {
      what: 'restoring a buffer that is short',
      seed: 7,
      changes: () => ({ cashBuffer: { type: 'share' as const, share: decimal('0.35') } }),
    },
  ])('$what', { timeout: 120_000 }, async ({ what, seed, changes }) => {
    const { compared, equal, furthest } = await compare(draw(15, seed, ['1'], changes));
    tell(what, { compared, equal, furthest });
    expect(compared).toBeGreaterThanOrEqual(14);
    expect(equal).toBeGreaterThanOrEqual(0.9 * compared);
    expect(furthest.lt(decimal('0.01'))).toBe(true);
  });
});
