import type { Order } from '../core/order.ts';
import type { Person } from '../core/person.ts';
import { auditEntry } from './audit.ts';
import type { Actor } from './audit.ts';
import type { AppContext } from './context.ts';
import { isUnanswered } from './lost-order.ts';
import {
  outcomeDigest,
  readQuestions,
  settleQuestions,
  writeQuestion,
} from './outcome-questions.ts';
import type { OutcomeQuestion } from './outcome-questions.ts';
import { changeOrder } from './record-order.ts';

/** What a person can say of an order whose answer never came. */
export type OutcomeAction = 'outcome_is' | 'outcome_not_there' | 'outcome_look_again';

export type AnswerOutcomeResult =
  /** It counts: the order goes on, or has ended. */
  | { readonly type: 'settled'; readonly order: Order }
  | { readonly type: 'look_again'; readonly order: Order }
  /** Somebody was faster, or the broker has answered since. */
  | { readonly type: 'already_settled'; readonly order: Order }
  /** The order there has become another of ours since. */
  | { readonly type: 'taken'; readonly order: Order; readonly brokerOrderId: string }
  /** The message that was clicked shows what is no longer asked. */
  | { readonly type: 'outdated' };

/**
 * Takes a person's word for what became of an order. It is decided exactly once: the state, the audit
 * rows and the message change together, and whoever comes second is told. An order that is said not to
 * be there has ended; nothing is sent again for it.
 */
export async function answerOutcome(
  context: AppContext,
  request: {
    readonly proposalId: string;
    readonly action: OutcomeAction;
    /** Of the button: which order, and which answer. */
    readonly digest: string;
    readonly person: Person;
    readonly actor: Actor;
  },
): Promise<AnswerOutcomeResult> {
  const { proposalId, person, actor } = request;
  const result = await context.store.transaction(async (unit): Promise<AnswerOutcomeResult> => {
    const meant = whatWasMeant(await readQuestions(unit, proposalId), request);
    if (meant === null) return { type: 'outdated' };
    const { question, brokerOrderId } = meant;
    const order = await unit.findOrder(question.clientOrderId);
    if (order === null) return { type: 'outdated' };
    if (!isUnanswered(order)) return { type: 'already_settled', order };
    if (request.action === 'outcome_look_again') return { type: 'look_again', order };

    const { account, clientOrderId } = order.intent;
    const at = context.clock.now();
    if (brokerOrderId !== null) {
      const owner = await unit.findOrderByBrokerId(account, brokerOrderId);
      if (owner !== null) return { type: 'taken', order, brokerOrderId };
    }
    await unit.appendAudit(
      auditEntry(at, actor, 'outcome_answered', account, clientOrderId, {
        proposal: proposalId,
        answer: brokerOrderId === null ? 'not_there' : 'it_is',
        brokerOrderId,
        looks: question.looks,
        candidates: question.candidates.map((candidate) => candidate.brokerOrderId),
      }),
    );
    await changeOrder(
      context,
      unit,
      order,
      brokerOrderId === null
        ? {
            status: 'canceled',
            reasonCode: 'never_arrived',
            reason: `${person.name} says that it is not at the broker`,
          }
        : { status: 'accepted', brokerOrderId },
      actor,
    );
    const answer = { person: person.id, at, brokerOrderId };
    await writeQuestion(unit, proposalId, { ...question, answer });
    await settleQuestions(context, unit, proposalId);
    return { type: 'settled', order: (await unit.findOrder(clientOrderId)) ?? order };
  });
  if (result.type === 'settled') context.changed();
  return result;
}

function whatWasMeant(
  questions: readonly OutcomeQuestion[],
  { action, digest }: { readonly action: OutcomeAction; readonly digest: string },
): { readonly question: OutcomeQuestion; readonly brokerOrderId: string | null } | null {
  for (const question of questions) {
    const { clientOrderId, candidates } = question;
    if (action !== 'outcome_is') {
      if (outcomeDigest(clientOrderId, null) === digest) return { question, brokerOrderId: null };
      continue;
    }
    const candidate = candidates.find(
      ({ brokerOrderId }) => outcomeDigest(clientOrderId, brokerOrderId) === digest,
    );
    if (candidate !== undefined) {
      return { question, brokerOrderId: candidate.brokerOrderId };
    }
  }
  return null;
}
