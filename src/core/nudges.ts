import type { ApprovalSettings } from './account.ts';
import type { ApprovalState } from './approval-state.ts';
import type { Person } from './person.ts';
import type { ProposalHead, ProposalRecord } from './proposal.ts';
import { isDue } from './time.ts';
import { missingVotes } from './votes.ts';

/** Reminders of a proposal that waits for votes, and asking a second group. */

/**
 * The reminder whose time has come: of those configured, the one closest to the end, so that after a pause
 * people are reminded once and not once for each that was missed. Null while none is due, and once it expired.
 */
export function dueReminder(
  record: ProposalHead,
  reminders: ApprovalSettings['reminders'],
  now: Temporal.Instant,
): Temporal.Duration | null {
  const { createdAt, expiresAt } = record.proposal;
  if (record.status !== 'pending' || isDue(now, expiresAt)) return null;
  const due = reminders.filter((before) => {
    const at = expiresAt.subtract(before);
    // One that would come before the proposal itself says nothing new.
    return isDue(now, at) && Temporal.Instant.compare(at, createdAt) > 0;
  });
  return due.toSorted((one, other) => Temporal.Duration.compare(one, other))[0] ?? null;
}

/** Whether a second group is to be asked now: nobody decided for so long since the last that happened. */
export function isEscalationDue(
  record: ProposalHead & Pick<ProposalRecord, 'decisions'>,
  escalation: ApprovalSettings['escalation'],
  now: Temporal.Instant,
): boolean {
  const { createdAt, expiresAt } = record.proposal;
  if (escalation === null || record.status !== 'pending' || isDue(now, expiresAt)) return false;
  const last = record.decisions.at(-1)?.at ?? createdAt;
  return isDue(now, last.add(escalation.after));
}

/**
 * Who is asked for a vote: all who may vote, but the second group only once it is its turn, or when the
 * others alone could not approve it.
 */
export function whoIsAsked(
  approval: ApprovalState,
  escalation: ApprovalSettings['escalation'],
  isEscalated: boolean,
): readonly Person[] {
  if (escalation === null || isEscalated) return approval.mayVote;
  const first = approval.mayVote.filter((person) => !person.groups.includes(escalation.group));
  const suffices = missingVotes(approval.quorum, [...approval.voters, ...first]).votes === 0;
  return suffices ? first : approval.mayVote;
}
