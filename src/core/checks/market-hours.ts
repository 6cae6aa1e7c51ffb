import type { Check } from '../check.ts';
import { failed, passed } from '../check.ts';
import type { MarketClock } from '../portfolio.ts';
import type { CheckFacts } from './check-facts.ts';

const RULE = 'market_hours';
const NAME = 'Market hours';

/** Whether the market takes orders. */
export function checkMarketHours({ market, now, account }: CheckFacts): readonly Check[] {
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
  if (!market.open) {
    const opens = market.nextOpen === null ? '' : `; it opens ${inWords(now, market.nextOpen)}`;
    return [
      failed(
        RULE,
        NAME,
        `the market is closed${opens}`,
        `Propose again with /rebalance ${account.name} while it is open.`,
      ),
    ];
  }
  if (market.nextClose === null) return [passed(RULE, NAME, 'market open')];
  return [passed(RULE, NAME, `market closes ${inWords(now, market.nextClose)}`)];
}

/** What a market clock that was read earlier lets one expect now: past its close, a session is over. */
export function marketLater(market: MarketClock, now: Temporal.Instant): MarketClock {
  const { nextClose } = market;
  if (!market.open || nextClose === null) return market;
  if (Temporal.Instant.compare(now, nextClose) < 0) return market;
  return { open: false, nextOpen: null, nextClose: null };
}

/** `in 3 h 12 min`. */
function inWords(now: Temporal.Instant, at: Temporal.Instant): string {
  const minutes = Math.max(0, Math.round(now.until(at).total('minutes')));
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor((minutes % 1440) / 60);
  if (days > 0) return `in ${days} d ${hours} h`;
  return hours > 0 ? `in ${hours} h ${minutes % 60} min` : `in ${minutes} min`;
}
