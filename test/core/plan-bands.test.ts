import { describe } from 'vitest';
import { decimal } from '../../src/core/decimal.ts';
import { bandOf, bufferOf, lotsOf } from './books.ts';
import { expectPlans } from './plan-table.ts';

const FIVE_POINTS = { toleranceBand: bandOf('0.05') };
const TO_EDGE = { ...FIVE_POINTS, rebalanceTo: 'band' as const };
/** Leaving either breaks the band: five points, or a quarter of the target. */
const FIVE_TWENTY_FIVE = { toleranceBand: bandOf('0.05', '0.25') };

describe('inside the bands', () => {
  expectPlans([
    {
      what: 'nothing is traded',
      holdings: ['AAA 52 @ 100 -> 50%', 'BBB 48 @ 100 -> 50%'],
      policy: FIVE_POINTS,
      legs: [],
      skipped: ['AAA inside_band', 'BBB inside_band'],
      drift: ['2.00', '2.00'],
    },
    {
      what: 'the edge itself is inside',
      holdings: ['AAA 55 @ 100 -> 50%', 'BBB 45 @ 100 -> 50%'],
      policy: FIVE_POINTS,
      legs: [],
      skipped: ['AAA inside_band', 'BBB inside_band'],
      drift: ['5.00', '5.00'],
    },
    {
      what: 'a small target may be off by less, relatively',
      holdings: ['AAA 38 @ 100 -> 40%', 'BBB 50 @ 100 -> 50%', 'CCC 12 @ 100 -> 10%'],
      policy: FIVE_TWENTY_FIVE,
      legs: [],
      skipped: ['AAA inside_band', 'CCC inside_band'],
      drift: ['2.00', '2.00'],
    },
    {
      what: 'and no more',
      holdings: ['AAA 38 @ 100 -> 40%', 'BBB 49 @ 100 -> 50%', 'CCC 13 @ 100 -> 10%'],
      policy: FIVE_TWENTY_FIVE,
      legs: ['SELL CCC 3', 'BUY AAA 2', 'BUY BBB 1'],
      drift: ['3.00', '0.00'],
    },
    {
      what: 'idle cash is a line like any other, with the absolute band',
      cash: '500',
      holdings: ['AAA 48 @ 100 -> 50%', 'BBB 47 @ 100 -> 50%'],
      policy: FIVE_POINTS,
      legs: [],
      skipped: ['AAA inside_band', 'BBB inside_band'],
      drift: ['5.00', '5.00'],
      cashAfter: '500',
    },
    {
      what: 'more of it is put to work',
      cash: '600',
      holdings: ['AAA 47 @ 100 -> 50%', 'BBB 47 @ 100 -> 50%'],
      policy: FIVE_POINTS,
      legs: ['BUY AAA 3', 'BUY BBB 3'],
      drift: ['6.00', '0.00'],
    },
    {
      what: 'a buffer that is short by more is restored',
      holdings: ['AAA 55 @ 100 -> 50%', 'BBB 53 @ 100 -> 50%'],
      policy: { ...FIVE_POINTS, cashBuffer: bufferOf('800') },
      legs: ['SELL AAA 5', 'SELL BBB 3'],
      drift: ['8.00', '0.00'],
      cashAfter: '800',
    },
    {
      what: 'of idle cash a relative band alone can say nothing',
      cash: '500',
      holdings: ['AAA 48 @ 100 -> 50%', 'BBB 47 @ 100 -> 50%'],
      policy: { toleranceBand: bandOf(null, '0.25') },
      legs: [],
      skipped: ['AAA inside_band', 'BBB inside_band'],
      drift: ['5.00', '5.00'],
      cashAfter: '500',
    },
    {
      what: 'but debt is paid back whatever the bands',
      cash: '-300',
      holdings: ['AAA 52 @ 100 -> 50%', 'BBB 51 @ 100 -> 50%'],
      policy: FIVE_POINTS,
      legs: ['SELL AAA 2', 'SELL BBB 1'],
      drift: ['3.00', '0.00'],
    },
  ]);
});

describe('when only some symbols leave their bands', () => {
  expectPlans([
    {
      what: 'what is inside takes the proceeds, towards its target',
      holdings: [
        'AAA 38 @ 100 -> 30%',
        'BBB 28 @ 100 -> 30%',
        'CCC 18 @ 100 -> 20%',
        'DDD 16 @ 100 -> 20%',
      ],
      policy: FIVE_POINTS,
      legs: ['SELL AAA 8', 'BUY DDD 4', 'BUY BBB 2', 'BUY CCC 2'],
      drift: ['8.00', '0.00'],
    },
    {
      what: 'what is inside pays, furthest over its target first and only as much as is needed',
      holdings: [
        'AAA 34 @ 100 -> 30%',
        'BBB 33 @ 100 -> 30%',
        'CCC 18 @ 100 -> 20%',
        'DDD 12 @ 100 -> 20%',
        'EEE 3 @ 100 -> 0%',
      ],
      policy: FIVE_POINTS,
      legs: ['SELL AAA 3', 'SELL EEE 3', 'SELL BBB 2', 'BUY DDD 8'],
      skipped: ['CCC inside_band'],
      drift: ['10.00', '2.00'],
    },
    {
      what: 'what has no target has no band',
      holdings: ['AAA 48 @ 100 -> 50%', 'BBB 49 @ 100 -> 50%', 'XXX 3 @ 100'],
      policy: FIVE_POINTS,
      legs: ['SELL XXX 3', 'BUY AAA 2', 'BUY BBB 1'],
      drift: ['3.00', '0.00'],
    },
    {
      what: 'what left its band cannot be sold, so what is inside stays',
      holdings: [
        ['AAA 38 @ 100 -> 30%', { tradable: false }],
        'BBB 32 @ 100 -> 35%',
        'CCC 30 @ 100 -> 35%',
      ],
      policy: FIVE_POINTS,
      legs: [],
      skipped: ['AAA not_tradable', 'BBB inside_band', 'CCC inside_band'],
      drift: ['8.00', '8.00'],
    },
    {
      what: 'proceeds that nothing may take are not made',
      holdings: [
        'AAA 38 @ 100 -> 30%',
        ['BBB 28 @ 100 -> 35%', { tradable: false }],
        'CCC 34 @ 100 -> 35%',
      ],
      policy: FIVE_POINTS,
      legs: ['SELL AAA 1', 'BUY CCC 1'],
      skipped: ['BBB not_tradable'],
      drift: ['8.00', '7.00'],
    },
    {
      what: 'a share wider than its band is not traded back and forth',
      holdings: ['AAA 1 @ 400 -> 30%', 'BBB 60 @ 10 -> 70%'],
      policy: FIVE_POINTS,
      legs: [],
      skipped: ['AAA below_one_lot', 'BBB insufficient_cash'],
      drift: ['10.00', '10.00'],
    },
  ]);
});

describe("to the band's edge", () => {
  expectPlans([
    {
      what: 'less is sold, and goes to what is furthest below its target',
      holdings: [
        'AAA 38 @ 100 -> 30%',
        'BBB 28 @ 100 -> 30%',
        'CCC 18 @ 100 -> 20%',
        'DDD 16 @ 100 -> 20%',
      ],
      policy: TO_EDGE,
      legs: ['SELL AAA 3', 'BUY DDD 2', 'BUY BBB 1'],
      skipped: ['CCC inside_band'],
      drift: ['8.00', '5.00'],
    },
    {
      what: 'less is bought, and paid by what is furthest over its target',
      holdings: [
        'AAA 33 @ 100 -> 30%',
        'BBB 32 @ 100 -> 30%',
        'CCC 23 @ 100 -> 20%',
        'DDD 12 @ 100 -> 20%',
      ],
      policy: TO_EDGE,
      legs: ['SELL CCC 2', 'SELL AAA 1', 'BUY DDD 3'],
      skipped: ['BBB inside_band'],
      drift: ['8.00', '5.00'],
    },
    {
      what: 'the last lot ends inside the band',
      holdings: ['AAA 56 @ 100 -> 50%', 'BBB 44 @ 100 -> 50%'],
      policy: { ...TO_EDGE, lots: lotsOf('3') },
      legs: ['SELL AAA 3', 'BUY BBB 3'],
      drift: ['6.00', '3.00'],
    },
    {
      what: 'cash above the buffer is put to work all the same',
      cash: '700',
      holdings: ['AAA 60 @ 100 -> 50%', 'BBB 33 @ 100 -> 50%'],
      policy: TO_EDGE,
      legs: ['SELL AAA 5', 'BUY BBB 12'],
      drift: ['17.00', '5.00'],
    },
    {
      what: 'selling only stops inside the band',
      holdings: ['AAA 60 @ 100 -> 50%', 'BBB 40 @ 100 -> 50%'],
      policy: { ...TO_EDGE, mode: 'sell_only' },
      legs: ['SELL AAA 5'],
      skipped: ['BBB sell_only'],
      drift: ['10.00', '10.00'],
      cashAfter: '500',
    },
    {
      what: 'what has no target is sold entirely',
      holdings: ['AAA 80 @ 100 -> 100%', 'XXX 20 @ 100'],
      policy: TO_EDGE,
      legs: ['SELL XXX 20', 'BUY AAA 20'],
      drift: ['20.00', '0.00'],
    },
    {
      what: 'buying only, with what cash there is',
      cash: '300',
      holdings: ['AAA 58 @ 100 -> 50%', 'BBB 39 @ 100 -> 50%'],
      policy: { ...TO_EDGE, mode: 'buy_only', minimumTrade: decimal('100') },
      legs: ['BUY BBB 3'],
      skipped: ['AAA buy_only'],
      drift: ['11.00', '8.00'],
    },
  ]);
});
