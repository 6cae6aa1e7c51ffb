import { decimal, sum, toText, ZERO } from '../../../src/core/decimal.ts';
import type { Decimal } from '../../../src/core/decimal.ts';
import { accountFigures } from './accounts.ts';
import type { FakeAccount } from './accounts.ts';
import { isWorking, remaining } from './orders.ts';
import type { FakeOrder } from './orders.ts';

/** https://interactivebrokers.github.io/tws-api/order_limitations.html */
const WORKING_ORDERS_A_SIDE = 20;
const HALF = decimal('0.5');

export const notional = (order: FakeOrder): Decimal =>
  remaining(order).times(order.limitPrice ?? order.contract.ask);

/** What an order would do to the margin of its account. */
export interface MarginEffect {
  readonly equity: Decimal;
  readonly before: Decimal;
  readonly after: Decimal;
}

/** @param orders all orders of the broker; those working in the account bind funds already. */
export function marginEffect(
  account: FakeAccount,
  order: FakeOrder,
  orders: readonly FakeOrder[],
): MarginEffect {
  const figures = accountFigures(account);
  const factor = account.type === 'margin' ? HALF : decimal('1');
  const bound = sum(
    orders
      .filter((other) => other !== order && other.account === account.id)
      .filter((other) => isWorking(other) && other.side === 'BUY')
      .map((other) => notional(other).times(factor)),
  );
  const before = figures.initialMargin.plus(bound);
  const change = order.side === 'BUY' ? notional(order).times(factor) : sellEffect(account, order);
  return { equity: figures.equityWithLoan, before, after: before.plus(change) };
}

/** A sale frees the margin of what is held and takes margin for what is sold short. */
function sellEffect(account: FakeAccount, order: FakeOrder): Decimal {
  if (account.type === 'cash') return ZERO;
  const held = heldQuantity(account, order);
  const short = remaining(order).minus(held.gt(ZERO) ? held : ZERO);
  const covered = short.gt(ZERO) ? remaining(order).minus(short) : remaining(order);
  const shortMargin = short.gt(ZERO) ? short.times(order.contract.last).times(HALF) : ZERO;
  return shortMargin.minus(covered.times(order.contract.last).times(HALF));
}

const heldQuantity = (account: FakeAccount, order: FakeOrder): Decimal =>
  account.positions.find((entry) => entry.contract === order.contract)?.quantity ?? ZERO;

/** Why the broker's servers refuse an order (the words after "Order rejected - reason:"); null to take it. */
export function rejection(
  account: FakeAccount,
  order: FakeOrder,
  orders: readonly FakeOrder[],
): string | null {
  const others = orders.filter((other) => other !== order && isWorking(other));
  const samePlace = others.filter(
    (other) =>
      other.account === order.account &&
      other.contract === order.contract &&
      other.side === order.side,
  );
  if (samePlace.length >= WORKING_ORDERS_A_SIDE) {
    return `${WORKING_ORDERS_A_SIDE} ACTIVE ORDERS PER CONTRACT, SIDE AND ACCOUNT ARE ALLOWED`;
  }
  if (order.side === 'SELL' && account.type === 'cash') {
    const selling = sum([order, ...samePlace].map(remaining));
    if (selling.gt(heldQuantity(account, order))) {
      return 'SHORT STOCK POSITIONS CAN ONLY BE HELD IN A MARGIN ACCOUNT';
    }
  }
  const { equity, before, after } = marginEffect(account, order, orders);
  if (after.gt(before) && after.gt(equity)) {
    return (
      'YOUR ORDER IS NOT ACCEPTED. IN ORDER TO OBTAIN THE DESIRED POSITION YOUR EQUITY WITH LOAN ' +
      `VALUE [${toText(equity.round(2))} USD] MUST EXCEED THE INITIAL MARGIN [${toText(after.round(2))} USD]`
    );
  }
  return null;
}

/** Fixed pricing: USD 0.005 a share, at least 1 and at most 1% of the value, over the whole order. */
export function commissionOf(quantity: Decimal, value: Decimal): Decimal {
  if (quantity.eq(ZERO)) return ZERO;
  const byShares = quantity.times(decimal('0.005'));
  const floored = byShares.lt(decimal('1')) ? decimal('1') : byShares;
  const cap = value.times(decimal('0.01'));
  return (floored.gt(cap) ? cap : floored).round(4);
}
