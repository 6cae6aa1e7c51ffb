import type { Order } from '../core/order.ts';
import type { Proposal } from '../core/proposal.ts';
import { failpoint } from '../lib/failpoint.ts';
import { BrokerError } from '../ports/broker-error.ts';
import type { SendPermit } from '../ports/broker.ts';
import type { StoreTransaction } from '../ports/store.ts';
import { earlier } from '../core/time.ts';
import { auditEntry, EVENKEEL } from './audit.ts';
import type { AppContext } from './context.ts';
import type { ExecutionRun } from './executor.ts';
import { haltFor } from './halt-record.ts';
import { LeaseLost } from './lease.ts';
import { readOrderDenials } from './order-denials.ts';
import { changeOrder } from './record-order.ts';
import { remembered } from './run-memory.ts';
import { openSendPermit } from './send-permit.ts';

/** A cancel that has not shown within this time is asked for again. */
const CANCEL_PATIENCE = Temporal.Duration.from({ seconds: 5 });

/** What this process remembers of an order between steps; nothing is lost when it is lost. */
const cancels = new WeakMap<ExecutionRun, Map<string, Temporal.Instant>>();

/**
 * Sends orders that are committed and certainly not sent yet. Each is marked as submitted, durably,
 * before its request leaves; the requests go out side by side.
 * @returns true when anything was sent or must be decided anew.
 */
export async function submitOrders(
  context: AppContext,
  run: ExecutionRun,
  proposal: Proposal,
  orders: readonly Order[],
): Promise<boolean> {
  if (orders.length === 0) return false;
  const at = context.clock.now();
  for (const order of orders) run.inFlight.add(order.intent.clientOrderId);
  try {
    const allowed = await context.store.transaction(async (unit): Promise<readonly Order[]> => {
      await context.lease.require(unit);
      // A halt that was committed since the decision counts: nothing new is sent from it on.
      for (const order of orders) {
        if ((await haltFor(unit, order.intent.account)) !== null) return [];
      }
      const intents = orders.map(({ intent }) => intent);
      const denialOf = await readOrderDenials(context, unit, proposal, intents);
      const cleared: Order[] = [];
      for (const order of orders) {
        const denial = denialOf(order.intent);
        if (denial === null) {
          await changeOrderToSubmitted(context, unit, order, at);
          cleared.push(order);
        } else {
          const { code: reasonCode, reason } = denial;
          await changeOrder(context, unit, order, { status: 'denied', reasonCode, reason });
        }
      }
      return cleared;
    });
    if (allowed.length > 0) failpoint('orders_marked_submitted');
    const { permit, recheck } = openSendPermit(context, proposal.account);
    run.recheckPermits = recheck;
    // All of them: as long as one request may be under way its order counts as in flight.
    const sent = await Promise.allSettled(allowed.map((order) => send(run, order, permit)));
    for (const outcome of sent) if (outcome.status === 'rejected') throw outcome.reason;
  } finally {
    run.recheckPermits = () => {};
    for (const order of orders) run.inFlight.delete(order.intent.clientOrderId);
  }
  return true;
}

async function changeOrderToSubmitted(
  context: AppContext,
  unit: StoreTransaction,
  order: Order,
  at: Temporal.Instant,
): Promise<void> {
  const { clientOrderId, account, proposalId, leg } = order.intent;
  const updated = await unit.updateOrder(clientOrderId, 'created', {
    status: 'submitted',
    submittedAt: at,
    updatedAt: at,
  });
  if (!updated) throw new Error(`order ${clientOrderId} is no longer created`);
  await unit.appendAudit(
    auditEntry(at, EVENKEEL, 'order_submitted', account, clientOrderId, {
      proposal: proposalId,
      leg,
    }),
  );
}

/** @throws LeaseLost when nothing was sent for want of the lease: whoever has it now looks for the order. */
async function send(run: ExecutionRun, order: Order, permit: SendPermit): Promise<void> {
  const result = await run.broker.executeTrade(order.intent, permit);
  if (result.type === 'not_sent' && result.code === 'lease_lost') throw new LeaseLost();
  failpoint('order_answered');
  await run.record({ type: 'answer', clientOrderId: order.intent.clientOrderId, result });
  failpoint('answer_recorded');
}

/**
 * Asks the broker to cancel what has worked for longer than the account's time limit.
 * @returns when to ask again for those that are still working then; null when none was overdue.
 */
export async function cancelOverdue(
  context: AppContext,
  run: ExecutionRun,
  orders: readonly Order[],
): Promise<Temporal.Instant | null> {
  const asked = remembered(cancels, run);
  let wakeAt: Temporal.Instant | null = null;
  for (const order of orders) {
    const { clientOrderId, account, proposalId, leg } = order.intent;
    const { brokerOrderId } = order;
    if (brokerOrderId === null) continue;
    const now = context.clock.now();
    const before = asked.get(clientOrderId);
    if (before !== undefined && Temporal.Instant.compare(now, before.add(CANCEL_PATIENCE)) < 0) {
      wakeAt = earlier(wakeAt, before.add(CANCEL_PATIENCE));
      continue;
    }
    asked.set(clientOrderId, now);
    wakeAt = earlier(wakeAt, now.add(CANCEL_PATIENCE));
    await context.store.transaction((unit) =>
      unit.appendAudit(
        auditEntry(now, EVENKEEL, 'cancel_requested', account, clientOrderId, {
          proposal: proposalId,
          leg,
          brokerOrderId,
        }),
      ),
    );
    failpoint('cancel_recorded');
    try {
      await run.broker.cancelOrder(brokerOrderId);
      failpoint('cancel_answered');
    } catch (error) {
      if (!(error instanceof BrokerError)) throw error;
      context.log.warn({ order: clientOrderId, code: error.code }, 'cancel was not taken');
    }
  }
  return wakeAt;
}
