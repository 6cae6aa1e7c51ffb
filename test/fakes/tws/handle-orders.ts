import { decimal, ZERO } from '../../../src/core/decimal.ts';
import { commissionOf, marginEffect, notional, rejection } from './checks.ts';
import type { FakeAccount } from './accounts.ts';
import type { Contract } from './contracts.ts';
import { openOrderMessage } from './encode-order.ts';
import type { GatewayContext } from './gateway-context.ts';
import { invalid } from './gateway-context.ts';
import { isWorking } from './orders.ts';
import type { FakeOrder } from './orders.ts';
import type { OrderTicket, Request } from './requests.ts';
import { resolveContract } from './resolve-contract.ts';
import type { Session } from './session.ts';

type PlaceOrder = Extract<Request, { readonly type: 'place_order' }>;

/** PLACE_ORDER: a new order, a change of a working one, or a what-if. */
export function placeOrder(context: GatewayContext, session: Session, request: PlaceOrder): void {
  const { world, settings, orderIds } = context;
  const { id, ticket } = request;
  if (settings.readOnly) {
    invalid(session, id, 'The API interface is currently in Read-Only mode.');
    return;
  }
  const existing = ownOrder(context, session, id);
  if (existing === null && (id < orderIds.next(session.clientId) || id === 0)) {
    session.error(id, 103, 'Duplicate order id');
    return;
  }
  const contract = resolveContract(world.contracts, session, id, request.contract);
  if (contract === null) return;
  const account = accountOf(context, session, id, ticket);
  if (account === null) return;
  if (!isValid(session, id, ticket, contract)) return;
  const quantity = ticket.quantity ?? ZERO;
  const limitPrice = ticket.orderType === 'LMT' ? ticket.limitPrice : null;
  if (existing !== null) {
    changeOrder(context, session, existing, request, contract, account);
    return;
  }
  const order = world.draft({
    manual: false,
    clientId: session.clientId,
    orderId: id,
    account: account.id,
    contract,
    side: ticket.action === 'BUY' ? 'BUY' : 'SELL',
    quantity,
    orderType: ticket.orderType === 'LMT' ? 'LMT' : 'MKT',
    limitPrice,
    timeInForce: timeInForceOf(ticket),
    outsideRth: ticket.outsideRth,
    orderRef: ticket.orderRef,
  });
  if (ticket.whatIf) {
    answerWhatIf(context, session, order, account);
    return;
  }
  orderIds.note(session.clientId, id);
  if (ticket.outsideRth && order.orderType === 'MKT') {
    session.error(
      id,
      2109,
      'Order Event Warning:Attribute "Outside Regular Trading Hours" is ignored based on the order type and destination. PlaceOrder is now being processed.',
    );
  }
  if (ticket.transmit) world.submit(order);
  else world.keep(order);
}

function changeOrder(
  { world }: GatewayContext,
  session: Session,
  order: FakeOrder,
  { id, ticket }: PlaceOrder,
  contract: Contract,
  account: FakeAccount,
): void {
  if (order.status === 'Filled') {
    session.error(id, 104, 'Cannot modify a filled order.');
    return;
  }
  if (order.status !== 'Untransmitted' && !isWorking(order)) {
    session.error(id, 103, 'Duplicate order id');
    return;
  }
  const same =
    order.contract === contract &&
    order.side === ticket.action &&
    order.account === account.id &&
    order.orderType === ticket.orderType;
  if (!same) {
    session.error(id, 105, 'Order being modified does not match original order');
    return;
  }
  world.modify(order, ticket.quantity ?? order.quantity, ticket.limitPrice);
  if (order.status === 'Untransmitted' && ticket.transmit) world.submit(order);
}

function ownOrder({ world }: GatewayContext, session: Session, id: number): FakeOrder | null {
  const found = world.orders.findLast(
    (order) => order.clientId === session.clientId && order.orderId === id && id !== 0,
  );
  return found ?? null;
}

function accountOf(
  { world }: GatewayContext,
  session: Session,
  id: number,
  ticket: OrderTicket,
): FakeAccount | null {
  const [first, second] = world.accounts;
  if (ticket.account === '') {
    if (first !== undefined && second === undefined) return first;
    session.error(id, 435, 'You must specify an account.');
    return null;
  }
  const found = world.account(ticket.account);
  if (found === undefined) invalid(session, id, `Invalid account code '${ticket.account}'.`);
  return found ?? null;
}

const timeInForceOf = (ticket: OrderTicket): FakeOrder['timeInForce'] =>
  ticket.timeInForce === 'GTC' || ticket.timeInForce === 'IOC' ? ticket.timeInForce : 'DAY';

/** What the gateway checks by itself, before anything goes to the broker. */
function isValid(session: Session, id: number, ticket: OrderTicket, contract: Contract): boolean {
  const refuse = (code: number, text: string) => {
    session.error(id, code, text);
    return false;
  };
  const cause = (text: string) => {
    invalid(session, id, text);
    return false;
  };
  if (ticket.eTradeOnly) return refuse(10268, "The 'EtradeOnly' order attribute is not supported.");
  if (ticket.firmQuoteOnly) {
    return refuse(10269, "The 'FirmQuoteOnly' order attribute is not supported.");
  }
  if (ticket.action !== 'BUY' && ticket.action !== 'SELL') return cause('Invalid order action');
  if (ticket.quantity === null || ticket.quantity.eq(ZERO)) {
    return cause('The size value cannot be zero');
  }
  if (ticket.quantity.lt(ZERO)) return cause('The size value cannot be negative');
  if (!contract.fractional && !ticket.quantity.mod(decimal('1')).eq(ZERO)) {
    return refuse(
      10243,
      'Fractional-sized order cannot be placed via API. Please use desktop version to revise the order.',
    );
  }
  if (ticket.orderType !== 'LMT' && ticket.orderType !== 'MKT') {
    return refuse(387, 'Unsupported order type for this exchange and security type.');
  }
  if (['OPG', 'FOK', 'GTD', 'GTX', 'DTC', 'AUC'].includes(ticket.timeInForce)) {
    return cause(`this fake does not play time in force ${ticket.timeInForce}`);
  }
  if (!['', 'DAY', 'GTC', 'IOC'].includes(ticket.timeInForce)) {
    return refuse(10052, `Invalid time in force:${ticket.timeInForce}`);
  }
  if (ticket.orderType === 'LMT') {
    if (ticket.limitPrice === null || !ticket.limitPrice.gt(ZERO)) {
      return refuse(107, 'Cannot transmit incomplete order.');
    }
    if (!ticket.limitPrice.mod(contract.minTick).eq(ZERO)) {
      return refuse(
        110,
        'The price does not conform to the minimum price variation for this contract.',
      );
    }
  }
  if (ticket.notModelled.length > 0) {
    return cause(`this fake does not play ${ticket.notModelled.join(', ')}`);
  }
  return true;
}

function answerWhatIf(
  { world }: GatewayContext,
  session: Session,
  order: FakeOrder,
  account: FakeAccount,
): void {
  const reason = rejection(account, order, world.orders);
  if (reason !== null) {
    session.error(order.orderId, 201, `Order rejected - reason:${reason}`);
    return;
  }
  const effect = marginEffect(account, order, world.orders);
  const commission = commissionOf(order.quantity, notional(order));
  order.status = 'PreSubmitted';
  session.send(
    openOrderMessage(order, session.serverVersion, { ...effect, commission, warning: '' }),
  );
}

/** CANCEL_ORDER: the outcome comes as an order status and error 202. */
export function cancelOrder(context: GatewayContext, session: Session, id: number): void {
  const { world, settings } = context;
  if (settings.readOnly) {
    invalid(session, id, 'The API interface is currently in Read-Only mode.');
    return;
  }
  const order = ownOrder(context, session, id);
  const observed = settings.cancelErrors === 'observed';
  if (order === null || order.status === 'Untransmitted') {
    if (observed)
      session.error(id, 10147, `OrderId ${id} that needs to be cancelled is not found.`);
    else session.error(id, 135, `Can't find order with id =${id}`);
    return;
  }
  if (!isWorking(order) || order.status === 'PendingCancel') {
    const permId = order.permId;
    if (observed) {
      session.error(
        id,
        10148,
        `OrderId ${id} that needs to be cancelled cannot be cancelled, state: ${order.status}.`,
      );
    } else {
      session.error(
        id,
        161,
        `Cancel attempted when order is not in a cancellable state. Order permId =${permId}`,
      );
    }
    return;
  }
  world.cancel(order);
}

/** REQ_GLOBAL_CANCEL: every working order of the login, whoever placed it. */
export function cancelAll({ world }: GatewayContext): void {
  for (const order of world.orders.filter(isWorking)) world.cancel(order);
}
