import type { AccountSettings } from '../core/account.ts';
import type { ApprovalState } from '../core/approval-state.ts';
import type { Person } from '../core/person.ts';
import type { Decision, ProposalRecord } from '../core/proposal.ts';
import { missingVotesWords, votesOfNeeded, whySoMany } from './approval.ts';
import { alert, compose, heading, text } from './blocks.ts';
import { joinNames, sentence, SEPARATOR, shortId } from './format.ts';
import type { Block, Message, Tone } from './message.ts';
import { driftChange, legsInWords, ordersWithNotional } from './plan-blocks.ts';
import { plain } from './plain.ts';
import { accountTimeZone, formatBetween, formatDuration, formatMoment } from './time.ts';
import { proposalStatusTone, proposalStatusWord, venue } from './words.ts';

/** What the short messages around a proposal are made from. */
export interface ProposalNoticeInput {
  readonly record: ProposalRecord;
  readonly account: AccountSettings;
  /** Where the proposal itself stands: the key of its announcement. */
  readonly announcementKey: string;
  readonly proposerName: string;
  /** Names of people by their id. */
  readonly nameOf: (person: string) => string;
  /** How far its approval is, and who may still vote. */
  readonly approval: ApprovalState;
  readonly now: Temporal.Instant;
}

/** One thing that happened to a proposal, as a line of its thread. */
export interface StoryEvent {
  /** Stable, so that each is told once: `vote:ana`, `executed`. */
  readonly event: string;
  readonly message: Message;
}

/** Everything that has happened to a proposal so far, oldest first; what is told by the proposal itself is left out. */
export function presentStory(input: ProposalNoticeInput): readonly StoryEvent[] {
  const { record } = input;
  const events = record.decisions.map((decision): StoryEvent => ({
    event: `${decision.verdict === 'approve' ? 'vote' : 'rejection'}:${decision.person}`,
    message: line(decision.verdict === 'approve' ? 'good' : 'bad', decisionWords(input, decision)),
  }));
  const ending = endingWords(input);
  if (ending !== null) {
    events.push({ event: record.status, message: line(proposalStatusTone(record.status), ending) });
  }
  return events;
}

/** What an approver is sent: what waits for them while it waits, and what came of it afterwards. */
export function presentApproverNotice(input: ProposalNoticeInput, person: string): Message {
  const { record, account } = input;
  const { proposal } = record;
  if (record.status !== 'pending') return ended(input);
  const own = record.decisions.find((decision) => decision.person === person);
  if (own !== undefined) {
    const words = `${subject(input)}: you approved. ${missing(input)}`;
    return compose([words], [alert('good', words), link(input)]);
  }
  const head = ['Your vote is needed', shortId(proposal.id), account.name].join(SEPARATOR);
  const what = `${venue(proposal)}: ${ordersWithNotional(proposal.plan)}, drift ${driftChange(proposal.plan)}. ${legsInWords(proposal.plan.legs, 6)}.`;
  const when = `Proposed by ${plain(input.proposerName, 60)}. ${missing(input)} ${expiry(input)}`;
  return compose([`${head}.`, what, when], [heading(head), text(what), text(when), link(input)]);
}

/** Shortly before a proposal expires, to somebody who has not voted. */
export function presentReminder(input: ProposalNoticeInput, person: string): Message {
  const { record } = input;
  const hasVoted = record.decisions.some((decision) => decision.person === person);
  if (record.status !== 'pending' || hasVoted) return presentApproverNotice(input, person);
  const words = `${subject(input)} still waits for your vote. ${expiry(input)}`;
  return compose([words], [alert('caution', words), link(input)]);
}

/** To somebody of the second group, when nobody decided for long. */
export function presentEscalation(
  input: ProposalNoticeInput,
  escalation: { readonly after: Temporal.Duration; readonly group: string },
  person: string,
): Message {
  const { record } = input;
  const hasVoted = record.decisions.some((decision) => decision.person === person);
  if (record.status !== 'pending' || hasVoted) return presentApproverNotice(input, person);
  const words = `${subject(input)}: nobody decided for ${formatDuration(escalation.after)}, so ${escalation.group} is asked too. ${missing(input)} ${expiry(input)}`;
  return compose([words], [alert('caution', words), link(input)]);
}

/** That the second group is asked, and who that is, in the thread of the proposal. */
export function presentEscalationStory(
  input: ProposalNoticeInput,
  escalation: { readonly after: Temporal.Duration; readonly group: string },
  people: readonly Person[],
): Message {
  const names = joinNames(people.map(({ name }) => plain(name, 60)));
  return line(
    'caution',
    `Nobody decided for ${formatDuration(escalation.after)}: ${names} of ${escalation.group} ${people.length === 1 ? 'is' : 'are'} asked too. ${expiry(input)} ${missing(input)}`,
  );
}

/** Shortly before a proposal expires, in its thread. */
export function presentReminderStory(input: ProposalNoticeInput): Message {
  return line('caution', `${expiry(input)} ${missing(input)}`);
}

/** What whoever proposed is told when it is decided, and how it went on. */
export function presentRequesterNotice(input: ProposalNoticeInput): Message {
  return ended(input);
}

function ended(input: ProposalNoticeInput): Message {
  const { record } = input;
  const votes = record.decisions.map((decision) => decisionWords(input, decision));
  const words = [
    `${subject(input)} is ${proposalStatusWord(record.status)}.`,
    ...votes,
    endingWords(input) ?? '',
  ]
    .filter((part) => part !== '')
    .join(' ');
  return compose([words], [alert(proposalStatusTone(record.status), words), link(input)]);
}

function subject({ record, account }: ProposalNoticeInput): string {
  return `Proposal ${shortId(record.proposal.id)} for ${account.name} (${venue(record.proposal)})`;
}

function decisionWords(input: ProposalNoticeInput, decision: Decision): string {
  const name = plain(input.nameOf(decision.person), 60);
  const at = formatMoment(decision.at, accountTimeZone(input.account), input.now);
  if (decision.verdict === 'approve') return `${name} approved ${at}.`;
  const reason = decision.reason?.trim() ?? '';
  const why = reason === '' ? 'No reason was given.' : `Reason: “${plain(reason, 500)}”`;
  return `${name} rejected ${at}. ${why} Nothing was traded.`;
}

/** How it ended or goes on; null when the decisions say all. */
function endingWords(input: ProposalNoticeInput): string | null {
  const { record, account } = input;
  const { proposal } = record;
  const outcome = record.outcome === null ? '' : sentence(plain(record.outcome, 400));
  switch (record.status) {
    case 'pending':
    case 'approved':
    case 'rejected':
      return null;
    case 'expired':
      return `Expired with ${votesOfNeeded(input.approval)}. Nothing was traded. /rebalance ${account.name} makes a fresh proposal.`;
    case 'superseded':
      return record.supersededBy === null
        ? `${outcome} Superseded; nothing was traded.`.trim()
        : `${outcome} Superseded by ${shortId(record.supersededBy)}; nothing was traded.`.trim();
    case 'executing':
      return `Executing ${ordersWithNotional(proposal.plan)}.`;
    case 'executed':
      return `Executed: ${ordersWithNotional(proposal.plan)}. ${outcome}`.trim();
    case 'partially_executed':
      return `Partially executed. ${outcome} The proposal has the details.`;
    case 'failed':
      return `Failed. ${outcome} The proposal has the details.`;
  }
}

function missing({ approval, account }: ProposalNoticeInput): string {
  return `Needs ${missingVotesWords(approval, whySoMany(approval, account))}.`;
}

function expiry({ record, account, now }: ProposalNoticeInput): string {
  const { expiresAt } = record.proposal;
  const at = formatMoment(expiresAt, accountTimeZone(account), now);
  return Temporal.Instant.compare(expiresAt, now) <= 0
    ? `It expired ${at}.`
    : `It expires ${at}, in ${formatBetween(now, expiresAt)}.`;
}

function line(tone: Tone, words: string): Message {
  return compose([words], [alert(tone, words)]);
}

function link({ announcementKey }: ProposalNoticeInput): Block {
  return { type: 'link', label: 'Open the proposal', to: announcementKey, url: null };
}
