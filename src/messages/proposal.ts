import type { AccountSettings } from '../core/account.ts';
import type { ApprovalState } from '../core/approval-state.ts';
import type { Check } from '../core/check.ts';
import type { RealisedGains } from '../core/compliance/realised-gains.ts';
import type { Decimal } from '../core/decimal.ts';
import type { Fill, Order } from '../core/order.ts';
import type { ProposalRecord } from '../core/proposal.ts';
import { missingVotesWords, whySoMany } from './approval.ts';
import { alert, compose, context, heading, text } from './blocks.ts';
import { checkBlocks, checksSentence } from './checks.ts';
import { executionFigures } from './execution-figures.ts';
import { executionProgress } from './execution-progress.ts';
import { executionResult } from './execution-result.ts';
import { formatCount, joinNames, sentence, SEPARATOR, shortId } from './format.ts';
import { gainsSentence } from './gains.ts';
import type { Block, Message } from './message.ts';
import {
  legsInWords,
  legsTable,
  ordersWithNotional,
  driftChange,
  planChart,
  planFields,
  skippedText,
  warningWords,
} from './plan-blocks.ts';
import { plain } from './plain.ts';
import { describeOrders } from './policy.ts';
import { proposalButtons, queuedButtons } from './proposal-buttons.ts';
import { accountTimeZone, formatBetween, formatDuration, formatMoment } from './time.ts';
import { proposalStatusWord, venue } from './words.ts';

/** Who voted for a proposal, by the name that messages use. */
interface Vote {
  readonly name: string;
  readonly at: Temporal.Instant;
}

/** What is known about an execution beside its orders and fills; each part where it is known. */
export interface ExecutionFacts {
  readonly startedAt: Temporal.Instant;
  /** Null while it runs. */
  readonly finishedAt: Temporal.Instant | null;
  /** The drift of the book after the last fill. */
  readonly driftAfterActual: Decimal | null;
  /** Cash in the account now. */
  readonly cash: Decimal | null;
  /** The audit rows that tell of this proposal, and the chain's head after them. */
  readonly audit: { readonly first: number; readonly last: number; readonly head: string } | null;
}

/** Everything a proposal's message tells, at whatever point of its life. */
export interface ProposalInput {
  readonly record: ProposalRecord;
  readonly account: AccountSettings;
  /** A person's name, or for the bot itself e.g. `the drift scan`. */
  readonly proposerName: string;
  /** How far its approval is, and who may still vote. */
  readonly approval: ApprovalState;
  /** The approvals so far, oldest first. */
  readonly votes: readonly Vote[];
  readonly checks: readonly Check[];
  /** What the sells would realise; null or left out where that is nobody's question. */
  readonly gains?: RealisedGains | null | undefined;
  readonly now: Temporal.Instant;
  /** Whether approving opens a form, because more than a click is asked for. */
  readonly approvingTakesForm: boolean;
  /** Approving means at the next open: the market is closed and the account allows waiting. */
  readonly offersNextOpen?: boolean | undefined;
  /** Since when the account's second group is asked too. */
  readonly escalatedAt?: Temporal.Instant | null | undefined;
  /** The open that an approved proposal waits for. */
  readonly queuedUntil?: Temporal.Instant | null | undefined;
  /** Where the prices come from, e.g. `Prices: monthly closes of 1 Mar 2010`. */
  readonly priceNote?: string | undefined;
  /** Limit prices by leg number, where the account sends limit orders. */
  readonly limitPrices?: ReadonlyMap<number, Decimal> | undefined;
  readonly rejection?:
    | { readonly name: string; readonly reason: string | null; readonly at: Temporal.Instant }
    | undefined;
  readonly orders?: readonly Order[] | undefined;
  readonly fills?: readonly Fill[] | undefined;
  readonly execution?: ExecutionFacts | undefined;
}

/**
 * A proposal's one message, which is edited through its life: what is proposed and who decides, then how it
 * runs, then what came of it.
 */
export function presentProposal(input: ProposalInput): Message {
  switch (input.record.status) {
    case 'pending':
      return presentPendingProposal(input);
    case 'approved':
      return presentApproved(input);
    case 'rejected':
      return presentRejected(input);
    case 'expired':
      return presentExpired(input);
    case 'superseded':
      return presentSupersededProposal(input);
    case 'executing':
      return presentExecuting(input);
    case 'executed':
    case 'partially_executed':
    case 'failed':
      return presentFinished(input);
  }
}

/** `Rebalance core · #k3f9xa`. */
function title(input: ProposalInput): string {
  const { proposal } = input.record;
  return ['Rebalance ' + proposal.account, shortId(proposal.id)].join(SEPARATOR);
}

function presentPendingProposal(input: ProposalInput): Message {
  const { proposal } = input.record;
  const { plan } = proposal;
  const timeZone = accountTimeZone(input.account);
  const head = [title(input), venue(proposal)].join(SEPARATOR);
  const decides = whoDecides(input);
  return compose(
    [
      `${head}: ${ordersWithNotional(plan)}: ${legsInWords(plan.legs)}.`,
      `Drift ${driftChange(plan)}.`,
      gainsSentence(input.gains ?? null),
      ...plan.warnings.map((warning) => warningWords(warning, timeZone)),
      checksSentence(input.checks),
      decides,
      votesSoFar(input),
      escalated(input),
      proposedAndExpires(input),
    ],
    [
      heading(head),
      ...proposalBody(input),
      ...checkBlocks(input.checks),
      text([decides, votesSoFar(input), escalated(input)].filter((line) => line !== '').join(' ')),
      context(proposedAndExpires(input)),
      proposalButtons(input.record, input.account, input.approvingTakesForm, input.offersNextOpen),
    ],
  );
}

/** What is traded and why, the same for every proposal whatever its status. */
function proposalBody(input: ProposalInput): readonly (Block | null)[] {
  const gains = gainsSentence(input.gains ?? null);
  const { plan } = input.record.proposal;
  const timeZone = accountTimeZone(input.account);
  return [
    planFields(plan),
    planChart(plan),
    legsTable(plan, input.limitPrices ?? null),
    context(
      [describeOrders(input.account.orders), plain(input.priceNote ?? '', 200)].join(' ').trim(),
    ),
    skippedText(plan),
    gains === '' ? null : text(gains),
    ...plan.warnings.map((warning) => alert('caution', warningWords(warning, timeZone))),
  ];
}

function whoDecides(input: ProposalInput): string {
  const { approval, account } = input;
  return `Needs ${missingVotesWords(approval, whySoMany(approval, account))}.`;
}

/** `1 of 2 votes so far: Ben 14:10 ET.`; empty while there is none. */
function votesSoFar(input: ProposalInput): string {
  if (input.votes.length === 0) return '';
  const { quorum } = input.approval;
  return `${input.votes.length} of ${quorum.votesNeeded} so far: ${votersWithTimes(input)}.`;
}

/** That the second group is asked, and who that is; empty while it is not. */
function escalated(input: ProposalInput): string {
  const { escalation } = input.account.approvals;
  const at = input.escalatedAt ?? null;
  if (escalation === null || at === null) return '';
  const { group, after } = escalation;
  const people = input.approval.mayVote.filter((person) => person.groups.includes(group));
  const since = formatMoment(at, accountTimeZone(input.account), input.now);
  const names =
    people.length === 0
      ? group
      : `${joinNames(people.map(({ name }) => plain(name, 60)))} of ${group}`;
  return `Nobody decided for ${formatDuration(after)}: ${names} ${people.length > 1 ? 'are' : 'is'} asked too since ${since}.`;
}

function votersWithTimes(input: ProposalInput): string {
  const timeZone = accountTimeZone(input.account);
  return joinNames(
    input.votes.map(
      (vote) => `${plain(vote.name, 60)} ${formatMoment(vote.at, timeZone, input.now)}`,
    ),
  );
}

/** `approved by Ben and Chloe`. */
function approvedBy(input: ProposalInput): string {
  return `approved by ${joinNames(input.votes.map((vote) => plain(vote.name, 60)))}`;
}

function proposedBy(input: ProposalInput): string {
  const { createdAt } = input.record.proposal;
  const at = formatMoment(createdAt, accountTimeZone(input.account), input.now);
  return `Proposed by ${plain(input.proposerName, 60)} ${at}.`;
}

function proposedAndExpires(input: ProposalInput): string {
  const { expiresAt } = input.record.proposal;
  const timeZone = accountTimeZone(input.account);
  const at = formatMoment(expiresAt, timeZone, input.now);
  // Nothing edits the message every minute: what is left is told with the moment at which it was.
  const left =
    Temporal.Instant.compare(expiresAt, input.now) <= 0
      ? ''
      : `; ${formatBetween(input.now, expiresAt)} left at ${formatMoment(input.now, timeZone, input.now)}`;
  return `${proposedBy(input)} Expires ${at}${left}.`;
}

/** A proposal that will not be traded, or not yet: the heading, what happened, what it was. */
function presentDecided(
  input: ProposalInput,
  status: string,
  what: Block & { readonly text: string },
  buttons: Block | null = null,
): Message {
  const { plan } = input.record.proposal;
  const head = [title(input), status].join(SEPARATOR);
  return compose(
    [
      `${head}.`,
      what.text,
      `${ordersWithNotional(plan)}: ${legsInWords(plan.legs)}.`,
      proposedBy(input),
    ],
    [
      heading(head),
      what,
      planFields(plan),
      legsTable(plan, input.limitPrices ?? null),
      context(proposedBy(input)),
      buttons,
    ],
  );
}

function happened(
  tone: 'neutral' | 'good' | 'caution' | 'bad',
  value: string,
): Block & { readonly text: string } {
  return { type: 'alert', tone, text: value };
}

function presentApproved(input: ProposalInput): Message {
  const waits =
    input.record.outcome === null ? '' : ` ${sentence(plain(input.record.outcome, 300))}`;
  const queuedUntil = input.queuedUntil ?? null;
  if (queuedUntil === null) {
    return presentDecided(
      input,
      'approved',
      happened('good', `Approved by ${votersWithTimes(input)}.${waits}`),
    );
  }
  const opens = formatMoment(queuedUntil, accountTimeZone(input.account), input.now);
  return presentDecided(
    input,
    'approved, waits for the open',
    happened(
      'good',
      `Approved by ${votersWithTimes(input)}. It begins when the market opens ${opens}, and is checked again then. Reject stops it.`,
    ),
    queuedButtons(input.record),
  );
}

function presentRejected(input: ProposalInput): Message {
  const { rejection } = input;
  const timeZone = accountTimeZone(input.account);
  const who =
    rejection === undefined
      ? 'Rejected.'
      : `Rejected by ${plain(rejection.name, 60)} ${formatMoment(rejection.at, timeZone, input.now)}.`;
  const why =
    rejection === undefined || rejection.reason === null || rejection.reason.trim() === ''
      ? 'No reason was given.'
      : `Reason: “${plain(rejection.reason, 500)}”`;
  return presentDecided(input, 'rejected', happened('bad', `${who} ${why} Nothing was traded.`));
}

function presentExpired(input: ProposalInput): Message {
  const { proposal } = input.record;
  const at = formatMoment(proposal.expiresAt, accountTimeZone(input.account), input.now);
  const votes = `${input.votes.length} of ${formatCount(input.approval.quorum.votesNeeded, 'vote')}`;
  return presentDecided(
    input,
    'expired',
    happened(
      'caution',
      `Expired ${at} with ${votes}. Nothing was traded. /rebalance ${proposal.account} makes a fresh proposal.`,
    ),
  );
}

function presentSupersededProposal(input: ProposalInput): Message {
  const { record } = input;
  const why = record.outcome === null ? '' : `${sentence(plain(record.outcome, 400))} `;
  const next =
    record.supersededBy === null
      ? `/rebalance ${record.proposal.account} makes a fresh proposal.`
      : `${shortId(record.supersededBy)} takes its place.`;
  const votes = input.votes.length === 0 ? '' : ' Approvals were not carried over.';
  return presentDecided(
    input,
    record.supersededBy === null ? 'superseded' : `superseded by ${shortId(record.supersededBy)}`,
    happened('caution', `${why}Nothing was traded. ${next}${votes}`),
  );
}

function presentExecuting(input: ProposalInput): Message {
  const figures = executionFigures(
    input.record.proposal.plan.legs,
    input.orders ?? [],
    input.fills ?? [],
  );
  const head = [title(input), venue(input.record.proposal), 'executing'].join(SEPARATOR);
  const progress = executionProgress({
    record: input.record,
    broker: input.account.broker,
    figures,
  });
  return compose(
    [`${head}, ${approvedBy(input)}.`, progress.sentence],
    [
      heading(head),
      text(`${approvedBy(input).replace('approved', 'Approved')}.`),
      ...progress.blocks,
    ],
  );
}

function presentFinished(input: ProposalInput): Message {
  const figures = executionFigures(
    input.record.proposal.plan.legs,
    input.orders ?? [],
    input.fills ?? [],
  );
  const result = executionResult({
    record: input.record,
    broker: input.account.broker,
    orders: input.orders ?? [],
    figures,
    execution: input.execution ?? null,
  });
  const status = proposalStatusWord(input.record.status);
  const head = [title(input), `${status}${result.duration}`].join(SEPARATOR);
  const who =
    input.votes.length === 0
      ? proposedBy(input)
      : `${proposedBy(input)} Approved by ${votersWithTimes(input)}.`;
  return compose(
    [`${head}.`, ...result.sentences, who],
    [heading(head), ...result.blocks, context([who, result.audit].join(' ').trim())],
  );
}
