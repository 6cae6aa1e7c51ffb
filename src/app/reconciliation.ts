import { findReconciliationHalt } from '../core/automatic-halts.ts';
import type { AccountSettings } from '../core/account.ts';
import { isFinal } from '../core/order-transition.ts';
import type { Fill, Order } from '../core/order.ts';
import { findDifferences, findForeignOrders } from '../core/reconciliation.ts';
import type { Difference } from '../core/reconciliation.ts';
import { presentDifference, presentForeignOrder } from '../messages/reconciliation.ts';
import { accountTimeZone } from '../messages/time.ts';
import { BrokerError } from '../ports/broker-error.ts';
import type { BrokerOrder } from '../ports/broker.ts';
import { isToBeKept, keepBook, compareBook } from './agreed-book.ts';
import type { ComparedBook } from './agreed-book.ts';
import { auditEntry, BROKER } from './audit.ts';
import { acceptedKeys } from './automatic-halts.ts';
import { tellBook } from './book-incidents.ts';
import { brokerOf, destinationsOf } from './context.ts';
import type { AppContext } from './context.ts';
import { haltAutomatically } from './halt.ts';
import { readWatch, writeWatch } from './order-watch.ts';
import { reconcileAccount } from './reconcile.ts';

const MOST_ORDERS = 2000;

/** Broker and record side by side. */
export interface Reconciliation {
  /** Ours that changed within the horizon or are open, newest first. */
  readonly orders: readonly Order[];
  readonly told: readonly BrokerOrder[];
  readonly fills: readonly Fill[];
  readonly differences: readonly Difference[];
  /** At the broker, and nobody approved them here. */
  readonly foreign: readonly BrokerOrder[];
  readonly book: ComparedBook;
}

/**
 * Records what the broker has told meanwhile, then compares its orders with ours.
 * @throws BrokerError when the broker cannot be asked.
 */
export async function readReconciliation(
  context: AppContext,
  account: AccountSettings,
): Promise<Reconciliation> {
  const broker = brokerOf(context, account.name);
  const { told, since } = await reconcileAccount(context, account.name, broker);
  const now = context.clock.now();
  const listed = await context.store.listOrders({ account: account.name, limit: MOST_ORDERS });
  const orders = listed.filter(
    (order) => !isFinal(order.status) || Temporal.Instant.compare(order.updatedAt, since) >= 0,
  );
  // Read after the broker was asked: what it told of cannot be newer than what is read here.
  const current = await readAgain(context, orders, told, account.name);
  const fills = await context.store.listFills({
    account: account.name,
    since: current
      .map((order) => order.intent.createdAt)
      .reduce((a, b) => (Temporal.Instant.compare(b, a) < 0 ? b : a), since)
      // Their clock and ours need not agree.
      .subtract({ minutes: 5 }),
  });
  const { foreign, unrecorded } = findForeignOrders({
    orders: current,
    told,
    since: (await readWatch(context.store, account.name))?.since ?? now,
  });
  const toldById = new Map(told.map((order) => [order.brokerOrderId, order]));
  return {
    orders: current,
    told,
    fills,
    differences: [
      ...findDifferences({ orders: current, told, fills }),
      ...unrecorded.map((order) => ({
        key: `${order.brokerOrderId}:unrecorded`,
        words: `order ${order.brokerOrderId} at the broker carries an id of Evenkeel's and is not in the record`,
      })),
    ],
    foreign: foreign.flatMap(({ brokerOrderId }) => toldById.get(brokerOrderId) ?? []),
    book: await compareBook(context, account),
  };
}

/** Our orders as they are now, and those older ones that the broker's list names. */
async function readAgain(
  context: AppContext,
  orders: readonly Order[],
  told: readonly BrokerOrder[],
  account: string,
): Promise<readonly Order[]> {
  const ids = new Set(orders.map((order) => order.intent.clientOrderId));
  const theirs = new Set(orders.map((order) => order.brokerOrderId));
  const found: Order[] = [];
  for (const id of ids) {
    const order = await context.store.findOrder(id);
    if (order !== null) found.push(order);
  }
  for (const { clientOrderId, brokerOrderId } of told) {
    if (theirs.has(brokerOrderId) || (clientOrderId !== null && ids.has(clientOrderId))) continue;
    const order =
      (clientOrderId === null ? null : await context.store.findOrder(clientOrderId)) ??
      (await context.store.findOrderByBrokerId(account, brokerOrderId));
    if (order !== null) found.push(order);
  }
  return found;
}

/**
 * Looks at the orders of an account: each order that nobody approved is reported once; a difference in our
 * own orders that is still there at the next look halts, where the account wants that.
 * @returns what was found, in a few words.
 */
export async function watchOrders(context: AppContext, account: AccountSettings): Promise<string> {
  try {
    const found = await watchAccount(context, account);
    return `${found.differences} differences, ${found.foreign} foreign orders`;
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    const about = { account: account.name, code: error.code };
    context.log.warn(about, 'orders could not be compared with the broker');
    return 'broker away';
  }
}

async function watchAccount(
  context: AppContext,
  account: AccountSettings,
): Promise<{ readonly differences: number; readonly foreign: number }> {
  const { store } = context;
  const watch = await readWatch(store, account.name);
  const found = await readReconciliation(context, account);
  const now = context.clock.now();
  const inBook = found.book.type === 'compared' ? found.book.differences : [];
  // What cannot be compared now is neither gone nor new.
  const keptKeys = (found.book.type === 'compared' ? [] : (watch?.suspects ?? [])).filter(isOfBook);
  const keys = [...found.differences, ...inBook].map(({ key }) => key).concat(keptKeys);
  // A fill may be on its way between two lists: what counts is what stays.
  const hasStayed = ({ key }: { readonly key: string }) => watch?.suspects.includes(key) === true;
  const stayed = found.differences.filter(hasStayed);
  const stayedInBook = inBook.filter(hasStayed);
  const counts = { differences: keys.length, foreign: found.foreign.length };
  const changed = watch === null || keys.join() !== watch.suspects.join();
  const told = found.foreign.length + stayed.length + stayedInBook.length;
  // Most looks at most accounts: nobody is woken for them.
  if (!changed && told === 0 && watch.incident === null && !isToBeKept(found.book)) return counts;
  await store.transaction(async (unit) => {
    // Somebody may have agreed on a book while the broker was asked.
    const last = (await readWatch(unit, account.name))?.incident ?? null;
    await keepBook(context, unit, account, found.book);
    const incident = await tellBook(context, unit, account, found.book, stayedInBook, last);
    if (changed || incident !== last) {
      await writeWatch(unit, account.name, {
        since: watch?.since ?? now,
        suspects: keys,
        incident,
      });
    }
    for (const order of found.foreign) {
      const key = `foreign-order:${account.name}:${order.brokerOrderId}`;
      if ((await unit.findAnnouncement(key)) !== null) continue;
      await unit.appendAudit(
        auditEntry(now, BROKER, 'foreign_order', account.name, order.brokerOrderId, {
          clientOrderId: order.clientOrderId,
          side: order.side,
          symbol: order.symbol,
          quantity: order.quantity.toFixed(),
          status: order.status,
          submittedAt: order.submittedAt.toString(),
        }),
      );
      const message = presentForeignOrder({
        account: account.name,
        broker: account.broker,
        order,
        timeZone: accountTimeZone(account),
        now,
      });
      const destinations = destinationsOf(context, account);
      await unit.announce({ key, account: account.name, message }, destinations, now);
    }
    for (const difference of stayed) {
      const key = `difference:${account.name}:${difference.key}`;
      if ((await unit.findAnnouncement(key)) !== null) continue;
      const { words } = difference;
      await unit.appendAudit(
        auditEntry(now, BROKER, 'reconciliation', account.name, account.name, {
          difference: words,
        }),
      );
      const message = presentDifference({ account: account.name, words });
      // Where it halts, the halt's message tells it to everyone; this one keeps that it was told.
      const destinations = account.automaticHalts.reconciliation
        ? []
        : destinationsOf(context, account);
      await unit.announce({ key, account: account.name, message }, destinations, now);
    }
  });
  context.changed();
  const halting = [...stayed, ...stayedInBook.filter(({ halts }) => halts)];
  const halt = findReconciliationHalt({
    enabled: account.automaticHalts.reconciliation,
    differences: halting,
    accepted: halting.length === 0 ? [] : await acceptedKeys(context, account.name),
  });
  if (halt !== null) await haltAutomatically(context, account.name, halt);
  return counts;
}

/** Whether a key is of a difference in positions or cash. */
function isOfBook(key: string): boolean {
  return key.startsWith('book:');
}
