import type { AccountSettings } from '../account.ts';
import type { OrderIntent } from '../order.ts';

/** Why an order that was approved is not sent after all: a denial of ours. */
export interface OrderDenial {
  readonly code: string;
  readonly reason: string;
}

/**
 * Whether one order may leave now; null means yes. Asked in the transaction that marks the order as
 * submitted, so that a rule which was tightened since the approval still counts. Days' limits are not
 * asked again: the approval reserved the whole plan, and an order is never more than its leg.
 * @param referencePrice the price that was approved, for orders without a limit of their own.
 */
export function findOrderDenial(
  intent: OrderIntent,
  referencePrice: OrderIntent['quantity'],
  account: AccountSettings,
): OrderDenial | null {
  const { orderNotional } = account.limits;
  const notional = intent.quantity.times(referencePrice);
  if (orderNotional !== null && notional.gt(orderNotional)) {
    return {
      code: 'limit.order_notional',
      reason: `one order may be at most ${orderNotional.toFixed(2)}, this one is ${notional.toFixed(2)}`,
    };
  }
  if (account.policy.untouchable.includes(intent.symbol)) {
    return { code: 'untouchable', reason: `${intent.symbol} must not be traded in this account` };
  }
  if (account.compliance.restricted.includes(intent.symbol)) {
    return { code: 'restricted', reason: `${intent.symbol} is on the restricted list` };
  }
  if (intent.orderType === 'market' && account.orders.orderType !== 'market') {
    return { code: 'market_order', reason: 'market orders are not allowed in this account' };
  }
  return null;
}
