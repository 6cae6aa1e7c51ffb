import { describe, expect, it } from 'vitest';
import { checkFunds } from '../../../src/core/checks/funds.ts';
import { decimal, sum } from '../../../src/core/decimal.ts';
import { formatMoney } from '../../../src/core/format.ts';
import { samplePlan, sampleProposal, sampleSnapshot } from '../../fixtures/sample-proposal.ts';
import { NOW } from '../../fixtures/sample-account.ts';
import { outcomeOf, sampleFacts } from './check-table.ts';

const BUYS = sum(
  samplePlan()
    .legs.filter((leg) => leg.side === 'buy')
    .map((leg) => leg.notional),
);
const SELLS = sum(
  samplePlan()
    .legs.filter((leg) => leg.side === 'sell')
    .map((leg) => leg.notional),
);
/** What must be there besides the sales. */
const NEEDED = BUYS.minus(SELLS);

function checked(
  balance: { cash: string; settledCash?: string | null; buyingPower?: string },
  funds: { accountType?: 'cash' | 'margin'; allowMargin?: boolean } = {},
  lastTraded: readonly { symbol: string; at: Temporal.Instant }[] = [],
) {
  const snapshot = {
    ...sampleSnapshot(),
    balance: {
      cash: decimal(balance.cash),
      settledCash:
        balance.settledCash === undefined || balance.settledCash === null
          ? null
          : decimal(balance.settledCash),
      buyingPower: decimal(balance.buyingPower ?? balance.cash),
    },
    lastTraded: [...lastTraded],
  };
  return checkFunds(
    sampleFacts({
      proposal: sampleProposal({ snapshot }),
      settings: { funds: { accountType: 'margin', allowMargin: false, ...funds } },
    }),
  );
}

describe('funds', () => {
  it('pass when cash and sales pay for the buys, to the cent', () => {
    expect(outcomeOf(checked({ cash: NEEDED.toFixed() }), 'margin')).toBe('passed');
  });

  it('fail when a cent is missing and margin is not allowed', () => {
    const cash = NEEDED.minus('0.01').toFixed();
    expect(outcomeOf(checked({ cash, buyingPower: '1000000' }), 'margin')).toBe(
      `failed: buys cost ${formatMoney(BUYS)}, cash and sales come to ${formatMoney(BUYS.minus('0.01'))}`,
    );
  });

  it('warn of what is borrowed where margin is allowed', () => {
    const cash = NEEDED.minus('100').toFixed();
    const checks = checked({ cash, buyingPower: '1000000' }, { allowMargin: true });
    expect(outcomeOf(checks, 'margin')).toBe('warned: borrows $100.00 on margin');
  });

  it('fail when even the buying power is too little', () => {
    const cash = NEEDED.minus('100').toFixed();
    const checks = checked({ cash, buyingPower: cash }, { allowMargin: true });
    expect(outcomeOf(checks, 'margin')).toMatch(/^failed: buys cost/);
  });

  it.each([
    ['margin', '0', 'not asked'],
    ['cash', BUYS.toFixed(), 'passed'],
    [
      'cash',
      BUYS.minus('1').toFixed(),
      'warned: buys with $1.00 that has not settled: do not sell them before the next business day',
    ],
    ['cash', null, 'warned: the broker does not say how much of the cash has settled'],
  ] as const)('in a %s account with %s settled: %s', (accountType, settledCash, expected) => {
    const checks = checked({ cash: '100000', settledCash }, { accountType });
    expect(outcomeOf(checks, 'good_faith')).toBe(expected);
  });

  it.each([
    [23, 'warned: sells AAPL, traded within the last day: that may not have settled'],
    [24, 'passed'],
  ])('in a cash account that sells what was traded %i hours ago: %s', (hours, expected) => {
    const checks = checked({ cash: '100000', settledCash: '100000' }, { accountType: 'cash' }, [
      { symbol: 'AAPL', at: NOW.subtract({ hours }) },
      { symbol: 'IBM', at: NOW.subtract({ hours: 1 }) },
    ]);
    expect(outcomeOf(checks, 'good_faith')).toBe(expected);
  });
});
