import type { AccountSettings } from '../core/account.ts';
import { planRebalance } from '../core/plan.ts';
import { planningPolicy } from '../core/planning-policy.ts';
import { EXCHANGE_TIME_ZONE } from '../core/market-calendar.ts';
import { MOST_IN_FULL, presentOverview } from '../messages/accounts-overview.ts';
import { presentCsvFile } from '../messages/csv-file.ts';
import { presentPlanRefusal } from '../messages/errors.ts';
import type { Message } from '../messages/message.ts';
import { ordersCsv } from '../messages/orders-csv.ts';
import { presentOrders } from '../messages/orders.ts';
import { presentPortfolio } from '../messages/portfolio.ts';
import { readOverview } from './account-states.ts';
import { haltedByName } from './announce-halt.ts';
import { priceNote } from './announce-proposal.ts';
import type { AppContext } from './context.ts';
import { haltFor } from './halt-record.ts';
import { takeSnapshot } from './take-snapshot.ts';
import { viewEach } from './under-one-another.ts';

const ORDERS_SHOWN = 50;
/** A file in a chat has at most so many lines: about two megabytes. */
const MOST_LINES = 5000;

/** What one account holds, is worth, and how far it is from its targets. */
export async function viewPortfolio(
  context: AppContext,
  account: AccountSettings,
): Promise<Message> {
  const snapshot = await takeSnapshot(context, account);
  const result = planRebalance(snapshot, account.targets, planningPolicy(account));
  if (result.type === 'refused') return presentPlanRefusal(result.refusal, account.name);
  const halt = await haltFor(context.store, account.name);
  const pending = await context.store.listProposalHeads({
    account: account.name,
    statuses: ['pending'],
  });
  const now = context.clock.now();
  return presentPortfolio({
    account,
    snapshot,
    weights: result.plan.weights.map((row) => ({
      symbol: row.symbol,
      targetWeight: row.targetWeight,
      weight: row.weightBefore,
    })),
    drift: result.plan.driftBefore,
    totalValue: result.plan.totalValue,
    now,
    pendingProposalIds: pending.map(({ proposal }) => proposal.id),
    halt: halt === null ? undefined : { halt, byName: haltedByName(context, halt) },
    priceNote: priceNote(snapshot, now),
    isUncompared: context.uncompared.has(account.name),
  });
}

/** Several accounts under one another, or many at a glance; one that cannot be read says so in its place. */
export async function viewPortfolios(
  context: AppContext,
  accounts: readonly AccountSettings[],
): Promise<Message> {
  if (accounts.length > MOST_IN_FULL) return presentOverview(await readOverview(context, accounts));
  return viewEach(accounts, (account) => viewPortfolio(context, account));
}

/** The newest orders of an account, or of all. */
export async function viewOrders(
  context: AppContext,
  account: AccountSettings | null,
): Promise<Message> {
  const orders = await context.store.listOrders({
    ...(account === null ? {} : { account: account.name }),
    limit: ORDERS_SHOWN,
  });
  return presentOrders({
    account: account?.name ?? null,
    orders,
    timeZone: EXCHANGE_TIME_ZONE,
    now: context.clock.now(),
  });
}

/** The orders of an account, or of all, as a file: newest first. */
export async function viewOrdersFile(
  context: AppContext,
  account: AccountSettings | null,
): Promise<Message> {
  const found = await context.store.listOrders({
    ...(account === null ? {} : { account: account.name }),
    limit: MOST_LINES + 1,
  });
  const orders = found.slice(0, MOST_LINES);
  return presentCsvFile({
    noun: 'order',
    account: account?.name ?? null,
    lines: orders.length,
    rest: found.length > MOST_LINES ? 'Older ones are in the database.' : null,
    content: ordersCsv(orders),
    now: context.clock.now(),
  });
}
