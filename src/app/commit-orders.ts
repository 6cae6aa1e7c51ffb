import type { OrderDenial } from '../core/checks/order-checks.ts';
import { deriveClientOrderId } from '../core/client-order-id.ts';
import { toText } from '../core/decimal.ts';
import type { ExecutionStep } from '../core/execution.ts';
import type { ReleasedLeg } from '../core/order-prices.ts';
import type { Order, OrderIntent } from '../core/order.ts';
import type { Proposal } from '../core/proposal.ts';
import { failpoint } from '../lib/failpoint.ts';
import type { StoreTransaction } from '../ports/store.ts';
import { auditEntry, EVENKEEL } from './audit.ts';
import type { Beginning } from './begin-execution.ts';
import { accountNamed } from './context.ts';
import type { AppContext } from './context.ts';
import { haltFor } from './halt-record.ts';
import { readOrderDenials } from './order-denials.ts';
import { changeOrder } from './record-order.ts';

/**
 * Intents and denials with their audit rows, and that the intents are handed to the broker, in one
 * transaction: nothing is sent before it is durable, and a commit waits for the disk.
 * @param beginning written first, in the first transaction of an execution.
 * @returns what must be sent now; null when the execution has begun or ended elsewhere, and nothing was
 *   written.
 */
export async function commitOrders(
  context: AppContext,
  proposal: Proposal,
  step: ExecutionStep,
  beginning: Beginning | null,
): Promise<readonly OrderIntent[] | null> {
  const at = context.clock.now();
  const committed = await context.store.transaction(async (unit) => {
    await context.lease.require(unit);
    if (beginning !== null && !(await beginning.write(unit))) return null;
    for (const { order, code, reason } of step.withdraw) {
      await changeOrder(context, unit, order, { status: 'denied', reasonCode: code, reason });
    }
    for (const { leg, code, reason } of step.deny) {
      const intent = intentFor(
        context,
        proposal,
        { leg, quantity: leg.quantity, limitPrice: null },
        at,
      );
      await unit.insertOrder(intent, 'denied', { code, text: reason });
      await unit.appendAudit(
        auditEntry(at, EVENKEEL, 'order_denied', proposal.account, intent.clientOrderId, {
          proposal: proposal.id,
          leg: leg.number,
          code,
          reason,
        }),
      );
    }
    // A halt that was committed since the decision counts: nothing new is sent from it on.
    if ((await haltFor(unit, proposal.account)) !== null) return [];
    const released = step.release.map((leg) => intentFor(context, proposal, leg, at));
    const created = step.submit.map(({ intent }) => intent);
    const denialOf = await readOrderDenials(context, unit, proposal, [...released, ...created]);
    const sendable: OrderIntent[] = [];
    for (const intent of released) {
      if (await commitIntent(context, unit, intent, denialOf(intent))) sendable.push(intent);
    }
    for (const order of step.submit) {
      const denial = denialOf(order.intent);
      if (await submitCreated(context, unit, order, denial, at)) sendable.push(order.intent);
    }
    return sendable;
  });
  if (committed === null) return null;
  if (beginning !== null) failpoint('execution_begun');
  failpoint('intents_committed');
  if (committed.length > 0) failpoint('orders_marked_submitted');
  return committed;
}

function intentFor(
  context: AppContext,
  proposal: Proposal,
  { leg, quantity, limitPrice }: ReleasedLeg,
  createdAt: Temporal.Instant,
): OrderIntent {
  return {
    clientOrderId: deriveClientOrderId(proposal, leg.number, 1),
    proposalId: proposal.id,
    leg: leg.number,
    attempt: 1,
    account: proposal.account,
    side: leg.side,
    symbol: leg.symbol,
    quantity,
    orderType: limitPrice === null ? 'market' : 'limit',
    limitPrice,
    timeInForce: 'day',
    extendedHours: accountNamed(context, proposal.account).orders.extendedHours,
    createdAt,
  };
}

/** @returns whether it may be sent; what may not is on the record as denied. */
async function commitIntent(
  context: AppContext,
  unit: StoreTransaction,
  intent: OrderIntent,
  denial: OrderDenial | null,
): Promise<boolean> {
  const { clientOrderId, createdAt: at, limitPrice } = intent;
  await unit.insertOrder(intent, denial === null ? 'submitted' : 'created');
  await unit.appendAudit(
    auditEntry(at, EVENKEEL, 'order_intent', intent.account, clientOrderId, {
      proposal: intent.proposalId,
      leg: intent.leg,
      side: intent.side,
      symbol: intent.symbol,
      quantity: toText(intent.quantity),
      limitPrice: limitPrice === null ? null : toText(limitPrice),
    }),
  );
  if (denial === null) {
    await appendSubmitted(unit, intent, at);
    return true;
  }
  const order = await unit.findOrder(clientOrderId);
  if (order === null) throw new Error(`order ${clientOrderId} is not there`);
  await denyOrder(context, unit, order, denial);
  return false;
}

/** The same for one that an older version, or a process that was stopped, had committed and not sent. */
async function submitCreated(
  context: AppContext,
  unit: StoreTransaction,
  order: Order,
  denial: OrderDenial | null,
  at: Temporal.Instant,
): Promise<boolean> {
  if (denial !== null) {
    await denyOrder(context, unit, order, denial);
    return false;
  }
  const { clientOrderId } = order.intent;
  const change = { status: 'submitted', submittedAt: at, updatedAt: at } as const;
  if (!(await unit.updateOrder(clientOrderId, 'created', change))) {
    throw new Error(`order ${clientOrderId} is no longer created`);
  }
  await appendSubmitted(unit, order.intent, at);
  return true;
}

async function denyOrder(
  context: AppContext,
  unit: StoreTransaction,
  order: Order,
  { code, reason }: OrderDenial,
): Promise<void> {
  await changeOrder(context, unit, order, { status: 'denied', reasonCode: code, reason });
}

async function appendSubmitted(
  unit: StoreTransaction,
  { clientOrderId, account, proposalId, leg }: OrderIntent,
  at: Temporal.Instant,
): Promise<void> {
  await unit.appendAudit(
    auditEntry(at, EVENKEEL, 'order_submitted', account, clientOrderId, {
      proposal: proposalId,
      leg,
    }),
  );
}
