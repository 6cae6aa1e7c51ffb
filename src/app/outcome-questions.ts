import { z } from 'zod';
import { canonicalDigest } from '../core/canonical-json.ts';
import { peopleWithRole } from '../core/permission.ts';
import type { Order } from '../core/order.ts';
import { orderStatusSchema } from '../core/order.ts';
import { sideSchema } from '../core/plan-types.ts';
import { decimalSchema, instantSchema } from '../core/schemas.ts';
import { presentOutcomeSettled, presentOutcomeUnknown } from '../messages/outcome-unknown.ts';
import { accountTimeZone } from '../messages/time.ts';
import type { StoreReads, StoreTransaction } from '../ports/store.ts';
import { auditEntry, EVENKEEL } from './audit.ts';
import { accountNamed, destinationsOf, displayName } from './context.ts';
import type { AppContext } from './context.ts';
import { isUnanswered } from './lost-order.ts';
import { announcementKey } from './proposal-id.ts';
import { directDestinations } from './proposal-notices.ts';
import { changeOrder } from './record-order.ts';

const candidateSchema = z.object({
  brokerOrderId: z.string(),
  clientOrderId: z.null(),
  symbol: z.string(),
  side: sideSchema,
  quantity: decimalSchema,
  filledQuantity: decimalSchema,
  averageFillPrice: decimalSchema.nullable(),
  status: orderStatusSchema.exclude(['created', 'denied', 'submitted', 'unknown']),
  reason: z.string().nullable(),
  submittedAt: instantSchema,
  updatedAt: instantSchema,
});

/** What people are asked about an order whose answer never came, as it stands. */
const questionSchema = z.object({
  clientOrderId: z.string(),
  /** How often the broker has been asked. */
  looks: z.int().min(1),
  /** False when the last time it could not be asked. */
  answered: z.boolean(),
  /** Why the broker cannot tell, in its words; null, or from an older version left out, when it can. */
  brokerWords: z.string().nullable().default(null),
  nextLookAt: instantSchema,
  candidates: z.array(candidateSchema),
  answer: z
    .object({
      person: z.string(),
      at: instantSchema,
      /** Null: it is not there. */
      brokerOrderId: z.string().nullable(),
    })
    .nullable(),
  /** True once the message says what came of it. */
  settled: z.boolean(),
});
export type OutcomeQuestion = z.output<typeof questionSchema>;

const questionsSchema = z.array(questionSchema);

/** The questions about the orders of a proposal, as they were asked. */
export async function readQuestions(
  store: StoreReads,
  proposalId: string,
): Promise<readonly OutcomeQuestion[]> {
  const text = await store.readSetting(settingName(proposalId));
  return text === null ? [] : questionsSchema.parse(JSON.parse(text));
}

/** What came of the latest look for an order. */
export type Look = Pick<
  OutcomeQuestion,
  'looks' | 'answered' | 'brokerWords' | 'nextLookAt' | 'candidates'
>;

/**
 * Asks people what became of an order, or brings the question up to date. Does nothing once it is known.
 */
export async function askOutcome(context: AppContext, order: Order, look: Look): Promise<void> {
  const { clientOrderId, proposalId, account } = order.intent;
  await context.store.transaction(async (unit) => {
    const current = await unit.findOrder(clientOrderId);
    if (current === null || !isUnanswered(current)) return;
    if (current.status === 'submitted') {
      const reason = 'the program ended before the answer came';
      await changeOrder(context, unit, current, { status: 'unknown', reason });
    }
    const known = (await readQuestions(unit, proposalId)).find(
      (question) => question.clientOrderId === clientOrderId,
    );
    if (known === undefined || !sameCandidates(known, look)) {
      await unit.appendAudit(
        auditEntry(context.clock.now(), EVENKEEL, 'outcome_asked', account, clientOrderId, {
          proposal: proposalId,
          looks: look.looks,
          candidates: look.candidates.map((candidate) => candidate.brokerOrderId),
        }),
      );
    }
    const question = { clientOrderId, ...look, answer: null, settled: false };
    await writeQuestion(unit, proposalId, question);
    await announceQuestion(context, unit, question);
  });
  context.changed();
}

/** Keeps what a question came to. */
export async function writeQuestion(
  unit: StoreTransaction,
  proposalId: string,
  question: OutcomeQuestion,
): Promise<void> {
  const others = (await readQuestions(unit, proposalId)).filter(
    ({ clientOrderId }) => clientOrderId !== question.clientOrderId,
  );
  const text = JSON.stringify(z.encode(questionsSchema, [...others, question]));
  await unit.writeSetting(settingName(proposalId), text);
}

/** Lets the messages of questions say what came of them, however it became known. */
export async function settleQuestions(
  context: AppContext,
  unit: StoreTransaction,
  proposalId: string,
): Promise<void> {
  for (const question of await readQuestions(unit, proposalId)) {
    if (question.settled) continue;
    const order = await unit.findOrder(question.clientOrderId);
    if (order === null || isUnanswered(order)) continue;
    const settled = { ...question, settled: true };
    await writeQuestion(unit, proposalId, settled);
    await announceQuestion(context, unit, settled);
  }
}

/**
 * What a button under a question carries, so that it means one order and one answer and nothing else.
 * @param brokerOrderId the order that it is; null for what is about the question as a whole.
 */
export function outcomeDigest(clientOrderId: string, brokerOrderId: string | null): string {
  return canonicalDigest({ clientOrderId, brokerOrderId });
}

async function announceQuestion(
  context: AppContext,
  unit: StoreTransaction,
  question: OutcomeQuestion,
): Promise<void> {
  const order = await unit.findOrder(question.clientOrderId);
  if (order === null) throw new Error(`order ${question.clientOrderId} is not there`);
  const { proposalId } = order.intent;
  const account = accountNamed(context, order.intent.account);
  const { answer } = question;
  const shared = {
    order,
    broker: account.broker,
    timeZone: accountTimeZone(account),
    now: context.clock.now(),
  };
  const message = question.settled
    ? presentOutcomeSettled({
        ...shared,
        answer: answer === null ? null : { ...answer, name: displayName(context, answer.person) },
      })
    : presentOutcomeUnknown({
        ...shared,
        looks: question.looks,
        answered: question.answered,
        brokerWords: question.brokerWords,
        nextLookAt: question.nextLookAt,
        candidates: question.candidates,
        digestOf: (brokerOrderId) => outcomeDigest(question.clientOrderId, brokerOrderId),
      });
  const approvers = peopleWithRole(context.people, account.name, 'approver');
  await unit.announce(
    {
      key: `outcome:${question.clientOrderId}`,
      account: account.name,
      message,
      inThreadOf: announcementKey(proposalId),
    },
    [
      ...destinationsOf(context, account),
      ...approvers.flatMap((person) => directDestinations(context, person)),
    ],
    context.clock.now(),
  );
}

function sameCandidates(a: Pick<Look, 'candidates'>, b: Pick<Look, 'candidates'>): boolean {
  const ids = ({ candidates }: Pick<Look, 'candidates'>) =>
    candidates.map((candidate) => candidate.brokerOrderId).join();
  return ids(a) === ids(b);
}

function settingName(proposalId: string): string {
  return `outcomes:${proposalId}`;
}
