import type { Check } from '../check.ts';
import { failed, passed, warned } from '../check.ts';
import { extendedHoursAt } from '../market-calendar.ts';
import type { MarketClock } from '../portfolio.ts';
import type { CheckFacts } from './check-facts.ts';

const RULE = 'market_hours';
const NAME = 'Market hours';

/** Whether the market takes orders, for long enough. */
export function checkMarketHours(facts: CheckFacts): readonly Check[] {
  const { market, now, account } = facts;
  if (market === null) {
    return [
      failed(
        RULE,
        NAME,
        'the broker did not say whether the market is open',
        'Try again in a minute; "evenkeel doctor" tells whether the broker answers.',
      ),
    ];
  }
  const shut = whyShut(facts, market);
  if (shut === null) {
    return [
      passed(
        RULE,
        NAME,
        market.nextClose === null
          ? 'market open'
          : `market closes ${inWords(now, market.nextClose)}`,
      ),
    ];
  }
  if (facts.atNextOpen && mayQueue(facts, market)) {
    const opens = market.nextOpen === null ? '' : `, ${inWords(now, market.nextOpen)}`;
    return [
      warned(RULE, NAME, `${shut}; waits for the next open${opens}`, 'Reject it to stop it.'),
    ];
  }
  if (account.orders.extendedHours && facts.extendedHours && extendedHoursAt(now)) {
    return [
      warned(
        RULE,
        NAME,
        `${shut}; trades outside the regular session, where prices are wider`,
        'Propose again during the session for ordinary prices.',
      ),
    ];
  }
  const queue = mayQueue(facts, market)
    ? 'An approver can have it executed at the next open. '
    : '';
  return [
    failed(
      RULE,
      NAME,
      shut,
      `${queue}Propose again with /rebalance ${account.name} while it is open.`,
    ),
  ];
}

/** Whether an approver may have a proposal wait for the next open. */
export function mayQueue(
  facts: Pick<CheckFacts, 'account' | 'now'>,
  market: MarketClock | null,
): boolean {
  if (market === null || facts.account.marketHours.whenClosed !== 'queue') return false;
  return market.nextOpen !== null && whyShut(facts, market) !== null;
}

/** Why nothing is begun now, with the times; null when the session lasts long enough. */
function whyShut(
  { account, now }: Pick<CheckFacts, 'account' | 'now'>,
  market: MarketClock,
): string | null {
  if (!market.open) {
    const opens = market.nextOpen === null ? '' : `; it opens ${inWords(now, market.nextOpen)}`;
    return `the market is closed${opens}`;
  }
  const { nextClose } = market;
  if (nextClose === null) return null;
  const { runway } = account.marketHours;
  if (Temporal.Instant.compare(now.add(runway), nextClose) <= 0) return null;
  const minutes = Math.round(runway.total('minutes'));
  return `the market closes ${inWords(now, nextClose)}, and nothing is begun in the last ${minutes} min`;
}

/** What a market clock that was read earlier lets one expect now: past its close, a session is over. */
export function marketLater(market: MarketClock, now: Temporal.Instant): MarketClock {
  const { nextClose, nextOpen } = market;
  if (!market.open || nextClose === null) return market;
  if (Temporal.Instant.compare(now, nextClose) < 0) return market;
  const opensLater = nextOpen !== null && Temporal.Instant.compare(now, nextOpen) < 0;
  return { open: false, nextOpen: opensLater ? nextOpen : null, nextClose: null };
}

/** `in 3 h 12 min`. */
function inWords(now: Temporal.Instant, at: Temporal.Instant): string {
  const minutes = Math.max(0, Math.round(now.until(at).total('minutes')));
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor((minutes % 1440) / 60);
  if (days > 0) return `in ${days} d ${hours} h`;
  return hours > 0 ? `in ${hours} h ${minutes % 60} min` : `in ${minutes} min`;
}
