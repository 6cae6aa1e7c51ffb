import { decimal, ONE, ZERO } from '../src/core/decimal.ts';
import { planRebalance } from '../src/core/plan.ts';
import type { RebalancePolicy } from '../src/core/policy.ts';
import type { Snapshot, Targets } from '../src/core/portfolio.ts';
import type { BenchRow } from './bench-row.ts';

const NOW = Temporal.Instant.from('2026-11-20T20:00:00Z');
const BOUND_MILLISECONDS = 5;
const SIZES = [500, 5_000, 50_000] as const;
/** How often each size is planned in one round; all sizes take turns, so that a busy machine slows all of them. */
const TURNS: Readonly<Record<(typeof SIZES)[number], number>> = { 500: 20, 5_000: 3, 50_000: 1 };
const ROUNDS = 8;

/** `planRebalance` on whole-share books, every position off its target, after a warm-up. */
export async function benchPlan(): Promise<BenchRow[]> {
  const books = new Map(SIZES.map((size) => [size, randomBook(size)]));
  const times = new Map<number, number[]>(SIZES.map((size) => [size, []]));
  for (let round = 0; round < 2 * ROUNDS; round += 1) {
    for (const [size, { snapshot, targets }] of books) {
      for (let turn = 0; turn < TURNS[size]; turn += 1) {
        const start = performance.now();
        planRebalance(snapshot, targets, POLICY);
        // The first half is the warm-up.
        if (round >= ROUNDS) times.get(size)?.push(performance.now() - start);
      }
    }
  }
  const sorted = (size: number) => (times.get(size) ?? []).toSorted((a, b) => a - b);
  const rows = SIZES.map((size, index): BenchRow => {
    const of = sorted(size);
    const median = of[of.length >> 1] ?? Number.NaN;
    return {
      name: `planRebalance, ${size.toLocaleString('en-US')} positions, median`,
      value: median.toFixed(2),
      unit: 'ms',
      bound: index === 0 ? `< ${BOUND_MILLISECONDS}` : '',
      met: index === 0 ? median < BOUND_MILLISECONDS : null,
    };
  });
  const [small, large] = [SIZES[0], SIZES[2]];
  return [...rows, growth(small, sorted(small)[0], large, sorted(large)[0])];
}

/**
 * How much faster than n log n the time grows; 1 is n log n itself. Of the fastest runs: what else the
 * machine does can only add to a time.
 */
function growth(
  small: number,
  smallTime: number | undefined,
  large: number,
  largeTime: number | undefined,
): BenchRow {
  const expected = (large * Math.log(large)) / (small * Math.log(small));
  const measured = (largeTime ?? Number.NaN) / (smallTime ?? Number.NaN);
  return {
    name: '  growth from 500 to 50,000 (fastest), of n log n',
    value: (measured / expected).toFixed(2),
    unit: '',
    bound: '<= 1',
    met: measured <= expected,
  };
}

const POLICY: RebalancePolicy = {
  toleranceBand: { absolute: null, relative: null },
  rebalanceTo: 'target',
  cashBuffer: { type: 'share', share: decimal('0.02') },
  minimumTrade: ZERO,
  lots: { default: ONE, bySymbol: [] },
  mode: 'both',
  contribution: null,
  untouchable: [],
  cooldownDays: 0,
};

/** The same book for the same size, every time. */
function randomBook(size: number): { readonly snapshot: Snapshot; readonly targets: Targets } {
  let state = size;
  const next = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const symbols = Array.from({ length: size }, (_, index) => `S${String(index).padStart(6, '0')}`);
  const shares = symbols.map(() => 1 + next(1000));
  const all = shares.reduce((total, share) => total + share, 0);
  const units = shares.map((share) => Math.floor((share * 1e8) / all));
  units[0] = (units[0] ?? 0) + 1e8 - units.reduce((total, unit) => total + unit, 0);
  const snapshot: Snapshot = {
    account: 'bench',
    takenAt: NOW,
    balance: { cash: decimal('250000.55'), settledCash: null, buyingPower: ZERO },
    positions: symbols.map((symbol) => ({
      symbol,
      quantity: decimal(String(next(2000))),
      costBasis: null,
    })),
    quotes: symbols.map((symbol) => ({
      symbol,
      price: decimal(`${5 + next(600)}.${String(next(100)).padStart(2, '0')}`),
      bid: null,
      ask: null,
      at: NOW,
      tradable: true,
      fractionable: true,
    })),
    openOrders: [],
    lastTraded: [],
    market: { open: true, nextOpen: null, nextClose: null },
  };
  const targets = symbols.map((symbol, index) => ({
    symbol,
    weight: decimal(`0.${String(units[index] ?? 0).padStart(8, '0')}`),
  }));
  return { snapshot, targets };
}
