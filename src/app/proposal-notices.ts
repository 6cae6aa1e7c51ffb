import type { AccountSettings } from '../core/account.ts';
import type { ApprovalState } from '../core/approval-state.ts';
import { whoIsAsked } from '../core/nudges.ts';
import type { Person } from '../core/person.ts';
import type { ProposalRecord } from '../core/proposal.ts';
import {
  presentApproverNotice,
  presentEscalation,
  presentReminder,
  presentRequesterNotice,
  presentStory,
} from '../messages/proposal-notices.ts';
import type { ProposalNoticeInput } from '../messages/proposal-notices.ts';
import type { Message } from '../messages/message.ts';
import { directChannel } from '../ports/chat.ts';
import type { StoreTransaction } from '../ports/store.ts';
import { displayName, personNamed, proposerName } from './context.ts';
import type { AppContext } from './context.ts';
import { readEscalation } from './escalation.ts';
import { announcementKey } from './proposal-id.ts';

/** Chats that have direct messages and threads: the local page shows everything in one place. */
const REMOTE_PLATFORMS = ['slack', 'discord'] as const;

interface Destination {
  readonly platform: string;
  readonly channel: string;
}

/**
 * The short messages around a proposal, brought up to date with it within its transaction: the story in
 * its thread, a direct message to each approver, and one to whoever proposed. Each is written once and
 * edited when what it says changes, so that this may be called at any time.
 */
export async function announceNotices(
  context: AppContext,
  unit: StoreTransaction,
  record: ProposalRecord,
  account: AccountSettings,
  approval: ApprovalState,
): Promise<void> {
  const input = noticeInput(context, record, account, approval);
  if (!REMOTE_PLATFORMS.some((platform) => context.platforms.has(platform))) return;
  for (const { event, message } of presentStory(input)) {
    await tell(context, unit, input, `story:${record.proposal.id}:${event}`, message, {
      to: threadDestinations(context, account),
      inThread: true,
    });
  }
  const { escalation } = account.approvals;
  const isEscalated = (await readEscalation(unit, record.proposal.id)) !== null;
  const asked = record.status === 'pending' ? whoIsAsked(approval, escalation, isEscalated) : [];
  for (const person of context.people) {
    await tell(
      context,
      unit,
      input,
      `approver:${record.proposal.id}:${person.id}`,
      presentApproverNotice(input, person.id),
      { to: asked.includes(person) ? directDestinations(context, person) : [] },
    );
    // These are sent by a job of their own; here they only learn that they are settled.
    for (const before of account.approvals.reminders) {
      const key = reminderKey(record, person, before);
      await tell(context, unit, input, key, presentReminder(input, person.id), { to: [] });
    }
    if (escalation !== null) {
      const message = presentEscalation(input, escalation, person.id);
      await tell(context, unit, input, escalationKey(record, person), message, { to: [] });
    }
  }
  await tellRequester(context, unit, input);
}

/** Whoever proposed hears when others have decided, and again when the execution did not go to plan. */
async function tellRequester(
  context: AppContext,
  unit: StoreTransaction,
  input: ProposalNoticeInput,
): Promise<void> {
  const { proposal, status, decisions } = input.record;
  if (proposal.proposedBy.type !== 'person') return;
  const requester = personNamed(context, proposal.proposedBy.person);
  if (requester === undefined || status === 'pending' || status === 'superseded') return;
  const decidedAlone = decisions.at(-1)?.person === requester.id;
  const to = directDestinations(context, requester);
  const message = presentRequesterNotice(input);
  await tell(context, unit, input, `requester:${proposal.id}`, message, {
    to: decidedAlone ? [] : to,
  });
  if (status === 'partially_executed' || status === 'failed') {
    await tell(context, unit, input, `requester:${proposal.id}:${status}`, message, { to });
  }
}

/** Writes or edits one of the messages; what it says already is not said again. */
export async function tell(
  context: AppContext,
  unit: StoreTransaction,
  input: ProposalNoticeInput,
  key: string,
  message: Message,
  where: { readonly to: readonly Destination[]; readonly inThread?: boolean },
): Promise<void> {
  const before = await unit.findAnnouncement(key);
  if (before === null && where.to.length === 0) return;
  // A line of the story says what was true then.
  if (before !== null && where.inThread === true) return;
  if (before !== null && JSON.stringify(before.message) === JSON.stringify(message)) return;
  await unit.announce(
    {
      key,
      account: input.account.name,
      message,
      ...(where.inThread === true ? { inThreadOf: input.announcementKey } : {}),
    },
    before === null ? where.to : [],
    context.clock.now(),
  );
}

/** One reminder of a proposal to a person, by how long before the end it comes. */
export function reminderKey(
  record: ProposalRecord,
  person: Person,
  before: Temporal.Duration,
): string {
  return `reminder:${record.proposal.id}:${person.id}:${before.toString()}`;
}

/** What a person of the second group is asked. */
export function escalationKey(record: ProposalRecord, person: Person): string {
  return `escalation:${record.proposal.id}:${person.id}`;
}

/** Where the threads of an account's proposals are. */
export function threadDestinations(
  context: AppContext,
  account: AccountSettings,
): readonly Destination[] {
  return account.channels.filter(
    ({ platform }) =>
      context.platforms.has(platform) && REMOTE_PLATFORMS.some((remote) => remote === platform),
  );
}

/** Where a person is written to directly. */
export function directDestinations(context: AppContext, person: Person): readonly Destination[] {
  return REMOTE_PLATFORMS.filter((platform) => context.platforms.has(platform)).flatMap(
    (platform) =>
      (person.platformIds[platform] ?? []).map((userId) => ({
        platform,
        channel: directChannel(userId),
      })),
  );
}

/** What the notices of a proposal are made from, as it stands. */
export function noticeInput(
  context: AppContext,
  record: ProposalRecord,
  account: AccountSettings,
  approval: ApprovalState,
): ProposalNoticeInput {
  return {
    record,
    account,
    announcementKey: announcementKey(record.proposal.id),
    proposerName: proposerName(context, record.proposal.proposedBy),
    nameOf: (person) => displayName(context, person),
    approval,
    now: context.clock.now(),
  };
}
