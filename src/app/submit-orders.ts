import type { ExecutionStep } from '../core/execution.ts';
import type { Order } from '../core/order.ts';
import { BrokerError } from '../ports/broker-error.ts';
import type { ExecuteTradeResult } from '../ports/broker.ts';
import type { StoreTransaction } from '../ports/store.ts';
import { earlier } from '../core/time.ts';
import { auditEntry, EVENKEEL } from './audit.ts';
import type { AppContext } from './context.ts';
import type { ExecutionRun } from './executor.ts';
import { haltFor } from './halt.ts';
import { changeOrder } from './record-order.ts';

/** Waits between looks for an order whose answer never came; the last one repeats. */
const LOOK_UP_WAITS_IN_SECONDS = [0, 1, 2, 5, 10, 20];

/** An order that was not found this often, over the waits above, has not arrived. */
const LOOKS_UNTIL_CERTAIN = 3;

/** A cancel that has not shown within this time is asked for again. */
const CANCEL_PATIENCE = Temporal.Duration.from({ seconds: 5 });

interface LookUpState {
  looks: number;
  nextAt: Temporal.Instant;
}

/** What this process remembers of an order between steps; nothing is lost when it is lost. */
const lookUps = new WeakMap<ExecutionRun, Map<string, LookUpState>>();
const cancels = new WeakMap<ExecutionRun, Map<string, Temporal.Instant>>();

function remembered<T>(
  memory: WeakMap<ExecutionRun, Map<string, T>>,
  run: ExecutionRun,
): Map<string, T> {
  const known = memory.get(run);
  if (known !== undefined) return known;
  const fresh = new Map<string, T>();
  memory.set(run, fresh);
  return fresh;
}

/**
 * Sends orders that are committed and certainly not sent yet. Each is marked as submitted, durably,
 * before its request leaves; the requests go out side by side.
 * @returns true when anything was sent or must be decided anew.
 */
export async function submitOrders(
  context: AppContext,
  run: ExecutionRun,
  orders: readonly Order[],
): Promise<boolean> {
  if (orders.length === 0) return false;
  const at = context.clock.now();
  for (const order of orders) run.inFlight.add(order.intent.clientOrderId);
  try {
    const allowed = await context.store.transaction(async (unit) => {
      // A halt that was committed since the decision counts: nothing new is sent from it on.
      for (const order of orders) {
        if ((await haltFor(unit, order.intent.account)) !== null) return false;
      }
      for (const order of orders) {
        await changeOrderToSubmitted(context, unit, order, at);
      }
      return true;
    });
    if (allowed) await Promise.all(orders.map((order) => send(context, run, order)));
  } finally {
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

async function send(context: AppContext, run: ExecutionRun, order: Order): Promise<void> {
  const result = await run.broker.executeTrade(order.intent);
  await recordAnswer(context, order.intent.clientOrderId, result);
}

/** Records the broker's answer to an order, unless its updates have told more already. */
async function recordAnswer(
  context: AppContext,
  clientOrderId: string,
  result: ExecuteTradeResult,
): Promise<void> {
  await context.store.transaction(async (unit) => {
    const order = await unit.findOrder(clientOrderId);
    if (order === null) throw new Error(`order ${clientOrderId} is not there`);
    // A fill or a cancel can be told before the answer arrives; it says more than the answer.
    const answered = order.status !== 'submitted' && order.status !== 'unknown';
    switch (result.type) {
      case 'accepted':
        await changeOrder(context, unit, order, {
          status: answered ? order.status : 'accepted',
          brokerOrderId: result.brokerOrderId,
        });
        return;
      case 'rejected':
        if (answered) return;
        await changeOrder(context, unit, order, {
          status: 'rejected',
          reasonCode: result.brokerCode ?? result.code,
          reason: result.reason,
        });
        return;
      case 'unknown':
        if (answered) return;
        await changeOrder(context, unit, order, { status: 'unknown', reason: result.reason });
    }
  });
}

/**
 * Looks for orders whose answer never came. An order that the broker has is taken as it is there. One
 * that is not there after several looks is sent again only under the same clientOrderId and only where
 * the broker refuses a second order under it; elsewhere it stays unknown until a person says.
 * @returns whether anything became known, and when to look again otherwise.
 */
export async function lookUpOrders(
  context: AppContext,
  run: ExecutionRun,
  orders: readonly Order[],
  unanswered: ExecutionStep['unanswered'],
): Promise<{ readonly learned: boolean; readonly wakeAt: Temporal.Instant | null }> {
  const states = remembered(lookUps, run);
  let learned = false;
  let wakeAt: Temporal.Instant | null = null;
  for (const order of orders) {
    const { clientOrderId } = order.intent;
    if (run.inFlight.has(clientOrderId)) continue;
    const now = context.clock.now();
    const state = states.get(clientOrderId) ?? { looks: 0, nextAt: now };
    states.set(clientOrderId, state);
    const due = Temporal.Instant.compare(now, state.nextAt) >= 0;
    if (due && (await lookUp(context, run, order, state, unanswered))) {
      states.delete(clientOrderId);
      learned = true;
    } else {
      wakeAt = earlier(wakeAt, state.nextAt);
    }
  }
  return { learned, wakeAt };
}

async function lookUp(
  context: AppContext,
  run: ExecutionRun,
  order: Order,
  state: LookUpState,
  unanswered: ExecutionStep['unanswered'],
): Promise<boolean> {
  state.looks += 1;
  const wait = LOOK_UP_WAITS_IN_SECONDS[state.looks] ?? LOOK_UP_WAITS_IN_SECONDS.at(-1) ?? 20;
  state.nextAt = context.clock.now().add({ seconds: wait });
  let found;
  try {
    found = await run.broker.findOrder(order.intent);
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    context.log.warn(
      { order: order.intent.clientOrderId, code: error.code },
      'order could not be looked up',
    );
    return false;
  }
  switch (found.type) {
    case 'found': {
      // Through the same queue as the updates, so that it cannot overtake a fill.
      await run.takeIn({ type: 'order', order: found.order });
      return true;
    }
    case 'ambiguous':
      return false;
    case 'not_found': {
      // Elsewhere "not found" is no proof: without an id of ours the broker may list it later.
      const certain = run.broker.capabilities.clientOrderId && state.looks >= LOOKS_UNTIL_CERTAIN;
      if (!certain || unanswered === 'wait') return false;
      return unanswered === 'send_again' ? resend(context, run, order) : lapse(context, order);
    }
  }
}

/** Ends an order that never reached the broker and may not be sent any more. */
async function lapse(context: AppContext, order: Order): Promise<boolean> {
  await context.store.transaction(async (unit) => {
    const current = await unit.findOrder(order.intent.clientOrderId);
    if (current === null || (current.status !== 'submitted' && current.status !== 'unknown'))
      return;
    await changeOrder(context, unit, current, {
      status: 'canceled',
      reasonCode: 'never_arrived',
      reason: 'the order never reached the broker and is too late to be sent again',
    });
  });
  return true;
}

/** Sends an order again under the same clientOrderId; a refusal only counts when it is still not there. */
async function resend(context: AppContext, run: ExecutionRun, order: Order): Promise<boolean> {
  const { clientOrderId, account, proposalId, leg } = order.intent;
  const at = context.clock.now();
  const allowed = await context.store.transaction(async (unit) => {
    if ((await haltFor(unit, account)) !== null) return false;
    await unit.appendAudit(
      auditEntry(at, EVENKEEL, 'order_submitted', account, clientOrderId, {
        proposal: proposalId,
        leg,
        again: true,
      }),
    );
    return true;
  });
  if (!allowed) return false;
  run.inFlight.add(clientOrderId);
  try {
    const result = await run.broker.executeTrade(order.intent);
    if (result.type === 'rejected') {
      // The refusal may be of a second order under the same id: the first one then exists after all.
      const found = await run.broker.findOrder(order.intent);
      if (found.type === 'found') {
        await run.takeIn({ type: 'order', order: found.order });
        return true;
      }
      if (found.type === 'ambiguous') return false;
    }
    await recordAnswer(context, clientOrderId, result);
    return result.type !== 'unknown';
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    context.log.warn({ order: clientOrderId, code: error.code }, 'order could not be looked up');
    return false;
  } finally {
    run.inFlight.delete(clientOrderId);
  }
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
    try {
      await run.broker.cancelOrder(brokerOrderId);
    } catch (error) {
      if (!(error instanceof BrokerError)) throw error;
      context.log.warn({ order: clientOrderId, code: error.code }, 'cancel was not taken');
    }
  }
  return wakeAt;
}
