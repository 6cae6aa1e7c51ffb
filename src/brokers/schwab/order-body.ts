import type { OrderIntent } from '../../core/order.ts';
import { jsonNumber } from './exact-json.ts';

/** Why Schwab cannot be sent this order at all; null when it can. */
export function whyNotSendable(intent: OrderIntent): string | null {
  if (!intent.quantity.mod('1').eq('0')) {
    return `Schwab takes whole shares only, not ${intent.quantity.toFixed()}: set lots: whole in the policy of the account.`;
  }
  if (intent.extendedHours && intent.limitPrice === null) {
    return 'Schwab takes only limit orders outside the regular session: set orders.type: limit, or extendedHours: false.';
  }
  return null;
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
