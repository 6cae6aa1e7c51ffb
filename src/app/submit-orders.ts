import type { Order, OrderIntent } from '../core/order.ts';
import { earlier } from '../core/time.ts';
import { failpoint } from '../lib/failpoint.ts';
import { BrokerError } from '../ports/broker-error.ts';
import type { ExecuteTradeResult, SendRefusal } from '../ports/broker.ts';
import { auditEntry, EVENKEEL } from './audit.ts';
import type { AppContext } from './context.ts';
import type { ExecutionRun } from './executor.ts';
import { LeaseLost } from './lease.ts';
import { remembered } from './run-memory.ts';
import { openSendPermit } from './send-permit.ts';

/** A cancel that has not shown within this time is asked for again. */
const CANCEL_PATIENCE = Temporal.Duration.from({ seconds: 5 });

/** What this process remembers of an order between steps; nothing is lost when it is lost. */
const cancels = new WeakMap<ExecutionRun, Map<string, Temporal.Instant>>();

/** What happens while orders are sent. */
export interface SendingEvents {
  /** The first answer since the last of them left; not told where it is the answer to all of them. */
  readonly onFirstAnswer: () => void;
  /** The broker has answered the last of them. */
  readonly onLastAnswer: () => void;
  /** All answers are on record: what the broker is asked from now on is about orders that are known. */
  readonly onAnswersRecorded: () => void;
}

/** Sends orders that are on record as submitted, side by side. */
export async function submitOrders(
  context: AppContext,
  run: ExecutionRun,
  intents: readonly OrderIntent[],
  events: SendingEvents,
): Promise<void> {
  const [first] = intents;
  if (first === undefined) return;
  for (const { clientOrderId } of intents) run.inFlight.add(clientOrderId);
  const { permit, recheck } = openSendPermit(context, first.account);
  run.recheckPermits.add(recheck);
  run.unanswered += intents.length;
  let unanswered = intents.length;
  const waiting = new Set(intents);
  let hasAnswer = false;
  const ask = async (intent: OrderIntent): Promise<ExecuteTradeResult> => {
    const mayStillSend = async (): Promise<SendRefusal | null> => {
      waiting.delete(intent);
      return await permit.mayStillSend();
    };
    try {
      return await run.broker.executeTrade(intent, { ...permit, mayStillSend });
    } finally {
      run.unanswered -= 1;
      unanswered -= 1;
      if (unanswered === 0) events.onLastAnswer();
      else if (waiting.size === 0 && !hasAnswer) {
        hasAnswer = true;
        events.onFirstAnswer();
      }
    }
  };
  const send = async (intent: OrderIntent): Promise<void> => {
    const result = await ask(intent);
    // Whoever has the lease now looks for the order: nothing is recorded here any more.
    if (result.type === 'not_sent' && result.code === 'lease_lost') throw new LeaseLost();
    failpoint('order_answered');
    await run.record({ type: 'answer', clientOrderId: intent.clientOrderId, result });
    failpoint('answer_recorded');
  };
  try {
    // All of them: as long as one request may be under way its order counts as in flight.
    const sent = await Promise.allSettled(intents.map(send));
    for (const outcome of sent) if (outcome.status === 'rejected') throw outcome.reason;
    events.onAnswersRecorded();
  } finally {
    run.recheckPermits.delete(recheck);
    for (const { clientOrderId } of intents) run.inFlight.delete(clientOrderId);
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
