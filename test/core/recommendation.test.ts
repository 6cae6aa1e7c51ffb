import { describe, expect, test } from 'vitest';
import { decimal } from '../../src/core/decimal.ts';
import type { PlanResult } from '../../src/core/plan-types.ts';
import type { RebalancePolicy } from '../../src/core/policy.ts';
import { planRecommendations, recommendationsSchema } from '../../src/core/recommendation.ts';
import {
  bufferOf,
  holding,
  legsText,
  lotsOf,
  percent,
  planned,
  policyOf,
  refused,
  skippedText,
  snapshotOf,
  targetsOf,
} from './books.ts';
import type { Holding } from './books.ts';

const BOOK: readonly Holding[] = [
  holding('AAA 60 @ 100 -> 50%'),
  holding('BBB 30.5 @ 100 -> 50%'),
  holding('CCC @ 50'),
];

function plan(
  cash: string,
  recommendations: readonly unknown[],
  policy: Partial<RebalancePolicy> = {},
  holdings: readonly Holding[] = BOOK,
): PlanResult {
  return planRecommendations(
    snapshotOf(cash, holdings),
    recommendationsSchema.parse(recommendations),
    targetsOf(holdings),
    policyOf(policy),
  );
}

describe('a file of recommendations', () => {
  test('takes decimals as text or as numbers', () => {
    const read = recommendationsSchema.parse([
      { symbol: 'AAA', action: 'buy', quantity: '12.50' },
      { symbol: 'BBB', action: 'sell', notional: 0.1 },
      { symbol: 'CCC', action: 'contribute', notional: 123456789012.345 },
    ]);
    expect(read.map((entry) => (entry.quantity ?? entry.notional)?.toFixed())).toEqual([
      '12.5',
      '0.1',
      '123456789012.345',
    ]);
  });

  test.each<[what: string, value: unknown, problem: string]>([
    ['no array', {}, 'expected array'],
    ['nothing', [], 'expected at least one recommendation'],
    ['neither', [{ symbol: 'AAA', action: 'buy' }], 'exactly one of quantity and notional'],
    [
      'both',
      [{ symbol: 'AAA', action: 'buy', quantity: '1', notional: '1' }],
      'exactly one of quantity and notional',
    ],
    ['zero', [{ symbol: 'AAA', action: 'buy', quantity: 0 }], 'more than zero'],
    ['a negative', [{ symbol: 'AAA', action: 'buy', quantity: '-1' }], 'more than zero'],
    ['an exponent', [{ symbol: 'AAA', action: 'buy', quantity: '1e3' }], 'plain decimal'],
    ['a number too large', [{ symbol: 'AAA', action: 'buy', quantity: 1e21 }], '15 digits'],
    ['one too small', [{ symbol: 'AAA', action: 'buy', quantity: 1e-7 }], '15 digits'],
    [
      'more digits than a float holds',
      [{ symbol: 'AAA', action: 'buy', quantity: 0.1 + 0.2 }],
      '15 digits',
    ],
    ['not a number', [{ symbol: 'AAA', action: 'buy', quantity: Number.NaN }], 'NaN'],
    ['another action', [{ symbol: 'AAA', action: 'hold', quantity: 1 }], 'buy'],
    ['another key', [{ symbol: 'AAA', action: 'buy', quantity: 1, price: 3 }], 'price'],
    ['lower case', [{ symbol: 'aaa', action: 'buy', quantity: 1 }], 'upper case'],
  ])('refuses %s', (_, value, problem) => {
    const result = recommendationsSchema.safeParse(value);
    expect(result.success).toBe(false);
    expect(result.error?.message).toContain(problem);
  });
});

describe('becomes a plan', () => {
  test.each<
    [
      what: string,
      cash: string,
      recommendations: unknown[],
      policy: Partial<RebalancePolicy>,
      legs: string[],
      cashAfter: string,
    ]
  >([
    [
      'sells pay for buys',
      '0',
      [
        { symbol: 'CCC', action: 'buy', quantity: 20 },
        { symbol: 'AAA', action: 'sell', quantity: 10 },
      ],
      {},
      ['SELL AAA 10', 'BUY CCC 20'],
      '0',
    ],
    [
      'money is turned into whole lots, rounded down',
      '1000',
      [{ symbol: 'CCC', action: 'buy', notional: '199.99' }],
      {},
      ['BUY CCC 3'],
      '850',
    ],
    [
      'so are shares',
      '1000',
      [{ symbol: 'CCC', action: 'buy', quantity: '3.9999' }],
      { lots: lotsOf('0.5') },
      ['BUY CCC 3.5'],
      '825',
    ],
    [
      'contributions take from the cash that is there',
      '1000',
      [{ symbol: 'BBB', action: 'contribute', notional: 1000 }],
      {},
      ['BUY BBB 10'],
      '0',
    ],
    [
      'buys and contributions share the cash above the buffer',
      '1000',
      [
        { symbol: 'BBB', action: 'contribute', notional: 400 },
        { symbol: 'CCC', action: 'buy', notional: 500 },
      ],
      { cashBuffer: bufferOf('100') },
      ['BUY CCC 10', 'BUY BBB 4'],
      '100',
    ],
    [
      'all that is held may be sold, down to what is less than a lot',
      '0',
      [{ symbol: 'BBB', action: 'sell', quantity: '30.5' }],
      {},
      ['SELL BBB 30'],
      '3000',
    ],
  ])('%s', (_, cash, recommendations, policy, legs, cashAfter) => {
    const made = planned(plan(cash, recommendations, policy));
    expect(legsText(made)).toEqual(legs);
    expect(made.cashAfter.toFixed()).toBe(cashAfter);
    expect(made.skipped).toEqual([]);
  });

  test('whatever the bands, and with a warning when the drift rises', () => {
    const made = planned(
      plan('0', [{ symbol: 'BBB', action: 'sell', quantity: 10 }], {
        toleranceBand: { absolute: decimal('0.5'), relative: null },
      }),
    );
    expect(legsText(made)).toEqual(['SELL BBB 10']);
    expect([percent(made.driftBefore), percent(made.driftAfter)]).toEqual(['16.30', '27.35']);
    expect(made.warnings.map((warning) => warning.type)).toEqual(['drift_increases']);
  });

  test('whose order the order of the entries does not change', () => {
    const entries = [
      { symbol: 'AAA', action: 'sell', quantity: 10 },
      { symbol: 'BBB', action: 'contribute', notional: 400 },
      { symbol: 'CCC', action: 'buy', notional: 500 },
    ];
    expect(plan('1000', entries)).toEqual(plan('1000', entries.toReversed()));
  });
});

describe('skips, with a reason', () => {
  test.each<
    [reason: string, entry: unknown, policy: Partial<RebalancePolicy>, special: Partial<Holding>]
  >([
    ['untouchable', { symbol: 'AAA', action: 'sell', quantity: 1 }, { untouchable: ['AAA'] }, {}],
    ['restricted', { symbol: 'AAA', action: 'sell', quantity: 1 }, { restricted: ['AAA'] }, {}],
    ['not_tradable', { symbol: 'AAA', action: 'sell', quantity: 1 }, {}, { tradable: false }],
    ['working_order', { symbol: 'AAA', action: 'sell', quantity: 1 }, {}, { selling: '1' }],
    [
      'cooldown',
      { symbol: 'AAA', action: 'sell', quantity: 1 },
      { cooldownDays: 1 },
      { hoursSinceTraded: 1 },
    ],
    ['buy_only', { symbol: 'AAA', action: 'sell', quantity: 1 }, { mode: 'buy_only' }, {}],
    ['sell_only', { symbol: 'AAA', action: 'buy', quantity: 1 }, { mode: 'sell_only' }, {}],
    ['below_one_lot', { symbol: 'AAA', action: 'sell', quantity: 0.5 }, {}, {}],
    [
      'below_minimum_trade',
      { symbol: 'AAA', action: 'sell', quantity: 1 },
      { minimumTrade: decimal('100.01') },
      {},
    ],
  ])('%s', (reason, entry, policy, special) => {
    const holdings = BOOK.map((row) => (row.symbol === 'AAA' ? { ...row, ...special } : row));
    const made = planned(plan('1000', [entry], policy, holdings));
    expect(made.legs).toEqual([]);
    expect(skippedText(made)).toEqual([`AAA ${reason}`]);
  });

  test('what is untouchable and has no target, though it is no part of the weights', () => {
    const holdings = [...BOOK, holding('UUU 10 @ 45.25')];
    const made = planned(
      plan(
        '0',
        [{ symbol: 'UUU', action: 'sell', quantity: 4 }],
        { untouchable: ['UUU'] },
        holdings,
      ),
    );
    expect(made.weights.map((row) => row.symbol)).not.toContain('UUU');
    expect(
      made.skipped.map((leg) => [
        leg.symbol,
        leg.reason,
        percent(leg.weight),
        leg.notional.toFixed(),
      ]),
    ).toEqual([['UUU', 'untouchable', '5.00', '181']]);
  });
});

describe('refuses', () => {
  test.each<
    [
      what: string,
      cash: string,
      recommendations: unknown[],
      policy: Partial<RebalancePolicy>,
      index: number,
      reason: string,
    ]
  >([
    [
      'selling more shares than are held',
      '0',
      [
        { symbol: 'AAA', action: 'sell', quantity: 60 },
        { symbol: 'BBB', action: 'sell', quantity: 31 },
      ],
      {},
      1,
      'it sells 31 BBB, but 30.5 are held',
    ],
    [
      'selling what is not held',
      '0',
      [{ symbol: 'CCC', action: 'sell', quantity: 1 }],
      {},
      0,
      'it sells 1 CCC, but 0 are held',
    ],
    [
      'selling for more than is held',
      '0',
      [{ symbol: 'BBB', action: 'sell', notional: 3050.01 }],
      {},
      0,
      'it sells BBB for $3,050.01, but what is held is worth $3,050.00',
    ],
    [
      'a symbol that comes twice',
      '0',
      [
        { symbol: 'AAA', action: 'sell', quantity: 1 },
        { symbol: 'AAA', action: 'sell', quantity: 2 },
      ],
      {},
      1,
      'AAA is recommended twice; put it into one entry',
    ],
    [
      'a buy that cannot be paid for',
      '1000',
      [
        { symbol: 'AAA', action: 'sell', quantity: 5 },
        { symbol: 'BBB', action: 'buy', quantity: 10 },
        { symbol: 'CCC', action: 'buy', quantity: 11 },
      ],
      {},
      2,
      'buying 11 CCC costs $550.00, but $500.00 is left of spare cash and the sells',
    ],
    [
      'a contribution from the proceeds of sells',
      '1000',
      [
        { symbol: 'AAA', action: 'sell', quantity: 50 },
        { symbol: 'BBB', action: 'contribute', quantity: 10 },
      ],
      { cashBuffer: bufferOf('0.01') },
      1,
      'buying 10 BBB costs $1,000.00, but $999.99 is left of spare cash',
    ],
    [
      'a buy that needed a sell that is skipped',
      '0',
      [
        { symbol: 'AAA', action: 'sell', quantity: 5 },
        { symbol: 'CCC', action: 'buy', quantity: 10 },
      ],
      { untouchable: ['AAA'] },
      1,
      'buying 10 CCC costs $500.00, but $0.00 is left of spare cash and the sells',
    ],
    [
      'a buy before the buffer is restored',
      '0',
      [
        { symbol: 'AAA', action: 'sell', quantity: 5 },
        { symbol: 'CCC', action: 'buy', quantity: 10 },
      ],
      { cashBuffer: bufferOf('100') },
      1,
      'buying 10 CCC costs $500.00, but $400.00 is left of spare cash and the sells',
    ],
  ])('%s', (_, cash, recommendations, policy, index, reason) => {
    expect(refused(plan(cash, recommendations, policy))).toEqual({
      code: 'invalid_recommendation',
      index,
      reason,
    });
  });

  test('a symbol without a price', () => {
    const entries = [{ symbol: 'NONE', action: 'buy', quantity: 1 }];
    expect(refused(plan('1000', entries))).toEqual({ code: 'price_missing', symbols: ['NONE'] });
  });
});
