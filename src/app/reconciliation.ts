import type { AccountSettings } from '../core/account.ts';
import type { Fill, Order } from '../core/order.ts';
import { findDifferences, findForeignOrders } from '../core/reconciliation.ts';
import type { Difference } from '../core/reconciliation.ts';
import type { BrokerOrder } from '../ports/broker.ts';
import { compareBook } from './agreed-book.ts';
import type { ComparedBook } from './agreed-book.ts';
import { brokerOf } from './context.ts';
import type { AppContext } from './context.ts';
import { readWatch } from './order-watch.ts';
import type { OrderWatch } from './order-watch.ts';
import { reconcileAccount } from './reconcile.ts';

const MOST_ORDERS = 2000;

/** The orders of broker and record side by side. */
export interface ReconciledOrders {
  /** Ours that changed within the horizon or are open, newest first. */
  readonly orders: readonly Order[];
  readonly told: readonly BrokerOrder[];
  readonly fills: readonly Fill[];
  readonly differences: readonly Difference[];
  /** What ended at the broker before is history: of the first look, or of our first order, whichever came earlier. */
  readonly watchedSince: Temporal.Instant;
  /** At the broker, and nobody approved them here. */
  readonly foreign: readonly BrokerOrder[];
}

/** Broker and record side by side. */
export interface Reconciliation extends ReconciledOrders {
  readonly book: ComparedBook;
}

/**
 * Records what the broker has told meanwhile, then compares its orders, its positions and its cash with ours.
 * @throws BrokerError when the broker cannot be asked.
 */
export async function readReconciliation(
  context: AppContext,
  account: AccountSettings,
): Promise<Reconciliation> {
  const orders = await readOrders(context, account, await readWatch(context.store, account.name));
  return { ...orders, book: await compareBook(context, account) };
}

/**
 * Records what the broker has told meanwhile, then compares its orders with ours.
 * @param watch what was remembered of the account; null before its first look.
 * @throws BrokerError when the broker cannot be asked.
 */
export async function readOrders(
  context: AppContext,
  account: AccountSettings,
  watch: OrderWatch | null,
): Promise<ReconciledOrders> {
  const broker = brokerOf(context, account.name);
  const { told, since } = await reconcileAccount(context, account.name, broker);
  const orders = await context.store.listOrders({
    account: account.name,
    openOrUpdatedSince: since,
    limit: MOST_ORDERS,
  });
  // Read after the broker was asked: what it told of cannot be newer than what is read here.
  const current = [...orders, ...(await findOlder(context, orders, told, account.name))];
  const fills = await context.store.listFills({
    account: account.name,
    since: current
      .map((order) => order.intent.createdAt)
      .reduce((a, b) => (Temporal.Instant.compare(b, a) < 0 ? b : a), since)
      // Their clock and ours need not agree.
      .subtract({ minutes: 5 }),
  });
  // The first order may leave before the first look, and a backup be taken in between.
  const watchedSince =
    watch?.since ??
    current
      .map((order) => order.intent.createdAt)
      .reduce((a, b) => (Temporal.Instant.compare(b, a) < 0 ? b : a), context.clock.now());
  const { foreign, unrecorded } = findForeignOrders({
    orders: current,
    told,
    since: watchedSince,
  });
  const toldById = new Map(told.map((order) => [order.brokerOrderId, order]));
  return {
    orders: current,
    told,
    fills,
    watchedSince,
    differences: [
      ...findDifferences({ orders: current, told, fills }),
      ...unrecorded.map((order) => ({
        key: `${order.brokerOrderId}:unrecorded`,
        words: `order ${order.brokerOrderId} at the broker carries an id of Evenkeel's and is not in the record`,
      })),
    ],
    foreign: foreign.flatMap(({ brokerOrderId }) => toldById.get(brokerOrderId) ?? []),
  };
}

/** Our orders that the broker's list names besides these. */
async function findOlder(
  context: AppContext,
  orders: readonly Order[],
  told: readonly BrokerOrder[],
  account: string,
): Promise<readonly Order[]> {
  const ids = new Set(orders.map((order) => order.intent.clientOrderId));
  const theirs = new Set(orders.map((order) => order.brokerOrderId));
  const found: Order[] = [];
  for (const { clientOrderId, brokerOrderId } of told) {
    if (theirs.has(brokerOrderId) || (clientOrderId !== null && ids.has(clientOrderId))) continue;
    const order =
      (clientOrderId === null ? null : await context.store.findOrder(clientOrderId)) ??
      (await context.store.findOrderByBrokerId(account, brokerOrderId));
    if (order !== null) found.push(order);
  }
  return found;
}
