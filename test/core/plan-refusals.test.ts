import { describe, expect, test } from 'vitest';
import { decimal } from '../../src/core/decimal.ts';
import { planRebalance } from '../../src/core/plan.ts';
import { planRefusalSchema } from '../../src/core/plan-types.ts';
import type { RebalancePolicy } from '../../src/core/policy.ts';
import type { Snapshot } from '../../src/core/portfolio.ts';
import {
  bandOf,
  bufferOf,
  holding,
  legsText,
  lotsOf,
  planBook,
  planned,
  policyOf,
  refused,
  skippedText,
  snapshotOf,
  targetsOf,
} from './books.ts';
import type { Holding } from './books.ts';

const BOOK = [holding('AAA 60 @ 100 -> 50%'), holding('BBB 40 @ 100 -> 50%')];

describe('a book that cannot be planned', () => {
  test.each<[what: string, cash: string, holdings: Holding[], refusal: unknown]>([
    ['nothing at all', '0', [holding('AAA @ 100 -> 100%')], { code: 'empty_book' }],
    ['positions of zero only', '0', [holding('AAA 0 @ 100 -> 100%')], { code: 'empty_book' }],
    [
      'no price for what is held',
      '0',
      [holding('AAA 60 -> 50%'), holding('BBB 40 @ 100 -> 50%')],
      { code: 'price_missing', symbols: ['AAA'] },
    ],
    [
      'no price for what is held without a target',
      '0',
      [holding('AAA 60 @ 100 -> 100%'), holding('XXX 40')],
      { code: 'price_missing', symbols: ['XXX'] },
    ],
    [
      'no price for what should be bought',
      '100',
      [holding('AAA 60 @ 100 -> 50%'), holding('BBB -> 50%')],
      { code: 'price_missing', symbols: ['BBB'] },
    ],
    [
      'prices of zero and below, by symbol',
      '0',
      [holding('BBB 40 @ -1 -> 50%'), holding('AAA 60 @ 0 -> 50%')],
      { code: 'price_missing', symbols: ['AAA', 'BBB'] },
    ],
    [
      'short positions, by symbol',
      '9000',
      [holding('BBB -4 @ 100 -> 50%'), holding('AAA -6 @ 100 -> 50%')],
      { code: 'short_position', symbols: ['AAA', 'BBB'] },
    ],
    [
      'a position that comes twice',
      '0',
      [...BOOK, holding('AAA 1 @ 100')],
      { code: 'duplicate_position', symbols: ['AAA'] },
    ],
    [
      'targets that add up to less than the whole',
      '0',
      [holding('AAA 60 @ 100 -> 50%'), holding('BBB 40 @ 100 -> 49.99%')],
      { code: 'targets_not_whole', sum: '0.9999' },
    ],
    ['no targets', '0', [holding('AAA 60 @ 100')], { code: 'targets_not_whole', sum: '0' }],
    [
      'a debt as large as what is held',
      '-100',
      [holding('AAA 1 @ 100 -> 100%')],
      { code: 'empty_book' },
    ],
  ])('%s', (_, cash, holdings, refusal) => {
    expect(planRefusalSchema.encode(refused(planBook(cash, holdings)))).toEqual(refusal);
  });

  test('two quotes of one symbol: nobody knows which one is right', () => {
    const snapshot = snapshotOf('0', BOOK);
    const [first] = snapshot.quotes;
    const quotes =
      first === undefined ? [] : [...snapshot.quotes, { ...first, price: decimal('99') }];
    const doubled: Snapshot = { ...snapshot, quotes };
    expect(refused(planRebalance(doubled, targetsOf(BOOK), policyOf()))).toEqual({
      code: 'price_missing',
      symbols: ['AAA'],
    });
  });

  test('no quote of one symbol', () => {
    const snapshot = { ...snapshotOf('0', BOOK), quotes: snapshotOf('0', BOOK).quotes.slice(1) };
    expect(refused(planRebalance(snapshot, targetsOf(BOOK), policyOf()))).toEqual({
      code: 'price_missing',
      symbols: ['AAA'],
    });
  });
});

describe('prices that nobody needs', () => {
  test('of what is neither held nor tradable, of what is untouchable, of a target of zero', () => {
    const holdings = [
      holding('AAA 100 @ 100 -> 80%'),
      { symbol: 'NEW', target: '10', tradable: false },
      { symbol: 'UUU', target: '10' },
      { symbol: 'ZZZ', target: '0' },
    ];
    const plan = planned(planBook('0', holdings, { untouchable: ['UUU'] }));
    expect(legsText(plan)).toEqual([]);
    expect(skippedText(plan)).toEqual([
      'AAA no_improvement',
      'NEW not_tradable',
      'UUU untouchable',
    ]);
  });
});

describe('a policy that cannot be followed', () => {
  test.each<[policy: Partial<RebalancePolicy>, reason: string]>([
    [{ toleranceBand: bandOf('-0.01') }, 'the absolute tolerance band is negative'],
    [{ toleranceBand: bandOf(null, '-1') }, 'the relative tolerance band is negative'],
    [{ cashBuffer: bufferOf('-0.01') }, 'the cash buffer is negative'],
    [{ cashBuffer: { type: 'share', share: decimal('-1') } }, 'the cash buffer is negative'],
    [{ minimumTrade: decimal('-1') }, 'the minimum trade is negative'],
    [{ contribution: decimal('-1') }, 'the contribution is negative'],
    [
      { contribution: decimal('1'), mode: 'sell_only' },
      'a contribution can only be spent by buying, but the account only sells',
    ],
    [{ cooldownDays: -1 }, 'the cooldown is negative'],
    [{ lots: lotsOf('0') }, 'the default lot must be more than zero'],
    [{ lots: lotsOf('1', { AAA: '-1' }) }, 'the lot of AAA must be more than zero'],
    [
      {
        lots: {
          default: decimal('1'),
          bySymbol: ['1', '2'].map((lot) => ({ symbol: 'AAA', lot: decimal(lot) })),
        },
      },
      'the lots name AAA more than once',
    ],
  ])('%#: $1', (policy, reason) => {
    expect(refused(planBook('0', BOOK, policy))).toEqual({ code: 'invalid_policy', reason });
  });

  test('targets that name a symbol twice', () => {
    const targets = ['0.5', '0.5'].map((weight) => ({ symbol: 'AAA', weight: decimal(weight) }));
    expect(refused(planRebalance(snapshotOf('0', BOOK), targets, policyOf()))).toEqual({
      code: 'invalid_policy',
      reason: 'the targets name AAA more than once',
    });
  });

  test('negative targets', () => {
    const targets = [
      { symbol: 'AAA', weight: decimal('1.5') },
      { symbol: 'BBB', weight: decimal('-0.5') },
    ];
    expect(refused(planRebalance(snapshotOf('0', BOOK), targets, policyOf()))).toEqual({
      code: 'invalid_policy',
      reason: 'the target weight of BBB is negative',
    });
  });
});

describe('a buffer as large as what it is taken from', () => {
  test.each<[what: string, policy: Partial<RebalancePolicy>, buffer: string, value: string]>([
    ['the whole value', { cashBuffer: bufferOf('10000') }, '10000', '10000'],
    ['more than that', { cashBuffer: bufferOf('10000.01') }, '10000.01', '10000'],
    [
      'all of it as a share',
      { cashBuffer: { type: 'share', share: decimal('1') } },
      '10000',
      '10000',
    ],
    [
      'all but what must not be touched',
      { cashBuffer: bufferOf('4000'), untouchable: ['UUU'] },
      '4000',
      '4000',
    ],
  ])('%s', (_, policy, buffer, value) => {
    const holdings =
      policy.untouchable === undefined
        ? BOOK
        : [holding('UUU 60 @ 100'), holding('AAA 40 @ 100 -> 100%')];
    expect(planRefusalSchema.encode(refused(planBook('0', holdings, policy)))).toEqual({
      code: 'buffer_exceeds_value',
      buffer,
      totalValue: value,
    });
  });
});
