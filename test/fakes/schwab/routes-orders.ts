import { isBefore } from './clock.ts';
import { finish, place, refusal, requestCancel } from './order-book.ts';
import { orderView } from './orders-view.ts';
import { readOrder } from './order-request.ts';
import type { ReadTicket } from './order-request.ts';
import { orderOfPreview, previewView } from './preview.ts';
import { readOrdersQuery } from './query.ts';
import { json, serviceError, validationError } from './reply.ts';
import type { Reply } from './reply.ts';
import type { AuthorizedCall } from './routes.ts';
import { findAccount, linkedAccounts } from './routes-accounts.ts';
import { requestErrors } from './spec.ts';
import type { OperationName } from './spec.ts';
import { isLive } from './world.ts';
import type { FakeAccount, FakeOrder } from './world.ts';

const placing = 'POST /trader/v1/accounts/{accountNumber}/orders';
const previewing = 'POST /trader/v1/accounts/{accountNumber}/previewOrder';
const listing = 'GET /trader/v1/accounts/{accountNumber}/orders';
const listingAll = 'GET /trader/v1/orders';

/**
 * Counts an order request against the registration's limit a minute and account.
 * @returns the refusal when it is used up; nothing was done then
 */
function throttle({ world }: AuthorizedCall, account: FakeAccount): Reply | null {
  const now = world.clock.now();
  const minuteAgo = now.subtract({ seconds: 60 });
  const recent = (world.orderRequests.get(account.number) ?? []).filter((at) =>
    isBefore(minuteAgo, at),
  );
  world.orderRequests.set(account.number, recent);
  if (recent.length >= world.options.ordersPerMinute) {
    return serviceError(429, 'Too many requests: the order limit per minute is used up.');
  }
  recent.push(now);
  return null;
}

type ReadJson =
  | { readonly type: 'read'; readonly body: unknown }
  | { readonly type: 'refused'; readonly reply: Reply };

function readJson({ headers, body }: AuthorizedCall): ReadJson {
  const refused = (error: string) =>
    ({ type: 'refused', reply: validationError([error]) }) as const;
  if (!/^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '')) {
    return refused('Content-Type must be application/json.');
  }
  try {
    return { type: 'read', body: JSON.parse(body) as unknown };
  } catch {
    return refused('The body is not JSON.');
  }
}

function readTicket(call: AuthorizedCall, operation: OperationName): ReadTicket | Reply {
  const read = readJson(call);
  return read.type === 'refused' ? read.reply : readOrder(call.world, operation, read.body);
}

/** 201, nothing in the body, and the order's number at the end of Location. */
function created(account: FakeAccount, order: FakeOrder): Reply {
  const location = `https://api.schwabapi.com/trader/v1/accounts/${account.hash}/orders/${order.id}`;
  return { status: 201, headers: { location }, body: undefined };
}

function submit(call: AuthorizedCall, account: FakeAccount, replaced: FakeOrder | null): Reply {
  const { world } = call;
  const read = readTicket(call, placing);
  if ('status' in read) return read;
  if (read.type === 'wrong') return validationError(read.errors);
  if (world.options.refusals === 'answer') {
    const problem = refusal(world, account, read.ticket, replaced);
    if (problem !== null) return validationError([problem]);
  }
  if (replaced !== null) finish(replaced, 'REPLACED', world.clock.now());
  return created(account, place(world, account, read.ticket, 'api'));
}

export function placeOrder(call: AuthorizedCall): Reply {
  const found = findAccount(call);
  if (found.type === 'refused') return found.reply;
  return throttle(call, found.account) ?? submit(call, found.account, null);
}

/** Whether reads show an order yet. */
function isVisible({ world }: AuthorizedCall, { enteredAt }: FakeOrder): boolean {
  const since = enteredAt.add({ milliseconds: world.options.visibleAfterMilliseconds });
  return !isBefore(world.clock.now(), since);
}

function findOrder(call: AuthorizedCall, account: FakeAccount): FakeOrder | Reply {
  const text = call.parts[1] ?? '';
  if (!/^\d{1,18}$/.test(text)) return validationError(['orderId must be a number.']);
  const order = call.world.orders.get(Number(text));
  if (order === undefined || order.account !== account || !isVisible(call, order))
    return serviceError(404, 'Order not found.');
  return order;
}

export function readOneOrder(call: AuthorizedCall): Reply {
  const found = findAccount(call);
  if (found.type === 'refused') return found.reply;
  const order = findOrder(call, found.account);
  return 'executions' in order ? json(200, orderView(call.world, order)) : order;
}

/** An order that is over, or that is already being canceled, is not canceled: 400. */
export function cancelOrder(call: AuthorizedCall): Reply {
  const found = findAccount(call);
  if (found.type === 'refused') return found.reply;
  const order = findOrder(call, found.account);
  if (!('executions' in order)) return order;
  const refused = throttle(call, found.account);
  if (refused !== null) return refused;
  if (!isLive(order) || order.status === 'PENDING_CANCEL') {
    return serviceError(
      400,
      `Order ${order.id} cannot be canceled. Reason: it is ${order.status}.`,
    );
  }
  requestCancel(call.world, order);
  return { status: 200, headers: {}, body: undefined };
}

export function replaceOrder(call: AuthorizedCall): Reply {
  const found = findAccount(call);
  if (found.type === 'refused') return found.reply;
  const order = findOrder(call, found.account);
  if (!('executions' in order)) return order;
  const refused = throttle(call, found.account);
  if (refused !== null) return refused;
  if (!isLive(order) || order.status === 'PENDING_CANCEL') {
    return serviceError(
      400,
      `Order ${order.id} cannot be replaced. Reason: it is ${order.status}.`,
    );
  }
  return submit(call, found.account, order);
}

/** The orders entered in a range of time, newest first. */
export function listOrders(call: AuthorizedCall): Reply {
  const { world, search, parts } = call;
  const isOne = parts.length > 0;
  const found = isOne ? findAccount(call) : null;
  if (found?.type === 'refused') return found.reply;
  const accounts = found === null ? linkedAccounts(call) : [found.account];
  const read = readOrdersQuery(isOne ? listing : listingAll, search, world.clock.now());
  if (read.type === 'wrong') return validationError(read.errors);
  const { from, to, status, maxResults } = read.query;
  return json(
    200,
    [...world.orders.values()]
      .filter((order) => accounts.includes(order.account) && isVisible(call, order))
      .filter(({ enteredAt }) => !isBefore(enteredAt, from) && !isBefore(to, enteredAt))
      .filter((order) => status === null || order.status === status)
      .toSorted((a, b) => b.id - a.id)
      .slice(0, maxResults)
      .map((order) => orderView(world, order)),
  );
}

/** Takes the preview's own shape, and an order as it would be placed. */
export function previewOrder(call: AuthorizedCall): Reply {
  const found = findAccount(call);
  if (found.type === 'refused') return found.reply;
  const read = readJson(call);
  if (read.type === 'refused') return read.reply;
  const order = orderOfPreview(read.body);
  const wrongShape = order === read.body ? [] : requestErrors(previewing, read.body);
  if (wrongShape.length > 0) return validationError(wrongShape);
  const ticket = readOrder(call.world, placing, order);
  if (ticket.type === 'wrong') return validationError(ticket.errors);
  return json(200, previewView(call.world, found.account, ticket.ticket));
}
