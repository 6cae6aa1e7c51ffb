import type { AccountSettings } from '../core/account.ts';
import { tradingDayStart } from '../core/market-calendar.ts';
import { isFinal } from '../core/order-transition.ts';
import { compareLegs } from '../core/reconciliation.ts';
import { MOST_IN_FULL } from '../messages/accounts-overview.ts';
import type { Message } from '../messages/message.ts';
import type { ReconciledBook } from '../messages/reconciliation.ts';
import { presentReconciliation } from '../messages/reconciliation.ts';
import { presentRestOfReconciliation } from '../messages/reconciliation-rest.ts';
import { accountTimeZone } from '../messages/time.ts';
import { bookDigest } from './agreed-book.ts';
import type { ComparedBook } from './agreed-book.ts';
import { approversOf } from './book-incidents.ts';
import { brokerOf, displayName } from './context.ts';
import type { AppContext } from './context.ts';
import { readWatch } from './order-watch.ts';
import { readReconciliation } from './reconciliation.ts';
import { underOneAnother, viewEach } from './under-one-another.ts';
import { viewOrders } from './views.ts';

/** The newest orders, among which those of today are looked for. */
const MOST_ORDERS = 1000;

/** More proposals than this in one day are not shown. */
const MOST_PROPOSALS = 10;

/** What was approved, ordered and filled today in one account, and what does not agree. */
async function viewAccount(context: AppContext, account: AccountSettings): Promise<Message> {
  const found = await readReconciliation(context, account);
  const now = context.clock.now();
  const begins = tradingDayStart(now);
  const ids = new Set(
    found.orders
      .filter(
        ({ intent, updatedAt }) =>
          Temporal.Instant.compare(intent.createdAt, begins) >= 0 ||
          Temporal.Instant.compare(updatedAt, begins) >= 0,
      )
      .map(({ intent }) => intent.proposalId),
  );
  const proposals = [];
  for (const id of [...ids].slice(0, MOST_PROPOSALS)) {
    const record = await context.store.findProposal(id);
    if (record === null) continue;
    const orders = await context.store.listOrders({ proposalId: id });
    const fills = await context.store.listFills({ proposalId: id });
    const { legs } = record.proposal.plan;
    proposals.push({ record, legs: compareLegs({ legs, orders, told: found.told, fills }) });
  }
  return presentReconciliation({
    account: account.name,
    broker: account.broker,
    proposals,
    differences: found.differences.map(({ words }) => words),
    foreign: found.foreign,
    book: bookOf(context, account, found.book),
    tellsTime: brokerOf(context, account.name).getTime !== undefined,
    timeZone: accountTimeZone(account),
    now,
  });
}

function bookOf(
  context: AppContext,
  account: AccountSettings,
  reading: ComparedBook,
): ReconciledBook {
  if (reading.type === 'first') return { type: 'none' };
  if (reading.type === 'not_comparable') return reading;
  const { agreed, differences, expected, told } = reading;
  const { agreedAt: at, agreedBy } = agreed;
  return {
    type: 'compared',
    differences,
    cashOff: told.cash.minus(expected.cash),
    agreed: { at, by: agreedBy === null ? null : displayName(context, agreedBy) },
    digest: bookDigest(account.name, differences),
    approvers: approversOf(context, account.name),
  };
}

/**
 * The same for several accounts under one another; one whose broker is away says so in its place. Of many
 * only those in which something differed at the last look or was ordered today.
 */
export async function viewReconciliation(
  context: AppContext,
  accounts: readonly AccountSettings[],
): Promise<Message> {
  const view = (account: AccountSettings) => viewAccount(context, account);
  if (accounts.length <= MOST_IN_FULL) return viewEach(accounts, view);
  const telling = await accountsWithNews(context, accounts);
  const shown = telling.slice(0, MOST_IN_FULL);
  const rest = presentRestOfReconciliation({
    more: telling.slice(shown.length).map(({ name }) => name),
    quiet: accounts.length - telling.length,
  });
  return underOneAnother([await viewEach(shown, view), rest]);
}

/** Accounts with a difference that the last look found, then those with orders of today. */
async function accountsWithNews(
  context: AppContext,
  accounts: readonly AccountSettings[],
): Promise<readonly AccountSettings[]> {
  const begins = tradingDayStart(context.clock.now());
  const orders = await context.store.listOrders({ limit: MOST_ORDERS });
  const busy = new Set(
    orders
      .filter(
        ({ status, updatedAt }) =>
          !isFinal(status) || Temporal.Instant.compare(updatedAt, begins) >= 0,
      )
      .map(({ intent }) => intent.account),
  );
  const differing = new Set<string>();
  for (const { name } of accounts) {
    const watch = await readWatch(context.store, name);
    if (watch !== null && (watch.suspects.length > 0 || watch.incident !== null)) {
      differing.add(name);
    }
  }
  return [
    ...accounts.filter(({ name }) => differing.has(name)),
    ...accounts.filter(({ name }) => busy.has(name) && !differing.has(name)),
  ];
}

/** The page's Orders: how broker and record compare, above the newest orders. */
export async function viewOrdersPage(context: AppContext): Promise<Message> {
  const compared = await viewReconciliation(context, [...context.accounts.values()]);
  return underOneAnother([compared, await viewOrders(context, null)]);
}
