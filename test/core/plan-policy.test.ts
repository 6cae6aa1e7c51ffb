import { describe } from 'vitest';
import { decimal } from '../../src/core/decimal.ts';
import { bandOf, bufferOf } from './books.ts';
import { expectPlans } from './plan-table.ts';

describe('modes', () => {
  const holdings = ['AAA 60 @ 100 -> 50%', 'BBB 40 @ 100 -> 50%'];
  expectPlans([
    {
      what: 'buying only spends the cash there is',
      cash: '500',
      holdings,
      policy: { mode: 'buy_only' },
      legs: ['BUY BBB 5'],
      skipped: ['AAA buy_only'],
      drift: ['11.90', '7.14'],
    },
    {
      what: 'buying only without cash does nothing',
      holdings,
      policy: { mode: 'buy_only' },
      legs: [],
      skipped: ['AAA buy_only', 'BBB insufficient_cash'],
      drift: ['10.00', '10.00'],
    },
    {
      what: 'selling only leaves the proceeds in cash, and the drift as it was',
      holdings,
      policy: { mode: 'sell_only' },
      legs: ['SELL AAA 10'],
      skipped: ['BBB sell_only'],
      drift: ['10.00', '10.00'],
      cashAfter: '1000',
    },
    {
      what: 'selling only never sells past the target',
      holdings: ['AAA 2 @ 800 -> 50%', 'BBB 4 @ 100 -> 50%'],
      policy: { mode: 'sell_only' },
      legs: [],
      skipped: ['AAA below_one_lot', 'BBB sell_only'],
      drift: ['30.00', '30.00'],
    },
    {
      what: 'selling only restores the buffer',
      holdings: ['AAA 50 @ 100 -> 50%', 'BBB 50 @ 100 -> 50%'],
      policy: { mode: 'sell_only', cashBuffer: bufferOf('1000') },
      legs: ['SELL AAA 5', 'SELL BBB 5'],
      drift: ['11.11', '0.00'],
      cashAfter: '1000',
    },
  ]);
});

describe('a contribution', () => {
  const holdings = ['AAA 30 @ 100 -> 50%', 'BBB 40 @ 100 -> 30%', 'CCC 15 @ 100 -> 20%'];
  expectPlans([
    {
      what: 'goes to what is furthest below its target',
      cash: '1500',
      holdings,
      policy: { contribution: decimal('1000') },
      legs: ['BUY AAA 10'],
      skipped: ['BBB buy_only', 'CCC insufficient_cash'],
      drift: ['25.00', '15.00'],
      cashAfter: '500',
    },
    {
      what: 'then lifts all alike',
      cash: '2500',
      holdings,
      policy: { contribution: decimal('2100') },
      legs: ['BUY AAA 20', 'BUY CCC 1'],
      skipped: ['BBB buy_only'],
      drift: ['29.09', '10.00'],
      cashAfter: '400',
    },
    {
      what: 'is never more than the cash above the buffer',
      cash: '1500',
      holdings,
      policy: { contribution: decimal('5000'), cashBuffer: bufferOf('1000') },
      legs: ['BUY AAA 5'],
      skipped: ['BBB buy_only', 'CCC insufficient_cash'],
      drift: ['20.00', '14.44'],
      cashAfter: '1000',
    },
    {
      what: 'is spent whatever the bands',
      cash: '300',
      holdings: ['AAA 49 @ 100 -> 50%', 'BBB 48 @ 100 -> 50%'],
      policy: { contribution: decimal('300'), toleranceBand: bandOf('0.05') },
      legs: ['BUY BBB 2', 'BUY AAA 1'],
      drift: ['3.00', '0.00'],
    },
    {
      what: 'of nothing buys nothing',
      cash: '300',
      holdings: ['AAA 49 @ 100 -> 50%', 'BBB 48 @ 100 -> 50%'],
      policy: { contribution: decimal('0') },
      legs: [],
      skipped: ['AAA insufficient_cash', 'BBB insufficient_cash'],
      drift: ['3.00', '3.00'],
      cashAfter: '300',
    },
  ]);
});

describe('what is left alone', () => {
  const book = ['AAA 60 @ 100 -> 50%', 'BBB 40 @ 100 -> 50%'] as const;
  expectPlans([
    {
      what: 'the untouchable, with a target: part of the base',
      holdings: [...book, 'UUU 20 @ 100'],
      policy: { untouchable: ['AAA'] },
      legs: ['SELL UUU 20', 'BUY BBB 20'],
      skipped: [],
      drift: ['16.67', '0.00'],
    },
    {
      what: 'the untouchable, off its target: nothing may take its place',
      holdings: book,
      policy: { untouchable: ['AAA'] },
      legs: [],
      skipped: ['AAA untouchable', 'BBB insufficient_cash'],
      drift: ['10.00', '10.00'],
    },
    {
      what: 'the untouchable without a target: not part of the base at all',
      holdings: [...book, 'UUU 1000 @ 100'],
      policy: { untouchable: ['UUU'] },
      legs: ['SELL AAA 10', 'BUY BBB 10'],
      drift: ['10.00', '0.00'],
    },
    {
      what: 'the restricted, held with a target: nothing is sold of it',
      holdings: [...book, 'UUU 20 @ 100'],
      policy: { restricted: ['AAA'] },
      legs: ['SELL UUU 20', 'BUY BBB 20'],
      skipped: [],
      drift: ['16.67', '0.00'],
    },
    {
      what: 'the restricted, below its target: nothing is bought of it',
      holdings: book,
      policy: { restricted: ['BBB'] },
      legs: [],
      skipped: ['AAA no_improvement', 'BBB restricted'],
      drift: ['10.00', '10.00'],
    },
    {
      what: 'the restricted without a target: not sold, and not part of the base',
      holdings: [...book, 'UUU 1000 @ 100'],
      policy: { restricted: ['UUU'] },
      legs: ['SELL AAA 10', 'BUY BBB 10'],
      drift: ['10.00', '0.00'],
    },
    {
      what: 'what is not tradable: proceeds that nothing can take are not made',
      holdings: [book[0], [book[1], { tradable: false }]],
      legs: [],
      skipped: ['AAA no_improvement', 'BBB not_tradable'],
      drift: ['10.00', '10.00'],
    },
    {
      what: 'but what has no target is sold even so',
      holdings: [['AAA 80 @ 100 -> 100%', { tradable: false }], 'XXX 20 @ 100'],
      legs: ['SELL XXX 20'],
      skipped: ['AAA not_tradable'],
      drift: ['20.00', '20.00'],
      cashAfter: '2000',
    },
    {
      what: 'what is not listed yet keeps its weight in cash',
      cash: '1000',
      holdings: ['AAA 40 @ 100 -> 80%', ['NEW -> 20%', { tradable: false }]],
      legs: [],
      skipped: ['NEW not_tradable'],
      drift: ['20.00', '20.00'],
      cashAfter: '1000',
    },
    {
      what: 'what we traded less than the cooldown ago',
      holdings: [[book[0], { hoursSinceTraded: 47.9 }], book[1]],
      policy: { cooldownDays: 2 },
      legs: [],
      skipped: ['AAA cooldown', 'BBB insufficient_cash'],
      drift: ['10.00', '10.00'],
    },
    {
      what: 'but not longer than the cooldown',
      holdings: [[book[0], { hoursSinceTraded: 48 }], book[1]],
      policy: { cooldownDays: 2 },
      legs: ['SELL AAA 10', 'BUY BBB 10'],
      drift: ['10.00', '0.00'],
    },
    {
      what: 'and without a cooldown nothing, not even what a broker whose clock is ahead says was traded later than now',
      holdings: [[book[0], { hoursSinceTraded: -0.1 }], book[1]],
      policy: { cooldownDays: 0 },
      legs: ['SELL AAA 10', 'BUY BBB 10'],
      drift: ['10.00', '0.00'],
    },
    {
      what: 'what has a working order',
      holdings: [[book[0], { selling: '10' }], book[1]],
      legs: [],
      skipped: ['AAA working_order', 'BBB insufficient_cash'],
      drift: ['10.00', '10.00'],
    },
    {
      what: 'the cash that a working buy order will take',
      cash: '1000',
      holdings: [['AAA 50 @ 100 -> 50%', { buying: '6' }], 'BBB 40 @ 100 -> 50%'],
      legs: ['BUY BBB 4'],
      skipped: [],
      drift: ['10.00', '6.00'],
      cashAfter: '600',
    },
    {
      what: 'the most lasting reason is told',
      holdings: [
        [book[0], { tradable: false, selling: '10', hoursSinceTraded: 1 }],
        [book[1], { selling: '10', hoursSinceTraded: 1 }],
      ],
      policy: { cooldownDays: 2, untouchable: ['AAA'] },
      legs: [],
      skipped: ['AAA untouchable', 'BBB working_order'],
      drift: ['10.00', '10.00'],
    },
    {
      what: 'and of the two that last, the one that nobody may change alone',
      holdings: book,
      policy: { untouchable: ['AAA'], restricted: ['AAA'] },
      legs: [],
      skipped: ['AAA restricted', 'BBB insufficient_cash'],
      drift: ['10.00', '10.00'],
    },
  ]);
});
