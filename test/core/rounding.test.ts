import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { roundToLots } from '../../src/core/rounding.ts';
import type { LotLine } from '../../src/core/rounding.ts';

/** A line in small whole numbers; its goal is its target unless another one is given. */
function line(deviation: number, lotValue: number, changes: Partial<LotLine> = {}): LotLine {
  return {
    deviation: BigInt(deviation),
    lotValue: BigInt(lotValue),
    fewestLots: -10n,
    mostLots: 10n,
    goal: 0n,
    smallestTrade: 1n,
    ...changes,
  };
}

function costOf(lines: readonly LotLine[], lots: readonly bigint[]): bigint {
  return lines.reduce((total, { lotValue }, index) => total + (lots[index] ?? 0n) * lotValue, 0n);
}

function shortfallOf(lines: readonly LotLine[], lots: readonly bigint[]): bigint {
  return lines.reduce((total, { deviation, lotValue }, index) => {
    const after = deviation + (lots[index] ?? 0n) * lotValue;
    return after < 0n ? total - after : total;
  }, 0n);
}

function isAllowed({ fewestLots, mostLots, smallestTrade }: LotLine, lots: bigint): boolean {
  const size = lots < 0n ? -lots : lots;
  return lots >= fewestLots && lots <= mostLots && (lots === 0n || size >= smallestTrade);
}

/** The least shortfall of all allowed lots that fit, by trying every one of them. */
function leastByTrying(lines: readonly LotLine[], spendable: bigint): bigint | null {
  let least: bigint | null = null;
  const visit = (lots: readonly bigint[]): void => {
    const next = lines[lots.length];
    if (next === undefined) {
      const short = shortfallOf(lines, lots);
      if (costOf(lines, lots) <= spendable && (least === null || short < least)) least = short;
      return;
    }
    for (let lot = next.fewestLots; lot <= next.mostLots; lot += 1n) {
      if (isAllowed(next, lot)) visit([...lots, lot]);
    }
  };
  visit([]);
  return least;
}

describe('rounding to lots', () => {
  test.each<[what: string, lines: LotLine[], spendable: number, lots: number[] | null]>([
    ['nothing for no lines', [], 0, []],
    ['what fits exactly', [line(-30, 10), line(-20, 10)], 50, [3, 2]],
    ['down, if the next lot is too dear', [line(-35, 10)], 39, [3]],
    ['up, if that leaves less short', [line(-35, 10)], 40, [4]],
    ['up where a lot gains most for its cost', [line(-35, 10), line(-38, 10)], 70, [3, 4]],
    ['one lot less of one for a lot more of another', [line(0, 1), line(-9, 10)], 9, [-1, 1]],
    ['sells in lots that pay for the buys', [line(25, 10), line(-25, 10)], 0, [-2, 2]],
    ['no more sold than allowed', [line(50, 10, { fewestLots: -2n }), line(-50, 10)], 0, [-2, 2]],
    ['the buffer restored by selling', [line(40, 10)], -15, [-4]],
    ['nothing, if the rules do not let it fit', [line(40, 10, { fewestLots: -1n })], -15, null],
    ['no trade smaller than the smallest', [line(-40, 10, { smallestTrade: 5n })], 40, [0]],
    ['the smallest trade, if that is nearer', [line(-45, 10, { smallestTrade: 5n })], 50, [5]],
    ['no more sold than the goal needs', [line(50, 10, { goal: 30n }), line(-20, 10)], 0, [-2, 2]],
    [
      'scarce money for what is furthest below its goal',
      [line(-90, 10, { goal: -40n }), line(-60, 10, { goal: -40n })],
      70,
      [5, 2],
    ],
  ])('%s', (_, lines, spendable, lots) => {
    expect(roundToLots(lines, BigInt(spendable))).toEqual(lots?.map(BigInt) ?? null);
  });

  test('finds the least shortfall there is, keeps to the rules and never goes wrong by a unit', () => {
    const anyLine = fc
      .record({
        deviation: fc.integer({ min: -60, max: 60 }),
        lotValue: fc.integer({ min: 1, max: 40 }),
        fewestLots: fc.integer({ min: -4, max: 0 }).map(BigInt),
        mostLots: fc.integer({ min: 0, max: 4 }).map(BigInt),
        smallestTrade: fc.constantFrom(1n, 1n, 2n, 3n),
        goal: fc.integer({ min: -20, max: 20 }).map(BigInt),
      })
      .map(({ deviation, lotValue, ...changes }) => line(deviation, lotValue, changes));
    const lines = fc.array(anyLine, { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(lines, fc.integer({ min: -60, max: 120 }), (some, amount) => {
        const spendable = BigInt(amount);
        const lots = roundToLots(some, spendable);
        const least = leastByTrying(some, spendable);
        expect(lots === null ? null : shortfallOf(some, lots)).toBe(least);
        if (lots === null) return;
        expect(costOf(some, lots)).toBeLessThanOrEqual(spendable);
        for (const [index, one] of some.entries()) {
          expect(isAllowed(one, lots[index] ?? 0n)).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('of hundreds of lines is within one lot of what fractions could do', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), (seed) => {
        let state = seed;
        const next = (below: number): number => {
          state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
          return Math.floor((state / 2 ** 32) * below);
        };
        const lines = Array.from({ length: 300 }, () =>
          line(next(20_000) - 10_000, 1 + next(900), { fewestLots: -10_000n, mostLots: 10_000n }),
        );
        const spendable = lines.reduce((total, { deviation }) => total - deviation, 0n);
        const lots = roundToLots(lines, spendable);
        expect(lots).not.toBeNull();
        // What is left of each target below it, and what the last lots would win of that per unit of money.
        const parts = lines
          .map(({ deviation, lotValue }) => ({
            rest: Number(((-deviation % lotValue) + lotValue) % lotValue),
            lotValue: Number(lotValue),
          }))
          .toSorted((a, b) => b.rest / b.lotValue - a.rest / a.lotValue);
        let room = parts.reduce((total, { rest }) => total + rest, 0);
        let bound = room;
        for (const { rest, lotValue } of parts) {
          const share = Math.min(1, Math.max(0, room / lotValue));
          room -= share * lotValue;
          bound -= share * rest;
        }
        const largest = Math.max(...parts.map(({ lotValue }) => lotValue));
        expect(Number(shortfallOf(lines, lots ?? []))).toBeLessThanOrEqual(bound + largest);
      }),
      { numRuns: 30 },
    );
  });
});
