import type { ExecutionStep } from '../core/execution.ts';
import type { Order } from '../core/order.ts';
import { earlier, isDue } from '../core/time.ts';
import { BrokerError } from '../ports/broker-error.ts';
import type { BrokerOrder, FindOrderResult, SendRefusal } from '../ports/broker.ts';
import { auditEntry, EVENKEEL } from './audit.ts';
import type { AppContext } from './context.ts';
import type { ExecutionRun } from './executor.ts';
import { haltFor } from './halt-record.ts';
import { LeaseLost } from './lease.ts';
import { isUnanswered, narrowMatches } from './lost-order.ts';
import { askOutcome, readQuestions } from './outcome-questions.ts';
import { readOrderDenials } from './order-denials.ts';
import { changeOrder } from './record-order.ts';
import { remembered } from './run-memory.ts';
import { openSendPermit } from './send-permit.ts';

/** Waits between looks for an order whose answer never came; the last one repeats. */
const LOOK_UP_WAITS_IN_SECONDS = [0, 1, 2, 5, 10, 20];

/** The wait once a person has been asked for long: the broker will hardly change its mind. */
const LONG_WAIT_IN_SECONDS = 300;
const LOOKS_UNTIL_LONG = 20;

/** An order that was not found this often, over the waits above, has not arrived. */
const LOOKS_UNTIL_CERTAIN = 3;

/** A person is shown this many orders that fit, the newest; more would not be told apart by buttons. */
const MOST_CANDIDATES = 8;

interface LookUpState {
  looks: number;
  nextAt: Temporal.Instant;
}

/** What this process remembers of an order between steps; nothing is lost when it is lost. */
const lookUps = new WeakMap<ExecutionRun, Map<string, LookUpState>>();

/**
 * Looks for orders whose answer never came. An order that the broker has is taken as it is there. One
 * that is not there after several looks is sent again only under the same clientOrderId and only where
 * the broker refuses a second order under it; elsewhere, where several orders fit, and where the broker
 * was asked and cannot tell, people are asked.
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
    const state = states.get(clientOrderId) ?? {
      looks: await looksBefore(context, order),
      nextAt: now,
    };
    states.set(clientOrderId, state);
    const due = run.lookAgain.delete(clientOrderId) || isDue(now, state.nextAt);
    if (due && (await lookUp(context, run, order, state, unanswered))) {
      states.delete(clientOrderId);
      learned = true;
    } else {
      wakeAt = earlier(wakeAt, state.nextAt);
    }
  }
  return { learned, wakeAt };
}

/** A question that was asked before a restart goes on counting. */
async function looksBefore(context: AppContext, order: Order): Promise<number> {
  const questions = await readQuestions(context.store, order.intent.proposalId);
  const { clientOrderId } = order.intent;
  return questions.find((question) => question.clientOrderId === clientOrderId)?.looks ?? 0;
}

/** @returns true when something became known. */
async function lookUp(
  context: AppContext,
  run: ExecutionRun,
  order: Order,
  state: LookUpState,
  unanswered: ExecutionStep['unanswered'],
): Promise<boolean> {
  state.looks += 1;
  const wait =
    state.looks > LOOKS_UNTIL_LONG
      ? LONG_WAIT_IN_SECONDS
      : (LOOK_UP_WAITS_IN_SECONDS[state.looks] ?? LOOK_UP_WAITS_IN_SECONDS.at(-1) ?? 20);
  state.nextAt = context.clock.now().add({ seconds: wait });
  const found = await findThere(context, run, order);
  const often = state.looks >= LOOKS_UNTIL_CERTAIN;
  switch (found.type) {
    case 'found':
      return takeAsFound(context, run, order, found.order);
    case 'ambiguous':
      await ask(context, order, state, { answered: true, candidates: found.candidates });
      return false;
    case 'cannot_tell':
      if (often) {
        await ask(context, order, state, { answered: true, candidates: [], words: found.words });
      }
      return false;
    case 'not_asked':
      if (often && !run.broker.capabilities.clientOrderId) {
        await ask(context, order, state, { answered: false, candidates: [] });
      }
      return false;
    case 'not_found':
      if (!often) return false;
      // Without an id of ours "not found" is no proof: the broker may list the order later.
      if (!run.broker.capabilities.clientOrderId) {
        await ask(context, order, state, { answered: true, candidates: [] });
        return false;
      }
      if (unanswered === 'wait') return false;
      return unanswered === 'send_again' ? resend(context, run, order) : lapse(context, order);
  }
}

type Found =
  | FindOrderResult
  /** It was asked, and says that not finding the order proves nothing; its words. */
  | { readonly type: 'cannot_tell'; readonly words: string }
  /** It could not be asked. */
  | { readonly type: 'not_asked' };

/** What the broker has that can be this order. */
async function findThere(context: AppContext, run: ExecutionRun, order: Order): Promise<Found> {
  try {
    const found = await run.broker.findOrder(order.intent);
    return await narrowMatches(context.store, order, found);
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    context.log.warn(
      { order: order.intent.clientOrderId, code: error.code },
      'order could not be looked up',
    );
    return error.code === 'unknown_outcome'
      ? { type: 'cannot_tell', words: error.message }
      : { type: 'not_asked' };
  }
}

async function ask(
  context: AppContext,
  order: Order,
  state: LookUpState,
  seen: {
    readonly answered: boolean;
    readonly candidates: readonly BrokerOrder[];
    /** Why the broker cannot tell. */
    readonly words?: string;
  },
): Promise<void> {
  await askOutcome(context, order, {
    looks: state.looks,
    answered: seen.answered,
    brokerWords: seen.words ?? null,
    nextLookAt: state.nextAt,
    candidates: seen.candidates
      .slice(-MOST_CANDIDATES)
      .map((candidate) => ({ ...candidate, clientOrderId: null })),
  });
}

/** Takes what the broker has as the order, unless a person has said otherwise meanwhile. */
async function takeAsFound(
  context: AppContext,
  run: ExecutionRun,
  order: Order,
  found: BrokerOrder,
): Promise<boolean> {
  const { clientOrderId } = order.intent;
  if (found.clientOrderId === null) {
    const bound = await context.store.transaction(async (unit) => {
      const current = await unit.findOrder(clientOrderId);
      if (current === null || !isUnanswered(current)) return false;
      const { brokerOrderId } = found;
      await changeOrder(context, unit, current, { status: 'accepted', brokerOrderId });
      return true;
    });
    if (!bound) return true;
  }
  // Through the same queue as the updates, so that it cannot overtake a fill.
  await run.takeIn({ type: 'order', order: found });
  return true;
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
  const outcome = await context.store.transaction(async (unit) => {
    await context.lease.require(unit);
    if ((await haltFor(unit, account)) !== null) return 'waits';
    const record = await unit.findProposal(proposalId);
    const current = await unit.findOrder(clientOrderId);
    if (record === null || current === null || !isUnanswered(current)) return 'waits';
    // A rule that was tightened since it was first sent counts, as it would for any other order.
    const { proposal } = record;
    const denialOf = await readOrderDenials(context, unit, proposal, [current.intent]);
    const denial = denialOf(current.intent);
    if (denial !== null) {
      const { code: reasonCode, reason } = denial;
      await changeOrder(context, unit, current, { status: 'canceled', reasonCode, reason });
      return 'denied';
    }
    await unit.appendAudit(
      auditEntry(at, EVENKEEL, 'order_submitted', account, clientOrderId, {
        proposal: proposalId,
        leg,
        again: true,
      }),
    );
    return 'sent';
  });
  if (outcome !== 'sent') return outcome === 'denied';
  run.inFlight.add(clientOrderId);
  try {
    const { permit } = openSendPermit(context, account);
    const result = await run.broker.executeTrade(order.intent, permit);
    if (result.type === 'not_sent') {
      if (result.code === 'lease_lost') throw new LeaseLost();
      await recordNotSentAgain(context, order, result);
      return false;
    }
    if (result.type === 'rejected') {
      // The refusal may be of a second order under the same id: the first one then exists after all.
      const found = await run.broker.findOrder(order.intent);
      if (found.type === 'found') {
        await run.takeIn({ type: 'order', order: found.order });
        return true;
      }
      if (found.type === 'ambiguous') return false;
    }
    await run.record({ type: 'answer', clientOrderId, result });
    return result.type !== 'unknown';
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    context.log.warn({ order: clientOrderId, code: error.code }, 'order could not be looked up');
    return false;
  } finally {
    run.inFlight.delete(clientOrderId);
  }
}

/** What was sent before is as unknown as it was; that nothing was added to it is on the record. */
async function recordNotSentAgain(
  context: AppContext,
  order: Order,
  refusal: SendRefusal,
): Promise<void> {
  const { clientOrderId, account, proposalId, leg } = order.intent;
  await context.store.transaction((unit) =>
    unit.appendAudit(
      auditEntry(context.clock.now(), EVENKEEL, 'order_not_sent', account, clientOrderId, {
        proposal: proposalId,
        leg,
        again: true,
        code: refusal.code,
        reason: refusal.reason,
      }),
    ),
  );
}
