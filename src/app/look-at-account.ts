import type { AccountSettings } from '../core/account.ts';
import { findReconciliationHalt } from '../core/automatic-halts.ts';
import type { Difference } from '../core/reconciliation.ts';
import { presentDifference, presentForeignOrder } from '../messages/reconciliation.ts';
import { accountTimeZone } from '../messages/time.ts';
import { BrokerError } from '../ports/broker-error.ts';
import type { BrokerOrder } from '../ports/broker.ts';
import type { AccountChange } from '../ports/change-store.ts';
import type { StoreTransaction } from '../ports/store.ts';
import { compareBook, isToBeKept, keepBook } from './agreed-book.ts';
import { auditEntry, BROKER } from './audit.ts';
import { acceptedKeys } from './automatic-halts.ts';
import { tellBook } from './book-incidents.ts';
import { destinationsOf } from './context.ts';
import type { AppContext } from './context.ts';
import { haltAutomatically } from './halt.ts';
import { readWatch, writeWatch } from './order-watch.ts';
import type { BookIncident } from './order-watch.ts';
import { readOrders } from './reconciliation.ts';

/** What a look at an account found. */
export interface Look {
  readonly differences: number;
  readonly foreign: number;
  /** The orders that the broker told, with how far each is: the same text as long as nothing happens to them. */
  readonly ordersTold: string;
  /** Whether positions and cash were asked for. */
  readonly comparedBook: boolean;
  /** Whether all that was looked at agrees, and nothing is left to be settled by a person. */
  readonly agrees: boolean;
}

/** Which part of an account is looked at. */
export interface WhatToLookAt {
  /** Whether positions and cash are compared, given the orders that the broker has just told. */
  readonly withBook: (ordersTold: string) => boolean;
  /** The newest change of the account: recorded as compared when all of it agrees. Null for none. */
  readonly change: AccountChange | null;
}

const EVERYTHING: WhatToLookAt = { withBook: () => true, change: null };

/**
 * Looks at the orders, positions and cash of an account: each order that nobody approved is reported once; a
 * difference that is still there at the next look is told, and halts where the account wants that.
 * @returns null when the broker cannot be asked, which is logged.
 */
export async function lookAtAccount(
  context: AppContext,
  account: AccountSettings,
  what: WhatToLookAt = EVERYTHING,
): Promise<Look | null> {
  try {
    return await look(context, account, what);
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    const about = { account: account.name, code: error.code };
    context.log.warn(about, 'orders could not be compared with the broker');
    return null;
  }
}

async function look(
  context: AppContext,
  account: AccountSettings,
  what: WhatToLookAt,
): Promise<Look> {
  const { store } = context;
  const watch = await readWatch(store, account.name);
  const found = await readOrders(context, account, watch);
  const ordersTold = found.told
    .map((order) => `${order.brokerOrderId} ${order.status} ${order.filledQuantity.toFixed()}`)
    .join();
  const book = what.withBook(ordersTold) ? await compareBook(context, account) : null;
  const inBook = book?.type === 'compared' ? book.differences : [];
  // What cannot be compared now is neither gone nor new.
  const keptKeys = book?.type === 'compared' ? [] : (watch?.suspects ?? []).filter(isOfBook);
  const keys = [...found.differences, ...inBook].map(({ key }) => key).concat(keptKeys);
  // A fill may be on its way between two lists: what counts is what stays.
  const hasStayed = ({ key }: { readonly key: string }) => watch?.suspects.includes(key) === true;
  const stayed = found.differences.filter(hasStayed);
  const stayedInBook = inBook.filter(hasStayed);
  const lastIncident = watch?.incident ?? null;
  const agreesWith = (incident: BookIncident | null): boolean =>
    keys.length === 0 && incident === null && book?.type !== 'not_comparable';
  const seen = (agrees: boolean): Look => ({
    differences: keys.length,
    foreign: found.foreign.length,
    ordersTold,
    comparedBook: book !== null,
    agrees,
  });
  const changed = watch === null || keys.join() !== watch.suspects.join();
  const told = found.foreign.length + stayed.length + stayedInBook.length;
  const isNews =
    changed || told > 0 || (book !== null && (lastIncident !== null || isToBeKept(book)));
  // Most looks at most accounts: nothing is written for them.
  const agreed = agreesWith(lastIncident);
  if (!isNews && !(agreed && book !== null && what.change !== null)) return seen(agreed);
  const agrees = await store.transaction(async (unit) => {
    // Somebody may have agreed on a book while the broker was asked.
    const last = (await readWatch(unit, account.name))?.incident ?? null;
    if (book !== null) await keepBook(context, unit, account, book);
    const incident =
      book === null ? last : await tellBook(context, unit, account, book, stayedInBook, last);
    if (changed || incident !== last) {
      await writeWatch(unit, account.name, { since: found.watchedSince, suspects: keys, incident });
    }
    for (const order of found.foreign) await tellForeign(context, unit, account, order);
    for (const difference of stayed) await tellDifference(context, unit, account, difference);
    const isSettled = agreesWith(incident);
    if (isSettled && book !== null && what.change !== null) await unit.markCompared(what.change);
    return isSettled;
  });
  // Nobody is woken for what only the next look asks about.
  if (!isNews) return seen(agrees);
  context.changed();
  const halting = [...stayed, ...stayedInBook.filter(({ halts }) => halts)];
  const halt = findReconciliationHalt({
    enabled: account.automaticHalts.reconciliation,
    differences: halting,
    accepted: halting.length === 0 ? [] : await acceptedKeys(context, account.name),
  });
  if (halt !== null) await haltAutomatically(context, account.name, halt);
  return seen(agrees);
}

async function tellForeign(
  context: AppContext,
  unit: StoreTransaction,
  account: AccountSettings,
  order: BrokerOrder,
): Promise<void> {
  const now = context.clock.now();
  const key = `foreign-order:${account.name}:${order.brokerOrderId}`;
  if ((await unit.findAnnouncement(key)) !== null) return;
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

async function tellDifference(
  context: AppContext,
  unit: StoreTransaction,
  account: AccountSettings,
  difference: Difference,
): Promise<void> {
  const now = context.clock.now();
  const key = `difference:${account.name}:${difference.key}`;
  if ((await unit.findAnnouncement(key)) !== null) return;
  const { words } = difference;
  await unit.appendAudit(
    auditEntry(now, BROKER, 'reconciliation', account.name, account.name, { difference: words }),
  );
  const message = presentDifference({ account: account.name, words });
  // Where it halts, the halt's message tells it to everyone; this one keeps that it was told.
  const destinations = account.automaticHalts.reconciliation
    ? []
    : destinationsOf(context, account);
  await unit.announce({ key, account: account.name, message }, destinations, now);
}

/** Whether a key is of a difference in positions or cash. */
function isOfBook(key: string): boolean {
  return key.startsWith('book:');
}
