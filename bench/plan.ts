import { decimal, ONE, ZERO } from '../src/core/decimal.ts';
import { planRebalance } from '../src/core/plan.ts';
import type { RebalancePolicy } from '../src/core/policy.ts';
import type { Snapshot, Targets } from '../src/core/portfolio.ts';
import type { BenchRow } from './bench-row.ts';

const NOW = Temporal.Instant.from('2026-11-20T20:00:00Z');
const BOUND_MILLISECONDS = 5;
const SIZES = [500, 5_000, 50_000] as const;
/** How often each size is planned in one round: as many positions for all. The sizes take turns. */
const TURNS: Readonly<Record<(typeof SIZES)[number], number>> = { 500: 100, 5_000: 10, 50_000: 1 };
const WARM_UP_ROUNDS = 4;
const ROUNDS = 8;

/** What was measured of one size. */
interface Times {
  /** Each plan, in milliseconds. */
  readonly plans: number[];
  /** Processor time of a plan, of all threads and so with the garbage collector's: milliseconds, one for each round. */
  readonly processor: number[];
}

/** `planRebalance` on whole-share books, every position off its target, after a warm-up. */
export async function benchPlan(): Promise<BenchRow[]> {
  const times = SIZES.map((size): Times & { readonly size: (typeof SIZES)[number] } => ({
    size,
    plans: [],
    processor: [],
  }));
  const books = new Map(SIZES.map((size) => [size, randomBook(size)]));
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round += 1) {
    for (const { size, plans, processor } of times) {
      const book = books.get(size);
      if (book === undefined) continue;
      const used = process.cpuUsage();
      for (let turn = 0; turn < TURNS[size]; turn += 1) {
        const start = performance.now();
        planRebalance(book.snapshot, book.targets, POLICY);
        if (round >= WARM_UP_ROUNDS) plans.push(performance.now() - start);
      }
      const { user, system } = process.cpuUsage(used);
      if (round >= WARM_UP_ROUNDS) processor.push((user + system) / 1000 / TURNS[size]);
    }
  }
  const rows = times.map(({ size, plans }, index): BenchRow => {
    const median = middle(plans);
    return {
      name: `planRebalance, ${size.toLocaleString('en-US')} positions, median`,
      value: median.toFixed(2),
      unit: 'ms',
      bound: index === 0 ? `< ${BOUND_MILLISECONDS}` : '',
      met: index === 0 ? median < BOUND_MILLISECONDS : null,
    };
  });
  const fastest = times.map(({ plans }) => Math.min(...plans));
  const used = times.map(({ processor }) => middle(processor));
  const ofWall = growth(fastest);
  const ofProcessor = growth(used);
  return [
    ...rows,
    {
      name: '  growth from 500 to 50,000 (fastest), of n log n',
      value: ofWall.toFixed(2),
      unit: '',
      bound: '<= 1',
      met: ofWall <= 1,
    },
    {
      name: '  the same of its processor time, of all threads',
      value: ofProcessor.toFixed(2),
      unit: '',
      bound: '',
      met: null,
    },
  ];
}

/** How much faster than n log n a time grows from the smallest to the largest size; 1 is n log n itself. */
function growth(times: readonly number[]): number {
  const [few, , many] = SIZES;
  const expected = (many * Math.log(many)) / (few * Math.log(few));
  return (times[2] ?? Number.NaN) / (times[0] ?? Number.NaN) / expected;
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
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
