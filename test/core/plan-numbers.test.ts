import { describe, expect, test } from 'vitest';
import { decimal, ONE, sum } from '../../src/core/decimal.ts';
import { planRebalance } from '../../src/core/plan.ts';
import { planSchema } from '../../src/core/plan-types.ts';
import {
  bandOf,
  bufferOf,
  holding,
  legsText,
  lotsOf,
  percent,
  planBook,
  planned,
  policyOf,
  snapshotOf,
} from './books.ts';

describe('numbers at the edges stay exact', () => {
  test('prices of a hundred-millionth', () => {
    const plan = planned(
      planBook('1', [holding('AAA @ 0.00000001 -> 50%'), holding('BBB @ 3 -> 50%')], {
        lots: lotsOf('1', { BBB: '0.000000001' }),
      }),
    );
    expect(legsText(plan)).toEqual(['BUY AAA 50000000', 'BUY BBB 0.166666666']);
    expect(plan.cashAfter.toFixed()).toBe('0.000000002');
  });

  test('quantities of a billion times a billion', () => {
    const plan = planned(
      planBook('0', [
        holding('AAA 1000000000000000001 @ 712345.67 -> 50%'),
        holding('BBB 1 @ 712345.67 -> 50%'),
      ]),
    );
    expect(legsText(plan)).toEqual(['SELL AAA 500000000000000000', 'BUY BBB 500000000000000000']);
    expect(plan.driftAfter.toFixed()).toBe('0');
    expect(plan.cashAfter.toFixed()).toBe('0');
  });

  test('eighteen decimal places everywhere', () => {
    const plan = planned(
      planBook(
        '0.000000000000000007',
        [
          holding('AAA 1.000000000000000003 @ 1.000000000000000001 -> 33.3333333333333333%'),
          holding('BBB @ 0.999999999999999999 -> 66.6666666666666667%'),
        ],
        {
          lots: lotsOf('0.000000000000000001'),
          cashBuffer: { type: 'share', share: decimal('0.000000000000000001') },
          toleranceBand: bandOf('0.000000000000000001', '0.000000000000000001'),
        },
      ),
    );
    const cash = decimal('0.000000000000000007');
    const flows = plan.legs.map((leg) =>
      leg.side === 'sell' ? leg.notional : decimal('0').minus(leg.notional),
    );
    expect(plan.legs.map((leg) => `${leg.side} ${leg.symbol}`)).toEqual(['sell AAA', 'buy BBB']);
    expect(plan.cashAfter.eq(cash.plus(sum(flows)))).toBe(true);
    expect(plan.cashAfter.gte(plan.cashBuffer)).toBe(true);
    expect(plan.driftAfter.lt(decimal('0.00000000000000001'))).toBe(true);
    expect(planSchema.decode(planSchema.encode(plan)).cashAfter.eq(plan.cashAfter)).toBe(true);
  });

  test('thirds do not add up to the whole, and are refused for that', () => {
    const third = decimal('0.3333333333333333333333333333');
    const symbols = ['AAA', 'BBB', 'CCC'];
    const targets = symbols.map((symbol) => ({ symbol, weight: third }));
    const snapshot = snapshotOf(
      '100',
      symbols.map((symbol) => holding(`${symbol} @ 10`)),
    );
    expect(planRebalance(snapshot, targets, policyOf()).type).toBe('refused');
  });

  test('a cent is not lost on a hundred thousand million', () => {
    const plan = planned(
      planBook('100000000000.01', [holding('AAA @ 0.01 -> 50%'), holding('BBB @ 0.01 -> 50%')]),
    );
    expect(plan.cashAfter.toFixed()).toBe('0');
    expect(legsText(plan)).toEqual(['BUY AAA 5000000000001', 'BUY BBB 5000000000000']);
  });

  test('a book of one symbol', () => {
    const plan = planned(planBook('250.75', [holding('AAA 3 @ 100.25 -> 100%')]));
    expect(legsText(plan)).toEqual(['BUY AAA 2']);
    expect(percent(plan.driftAfter)).toBe('9.11');
    expect(plan.cashAfter.toFixed()).toBe('50.25');
  });

  test('weights are rounded to 28 places, half to even', () => {
    const holdings = [holding('AAA 1 @ 1 -> 50%'), holding('BBB 2 @ 1 -> 50%')];
    const plan = planned(planBook('0', holdings, { mode: 'buy_only' }));
    expect(plan.weights.map((row) => row.weightBefore.toFixed())).toEqual([
      '0.3333333333333333333333333333',
      '0.6666666666666666666666666667',
    ]);
  });

  test('an amount of the buffer finer than any price', () => {
    const plan = planned(
      planBook('1000', [holding('AAA @ 10 -> 100%')], { cashBuffer: bufferOf('0.0000000000001') }),
    );
    expect(legsText(plan)).toEqual(['BUY AAA 99']);
    expect(plan.cashAfter.gte(plan.cashBuffer)).toBe(true);
    expect(sum(plan.weights.map((row) => row.targetWeight)).eq(ONE)).toBe(true);
  });
});
