import { describe, expect, test } from 'vitest';
import { decimal } from '../../src/core/decimal.ts';
import type { PlanWarning } from '../../src/core/plan-types.ts';
import type { RebalancePolicy } from '../../src/core/policy.ts';
import { bufferOf, holding, lotsOf, percent, planBook, planned } from './books.ts';
import type { Holding } from './books.ts';
import { expectPlans } from './plan-table.ts';

describe('to the targets', () => {
  expectPlans([
    {
      what: 'a book at its targets needs nothing',
      holdings: ['AAA 50 @ 100 -> 50%', 'BBB 50 @ 100 -> 50%'],
      legs: [],
      drift: ['0.00', '0.00'],
    },
    {
      what: 'what is over pays for what is under',
      holdings: ['AAA 60 @ 100 -> 50%', 'BBB 40 @ 100 -> 50%'],
      legs: ['SELL AAA 10', 'BUY BBB 10'],
      drift: ['10.00', '0.00'],
    },
    {
      what: 'cash buys what is under',
      cash: '1000',
      holdings: ['AAA 45 @ 100 -> 50%', 'BBB 45 @ 100 -> 50%'],
      legs: ['BUY AAA 5', 'BUY BBB 5'],
      drift: ['10.00', '0.00'],
    },
    {
      what: 'cash alone becomes a portfolio',
      cash: '10000',
      holdings: ['AAA @ 100 -> 60%', 'BBB @ 50 -> 40%'],
      legs: ['BUY AAA 60', 'BUY BBB 80'],
      drift: ['100.00', '0.00'],
    },
    {
      what: 'what has no target is sold entirely',
      holdings: ['AAA 50 @ 100 -> 100%', 'XXX 10 @ 100'],
      legs: ['SELL XXX 10', 'BUY AAA 10'],
      drift: ['16.67', '0.00'],
    },
    {
      what: 'and down to what is less than a lot',
      holdings: ['AAA 50 @ 100 -> 100%', 'XXX 10.5 @ 100'],
      legs: ['SELL XXX 10', 'BUY AAA 10'],
      drift: ['17.36', '0.83'],
    },
    {
      what: 'what is left of it then waits',
      holdings: ['AAA 60 @ 100 -> 100%', 'XXX 0.5 @ 100'],
      legs: [],
      skipped: ['AAA below_one_lot', 'XXX below_one_lot'],
      drift: ['0.83', '0.83'],
    },
    {
      what: 'a target of zero is no target',
      holdings: ['AAA 50 @ 100 -> 100%', 'XXX 10 @ 100 -> 0%'],
      legs: ['SELL XXX 10', 'BUY AAA 10'],
      drift: ['16.67', '0.00'],
    },
    {
      what: 'positions of zero are not there',
      holdings: ['AAA 50 @ 100 -> 100%', 'XXX 0'],
      legs: [],
      drift: ['0.00', '0.00'],
    },
    {
      what: 'sells come first, then the largest, then by symbol',
      holdings: [
        'AAA 10 @ 100 -> 20%',
        'BBB 10 @ 100 -> 20%',
        'CCC 10 @ 100 -> 40%',
        'DDD 40 @ 100 -> 15%',
        'EEE 30 @ 100 -> 5%',
      ],
      legs: ['SELL DDD 25', 'SELL EEE 25', 'BUY CCC 30', 'BUY AAA 10', 'BUY BBB 10'],
      drift: ['50.00', '0.00'],
    },
  ]);
});

describe('the cash buffer', () => {
  expectPlans([
    {
      what: 'exactly the buffer in cash is no drift',
      cash: '500',
      holdings: ['AAA 50 @ 100 -> 50%', 'BBB 50 @ 100 -> 50%'],
      policy: { cashBuffer: bufferOf('500') },
      legs: [],
      drift: ['0.00', '0.00'],
      cashAfter: '500',
    },
    {
      what: 'as a share of the total value',
      cash: '1000',
      holdings: ['AAA 45 @ 100 -> 50%', 'BBB 45 @ 100 -> 50%'],
      policy: { cashBuffer: { type: 'share', share: decimal('0.02') } },
      legs: ['BUY AAA 4', 'BUY BBB 4'],
      drift: ['8.16', '0.00'],
      cashAfter: '200',
    },
    {
      what: 'only the cash above it is spent',
      cash: '1000',
      holdings: ['AAA 45 @ 100 -> 50%', 'BBB 45 @ 100 -> 50%'],
      policy: { cashBuffer: bufferOf('350') },
      legs: ['BUY AAA 3', 'BUY BBB 3'],
      drift: ['6.74', '0.52'],
      cashAfter: '400',
    },
    {
      what: 'sells restore a buffer that is short',
      holdings: ['AAA 50 @ 100 -> 50%', 'BBB 50 @ 100 -> 50%'],
      policy: { cashBuffer: bufferOf('1000') },
      legs: ['SELL AAA 5', 'SELL BBB 5'],
      drift: ['11.11', '0.00'],
      cashAfter: '1000',
    },
    {
      what: 'as near as lots allow',
      holdings: ['AAA 50 @ 100 -> 50%', 'BBB 50 @ 100 -> 50%'],
      policy: { cashBuffer: bufferOf('1070'), lots: lotsOf('1', { BBB: '10' }) },
      legs: ['SELL BBB 10', 'SELL AAA 5'],
      drift: ['11.98', '5.21'],
      cashAfter: '1500',
    },
    {
      what: 'a debt is paid back',
      cash: '-600',
      holdings: ['AAA 50 @ 100 -> 50%', 'BBB 50 @ 100 -> 50%'],
      legs: ['SELL AAA 3', 'SELL BBB 3'],
      drift: ['6.38', '0.00'],
    },
  ]);
});

describe('lots', () => {
  expectPlans([
    {
      what: 'whole shares: down where the next share is too dear',
      cash: '1000',
      holdings: ['AAA @ 300 -> 50%', 'BBB @ 70 -> 50%'],
      legs: ['BUY AAA 2', 'BUY BBB 5'],
      drift: ['100.00', '15.00'],
      cashAfter: '50',
    },
    {
      what: 'fractions',
      cash: '1000',
      holdings: ['AAA @ 300 -> 50%', 'BBB @ 70 -> 50%'],
      policy: { lots: lotsOf('0.0001') },
      legs: ['BUY AAA 1.6667', 'BUY BBB 7.1427'],
      drift: ['100.00', '0.00'],
      cashAfter: '0.001',
    },
    {
      what: 'a lot of its own for a symbol',
      cash: '10000',
      holdings: ['AAA @ 10 -> 50%', 'BBB @ 10 -> 50%'],
      policy: { lots: lotsOf('1', { BBB: '100' }) },
      legs: ['BUY AAA 500', 'BUY BBB 500'],
      drift: ['100.00', '0.00'],
    },
    {
      what: 'the broker sells no fractions of one symbol: whole shares of it',
      cash: '1000',
      holdings: [['AAA @ 300 -> 50%', { fractionable: false }], 'BBB @ 70 -> 50%'],
      policy: { lots: lotsOf('0.01') },
      legs: ['BUY AAA 2', 'BUY BBB 5.71'],
      drift: ['100.00', '10.03'],
      cashAfter: '0.3',
    },
    {
      what: 'a share that costs more than its target is not bought',
      cash: '1000',
      holdings: ['AAA @ 700 -> 30%', 'BBB @ 70 -> 70%'],
      legs: ['BUY BBB 10'],
      skipped: ['AAA below_one_lot'],
      drift: ['100.00', '30.00'],
      cashAfter: '300',
    },
    {
      what: 'unless that leaves less drift',
      cash: '1000',
      holdings: ['AAA @ 500 -> 40%', 'BBB @ 100 -> 60%'],
      legs: ['BUY AAA 1', 'BUY BBB 5'],
      drift: ['100.00', '10.00'],
    },
    {
      what: 'a fraction that is held may stay beside whole shares',
      holdings: ['AAA 60.5 @ 100 -> 50%', 'BBB 39.5 @ 100 -> 50%'],
      legs: ['SELL AAA 10', 'BUY BBB 10'],
      drift: ['10.50', '0.50'],
    },
  ]);
});

describe('the minimum trade', () => {
  const holdings = ['AAA 505 @ 1 -> 50%', 'BBB 345 @ 1 -> 30%', 'CCC 150 @ 1 -> 20%'];
  expectPlans([
    {
      what: 'skips what is off by less, and what that would have paid for',
      holdings,
      policy: { minimumTrade: decimal('10') },
      legs: ['BUY CCC 45', 'SELL BBB 45'].toReversed(),
      skipped: ['AAA below_minimum_trade'],
      drift: ['5.00', '0.50'],
    },
    {
      what: 'skips everything, if everything is less',
      holdings,
      policy: { minimumTrade: decimal('51') },
      legs: [],
      skipped: ['AAA below_minimum_trade', 'BBB below_minimum_trade', 'CCC below_minimum_trade'],
      drift: ['5.00', '5.00'],
    },
    {
      what: 'holds for what has no target, too',
      holdings: ['AAA 995 @ 1 -> 100%', 'XXX 5 @ 1'],
      policy: { minimumTrade: decimal('10') },
      legs: [],
      skipped: ['AAA below_minimum_trade', 'XXX below_minimum_trade'],
      drift: ['0.50', '0.50'],
    },
  ]);
});

describe('warnings', () => {
  test.each<
    [
      what: string,
      cash: string,
      holdings: Holding[],
      policy: Partial<RebalancePolicy>,
      PlanWarning[],
    ]
  >([
    [
      'what is held without a target',
      '0',
      [holding('AAA 50 @ 100 -> 100%'), holding('XXX 10.5 @ 100')],
      {},
      [{ type: 'held_without_target', symbol: 'XXX', notional: decimal('1050') }],
    ],
    [
      'a target that cannot be traded',
      '1000',
      [holding('AAA 40 @ 100 -> 80%'), { symbol: 'NEW', target: '20', tradable: false }],
      {},
      [{ type: 'not_tradable_target', symbol: 'NEW', targetWeight: decimal('0.2') }],
    ],
    [
      'a working order',
      '0',
      [{ ...holding('AAA 40 @ 100 -> 100%'), selling: '1' }],
      {},
      [{ type: 'open_order', symbol: 'AAA' }],
    ],
    [
      'a contribution larger than the cash',
      '100',
      [holding('AAA 40 @ 100 -> 100%')],
      { contribution: decimal('250'), cashBuffer: bufferOf('30.50') },
      [
        {
          type: 'contribution_exceeds_cash',
          requested: decimal('250'),
          available: decimal('69.5'),
        },
      ],
    ],
    [
      'a buffer that stays short',
      '0',
      [{ ...holding('AAA 40 @ 100 -> 100%'), tradable: false }],
      { cashBuffer: bufferOf('30.50') },
      [
        { type: 'not_tradable_target', symbol: 'AAA', targetWeight: decimal('1') },
        { type: 'cash_below_buffer', cashAfter: decimal('0'), buffer: decimal('30.5') },
      ],
    ],
  ])('%s', (_, cash, holdings, policy, warnings) => {
    const plan = planned(planBook(cash, holdings, policy));
    expect(JSON.stringify(plan.warnings)).toBe(JSON.stringify(warnings));
  });
});

test('a leg carries every figure that an approver sees', () => {
  const holdings = [holding('AAA 60 @ 100.50 -> 50%'), holding('BBB 40 @ 99.25 -> 50%')];
  const plan = planned(planBook('12.34', holdings, { cashBuffer: bufferOf('10') }));
  const shown = plan.legs.map((leg) => ({
    ...leg,
    quantity: leg.quantity.toFixed(),
    referencePrice: leg.referencePrice.toFixed(),
    notional: leg.notional.toFixed(),
    weightBefore: percent(leg.weightBefore),
    weightAfter: percent(leg.weightAfter),
    targetWeight: percent(leg.targetWeight),
  }));
  expect(shown).toEqual([
    {
      number: 1,
      side: 'sell',
      symbol: 'AAA',
      quantity: '10',
      referencePrice: '100.5',
      notional: '1005',
      weightBefore: '60.29',
      weightAfter: '50.24',
      targetWeight: '50.00',
    },
    {
      number: 2,
      side: 'buy',
      symbol: 'BBB',
      quantity: '10',
      referencePrice: '99.25',
      notional: '992.5',
      weightBefore: '39.69',
      weightAfter: '49.61',
      targetWeight: '50.00',
    },
  ]);
  expect({
    notional: plan.notional.toFixed(),
    totalValue: plan.totalValue.toFixed(),
    cashBuffer: plan.cashBuffer.toFixed(),
    cashBefore: plan.cashBefore.toFixed(),
    cashAfter: plan.cashAfter.toFixed(),
    turnover: percent(plan.turnover),
  }).toEqual({
    notional: '1997.5',
    totalValue: '10012.34',
    cashBuffer: '10',
    cashBefore: '12.34',
    cashAfter: '24.84',
    turnover: '19.95',
  });
});
