import * as fc from 'fast-check';
import { decimal } from '../../src/core/decimal.ts';
import type { RebalancePolicy } from '../../src/core/policy.ts';
import type { Snapshot, Targets } from '../../src/core/portfolio.ts';
import { bandOf, snapshotOf } from './books.ts';
import type { Holding } from './books.ts';

/** A book with its targets and a policy, as planning takes them. */
export interface RandomBook {
  readonly snapshot: Snapshot;
  readonly targets: Targets;
  readonly policy: RebalancePolicy;
}

/** `12.34` from 1234 and 2 places. */
function text(units: number | bigint, places: number): string {
  const digits = String(units).padStart(places + 1, '0');
  return places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

/** From a hundredth of a cent to the price of a house. */
const price = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 300, max: 60_000 }).map((units) => text(units, 2)) },
  { weight: 2, arbitrary: fc.integer({ min: 1000, max: 7000 }).map((units) => text(units, 0)) },
  { weight: 1, arbitrary: fc.constantFrom('0.0001', '0.00000001', '712345.6789') },
  { weight: 2, arbitrary: fc.constantFrom('100', '10', '1') },
);

const quantity = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 400 }).map((units) => text(units, 0)) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 4_000_000 }).map((units) => text(units, 4)) },
  { weight: 1, arbitrary: fc.constantFrom('0', '0.000000001', '1000000000') },
);

const lot = fc.constantFrom('1', '1', '1', '10', '0.5', '0.001');

/** Weights that add up to exactly 1: cuts through 10,000 basis points. */
function weights(count: number): fc.Arbitrary<string[]> {
  return fc
    .array(fc.integer({ min: 0, max: 10_000 }), { minLength: count - 1, maxLength: count - 1 })
    .map((cuts) => {
      const edges = [0, ...cuts.toSorted((a, b) => a - b), 10_000];
      return edges.slice(1).map((edge, index) => text(edge - (edges[index] ?? 0), 4));
    });
}

/** A tenth of the symbols has something special about it. */
const special = fc.oneof(
  { weight: 10, arbitrary: fc.constant<Partial<Holding>>({}) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Partial<Holding>>(
      { tradable: false },
      { fractionable: false },
      { buying: '3' },
      { selling: '2.5' },
      { hoursSinceTraded: 5 },
    ),
  },
);

function holdings(
  simple: boolean,
  size: { readonly min: number; readonly max: number } = { min: 1, max: 9 },
): fc.Arbitrary<readonly Holding[]> {
  return fc.integer(size).chain((targeted) =>
    fc
      .record({
        weights: weights(targeted),
        untargeted: fc.integer({ min: 0, max: simple ? 0 : 2 }),
      })
      .chain((shape) =>
        fc
          .array(fc.record({ price, quantity, special }), {
            minLength: targeted + shape.untargeted,
            maxLength: targeted + shape.untargeted,
          })
          .map((rows) =>
            rows.map((row, index): Holding => {
              const weight = shape.weights[index];
              return {
                symbol: `S${String(index).padStart(3, '0')}`,
                price: row.price,
                quantity: row.quantity,
                ...(weight === undefined
                  ? {}
                  : { target: decimal(weight).times(decimal('100')).toFixed() }),
                ...(simple ? {} : row.special),
              };
            }),
          ),
      ),
  );
}

const band = fc.oneof(
  { weight: 2, arbitrary: fc.constant(bandOf(null)) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      bandOf('0.05'),
      bandOf('0.01'),
      bandOf(null, '0.25'),
      bandOf('0.05', '0.25'),
    ),
  },
);

const cash = fc.oneof(
  fc.constant('0'),
  fc.integer({ min: 0, max: 5_000_000 }).map((units) => text(units, 2)),
  fc.integer({ min: 0, max: 20_000 }).map((units) => text(units, 2)),
);

const buffer: fc.Arbitrary<RebalancePolicy['cashBuffer']> = fc.oneof(
  fc
    .constantFrom('0', '100', '2500.55')
    .map((amount) => ({ type: 'amount' as const, amount: decimal(amount) })),
  fc
    .constantFrom('0', '0.02', '0.125')
    .map((share) => ({ type: 'share' as const, share: decimal(share) })),
);

/** Any policy at all for these symbols. */
function policies(symbols: readonly string[]): fc.Arbitrary<RebalancePolicy> {
  return fc.record({
    toleranceBand: band,
    rebalanceTo: fc.constantFrom('target', 'band'),
    cashBuffer: buffer,
    minimumTrade: fc.constantFrom('0', '0', '0', '50', '1000').map(decimal),
    lots: fc.record({
      default: lot.map(decimal),
      bySymbol: fc
        .uniqueArray(fc.constantFrom(...symbols), { maxLength: 3 })
        .chain((chosen) =>
          fc
            .array(lot, { minLength: chosen.length, maxLength: chosen.length })
            .map((sizes) =>
              chosen.map((symbol, index) => ({ symbol, lot: decimal(sizes[index] ?? '1') })),
            ),
        ),
    }),
    mode: fc.constantFrom('both', 'both', 'both', 'buy_only', 'sell_only'),
    contribution: fc.constant(null),
    untouchable: fc.oneof(
      { weight: 4, arbitrary: fc.constant<string[]>([]) },
      {
        weight: 1,
        arbitrary: fc.subarray([...symbols], { maxLength: Math.min(2, symbols.length) }),
      },
    ),
    cooldownDays: fc.integer({ min: 0, max: 1 }),
  });
}

/** Books of up to eleven symbols with everything that can be special about them, and any policy. */
export const anyBook: fc.Arbitrary<RandomBook> = booksOf(holdings(false));

/** The same with so many symbols that rounding them to the optimum is out of the question. */
export const largeBook: fc.Arbitrary<RandomBook> = booksOf(holdings(false, { min: 45, max: 120 }));

function booksOf(rowsOfBook: fc.Arbitrary<readonly Holding[]>): fc.Arbitrary<RandomBook> {
  return fc.record({ rows: rowsOfBook, cash }).chain(({ rows, cash: amount }) =>
    fc
      .record({
        policy: policies(rows.map((row) => row.symbol)),
        contribution: fc.oneof(
          { weight: 5, arbitrary: fc.constant(null) },
          { weight: 1, arbitrary: fc.constantFrom('0', '250', '4000') },
        ),
      })
      .map(({ policy, contribution }) => ({
        snapshot: snapshotOf(amount, rows),
        targets: targetsFrom(rows),
        policy: {
          ...policy,
          contribution:
            contribution === null || policy.mode === 'sell_only' ? null : decimal(contribution),
        },
      })),
  );
}

/** Books in which every symbol has a target and may be traded. */
export const simpleBook: fc.Arbitrary<RandomBook> = fc
  .record({ rows: holdings(true), cash })
  .chain(({ rows, cash: amount }) =>
    policies(rows.map((row) => row.symbol)).map((policy) => ({
      snapshot: snapshotOf(amount, rows),
      targets: targetsFrom(rows),
      policy: { ...policy, untouchable: [], cooldownDays: 0 },
    })),
  );

function targetsFrom(rows: readonly Holding[]): Targets {
  return rows.flatMap(({ symbol, target }) =>
    target === undefined ? [] : [{ symbol, weight: decimal(target).div(decimal('100')) }],
  );
}
