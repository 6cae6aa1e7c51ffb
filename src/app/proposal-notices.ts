import type { AccountSettings } from '../core/account.ts';
import type { ApprovalState } from '../core/approval-state.ts';
import type { Person } from '../core/person.ts';
import type { ProposalRecord } from '../core/proposal.ts';
import { isDue } from '../core/time.ts';
import {
  presentApproverNotice,
  presentReminder,
  presentReminderStory,
  presentRequesterNotice,
  presentStory,
} from '../messages/proposal-notices.ts';
import type { ProposalNoticeInput } from '../messages/proposal-notices.ts';
import type { Message } from '../messages/message.ts';
import { directChannel } from '../ports/chat.ts';
import type { StoreTransaction } from '../ports/store.ts';
import { accountNamed, displayName, personNamed, proposerName } from './context.ts';
import type { AppContext } from './context.ts';
import { announcementKey } from './proposal-id.ts';
import { readApproval } from './read-approval.ts';

/** Chats that have direct messages and threads: the local page shows everything in one place. */
const REMOTE_PLATFORMS = ['slack', 'discord'] as const;

/** A reminder comes when a quarter of a proposal's time is left, and at most this long before the end. */
const LONGEST_REMINDER = Temporal.Duration.from({ hours: 1 });

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
  const asked = record.status === 'pending' ? approval.mayVote : [];
  for (const person of context.people) {
    await tell(
      context,
      unit,
      input,
      `approver:${record.proposal.id}:${person.id}`,
      presentApproverNotice(input, person.id),
      { to: asked.includes(person) ? directDestinations(context, person) : [] },
    );
    // Reminders are sent by their own job; here they only learn that they are settled.
    await tell(
      context,
      unit,
      input,
      reminderKey(record, person),
      presentReminder(input, person.id),
      { to: [] },
    );
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

/**
 * Reminds those who can still vote that a proposal is about to expire: once a proposal.
 * @returns how many proposals were reminded of.
 */
export async function remindBeforeExpiry(context: AppContext): Promise<number> {
  const pending = await context.store.listProposals({ statuses: ['pending'] });
  const due = pending.filter((record) => isReminderDue(record, context.clock.now()));
  let reminded = 0;
  for (const { proposal } of due) {
    if (!context.accounts.has(proposal.account)) continue;
    const done = await context.store.transaction(async (unit) => {
      const name = `reminded:${proposal.id}`;
      const record = await unit.findProposal(proposal.id);
      if (record?.status !== 'pending' || (await unit.readSetting(name)) !== null) return false;
      const account = accountNamed(context, proposal.account);
      const approval = await readApproval(context, unit, record, account);
      const input = noticeInput(context, record, account, approval);
      await unit.writeSetting(name, context.clock.now().toString());
      await tell(
        context,
        unit,
        input,
        `story:${proposal.id}:reminder`,
        presentReminderStory(input),
        {
          to: threadDestinations(context, account),
          inThread: true,
        },
      );
      for (const person of approval.mayVote) {
        const message = presentReminder(input, person.id);
        const to = directDestinations(context, person);
        await tell(context, unit, input, reminderKey(record, person), message, { to });
      }
      return true;
    });
    if (done) reminded += 1;
  }
  if (reminded > 0) context.changed();
  return reminded;
}

/** Whether so little of a proposal's time is left that people should be reminded. */
export function isReminderDue(record: ProposalRecord, now: Temporal.Instant): boolean {
  const { createdAt, expiresAt } = record.proposal;
  const quarter = Temporal.Duration.from({
    milliseconds: Math.floor(createdAt.until(expiresAt).total('milliseconds') / 4),
  });
  const before =
    Temporal.Duration.compare(quarter, LONGEST_REMINDER) < 0 ? quarter : LONGEST_REMINDER;
  return isDue(now, expiresAt.subtract(before)) && !isDue(now, expiresAt);
}

/** Writes or edits one of the messages; what it says already is not said again. */
async function tell(
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

function reminderKey(record: ProposalRecord, person: Person): string {
  return `reminder:${record.proposal.id}:${person.id}`;
}

function threadDestinations(context: AppContext, account: AccountSettings): readonly Destination[] {
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
function noticeInput(
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
