import { commissionMessage, executionMessage, message, orderStatusMessage } from './encode.ts';
import { completedOrderMessage, openOrderMessage } from './encode-order.ts';
import type { GatewayContext } from './gateway-context.ts';
import { invalid, isUnbound } from './gateway-context.ts';
import { isTerminal, isWorking } from './orders.ts';
import type { FakeExecution, FakeOrder } from './orders.ts';
import type { ExecutionQuery } from './requests.ts';
import type { Session } from './session.ts';

/** What is told of an order: its openOrder and its orderStatus. */
export function sendOrder(context: GatewayContext, session: Session, order: FakeOrder): void {
  session.send(openOrderMessage(order, session.serverVersion));
  session.send(orderStatusMessage(order));
  context.orderIds.note(session.clientId, order.orderId);
}

/** A person's order becomes one of client 0's, with an id of its own. */
export function bindManual(context: GatewayContext, session: Session, order: FakeOrder): void {
  order.orderId = context.orderIds.next(session.clientId);
  context.orderIds.note(session.clientId, order.orderId);
}

/** REQ_OPEN_ORDERS: a client's own working orders; client 0 binds the manual ones to itself. */
export function sendOwnOpenOrders(context: GatewayContext, session: Session): void {
  for (const order of context.world.orders.filter(isWorking)) {
    if (order.clientId !== session.clientId) continue;
    if (isUnbound(order)) bindManual(context, session, order);
    sendOrder(context, session, order);
  }
}

/** REQ_ALL_OPEN_ORDERS: everybody's working orders, bound to nobody. */
export function sendAllOpenOrders(context: GatewayContext, session: Session): void {
  for (const order of context.world.orders.filter(isWorking)) sendOrder(context, session, order);
}

export const openOrderEnd = message(53, 1);

/** REQ_COMPLETED_ORDERS: today's finished orders of all clients; with `apiOnly` none by hand. */
export function sendCompletedOrders(
  { world, settings }: GatewayContext,
  session: Session,
  apiOnly: boolean,
): void {
  const today = dayOf(world.clock.now());
  for (const order of world.orders) {
    if (!isTerminal(order) || dayOf(order.updatedAt) !== today) continue;
    if (apiOnly && order.manual) continue;
    session.send(completedOrderMessage(order, session.serverVersion, settings.timeZone));
  }
  session.send(message(102));
}

/** REQ_EXECUTIONS: the day's executions that fit, each with its commission report. */
export function sendExecutions(
  { world, settings }: GatewayContext,
  session: Session,
  id: number,
  filter: ExecutionQuery,
): void {
  const since = filter.time === '' ? null : filterTime(filter.time, settings.timeZone);
  if (since === 'invalid') {
    invalid(
      session,
      id,
      'Invalid date or time format: use yyyymmdd-hh:mm:ss or yyyymmdd hh:mm:ss zone',
    );
    return;
  }
  const today = dayOf(world.clock.now());
  const found = world.executions.filter(
    (execution) =>
      dayOf(execution.at) === today &&
      fits(execution, filter) &&
      (since === null || Temporal.Instant.compare(execution.at, since) >= 0),
  );
  for (const execution of found) {
    session.send(
      executionMessage(execution, {
        requestId: id,
        serverVersion: session.serverVersion,
        zone: settings.timeZone,
      }),
    );
  }
  session.send(message(55, 1, id));
  for (const execution of found) session.send(commissionMessage(execution));
}

function fits({ order }: FakeExecution, filter: ExecutionQuery): boolean {
  const side = order.side === 'BUY' ? ['BUY', 'BOT'] : ['SELL', 'SLD'];
  return (
    (filter.clientId === 0 || filter.clientId === order.clientId) &&
    (filter.account === '' || filter.account === order.account) &&
    (filter.symbol === '' || filter.symbol === order.contract.symbol) &&
    (filter.secType === '' || filter.secType === 'STK') &&
    (filter.exchange === '' ||
      ['SMART', order.contract.primaryExchange].includes(filter.exchange)) &&
    (filter.side === '' || side.includes(filter.side))
  );
}

const dayOf = (at: Temporal.Instant): string =>
  at.toZonedDateTimeISO('America/New_York').toPlainDate().toString();

function filterTime(text: string, zone: string): Temporal.Instant | 'invalid' {
  const parts = /^(\d{4})(\d{2})(\d{2})(-| )(\d{2}:\d{2}:\d{2})(?: (\S+))?$/.exec(text);
  if (parts === null) return 'invalid';
  const [, year, month, day, separator, time, named] = parts;
  try {
    return Temporal.PlainDateTime.from(`${year}-${month}-${day}T${time}`)
      .toZonedDateTime(named ?? (separator === '-' ? 'UTC' : zone))
      .toInstant();
  } catch {
    return 'invalid';
  }
}
