import { decimal } from '../../../src/core/decimal.ts';
import type { FakeAccount } from './account.ts';
import type { ApiAnswer } from './http-server.ts';
import { requestErrors } from './openapi.ts';
import type { FakeOrder, OrderTerms } from './order.ts';
import { isFinal, isWorking } from './order.ts';
import { checkPrice, fieldsOf, readOrderRequest } from './order-request.ts';
import { badInput, notFound, unprocessable } from './refusal.ts';
import { orderView } from './wire.ts';
import type { World } from './world.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** @throws Refusal 404, also for the order of somebody else; 422 for what cannot be an order's id */
export function findOwnOrder(account: FakeAccount, id: string): FakeOrder {
  if (!UUID.test(id)) throw badInput(`order_id is not a valid UUID: ${id}`);
  const order = account.orders.find((candidate) => candidate.id === id);
  if (order === undefined) throw notFound(`order not found for ${id}`);
  return order;
}

/** Answers with the order as it is before it reaches the market, like the real API. */
export function placeOrder(world: World, account: FakeAccount, body: unknown): ApiAnswer {
  const order = world.venue.place(account, readOrderRequest(body, world.market));
  return {
    status: 200,
    body: orderView(order),
    afterwards: () => {
      world.venue.route(order);
    },
  };
}

/** 204: the request was taken; the order ends a moment later, or when the control interface says so. */
export function cancelOrder(world: World, order: FakeOrder): ApiAnswer {
  if (order.state === 'pending_cancel') throw unprocessable('order pending cancel');
  if (isFinal(order)) throw unprocessable(`order is already in "${order.state}" state`);
  const queued = !isWorking(order);
  world.venue.requestCancel(order);
  return {
    status: 204,
    afterwards: () => {
      if (queued || world.settings.cancels === 'at_once') world.venue.cancel(order);
    },
  };
}

export interface Replacement {
  readonly quantity: string | null;
  readonly limitPrice: string | null;
  readonly clientOrderId: string | null;
}

/** A new order in the place of another that is working. @throws Refusal */
export function replacementOf(
  world: World,
  account: FakeAccount,
  order: FakeOrder,
  wanted: Replacement,
): FakeOrder {
  if (order.state !== 'new' && order.state !== 'partially_filled') {
    throw unprocessable(`cannot replace order in ${order.state} status`);
  }
  if (order.notional !== null) throw unprocessable('cannot replace notional order');
  if (wanted.limitPrice !== null && order.type === 'market') {
    throw badInput('market orders require no stop or limit price');
  }
  const limitPrice =
    wanted.limitPrice === null
      ? order.limitPrice
      : checkPrice('limit_price', decimal(wanted.limitPrice));
  const quantity = wanted.quantity === null ? order.quantity : decimal(wanted.quantity);
  if (quantity !== null && quantity.lte(order.filledQuantity)) {
    throw unprocessable('qty must be > filled qty');
  }
  const terms: OrderTerms = {
    asset: order.asset,
    clientOrderId: wanted.clientOrderId ?? crypto.randomUUID(),
    side: order.side,
    type: order.type,
    timeInForce: order.timeInForce,
    quantity: quantity?.minus(order.filledQuantity) ?? null,
    notional: null,
    limitPrice,
    extendedHours: order.extendedHours,
  };
  return world.venue.place(account, terms, order.id);
}

export function replaceOrder(
  world: World,
  account: FakeAccount,
  order: FakeOrder,
  body: unknown,
): ApiAnswer {
  const [broken] = requestErrors('PATCH /v2/orders/{order_id}', body);
  if (broken !== undefined) throw badInput(`request body is invalid: ${broken}`);
  const fields = fieldsOf(body);
  const text = (name: string) => {
    const given: unknown = fields.get(name);
    return typeof given === 'string' ? given : null;
  };
  const next = replacementOf(world, account, order, {
    quantity: text('qty'),
    limitPrice: text('limit_price'),
    clientOrderId: text('client_order_id'),
  });
  return {
    status: 200,
    body: orderView(next),
    afterwards: () => {
      world.venue.replace(order, next);
      world.venue.route(next);
    },
  };
}
