import { ZERO } from '../../../src/core/decimal.ts';
import { availabilityOf, buyingPowerOf } from './account.ts';
import type { FakeAccount } from './account.ts';
import { costOf, isFinal } from './order.ts';
import type { FakeOrder, OrderTerms } from './order.ts';
import { badInput, forbidden, unprocessable } from './refusal.ts';
import { amountText } from './wire.ts';

/**
 * What an account's own state forbids, in the order in which Alpaca looks.
 * @param replaces the id of the order that it takes the place of: what that holds does not count
 * @throws Refusal
 */
export function checkOrder(account: FakeAccount, terms: OrderTerms, replaces: string | null): void {
  if (account.orders.some(({ clientOrderId }) => clientOrderId === terms.clientOrderId)) {
    throw badInput('client_order_id must be unique');
  }
  const others: FakeAccount = {
    ...account,
    orders: account.orders.filter(({ id }) => id !== replaces),
  };
  checkWashTrade(others, terms);
  if (terms.side === 'buy') checkBuyingPower(others, terms);
  else checkShares(others, terms);
}

/**
 * Orders on opposite sides of one symbol must not be able to meet: with a market order they always can,
 * two limit orders can when the buyer's limit reaches the seller's.
 * https://docs.alpaca.markets/docs/user-protection
 */
function checkWashTrade(account: FakeAccount, terms: OrderTerms): void {
  const opposite = account.orders.find(
    (order) =>
      order.asset.symbol === terms.asset.symbol &&
      order.side !== terms.side &&
      !isFinal(order) &&
      canMeet(order, terms),
  );
  if (opposite === undefined) return;
  throw forbidden('potential wash trade detected. use complex orders', {
    existing_order_id: opposite.id,
    reject_reason:
      opposite.type === 'market'
        ? 'opposite side market/stop order exists'
        : 'opposite side limit order exists',
  });
}

function canMeet(order: FakeOrder, terms: OrderTerms): boolean {
  const [buy, sell] = terms.side === 'buy' ? [terms, order] : [order, terms];
  if (buy.limitPrice === null || sell.limitPrice === null) return true;
  return buy.limitPrice.gte(sell.limitPrice);
}

function checkBuyingPower(account: FakeAccount, terms: OrderTerms): void {
  const cost = costOf(terms);
  const power = buyingPowerOf(account);
  if (cost.lte(power)) return;
  throw forbidden('insufficient buying power', {
    buying_power: amountText(power.round(2, 0)),
    cost_basis: amountText(cost),
  });
}

function checkShares(account: FakeAccount, terms: OrderTerms): void {
  const { existing, held, orders } = availabilityOf(account, terms.asset.symbol);
  const price = terms.limitPrice ?? terms.asset.bid;
  const requested = terms.quantity ?? (terms.notional ?? ZERO).div(price).round(9, 0);
  if (existing.eq(ZERO)) {
    if (terms.quantity === null || !terms.quantity.mod('1').eq(ZERO)) {
      throw unprocessable('fractional orders cannot be sold short');
    }
    throw forbidden('account is not allowed to short');
  }
  const available = existing.minus(held);
  if (requested.lte(available)) return;
  throw forbidden(
    `insufficient qty available for order (requested: ${amountText(requested)}, available: ${amountText(available)})`,
    {
      available: amountText(available),
      existing_qty: amountText(existing),
      held_for_orders: amountText(held),
      related_orders: orders.map(({ id }) => id),
      symbol: terms.asset.symbol,
    },
  );
}
