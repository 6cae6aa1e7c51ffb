import type { AccountSettings } from './account.ts';
import type { Check } from './check.ts';
import type { Proposal } from './proposal.ts';

/** What is checked of a proposal before anyone decides. */
export interface CheckFacts {
  readonly proposal: Proposal;
  readonly account: AccountSettings;
  /** Why trading is halted for the account; null when it is not. */
  readonly halt: { readonly reason: string } | null;
  readonly now: Temporal.Instant;
}

/** Every check of a proposal with its result, in the order in which they are shown. */
export function findChecks(facts: CheckFacts): readonly Check[] {
  const { plan, snapshot, mode } = facts.proposal;
  const buys = plan.legs.filter((leg) => leg.side === 'buy');
  const sells = plan.legs.filter((leg) => leg.side === 'sell');
  const held = new Map(snapshot.positions.map((position) => [position.symbol, position.quantity]));
  const oversold = sells.filter((leg) => held.get(leg.symbol)?.lt(leg.quantity) ?? true);
  const untouchable = new Set(facts.proposal.policy.untouchable);
  const touched = plan.legs.filter((leg) => untouchable.has(leg.symbol));
  return [
    marketCheck(facts),
    facts.halt === null
      ? passed('Halt')
      : { name: 'Halt', result: 'failed', detail: `trading is halted: ${facts.halt.reason}` },
    oversold.length === 0
      ? passed('No short sale')
      : {
          name: 'No short sale',
          result: 'failed',
          detail: `sells more than is held of ${oversold.map((leg) => leg.symbol).join(', ')}`,
        },
    plan.cashAfter.gte(plan.cashBuffer) || buys.length === 0
      ? passed('Cash')
      : {
          name: 'Cash',
          result: 'warned',
          detail: `leaves ${plan.cashAfter.toFixed(2)} in cash, the buffer is ${plan.cashBuffer.toFixed(2)}`,
        },
    plan.driftAfter.lte(plan.driftBefore)
      ? passed('Drift')
      : { name: 'Drift', result: 'warned', detail: 'the drift is larger afterwards' },
    touched.length === 0
      ? passed('Untouchable symbols')
      : {
          name: 'Untouchable symbols',
          result: 'failed',
          detail: touched.map((leg) => leg.symbol).join(', '),
        },
    snapshot.openOrders.length === 0
      ? passed('Working orders')
      : {
          name: 'Working orders',
          result: 'warned',
          detail: `${snapshot.openOrders.length} at the broker already`,
        },
    { name: 'Mode', result: 'passed', detail: mode === 'paper' ? 'paper money' : 'real money' },
  ];
}

function passed(name: string): Check {
  return { name, result: 'passed', detail: '' };
}

function marketCheck(facts: CheckFacts): Check {
  const { market } = facts.proposal.snapshot;
  const name = 'Market hours';
  if (!market.open) {
    const opens =
      market.nextOpen === null ? '' : `; it opens ${inWords(facts.now, market.nextOpen)}`;
    return { name, result: 'failed', detail: `the market is closed${opens}` };
  }
  if (market.nextClose === null) return { name, result: 'passed', detail: 'market open' };
  return {
    name,
    result: 'passed',
    detail: `market closes ${inWords(facts.now, market.nextClose)}`,
  };
}

function inWords(now: Temporal.Instant, at: Temporal.Instant): string {
  const minutes = Math.max(0, Math.round(now.until(at).total('minutes')));
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor((minutes % 1440) / 60);
  if (days > 0) return `in ${days} d ${hours} h`;
  return hours > 0 ? `in ${hours} h ${minutes % 60} min` : `in ${minutes} min`;
}
