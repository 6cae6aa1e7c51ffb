import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decimal, maximum, minimum, ONE, sum, ZERO } from '../../src/core/decimal.ts';
import type { Decimal } from '../../src/core/decimal.ts';
import { planRebalance } from '../../src/core/plan.ts';
import { planSchema } from '../../src/core/plan-types.ts';
import type { Leg, Plan } from '../../src/core/plan-types.ts';
import { carryOut, snapshotOf } from './books.ts';
import { anyBook, largeBook, simpleBook } from './generators.ts';
import type { RandomBook } from './generators.ts';

const RUNS = { numRuns: 500 };

/** Weights and drift are rounded to 28 places; sums of a dozen of them are this close. */
const NEARLY = decimal('0.000000000000000000000001');

function plan({ snapshot, targets, policy }: RandomBook): Plan {
  const result = planRebalance(snapshot, targets, policy);
  fc.pre(result.type === 'planned');
  return result.plan;
}

function quantityOf(book: RandomBook, symbol: string): Decimal {
  return book.snapshot.positions.find((held) => held.symbol === symbol)?.quantity ?? ZERO;
}

function priceOf(book: RandomBook, symbol: string): Decimal {
  return book.snapshot.quotes.find((quote) => quote.symbol === symbol)?.price ?? ZERO;
}

function notionalOf(legs: readonly Leg[], side: Leg['side']): Decimal {
  return sum(legs.filter((leg) => leg.side === side).map((leg) => leg.notional));
}

function lotOf({ policy, snapshot }: RandomBook, symbol: string): Decimal {
  const own = policy.lots.bySymbol.find((entry) => entry.symbol === symbol);
  const lot = own?.lot ?? policy.lots.default;
  const whole = snapshot.quotes.some((quote) => quote.symbol === symbol && !quote.fractionable);
  return whole && lot.lt(ONE) ? ONE : lot;
}

function isNear(a: Decimal, b: Decimal): boolean {
  return a.minus(b).abs().lt(NEARLY);
}

function shuffled<T>(list: readonly T[]): fc.Arbitrary<T[]> {
  return fc.shuffledSubarray([...list], { minLength: list.length });
}

/** Half the width of a symbol's band, in weight; what should not be held has none. */
function bandOf({ policy }: RandomBook, targetWeight: Decimal): Decimal | null {
  const { absolute, relative } = policy.toleranceBand;
  const edges = [absolute, relative?.times(targetWeight) ?? null].filter((edge) => edge !== null);
  const [first, second] = edges;
  if (first === undefined) return null;
  if (targetWeight.eq(ZERO)) return ZERO;
  return second === undefined ? first : minimum(first, second);
}

describe('whatever the book and the policy, a plan', () => {
  test('never sells more than is held', () => {
    fc.assert(
      fc.property(anyBook, (book) => {
        for (const leg of plan(book).legs) {
          if (leg.side === 'buy') continue;
          expect(leg.quantity.lte(quantityOf(book, leg.symbol))).toBe(true);
        }
      }),
      RUNS,
    );
  });

  test('never spends more than the cash above the buffer that no working order claims, plus what the sells bring', () => {
    fc.assert(
      fc.property(anyBook, (book) => {
        const { legs, cashBefore, cashBuffer, cashAfter } = plan(book);
        const buys = notionalOf(legs, 'buy');
        if (buys.eq(ZERO)) return;
        const claimed = sum(
          book.snapshot.openOrders
            .filter((order) => order.side === 'buy')
            .map((order) => order.remainingQuantity.times(priceOf(book, order.symbol))),
        );
        const spare = cashBefore.minus(cashBuffer);
        const free = spare.gt(ZERO) ? maximum(spare.minus(claimed), ZERO) : spare;
        expect(buys.lte(free.plus(notionalOf(legs, 'sell')))).toBe(true);
        expect(cashAfter.gte(cashBuffer)).toBe(true);
      }),
      RUNS,
    );
  });

  test('never leaves more drift than before', () => {
    fc.assert(
      fc.property(anyBook, (book) => {
        const { driftBefore, driftAfter, warnings } = plan(book);
        expect(driftAfter.lte(driftBefore)).toBe(true);
        expect(warnings.some((warning) => warning.type === 'drift_increases')).toBe(false);
      }),
      RUNS,
    );
  });

  test('lowers the drift if it buys anything', () => {
    fc.assert(
      fc.property(anyBook, (book) => {
        const { driftBefore, driftAfter, legs } = plan(book);
        const buys = notionalOf(legs, 'buy').gt(ZERO);
        expect(buys && driftAfter.gte(driftBefore)).toBe(false);
      }),
      RUNS,
    );
  });

  test('has legs of whole lots, at least the minimum trade, in the order of execution', () => {
    fc.assert(
      fc.property(anyBook, (book) => {
        const { legs } = plan(book);
        for (const [index, leg] of legs.entries()) {
          expect(leg.number).toBe(index + 1);
          expect(leg.quantity.gt(ZERO)).toBe(true);
          expect(leg.quantity.mod(lotOf(book, leg.symbol)).eq(ZERO)).toBe(true);
          expect(leg.notional.gte(book.policy.minimumTrade)).toBe(true);
          const next = legs[index + 1];
          if (next === undefined) continue;
          const inOrder =
            (leg.side === 'sell' && next.side === 'buy') ||
            (leg.side === next.side &&
              (leg.notional.gt(next.notional) ||
                (leg.notional.eq(next.notional) && leg.symbol < next.symbol)));
          expect(inOrder).toBe(true);
        }
        expect(new Set(legs.map((leg) => leg.symbol)).size).toBe(legs.length);
      }),
      RUNS,
    );
  });

  test('trades nothing that must not be touched, is not tradable, rests or has a working order', () => {
    fc.assert(
      fc.property(anyBook, (book) => {
        const { snapshot, policy } = book;
        const locked = new Set([
          ...policy.untouchable,
          ...snapshot.openOrders.map((order) => order.symbol),
          ...snapshot.quotes.filter((quote) => !quote.tradable).map((quote) => quote.symbol),
          ...(policy.cooldownDays > 0 ? snapshot.lastTraded.map((entry) => entry.symbol) : []),
        ]);
        for (const leg of plan(book).legs) expect(locked.has(leg.symbol)).toBe(false);
      }),
      RUNS,
    );
  });

  test('keeps to buying or selling only, and to the contribution', () => {
    fc.assert(
      fc.property(anyBook, (book) => {
        const { legs } = plan(book);
        const { mode, contribution } = book.policy;
        const [buys, sells] = [notionalOf(legs, 'buy'), notionalOf(legs, 'sell')];
        const mayBuy = mode !== 'sell_only';
        const maySell = mode !== 'buy_only' && contribution === null;
        expect(mayBuy || buys.eq(ZERO)).toBe(true);
        expect(maySell || sells.eq(ZERO)).toBe(true);
        expect(contribution === null || buys.lte(contribution)).toBe(true);
      }),
      RUNS,
    );
  });

  test('has figures that follow from its legs', () => {
    fc.assert(
      fc.property(anyBook, (book) => {
        const made = plan(book);
        const { legs, cashBefore, cashAfter, notional, totalValue, cashBuffer, weights } = made;
        for (const leg of legs) {
          expect(leg.referencePrice.eq(priceOf(book, leg.symbol))).toBe(true);
          expect(leg.notional.eq(leg.quantity.times(leg.referencePrice))).toBe(true);
        }
        const [buys, sells] = [notionalOf(legs, 'buy'), notionalOf(legs, 'sell')];
        expect(cashBefore.eq(book.snapshot.balance.cash)).toBe(true);
        expect(cashAfter.eq(cashBefore.minus(buys).plus(sells))).toBe(true);
        expect(notional.eq(buys.plus(sells))).toBe(true);
        expect(made.turnover.eq(notional.div(totalValue))).toBe(true);

        const outside = book.policy.untouchable.filter(
          (symbol) => !book.targets.some((target) => target.symbol === symbol),
        );
        const investable = totalValue
          .minus(cashBuffer)
          .minus(
            sum(outside.map((symbol) => quantityOf(book, symbol).times(priceOf(book, symbol)))),
          );
        for (const row of weights) {
          const leg = legs.find((candidate) => candidate.symbol === row.symbol);
          const before = quantityOf(book, row.symbol);
          const change = leg?.quantity.times(decimal(leg.side === 'buy' ? '1' : '-1')) ?? ZERO;
          const price = priceOf(book, row.symbol);
          expect(row.weightBefore.eq(before.times(price).div(investable))).toBe(true);
          expect(row.weightAfter.eq(before.plus(change).times(price).div(investable))).toBe(true);
        }
        const drift = (weight: 'weightBefore' | 'weightAfter', cash: Decimal): Decimal =>
          sum([
            cash.minus(cashBuffer).div(investable).abs(),
            ...weights.map((row) => row[weight].minus(row.targetWeight).abs()),
          ]).div(decimal('2'));
        expect(isNear(made.driftBefore, drift('weightBefore', cashBefore))).toBe(true);
        expect(isNear(made.driftAfter, drift('weightAfter', cashAfter))).toBe(true);
      }),
      RUNS,
    );
  });

  test('says of every symbol that is off its target and not traded why', () => {
    fc.assert(
      fc.property(anyBook, (book) => {
        const { legs, skipped, weights } = plan(book);
        const named = [...legs, ...skipped].map((entry) => entry.symbol).toSorted();
        const off = weights.filter((row) => !row.weightBefore.eq(row.targetWeight));
        for (const row of off) expect(named).toContain(row.symbol);
        expect(new Set(named).size).toBe(named.length);
      }),
      RUNS,
    );
  });

  test('survives being stored', () => {
    fc.assert(
      fc.property(anyBook, (book) => {
        const made = plan(book);
        const stored = JSON.stringify(planSchema.encode(made));
        expect(planSchema.encode(planSchema.decode(JSON.parse(stored)))).toEqual(
          planSchema.encode(made),
        );
      }),
      { numRuns: 100 },
    );
  });

  test('does not depend on the order of positions, targets, quotes, orders or lots', () => {
    const pair = anyBook.chain((book) =>
      fc
        .record({
          positions: shuffled(book.snapshot.positions),
          quotes: shuffled(book.snapshot.quotes),
          openOrders: shuffled(book.snapshot.openOrders),
          lastTraded: shuffled(book.snapshot.lastTraded),
          targets: shuffled(book.targets),
          bySymbol: shuffled(book.policy.lots.bySymbol),
          untouchable: shuffled(book.policy.untouchable),
        })
        .map(({ targets, bySymbol, untouchable, ...lists }) => ({
          book,
          other: {
            snapshot: { ...book.snapshot, ...lists },
            targets,
            policy: { ...book.policy, untouchable, lots: { ...book.policy.lots, bySymbol } },
          },
        })),
    );
    fc.assert(
      fc.property(pair, ({ book, other }) => {
        expect(planSchema.encode(plan(other))).toEqual(planSchema.encode(plan(book)));
      }),
      RUNS,
    );
  });
});

describe('a plan that has been carried out', () => {
  test('is not followed by another one, unless a minimum trade or a contribution stood in its way', () => {
    fc.assert(
      fc.property(anyBook, (book) => {
        fc.pre(book.policy.minimumTrade.eq(ZERO) && book.policy.contribution === null);
        const snapshot = carryOut(book.snapshot, plan(book));
        expect(plan({ ...book, snapshot }).legs).toEqual([]);
      }),
      { numRuns: 1500 },
    );
  });

  test('of a hundred symbols: neither, and it keeps to what is held, to the cash and to the drift', () => {
    fc.assert(
      fc.property(largeBook, (book) => {
        fc.pre(book.policy.minimumTrade.eq(ZERO) && book.policy.contribution === null);
        const made = plan(book);
        const oversold = made.legs.filter(
          (leg) => leg.side === 'sell' && leg.quantity.gt(quantityOf(book, leg.symbol)),
        );
        expect(oversold).toEqual([]);
        const buys = notionalOf(made.legs, 'buy').gt(ZERO);
        expect(buys && made.cashAfter.lt(made.cashBuffer)).toBe(false);
        expect(made.driftAfter.lte(made.driftBefore)).toBe(true);
        const snapshot = carryOut(book.snapshot, made);
        expect(plan({ ...book, snapshot }).legs).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  test('leads to a book on which planning settles, whatever the policy', () => {
    fc.assert(
      fc.property(anyBook, (book) => {
        fc.pre(book.policy.contribution === null);
        let { snapshot } = book;
        let drift = plan(book).driftBefore;
        for (let round = 0; round < 12; round += 1) {
          const next = plan({ ...book, snapshot });
          expect(next.driftBefore.lte(drift)).toBe(true);
          if (next.legs.length === 0) return;
          drift = next.driftAfter;
          snapshot = carryOut(snapshot, next);
        }
        expect.fail('planning goes on and on');
      }),
      RUNS,
    );
  });
});

describe('a book at its targets', () => {
  const atTarget = simpleBook.map(({ targets, policy }) => ({ targets, policy }));

  test('has a drift of zero and needs nothing, with exactly the buffer in cash', () => {
    fc.assert(
      fc.property(
        atTarget,
        fc.integer({ min: 1, max: 1_000_000 }),
        ({ targets, policy }, value) => {
          // Shares of one unit each, so that every weight can be met exactly.
          const buffer = policy.cashBuffer.type === 'amount' ? policy.cashBuffer.amount : ZERO;
          const rows = targets.map(({ symbol, weight }) => ({
            symbol,
            price: '1',
            quantity: weight.times(decimal(String(value))).toFixed(),
          }));
          const snapshot = snapshotOf(buffer.toFixed(), rows);
          const cashBuffer = { type: 'amount' as const, amount: buffer };
          const made = plan({ snapshot, targets, policy: { ...policy, cashBuffer } });
          expect(made.driftBefore.eq(ZERO)).toBe(true);
          expect(made.legs).toEqual([]);
          expect(made.skipped).toEqual([]);
        },
      ),
      RUNS,
    );
  });
});

describe('tolerance bands', () => {
  test('move what is inside its band only towards its target, never beyond', () => {
    fc.assert(
      fc.property(anyBook, (book) => {
        fc.pre(book.policy.contribution === null);
        for (const row of plan(book).weights) {
          const band = bandOf(book, row.targetWeight);
          const before = row.weightBefore.minus(row.targetWeight);
          if (band === null || before.abs().gt(band)) continue;
          const after = row.weightAfter.minus(row.targetWeight);
          expect(after.abs().lte(before.abs())).toBe(true);
          expect(before.times(after).gte(ZERO)).toBe(true);
        }
      }),
      RUNS,
    );
  });

  test('leave a book alone whose symbols and cash are all inside', () => {
    // Values within a tenth of their targets, and hardly any cash: no weight is off by a quarter.
    const nearTarget = simpleBook.chain(({ targets, policy }) =>
      fc
        .record({
          factors: fc.array(fc.integer({ min: 90, max: 110 }), {
            minLength: targets.length,
            maxLength: targets.length,
          }),
          cash: fc.integer({ min: 0, max: 100 }),
          toleranceBand: fc.constantFrom(
            { absolute: null, relative: decimal('0.25') },
            { absolute: decimal('0.25'), relative: null },
            { absolute: decimal('0.25'), relative: decimal('0.25') },
          ),
        })
        .map(({ factors, cash, toleranceBand }): RandomBook => {
          const cashBuffer = { type: 'amount' as const, amount: ZERO };
          const rows = targets.map(({ symbol, weight }, index) => ({
            symbol,
            price: '1',
            quantity: weight.times(decimal(String(1000 * (factors[index] ?? 100)))).toFixed(),
          }));
          return {
            snapshot: snapshotOf(String(cash), rows),
            targets,
            policy: { ...policy, toleranceBand, cashBuffer },
          };
        }),
    );
    fc.assert(
      fc.property(nearTarget, (book) => {
        const { legs, skipped } = plan(book);
        expect(legs).toEqual([]);
        for (const entry of skipped) {
          expect(['inside_band', 'buy_only', 'sell_only']).toContain(entry.reason);
        }
      }),
      RUNS,
    );
  });
});
