import { describe, expect, it } from 'vitest';
import { checkLimits, dayLimitUses } from '../../../src/core/checks/limits.ts';
import type { DayUsage } from '../../../src/core/checks/limits.ts';
import { decimal } from '../../../src/core/decimal.ts';
import { NO_LIMITS } from '../../../src/core/guardrail-settings.ts';
import type { SharedLimits, TradeLimits } from '../../../src/core/guardrail-settings.ts';
import { sampleSnapshot } from '../../fixtures/sample-proposal.ts';
import { sampleProposal } from '../../fixtures/sample-proposal.ts';
import { outcomeOf, sampleFacts } from './check-table.ts';

/** The sample proposal sells AAPL for $17,618.58 and buys three symbols: 4 orders, $35,061.57, and
    $35,096.18 at the limit prices of its buys. */
const used = (notional: string, orders: number): DayUsage => ({
  notional: decimal(notional),
  orders,
});

function checked(
  own: Partial<TradeLimits>,
  usage: Partial<{
    account: DayUsage;
    allAccounts: DayUsage;
    ben: DayUsage;
    shared: SharedLimits;
  }> = {},
) {
  const base = sampleFacts();
  return checkLimits(
    sampleFacts({
      settings: { limits: { ...NO_LIMITS, ...own } },
      limits: {
        ...base.limits,
        ...(usage.account === undefined ? {} : { account: usage.account }),
        ...(usage.allAccounts === undefined ? {} : { allAccounts: usage.allAccounts }),
        ...(usage.shared === undefined ? {} : { shared: usage.shared }),
        people: usage.ben === undefined ? [] : [{ name: 'Ben', usage: usage.ben }],
      },
    }),
  );
}

describe('limits', () => {
  it('are not asked where none is set', () => {
    expect(checked({})).toEqual([]);
  });

  it.each([
    ['35096.18', '0', "passed: $0.00 of today's $35,096.18 limit left after this"],
    [
      '35096.17',
      '0',
      "failed: up to $35,096.18 asked for, $35,096.17 of today's $35,096.17 limit left",
    ],
    ['50000', '0', "passed: $14,903.82 of today's $50,000 limit left after this"],
    ['50000', '14903.82', "passed: $0.00 of today's $50,000 limit left after this"],
    [
      '50000',
      '14903.83',
      "failed: up to $35,096.18 asked for, $35,096.17 of today's $50,000 limit left",
    ],
    ['50000', '60000', "failed: up to $35,096.18 asked for, $0.00 of today's $50,000 limit left"],
  ])('of $%s a day, $%s of it used: %s', (limit, before, expected) => {
    const checks = checked({ dayNotional: decimal(limit) }, { account: used(before, 0) });
    expect(outcomeOf(checks, 'limit.day_notional')).toBe(expected);
  });

  it.each([
    [4, 0, "passed: 0 orders of today's limit of 4 orders left after this"],
    [10, 6, "passed: 0 orders of today's limit of 10 orders left after this"],
    [10, 7, "failed: 4 orders asked for, 3 orders of today's limit of 10 orders left"],
  ])('of %i orders a day, %i of them used: %s', (limit, before, expected) => {
    const checks = checked({ dayOrders: limit }, { account: used('0', before) });
    expect(outcomeOf(checks, 'limit.day_orders')).toBe(expected);
  });

  it('of turnover are a share of what the account is worth', () => {
    const value = sampleProposal().plan.totalValue;
    const enough = decimal('35096.18').div(value).round(4, 3);
    expect(outcomeOf(checked({ dayTurnover: enough }), 'limit.day_turnover')).toMatch(/^passed/);
    const tooLittle = enough.minus('0.0002');
    expect(outcomeOf(checked({ dayTurnover: tooLittle }), 'limit.day_turnover')).toMatch(
      /^failed: up to \$35,096\.18 asked for/,
    );
  });

  it('of one order name the orders that are too large and who could change it', () => {
    const [check] = checked({ orderNotional: decimal('14000') });
    expect(check).toMatchObject({ rule: 'limit.order_notional', result: 'failed' });
    expect(check?.detail).toMatch(/^sell AAPL \$1\d,\d{3}\.\d\d: more than the \$14,000/);
    expect(check?.remedy).toBe(
      'Cap it with Adjust, or an admin can raise limits.orderNotional of core in portfolios.yaml.',
    );
  });

  it.each([
    ['1000', '0.079', 'passed'],
    ['1000', '0.078', 'failed: sell AAPL 79 of at most 78 (7.8% of the average daily volume)'],
    [null, '0.01', 'passed: the daily volume of 4 symbols is not known'],
  ])('of daily volume, with %s shares a day and a share of %s: %s', (volume, share, expected) => {
    const snapshot = sampleSnapshot();
    const quotes = snapshot.quotes.map((quote) => ({
      ...quote,
      averageDailyVolume:
        volume === null ? null : decimal(quote.symbol === 'AAPL' ? volume : '1000000'),
    }));
    const checks = checkLimits(
      sampleFacts({
        proposal: sampleProposal({ snapshot: { ...snapshot, quotes } }),
        settings: { limits: { ...NO_LIMITS, orderVolumeShare: decimal(share) } },
      }),
    );
    expect(outcomeOf(checks, 'limit.order_volume')).toBe(expected);
  });

  it('over all accounts and for each voter count what others and other accounts used', () => {
    const shared: SharedLimits = {
      allAccounts: { dayNotional: decimal('100000'), dayOrders: 50 },
      eachPerson: { dayNotional: decimal('40000'), dayOrders: null },
    };
    const checks = checked({}, { shared, allAccounts: used('70000', 10), ben: used('5000', 2) });
    expect(outcomeOf(checks, 'limit.all_accounts.day_notional')).toBe(
      "failed: up to $35,096.18 asked for, $30,000.00 of today's $100,000 limit for all accounts left",
    );
    expect(outcomeOf(checks, 'limit.all_accounts.day_orders')).toMatch(/^passed: 36 orders/);
    expect(outcomeOf(checks, 'limit.person.day_notional')).toBe(
      "failed: up to $35,096.18 asked for, $35,000.00 of today's $40,000 limit of Ben left",
    );
  });

  it('leave the turnover out where the value is not known', () => {
    const facts = sampleFacts({
      settings: { limits: { ...NO_LIMITS, dayTurnover: decimal('0.1') } },
    });
    expect(dayLimitUses({ ...facts, totalValue: null })).toEqual([]);
    expect(dayLimitUses({ ...facts, totalValue: decimal('1000') })).toMatchObject([
      { rule: 'limit.day_turnover', limit: decimal('100') },
    ]);
  });
});
