import { decimal, ONE, ZERO } from '../src/core/decimal.ts';
import { planRebalance } from '../src/core/plan.ts';
import type { RebalancePolicy } from '../src/core/policy.ts';
import type { Snapshot, Targets } from '../src/core/portfolio.ts';
import type { BenchRow } from './bench-row.ts';

const NOW = Temporal.Instant.from('2026-11-20T20:00:00Z');
const BOUND_MILLISECONDS = 5;
const SIZES = [500, 5_000, 50_000] as const;
const TURNS: Readonly<Record<(typeof SIZES)[number], number>> = { 500: 60, 5_000: 12, 50_000: 5 };

/** `planRebalance` on whole-share books, every position off its target: the median after a warm-up. */
export async function benchPlan(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  const times: { readonly size: number; readonly milliseconds: number }[] = [];
  for (const size of SIZES) {
    const { snapshot, targets } = randomBook(size);
    const milliseconds = measure(TURNS[size], () => planRebalance(snapshot, targets, POLICY));
    times.push({ size, milliseconds });
    const promised = size === SIZES[0];
    rows.push({
      name: `planRebalance, ${size.toLocaleString('en-US')} positions`,
      value: milliseconds.toFixed(2),
      unit: 'ms',
      bound: promised ? `< ${BOUND_MILLISECONDS}` : '',
      met: promised ? milliseconds < BOUND_MILLISECONDS : null,
    });
  }
  const [first, last] = [times[0], times.at(-1)];
  if (first !== undefined && last !== undefined) rows.push(growth(first, last));
  return rows;
}

/** How much faster than n log n the time grows; 1 is n log n itself. */
function growth(
  first: { readonly size: number; readonly milliseconds: number },
  last: { readonly size: number; readonly milliseconds: number },
): BenchRow {
  const expected = (last.size * Math.log(last.size)) / (first.size * Math.log(first.size));
  const measured = last.milliseconds / first.milliseconds;
  return {
    name: '  growth from 500 to 50,000, of n log n',
    value: (measured / expected).toFixed(2),
    unit: '',
    bound: '<= 1',
    met: measured <= expected,
  };
}

function measure(turns: number, run: () => void): number {
  const times: number[] = [];
  for (let turn = 0; turn < 2 * turns; turn += 1) {
    const start = performance.now();
    run();
    // The first half is the warm-up.
    if (turn >= turns) times.push(performance.now() - start);
  }
  return times.toSorted((a, b) => a - b)[turns >> 1] ?? Number.NaN;
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
