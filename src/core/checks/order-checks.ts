import type { AccountSettings } from '../account.ts';
import { collaredPrice } from '../order-prices.ts';
import { ZERO } from '../decimal.ts';
import type { Decimal } from '../decimal.ts';
import { formatMoney, formatQuantity, formatShortPercent } from '../format.ts';
import { mostNotional } from '../most-notional.ts';
import type { Fill, OrderIntent } from '../order.ts';
import type { Leg } from '../plan-types.ts';

/** Why an order that was approved is not sent after all: a denial of ours. */
export interface OrderDenial {
  readonly code: string;
  readonly reason: string;
}

/**
 * Whether a sale would sell more than is held, by what is known when it is about to leave; null when not.
 * @param held when the proposal was made; the execution has found the same when it began.
 * @param outside what was traded since by orders that are not ours.
 */
export function findOversell(
  { side, symbol, quantity }: OrderIntent,
  held: readonly { readonly symbol: string; readonly quantity: Decimal }[],
  outside: readonly Pick<Fill, 'symbol' | 'side' | 'quantity'>[],
): OrderDenial | null {
  if (side === 'buy') return null;
  const before = held.find((position) => position.symbol === symbol)?.quantity ?? ZERO;
  const now = outside
    .filter((fill) => fill.symbol === symbol)
    .reduce(
      (left, fill) => (fill.side === 'buy' ? left.plus(fill.quantity) : left.minus(fill.quantity)),
      before,
    );
  if (quantity.lte(now)) return null;
  const since = now.eq(before) ? '' : `, after what was traded outside Evenkeel since`;
  return {
    code: 'short_sale',
    reason: `it sells ${formatQuantity(quantity)} ${symbol}, and ${formatQuantity(now)} are held${since}`,
  };
}

/**
 * Whether one order may leave now; null means yes. Asked in the transaction that marks the order as
 * submitted, so that a rule which was tightened since the approval still counts. Beside this, wash sales
 * are asked (`findWashSaleDenials`), what is held (`findOversell`) and the limits of the day
 * (`findDayLimitDenial`).
 * @param leg what was approved.
 * @param averageDailyVolume of the symbol, in shares; null when it is not known.
 */
export function findOrderDenial(
  intent: OrderIntent,
  leg: Pick<Leg, 'referencePrice'>,
  account: AccountSettings,
  averageDailyVolume: Decimal | null,
): OrderDenial | null {
  const { side, symbol, quantity, limitPrice } = intent;
  const { referencePrice } = leg;
  const { limits, orders, policy, compliance } = account;
  const notional = mostNotional({ side, quantity, referencePrice }, orders, limitPrice);
  if (limits.orderNotional !== null && notional.gt(limits.orderNotional)) {
    return {
      code: 'limit.order_notional',
      reason: `one order may be at most ${limits.orderNotional.toFixed(2)}, this one is up to ${notional.toFixed(2)}`,
    };
  }
  const share = limits.orderVolumeShare;
  if (share !== null && averageDailyVolume !== null) {
    const most = averageDailyVolume.times(share);
    if (quantity.gt(most)) {
      return {
        code: 'limit.order_volume',
        reason: `one order of ${symbol} may be at most ${formatQuantity(most)}, ${formatShortPercent(share)} of its average daily volume`,
      };
    }
  }
  if (policy.untouchable.includes(symbol)) {
    return { code: 'untouchable', reason: `${symbol} must not be traded in this account` };
  }
  if (compliance.restricted.includes(symbol)) {
    return { code: 'restricted', reason: `${symbol} is on the restricted list` };
  }
  if (limitPrice === null) {
    return orders.orderType === 'market'
      ? null
      : { code: 'market_order', reason: 'market orders are not allowed in this account' };
  }
  const edge = collaredPrice(side, referencePrice, orders);
  if (side === 'buy' ? limitPrice.gt(edge) : limitPrice.lt(edge)) {
    return {
      code: 'price_collar',
      reason: `its limit ${formatMoney(limitPrice)} is beyond the collar, which ends at ${formatMoney(edge)}`,
    };
  }
  return null;
}
