import type { AccountSettings } from '../core/account.ts';
import type { Decimal } from '../core/decimal.ts';
import { sum, toText } from '../core/decimal.ts';
import { planRebalance } from '../core/plan.ts';
import type { Side } from '../core/plan-types.ts';
import { planningPolicy } from '../core/planning-policy.ts';
import { presentDailySummary } from '../messages/daily-summary.ts';
import { presentPlanRefusal } from '../messages/errors.ts';
import type { StoreTransaction } from '../ports/store.ts';
import { haltedByName } from './announce-halt.ts';
import { auditEntry } from './audit.ts';
import { verifyRecord } from './automatic-halts.ts';
import { destinationsOf, displayName } from './context.ts';
import type { AppContext } from './context.ts';
import { haltFor } from './halt-record.ts';
import { loginEndOf } from './login-accounts.ts';
import { changeSince } from './payments.ts';
import { summaryDestinations } from './summary-digests.ts';
import { takeSnapshot } from './take-snapshot.ts';

const SCHEDULE = { actor: 'evenkeel', platform: 'schedule' };

/**
 * Posts an account's day and publishes the head of the audit chain with it, so that the chat itself
 * is a witness of the record.
 * @param date the exchange day that is told about.
 * @throws BrokerError when the account cannot be read.
 */
export async function summarize(
  context: AppContext,
  account: AccountSettings,
  date: Temporal.PlainDate,
): Promise<void> {
  const snapshot = await takeSnapshot(context, account);
  const result = planRebalance(snapshot, account.targets, planningPolicy(account));
  const now = context.clock.now();
  const key = `summary:${account.name}:${date.toString()}`;
  const destinations = destinationsOf(context, account);
  if (result.type === 'refused') {
    const message = presentPlanRefusal(result.refusal, account.name);
    await context.store.transaction((unit) =>
      unit.announce({ key, account: account.name, message }, destinations, now),
    );
    context.changed();
    return;
  }
  const { plan } = result;
  const verification = await verifyRecord(context, 'lately');
  await context.store.transaction(async (unit) => {
    const book = {
      readAt: snapshot.takenAt,
      cash: snapshot.balance.cash,
      positions: snapshot.positions.map(({ symbol, quantity }) => ({ symbol, quantity })),
    };
    const value = {
      account: account.name,
      date,
      value: plan.totalValue,
      cash: plan.cashBefore,
      drift: plan.driftBefore,
      book,
    };
    await unit.recordAccountValue(value);
    const values = await unit.listAccountValues(account.name, date.subtract({ days: 31 }));
    const before = values.filter((entry) => Temporal.PlainDate.compare(entry.date, date) < 0);
    const monthStart = before.find(
      (entry) => Temporal.PlainDate.compare(entry.date.add({ days: 31 }), date) >= 0,
    );
    await unit.appendAudit(
      auditEntry(now, SCHEDULE, 'summary', account.name, key, {
        value: toText(plan.totalValue),
        drift: toText(plan.driftBefore),
      }),
    );
    const head = await unit.publishAuditHead();
    const halt = await haltFor(unit, account.name);
    const message = presentDailySummary({
      account,
      date,
      now,
      value: plan.totalValue,
      day: await changeSince(unit, account, before.at(-1), value),
      month: await changeSince(unit, account, monthStart, value),
      drift: plan.driftBefore,
      band: account.policy.toleranceBand,
      values,
      weights: plan.weights.map((row) => ({
        symbol: row.symbol,
        targetWeight: row.targetWeight,
        weight: row.weightBefore,
      })),
      traded: await tradedOn(context, unit, account, date),
      tradedOutside: await tradedOutsideOn(unit, account, date),
      pending: (await unit.listProposalHeads({ account: account.name, statuses: ['pending'] })).map(
        ({ proposal }) => ({ proposalId: proposal.id, expiresAt: proposal.expiresAt }),
      ),
      working: await unit.listOrders({
        account: account.name,
        statuses: ['submitted', 'unknown', 'accepted', 'partially_filled'],
      }),
      halt: halt === null ? null : { halt, byName: haltedByName(context, halt) },
      login: await loginEndOf(context, unit, account),
      auditHead: head.hash,
      auditRows: head.seq,
      verification,
    });
    // In a channel of many accounts the day of all of them is told in one message.
    const own = summaryDestinations(context, account);
    await unit.announce({ key, account: account.name, message }, own, now);
  });
  context.changed();
}

/** What filled on an exchange day, by proposal, with who approved it. */
async function tradedOn(
  context: AppContext,
  unit: StoreTransaction,
  account: AccountSettings,
  date: Temporal.PlainDate,
): Promise<{ proposalId: string; notional: Decimal; approverNames: string[] }[]> {
  const fills = await unit.listFills({ account: account.name, ...timesOf(account, date) });
  const notionals = new Map<string, Decimal[]>();
  for (const fill of fills) {
    if (fill.clientOrderId === null) continue;
    const order = await unit.findOrder(fill.clientOrderId);
    if (order === null) continue;
    const { proposalId } = order.intent;
    notionals.set(proposalId, [
      ...(notionals.get(proposalId) ?? []),
      fill.quantity.times(fill.price),
    ]);
  }
  const traded = [];
  for (const [proposalId, amounts] of notionals) {
    const record = await unit.findProposal(proposalId);
    const approvals = record?.decisions.filter((decision) => decision.verdict === 'approve') ?? [];
    traded.push({
      proposalId,
      notional: sum(amounts),
      approverNames: approvals.map((decision) => displayName(context, decision.person)),
    });
  }
  return traded;
}

/** What was traded outside Evenkeel on an exchange day, by side and symbol. */
async function tradedOutsideOn(
  unit: StoreTransaction,
  account: AccountSettings,
  date: Temporal.PlainDate,
): Promise<readonly { side: Side; symbol: string; quantity: Decimal }[]> {
  const fills = await unit.listOutsideFills({ account: account.name, ...timesOf(account, date) });
  const bySymbol = Map.groupBy(fills, ({ side, symbol }) => `${side} ${symbol}`);
  return [...bySymbol.values()].flatMap((those) => {
    const quantity = sum(those.map((fill) => fill.quantity));
    const [first] = those;
    // What the broker took back was not traded.
    return first === undefined || quantity.eq('0')
      ? []
      : [{ side: first.side, symbol: first.symbol, quantity }];
  });
}

function timesOf(
  account: AccountSettings,
  date: Temporal.PlainDate,
): { readonly since: Temporal.Instant; readonly until: Temporal.Instant } {
  const zone = account.schedule.dailySummary?.timeZone ?? 'America/New_York';
  return {
    since: date.toZonedDateTime(zone).toInstant(),
    until: date.add({ days: 1 }).toZonedDateTime(zone).toInstant(),
  };
}
