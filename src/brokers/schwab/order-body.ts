import {
  exchangeDateOf,
  EXCHANGE_TIME_ZONE,
  marketClockAt,
  sessionOn,
} from '../../core/market-calendar.ts';
import type { OrderIntent } from '../../core/order.ts';
import type { BrokerErrorCode } from '../../ports/broker.ts';
import { jsonNumber } from './exact-json.ts';

/** Schwab's session SEAMLESS, in New York (schwab.com, "Extended hours trading"). */
const EXTENDED_FROM = Temporal.PlainTime.from('07:00');
const EXTENDED_UNTIL = Temporal.PlainTime.from('20:00');

/** Why Schwab must not be sent this order now; null when it can be. */
export function whyNotSendable(
  intent: OrderIntent,
  now: Temporal.Instant,
): { readonly code: BrokerErrorCode; readonly reason: string } | null {
  if (!intent.quantity.mod('1').eq('0')) {
    return {
      code: 'order_rejected',
      reason: `Schwab takes whole shares only, not ${intent.quantity.toFixed()}: set lots: whole in the policy of the account.`,
    };
  }
  if (intent.extendedHours && intent.limitPrice === null) {
    return {
      code: 'order_rejected',
      reason:
        'Schwab takes only limit orders outside the regular session: set orders.type: limit, or extendedHours: false.',
    };
  }
  // Schwab would keep it, and send it at the next open at a price that nobody approved for then.
  const open = intent.extendedHours ? isExtendedSession(now) : marketClockAt(now).open;
  return open
    ? null
    : {
        code: 'market_closed',
        reason: 'The market is closed, and Schwab would keep the order for the next session.',
      };
}

function isExtendedSession(now: Temporal.Instant): boolean {
  if (sessionOn(exchangeDateOf(now)) === null) return false;
  const time = now.toZonedDateTimeISO(EXCHANGE_TIME_ZONE).toPlainTime();
  return (
    Temporal.PlainTime.compare(EXTENDED_FROM, time) <= 0 &&
    Temporal.PlainTime.compare(time, EXTENDED_UNTIL) < 0
  );
}

/** An order as POST /trader/v1/accounts/{hash}/orders takes it. */
export function orderBody(intent: OrderIntent): string {
  return JSON.stringify({
    session: intent.extendedHours ? 'SEAMLESS' : 'NORMAL',
    duration: 'DAY',
    orderType: intent.limitPrice === null ? 'MARKET' : 'LIMIT',
    complexOrderStrategyType: 'NONE',
    orderStrategyType: 'SINGLE',
    ...(intent.limitPrice === null ? {} : { price: jsonNumber(intent.limitPrice) }),
    orderLegCollection: [
      {
        instruction: intent.side === 'buy' ? 'BUY' : 'SELL',
        quantity: jsonNumber(intent.quantity),
        instrument: { symbol: intent.symbol, assetType: 'EQUITY' },
      },
    ],
  });
}
