import type { Check } from '../check.ts';
import { failed, passed, warned } from '../check.ts';
import { sum, ZERO } from '../decimal.ts';
import { formatMoney } from '../format.ts';
import type { CheckFacts } from './check-facts.ts';

/** Whether the trades are paid for, and with money that may be used. */
export function checkFunds(facts: CheckFacts): readonly Check[] {
  return [...checkMargin(facts), ...checkSettledCash(facts)];
}

/** No margin unless it is allowed: buys are paid from the cash that is there and from the sales. */
function checkMargin({ proposal, account }: CheckFacts): readonly Check[] {
  const { plan, snapshot } = proposal;
  const name = 'Funds';
  const rule = 'margin';
  const buys = sum(plan.legs.filter((leg) => leg.side === 'buy').map((leg) => leg.notional));
  if (buys.lte(ZERO)) return [];
  const sells = sum(plan.legs.filter((leg) => leg.side === 'sell').map((leg) => leg.notional));
  const cash = snapshot.balance.cash.plus(sells);
  const power = snapshot.balance.buyingPower.plus(sells);
  if (buys.gt(power)) {
    return [
      failed(
        rule,
        name,
        `buys cost ${formatMoney(buys)}, buying power and sales come to ${formatMoney(power)}`,
        'Propose less; the broker takes no orders beyond that.',
      ),
    ];
  }
  if (buys.lte(cash)) return [passed(rule, name)];
  if (!account.funds.allowMargin) {
    return [
      failed(
        rule,
        name,
        `buys cost ${formatMoney(buys)}, cash and sales come to ${formatMoney(cash)}`,
        `Propose less, or an admin can set funds.allowMargin of ${account.name} in portfolios.yaml.`,
      ),
    ];
  }
  const borrowed = formatMoney(buys.minus(cash));
  return [warned(rule, name, `borrows ${borrowed} on margin`, 'Propose less to borrow nothing.')];
}

/**
 * In a cash account what is bought with money that has not settled must not be sold before it has: a
 * good-faith violation (Regulation T, 12 CFR 220.8; sales settle on the next business day).
 */
function checkSettledCash({ proposal, account, now }: CheckFacts): readonly Check[] {
  if (account.funds.accountType !== 'cash') return [];
  const { plan, snapshot } = proposal;
  const rule = 'good_faith';
  const name = 'Settled cash';
  const { settledCash } = snapshot.balance;
  const buys = sum(plan.legs.filter((leg) => leg.side === 'buy').map((leg) => leg.notional));
  const findings: string[] = [];
  if (buys.gt(ZERO)) {
    if (settledCash === null) {
      findings.push('the broker does not say how much of the cash has settled');
    } else if (buys.gt(settledCash)) {
      const unsettled = formatMoney(buys.minus(settledCash));
      findings.push(
        `buys with ${unsettled} that has not settled: do not sell them before the next business day`,
      );
    }
  }
  const recent = new Set(
    snapshot.lastTraded
      .filter(({ at }) => Temporal.Instant.compare(at.add(SETTLES_WITHIN), now) > 0)
      .map(({ symbol }) => symbol),
  );
  const fresh = plan.legs.filter((leg) => leg.side === 'sell' && recent.has(leg.symbol));
  if (fresh.length > 0) {
    const symbols = fresh.map((leg) => leg.symbol).join(', ');
    findings.push(`sells ${symbols}, traded within the last day: that may not have settled`);
  }
  if (findings.length === 0) return [passed(rule, name)];
  return [
    warned(
      rule,
      name,
      findings.join('; '),
      'Wait for the next business day, when sales have settled.',
    ),
  ];
}

/** Sales of US equities settle on the business day after the trade (SEC Rule 15c6-1). */
const SETTLES_WITHIN = { hours: 24 };
