import {
  ZERO,
  decimalFromInteger,
  maximum,
  roundDownToLot,
  sum,
} from '../../../src/core/decimal.ts';
import type { Decimal } from '../../../src/core/decimal.ts';
import { isBefore } from './clock.ts';
import {
  filledQuantity,
  isLive,
  longMarketValue,
  marketPrice,
  remainingQuantity,
} from './world.ts';
import type { FakeAccount, FakeOrder, OrderStatus, OrderTicket, World } from './world.ts';

const one = decimalFromInteger(1);
const two = decimalFromInteger(2);

function openOrders(
  world: World,
  account: FakeAccount,
  except: FakeOrder | null = null,
): readonly FakeOrder[] {
  return [...world.orders.values()].filter(
    (order) => order.account === account && order !== except && isLive(order),
  );
}

/** What the open buy orders of an account will cost: at their limit, or at the ask. */
export function reservedCash(
  world: World,
  account: FakeAccount,
  except: FakeOrder | null = null,
): Decimal {
  return sum(
    openOrders(world, account, except)
      .filter(({ instruction }) => instruction === 'BUY')
      .map((order) => remainingQuantity(order).times(estimatedPrice(world, order))),
  );
}

export function estimatedPrice(world: World, ticket: OrderTicket): Decimal {
  const symbol = world.symbols.get(ticket.symbol);
  const market = ticket.instruction === 'BUY' ? symbol?.ask : symbol?.bid;
  return ticket.price ?? market ?? ZERO;
}

/**
 * What an account can buy stock for, before its open orders: its cash, or with margin (half of a purchase
 * borrowed, Regulation T) twice its cash and what it holds.
 */
export function buyingPower(world: World, account: FakeAccount): Decimal {
  if (account.type === 'CASH') return maximum(account.cash, ZERO);
  return maximum(account.cash.times(two).plus(longMarketValue(world, account)), ZERO);
}

/**
 * Why the account cannot carry an order, in Schwab's manner; null when it can.
 * @param replaced an order that makes room for this one
 */
export function refusal(
  world: World,
  account: FakeAccount,
  ticket: OrderTicket,
  replaced: FakeOrder | null = null,
): string | null {
  if (ticket.instruction === 'SELL') {
    const held = account.positions.get(ticket.symbol)?.quantity ?? ZERO;
    const selling = sum(
      openOrders(world, account, replaced)
        .filter(({ instruction, symbol }) => instruction === 'SELL' && symbol === ticket.symbol)
        .map(remainingQuantity),
    );
    return ticket.quantity.gt(held.minus(selling))
      ? 'This order may result in an oversold/overbought position in your account. Please check your position quantity and/or open orders.'
      : null;
  }
  const cost = ticket.quantity.times(estimatedPrice(world, ticket));
  return cost.gt(buyingPower(world, account).minus(reservedCash(world, account, replaced)))
    ? 'You do not have enough available cash/buying power for this order.'
    : null;
}

/** Takes an order into the book, where the account may still not carry it: REJECTED then. */
export function place(
  world: World,
  account: FakeAccount,
  ticket: OrderTicket,
  origin: 'api' | 'elsewhere',
): FakeOrder {
  const at = world.clock.now();
  const told = origin === 'api' ? world.rejections.shift() : undefined;
  const problem = told ?? refusal(world, account, ticket);
  const isOpen = world.sessions.isOpen(ticket.session, at);
  const order: FakeOrder = {
    ...ticket,
    id: world.nextId(),
    account,
    origin,
    status: isOpen ? 'WORKING' : 'PENDING_ACTIVATION',
    statusDescription: null,
    enteredAt: at,
    closedAt: null,
    activatesAt: isOpen ? null : at,
    expiresAt: null,
    fillAt: null,
    executions: [],
  };
  reschedule(world, order, at);
  world.orders.set(order.id, order);
  if (problem !== null) finish(order, 'REJECTED', at, problem);
  catchUp(world);
  return order;
}

/** Ends an order. Its open quantity is gone. */
export function finish(
  order: FakeOrder,
  status: OrderStatus,
  at: Temporal.Instant,
  description: string | null = null,
): void {
  order.status = status;
  order.statusDescription = description;
  order.closedAt = at;
  order.activatesAt = null;
  order.fillAt = null;
}

/** Asks for a cancel: at once, or when `finishCancel` says so. */
export function requestCancel(world: World, order: FakeOrder): void {
  if (world.options.cancels === 'at_once') {
    finish(order, 'CANCELED', world.clock.now());
    return;
  }
  order.status = 'PENDING_CANCEL';
  order.activatesAt = null;
}

/** Fills a part of an order; the money and the shares move. */
export function execute(
  world: World,
  order: FakeOrder,
  quantity: Decimal,
  price: Decimal,
  at: Temporal.Instant,
): void {
  const { account } = order;
  order.executions.push({ id: world.nextId(), quantity, price, at });
  const position = account.positions.get(order.symbol) ?? { quantity: ZERO, costBasis: ZERO };
  const amount = quantity.times(price);
  if (order.instruction === 'BUY') {
    account.cash = account.cash.minus(amount);
    position.quantity = position.quantity.plus(quantity);
    position.costBasis = position.costBasis.plus(amount);
  } else {
    account.cash = account.cash.plus(amount);
    account.unsettled.push({ amount, settlesAt: world.sessions.settlementOf(at) });
    const share = position.quantity.eq(ZERO) ? one : quantity.div(position.quantity);
    position.costBasis = position.costBasis.minus(position.costBasis.times(share));
    position.quantity = position.quantity.minus(quantity);
  }
  if (position.quantity.eq(ZERO)) account.positions.delete(order.symbol);
  else account.positions.set(order.symbol, position);
  order.fillAt = null;
  if (remainingQuantity(order).eq(ZERO)) finish(order, 'FILLED', at);
}

/** Half of an order in whole shares first, then the rest. */
export function nextQuantity(order: FakeOrder): Decimal {
  const remaining = remainingQuantity(order);
  if (filledQuantity(order).gt(ZERO)) return remaining;
  const half = roundDownToLot(order.quantity.div(two), one);
  return half.eq(ZERO) ? remaining : half;
}

/** The next execution of every order that the market reaches. @returns how many there were */
export function fillNext(world: World): number {
  const at = world.clock.now();
  const ready = [...world.orders.values()].filter((order) => canTrade(world, order, at));
  for (const order of ready) {
    const price = marketPrice(world, order);
    if (price !== null) execute(world, order, nextQuantity(order), price, at);
  }
  return ready.length;
}

function canTrade(world: World, order: FakeOrder, at: Temporal.Instant): boolean {
  return (
    (order.status === 'WORKING' || order.status === 'PENDING_CANCEL') &&
    world.sessions.isOpen(order.session, at) &&
    marketPrice(world, order) !== null
  );
}

function reschedule(world: World, order: FakeOrder, at: Temporal.Instant): void {
  const { start, end } = world.sessions.next(order.session, at);
  if (order.duration === 'DAY') order.expiresAt = end;
  if (order.activatesAt !== null) order.activatesAt = isBefore(start, at) ? at : start;
}

/** The market's hours have changed: what was in a session that is over expires, the rest waits anew. */
export function followMarket(world: World, wasOpen: (order: FakeOrder) => boolean): void {
  const at = world.clock.now();
  for (const order of world.orders.values()) {
    if (!isLive(order)) continue;
    const isOpen = world.sessions.isOpen(order.session, at);
    if (order.duration === 'DAY' && wasOpen(order) && !isOpen) finish(order, 'EXPIRED', at);
    else reschedule(world, order, at);
  }
  catchUp(world);
}

interface Due {
  readonly at: Temporal.Instant;
  readonly run: () => void;
}

function dueOf(world: World, order: FakeOrder): readonly Due[] {
  const due: Due[] = [];
  const { activatesAt, expiresAt, fillAt } = order;
  if (expiresAt !== null) {
    due.push({
      at: expiresAt,
      run: () => {
        finish(order, 'EXPIRED', expiresAt);
      },
    });
  }
  if (activatesAt !== null) {
    due.push({
      at: activatesAt,
      run: () => {
        order.activatesAt = null;
        order.status = 'WORKING';
      },
    });
  }
  if (fillAt !== null) {
    due.push({
      at: fillAt,
      run: () => {
        order.fillAt = null;
        const price = marketPrice(world, order);
        if (price !== null && canTrade(world, order, fillAt)) {
          execute(world, order, nextQuantity(order), price, fillAt);
        }
      },
    });
  }
  return due;
}

/** Where orders fill by themselves: plans the next execution of those that the market reaches. */
function planFills(world: World, at: Temporal.Instant): void {
  if (world.options.fills !== 'automatic') return;
  for (const order of world.orders.values()) {
    if (order.status !== 'WORKING' || order.fillAt !== null) continue;
    if (!canTrade(world, order, at)) continue;
    order.fillAt = at.add({ milliseconds: world.options.fillAfterMilliseconds });
  }
}

/** Does what was due by now, in the order of time: sessions begin and end, orders fill by themselves. */
export function catchUp(world: World): void {
  const now = world.clock.now();
  let at: Temporal.Instant | null = null;
  for (;;) {
    const due = [...world.orders.values()].filter(isLive).flatMap((order) => dueOf(world, order));
    const first = due
      .filter((event) => !isBefore(now, event.at))
      .toSorted((a, b) => Temporal.Instant.compare(a.at, b.at))[0];
    if (first === undefined) {
      if (at !== null && !isBefore(at, now)) return;
      at = now;
    } else {
      first.run();
      at = first.at;
    }
    planFills(world, at);
  }
}
