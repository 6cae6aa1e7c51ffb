import type { AccountSettings } from '../core/account.ts';
import type { Check } from '../core/check.ts';
import type { VoteDenial } from '../core/permission.ts';
import type { Role } from '../core/person.ts';
import type { ProposalRecord } from '../core/proposal.ts';
import { alert, compose } from './blocks.ts';
import { codeDenialWords } from './enrolment.ts';
import { formatCount, joinNames, shortId } from './format.ts';
import type { NamedHalt } from './halt.ts';
import { haltWords } from './halt.ts';
import type { Message } from './message.ts';
import { plain } from './plain.ts';
import { accountTimeZone, formatMoment } from './time.ts';
import { brokerName, proposalStatusWord } from './words.ts';

/** Someone who is not configured. Tells nothing about the accounts. */
export function presentStranger(
  adminNames: readonly string[],
  user?: { readonly platform: string; readonly userId: string },
): Message {
  const who = adminNames.length === 0 ? 'Whoever runs this bot' : names(adminNames, 'or');
  const as = user === undefined ? '' : ` as ${plain(user.platform, 20)}: ${plain(user.userId, 60)}`;
  return refuse(
    `You are not among the people of this bot, so nothing was done. ${who} can add you to portfolios.yaml${as}.`,
  );
}

/** Someone whose role does not reach. */
export function presentRoleNeeded(input: {
  /** What they tried, in words that follow "You cannot": `use /halt`, `adjust a proposal`. */
  readonly what: string;
  readonly role: Role;
  /** Null when it is not about one account. */
  readonly account: string | null;
  /** Those who have the role. */
  readonly people: readonly string[];
}): Message {
  const where = input.account === null ? '' : ` on ${plain(input.account, 40)}`;
  return refuse(
    `You cannot ${plain(input.what, 80)}${where}: that takes the role ${input.role}. ${anyOf(input.people, 'Nobody has that role.')} Roles are given in portfolios.yaml.`,
  );
}

/** A click or a command about a proposal that is not there. */
export function presentGone(): Message {
  return refuse(
    'That proposal is not here any more. /pending lists what waits for a decision, /history what was decided.',
  );
}

/** A vote that does not count: why, and whose would. */
export function presentDecisionDenied(input: {
  readonly record: ProposalRecord;
  readonly account: AccountSettings;
  readonly denial: VoteDenial;
  /** Who could decide now. */
  readonly eligible: readonly string[];
  /** Who has decided so far, the one who is refused left out. */
  readonly decidedBy: readonly string[];
  readonly now: Temporal.Instant;
}): Message {
  return refuse(denialWords(input));
}

function denialWords(input: Parameters<typeof presentDecisionDenied>[0]): string {
  const { proposal } = input.record;
  const id = shortId(proposal.id);
  switch (input.denial.code) {
    case 'own_proposal':
      return `You cannot approve ${id}: you proposed it. ${anyOf(input.eligible, 'Nobody else can: add an approver to portfolios.yaml.')}`;
    case 'not_approver':
      return `You cannot decide on ${id}: that takes the role approver. ${anyOf(input.eligible, 'Nobody has it: add an approver to portfolios.yaml.')}`;
    case 'already_voted':
      return `You have voted on ${id} already, and a person has one vote. ${anyOf(input.eligible, 'Nobody else can vote: add an approver to portfolios.yaml.')}`;
    case 'digest_changed':
      return `This message shows an older version of ${id}, so your click did not count. Use the buttons of the newest one; /pending finds it.`;
    case 'expired':
      return `${id} expired ${formatMoment(proposal.expiresAt, accountTimeZone(input.account), input.now)}, so your click did not count. ${fresh(proposal.account)}`;
    case 'confirmation_needed':
      return `${id} was not approved: it is a large trade, and the account's name was not typed. Click Approve again and type ${plain(proposal.account, 40)}.`;
    case 'code_not_enrolled':
    case 'code_needed':
    case 'code_wrong':
    case 'code_used':
    case 'code_locked':
      return `${id} was not approved. ${codeDenialWords(input.denial, input.now)}`;
    case 'notes_unticked':
      return `${id} was not approved: this was not ticked: ${input.denial.notes.map((note) => `“${plain(note, 200)}”`).join(', ')}. Click Approve again and tick each note, or reject it.`;
    case 'check_failed':
      return `${id} was not approved. ${failedChecks(input.denial.checks)} ${remedies(input.denial.checks)}`;
    case 'not_pending':
      return notPending(input);
  }
}

function notPending(input: Parameters<typeof presentDecisionDenied>[0]): string {
  const { record } = input;
  const id = shortId(record.proposal.id);
  if (record.supersededBy !== null) {
    return `${id} is superseded, so your click did not count. Decide on ${shortId(record.supersededBy)} instead.`;
  }
  const decided = ['approved', 'rejected', 'executing', 'executed', 'partially_executed'];
  const by =
    decided.includes(record.status) && input.decidedBy.length > 0
      ? ` (decided by ${names(input.decidedBy, 'and')})`
      : '';
  const next =
    record.status === 'approved' || record.status === 'executing'
      ? 'Its message shows how it goes.'
      : fresh(record.proposal.account);
  return `${id} is ${proposalStatusWord(record.status)} already${by}, so your click did not count. ${next}`;
}

/** Why something else cannot be done now. `attempt` follows "You cannot": `propose for core`. */
export type Refusal =
  | {
      readonly type: 'halted';
      readonly attempt: string;
      readonly halt: NamedHalt;
      /** Who may resume. */
      readonly whoCan: readonly string[];
      readonly timeZone: string;
      readonly now: Temporal.Instant;
    }
  | {
      readonly type: 'not_compared';
      readonly attempt: string;
      readonly account: string;
      readonly broker: string;
    }
  | {
      readonly type: 'busy';
      readonly attempt: string;
      readonly account: string;
      readonly proposalId: string;
    };

/** Says no: why, and who could change that. */
export function presentRefusal(refusal: Refusal): Message {
  const start = `You cannot ${plain(refusal.attempt, 80)}`;
  switch (refusal.type) {
    case 'halted':
      return refuse(
        `${start} now. ${haltWords(refusal.halt, refusal.timeZone, refusal.now)} ${anyOf(refusal.whoCan, 'Nobody can resume it: add an approver to portfolios.yaml.', ' /resume it')}`,
      );
    case 'not_compared':
      return refuse(
        `${start} yet: Evenkeel has just started and has not compared ${plain(refusal.account, 40)} with ${brokerName(refusal.broker)}. It is under way; try again in a minute.`,
      );
    case 'busy':
      return refuse(
        `${start} now: ${shortId(refusal.proposalId)} is being executed on ${plain(refusal.account, 40)}, and an account trades one proposal at a time. Try again when it is done.`,
      );
  }
}

/** Who could change what failed, once each. */
function remedies(checks: readonly Check[]): string {
  return [...new Set(checks.map((check) => plain(check.remedy, 200)))].join(' ').trim();
}

function failedChecks(checks: readonly Check[]): string {
  return `${formatCount(checks.length, 'check')} failed: ${checks
    .map((check) => `${plain(check.name, 60)}, ${plain(check.detail, 200)}`)
    .join('; ')}.`;
}

function names(list: readonly string[], word: 'and' | 'or'): string {
  return joinNames(
    list.map((name) => plain(name, 60)),
    word,
  );
}

function fresh(account: string): string {
  return `/rebalance ${plain(account, 40)} makes a fresh proposal.`;
}

/** `Any of Ben, Chloe, Dev can.` */
function anyOf(list: readonly string[], nobody: string, what = ''): string {
  const [only] = list;
  if (only === undefined) return nobody;
  if (list.length === 1) return `${plain(only, 60)} can${what}.`;
  return `Any of ${list.map((name) => plain(name, 60)).join(', ')} can${what}.`;
}

function refuse(words: string): Message {
  return compose([words], [alert('caution', words)]);
}
