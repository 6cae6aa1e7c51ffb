import type { AccountSettings } from '../core/account.ts';
import { dueReminder, isEscalationDue, whoIsAsked } from '../core/nudges.ts';
import type { ProposalHead, ProposalRecord } from '../core/proposal.ts';
import {
  presentEscalation,
  presentEscalationStory,
  presentReminder,
  presentReminderStory,
} from '../messages/proposal-notices.ts';
import type { StoreReads, StoreTransaction } from '../ports/store.ts';
import { announceProposal } from './announce-proposal.ts';
import { auditEntry, EVENKEEL } from './audit.ts';
import { accountNamed } from './context.ts';
import type { AppContext } from './context.ts';
import { readEscalation, writeEscalation } from './escalation.ts';
import {
  directDestinations,
  escalationKey,
  noticeInput,
  reminderKey,
  tell,
  threadDestinations,
} from './proposal-notices.ts';
import { readApproval } from './read-approval.ts';

/** What was said of a proposal in one turn. */
export interface NudgeCounts {
  readonly reminded: number;
  readonly escalated: number;
}

/**
 * Reminds those who can still vote before a proposal expires, as often as its account says, and asks the
 * second group when nobody decided for long. What was said is on record: it is said once, restarts included.
 */
export async function nudgeApprovers(context: AppContext): Promise<NudgeCounts> {
  const pending = await context.store.listProposalHeads({ statuses: ['pending'] });
  let reminded = 0;
  let escalated = 0;
  for (const head of pending) {
    const { proposal } = head;
    const account = context.accounts.get(proposal.account);
    if (account === undefined || !(await mayBeDue(context, head, account))) continue;
    const done = await context.store.transaction(async (unit) => {
      // The second group first: it is then reminded like the others.
      const isEscalated = await escalate(context, unit, proposal.id, account);
      const isReminded = await remind(context, unit, proposal.id, account);
      // Once for both: the message tells how much time is left.
      if (isEscalated || isReminded) await announceProposal(context, unit, proposal.id);
      return { isEscalated, isReminded };
    });
    if (done.isReminded) reminded += 1;
    if (done.isEscalated) escalated += 1;
  }
  if (reminded + escalated > 0) context.changed();
  return { reminded, escalated };
}

/** Whether something may have to be said: most of what waits needs no closer look. */
async function mayBeDue(
  { store, clock }: AppContext,
  head: ProposalHead,
  { approvals }: AccountSettings,
): Promise<boolean> {
  const { id } = head.proposal;
  const now = clock.now();
  const before = dueReminder(head, approvals.reminders, now);
  if (before !== null && !(await wasReminded(store, id, before))) return true;
  // A vote puts it off: without one it is due at the earliest.
  const mayEscalate = isEscalationDue({ ...head, decisions: [] }, approvals.escalation, now);
  return mayEscalate && (await readEscalation(store, id)) === null;
}

const reminderName = (proposalId: string) => `reminder:${proposalId}`;

async function wasReminded(
  store: StoreReads,
  proposalId: string,
  before: Temporal.Duration,
): Promise<boolean> {
  const last = await store.readSetting(reminderName(proposalId));
  return last !== null && Temporal.Duration.compare(last, before) <= 0;
}

async function remind(
  context: AppContext,
  unit: StoreTransaction,
  proposalId: string,
  account: AccountSettings,
): Promise<boolean> {
  const record = await unit.findProposal(proposalId);
  if (record === null) return false;
  const before = dueReminder(record, account.approvals.reminders, context.clock.now());
  if (before === null) return false;
  if (await wasReminded(unit, proposalId, before)) return false;
  await unit.writeSetting(reminderName(proposalId), before.toString());
  const { input, asked } = await whatIsAsked(context, unit, record);
  await tell(
    context,
    unit,
    input,
    `story:${proposalId}:reminder:${before.toString()}`,
    presentReminderStory(input),
    { to: threadDestinations(context, account), inThread: true },
  );
  for (const person of asked) {
    await tell(
      context,
      unit,
      input,
      reminderKey(record, person, before),
      presentReminder(input, person.id),
      { to: directDestinations(context, person) },
    );
  }
  return true;
}

async function escalate(
  context: AppContext,
  unit: StoreTransaction,
  proposalId: string,
  account: AccountSettings,
): Promise<boolean> {
  const { escalation } = account.approvals;
  const record = await unit.findProposal(proposalId);
  const now = context.clock.now();
  if (escalation === null || record === null) return false;
  if (!isEscalationDue(record, escalation, now)) return false;
  if ((await readEscalation(unit, proposalId)) !== null) return false;
  const { input } = await whatIsAsked(context, unit, record);
  const group = input.approval.mayVote.filter((person) => person.groups.includes(escalation.group));
  if (group.length === 0) return false;
  await writeEscalation(unit, proposalId, now);
  await unit.appendAudit(
    auditEntry(now, EVENKEEL, 'escalation', account.name, proposalId, {
      group: escalation.group,
      people: group.map((person) => person.id),
    }),
  );
  const key = `story:${proposalId}:escalation`;
  const story = presentEscalationStory(input, escalation, group);
  await tell(context, unit, input, key, story, {
    to: threadDestinations(context, account),
    inThread: true,
  });
  for (const person of group) {
    const message = presentEscalation(input, escalation, person.id);
    const to = directDestinations(context, person);
    await tell(context, unit, input, escalationKey(record, person), message, { to });
  }
  return true;
}

async function whatIsAsked(context: AppContext, unit: StoreTransaction, record: ProposalRecord) {
  const account = accountNamed(context, record.proposal.account);
  const approval = await readApproval(context, unit, record, account);
  const isEscalated = (await readEscalation(unit, record.proposal.id)) !== null;
  return {
    input: noticeInput(context, record, account, approval),
    asked: whoIsAsked(approval, account.approvals.escalation, isEscalated),
  };
}
