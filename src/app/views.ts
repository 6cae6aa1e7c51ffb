import type { AccountSettings } from '../core/account.ts';
import { planRebalance } from '../core/plan.ts';
import { EXCHANGE_TIME_ZONE } from '../core/market-calendar.ts';
import { presentAuditTable } from '../messages/audit-trail.ts';
import { presentBrokerError, presentPlanRefusal } from '../messages/errors.ts';
import type { Message } from '../messages/message.ts';
import { presentOrders } from '../messages/orders.ts';
import { presentPortfolio } from '../messages/portfolio.ts';
import { BrokerError } from '../ports/broker-error.ts';
import { priceNote } from './announce-proposal.ts';
import { displayName } from './context.ts';
import type { AppContext } from './context.ts';
import { haltFor } from './halt.ts';
import { takeSnapshot } from './take-snapshot.ts';

const ORDERS_SHOWN = 50;
const AUDIT_ROWS_SHOWN = 100;

/** What one account holds, is worth, and how far it is from its targets. */
export async function viewPortfolio(
  context: AppContext,
  account: AccountSettings,
): Promise<Message> {
  const snapshot = await takeSnapshot(context, account);
  const result = planRebalance(snapshot, account.targets, account.policy);
  if (result.type === 'refused') return presentPlanRefusal(result.refusal, account.name);
  const halt = await haltFor(context.store, account.name);
  const pending = await context.store.listProposals({
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
    halt: halt === null ? undefined : { halt, byName: displayName(context, halt.by) },
    priceNote: priceNote(snapshot, now),
  });
}

/** Several accounts under one another; one that cannot be read says so in its place. */
export async function viewPortfolios(
  context: AppContext,
  accounts: readonly AccountSettings[],
): Promise<Message> {
  const messages = await Promise.all(
    accounts.map(async (account) => {
      try {
        return await viewPortfolio(context, account);
      } catch (error) {
        if (!(error instanceof BrokerError)) throw error;
        return presentBrokerError(error, account.name);
      }
    }),
  );
  return {
    fallback: messages.map((message) => message.fallback).join(' '),
    blocks: messages.flatMap((message) => message.blocks),
  };
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

/** The newest rows of the audit log. */
export async function viewAudit(context: AppContext): Promise<Message> {
  return presentAuditTable({
    rows: await context.store.listAudit({ limit: AUDIT_ROWS_SHOWN }),
    account: null,
    head: await context.store.auditHead(),
    timeZone: EXCHANGE_TIME_ZONE,
    now: context.clock.now(),
  });
}
