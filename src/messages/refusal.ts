import type { Check } from '../core/check.ts';
import type { Role } from '../core/person.ts';
import type { ProposalStatus } from '../core/proposal.ts';
import { alert, compose } from './blocks.ts';
import { formatCount, joinNames, shortId } from './format.ts';
import { haltWords, type NamedHalt } from './halt.ts';
import type { Message } from './message.ts';
import { plain } from './plain.ts';
import { proposalStatusWord } from './words.ts';

/**
 * Why someone may not do what they asked for. `attempt` is what they tried, in words that follow "You
 * cannot": `approve #k3f9xa`, `propose for core`. `whoCan` are the names of those who could, or who could change it.
 */
export type Refusal =
  | { readonly type: 'own_proposal'; readonly attempt: string; readonly whoCan: readonly string[] }
  | {
      readonly type: 'role_needed';
      readonly attempt: string;
      readonly role: Role;
      readonly whoCan: readonly string[];
    }
  | {
      readonly type: 'stranger';
      readonly platform: string;
      readonly userId: string;
      readonly whoCan: readonly string[];
    }
  | {
      readonly type: 'already_voted';
      readonly proposalId: string;
      readonly votes: number;
      readonly votesNeeded: number;
      readonly whoCan: readonly string[];
    }
  | {
      readonly type: 'not_pending';
      readonly attempt: string;
      readonly proposalId: string;
      readonly status: ProposalStatus;
      readonly supersededBy: string | null;
      readonly account: string;
    }
  | { readonly type: 'digest_changed'; readonly attempt: string; readonly proposalId: string }
  | { readonly type: 'unknown_proposal'; readonly proposalId: string }
  | {
      readonly type: 'not_confirmed';
      readonly proposalId: string;
      readonly account: string;
      readonly given: string;
    }
  | { readonly type: 'reason_missing'; readonly proposalId: string }
  | {
      readonly type: 'halted';
      readonly attempt: string;
      readonly halt: NamedHalt;
      readonly whoCan: readonly string[];
      readonly timeZone: string;
      readonly now: Temporal.Instant;
    }
  | {
      readonly type: 'execution_running';
      readonly attempt: string;
      readonly account: string;
      readonly proposalId: string;
    }
  | {
      readonly type: 'check_failed';
      readonly attempt: string;
      readonly checks: readonly Check[];
      readonly whoCan: readonly string[];
    }
  | { readonly type: 'wrong_channel'; readonly attempt: string; readonly account: string };

/** Says no: why, and who could. */
export function presentRefusal(refusal: Refusal): Message {
  const words = refusalWords(refusal);
  return compose([words], [alert('caution', words)]);
}

/** The same in plain words, for records and for places without messages. */
export function refusalWords(refusal: Refusal): string {
  switch (refusal.type) {
    case 'own_proposal':
      return `You cannot ${attempt(refusal)}: you proposed it. ${anyOf(refusal.whoCan, 'Add an approver to portfolios.yaml.')}`;
    case 'role_needed':
      return `You cannot ${attempt(refusal)}: that takes the role ${refusal.role}. ${anyOf(refusal.whoCan, 'Nobody has it; roles are given in portfolios.yaml.')}`;
    case 'stranger':
      return `You are not among the people of this bot, so it does nothing for you. ${strangerNext(refusal)}`;
    case 'already_voted':
      return alreadyVoted(refusal);
    case 'not_pending':
      return notPending(refusal);
    case 'digest_changed':
      return `You cannot ${attempt(refusal)} from this message: it shows an older version of ${shortId(plain(refusal.proposalId, 20))}. Use the buttons of the newest message.`;
    case 'unknown_proposal':
      return `There is no proposal ${shortId(plain(refusal.proposalId, 20))} here. /pending lists what waits for a decision, /history what was decided.`;
    case 'not_confirmed':
      return `${shortId(plain(refusal.proposalId, 20))} was not approved: you typed “${plain(refusal.given, 40)}”, and the account is called “${plain(refusal.account, 40)}”. Approve again and type that name.`;
    case 'reason_missing':
      return `${shortId(plain(refusal.proposalId, 20))} was not rejected: a rejection needs a reason, in a few words. Reject again and give one.`;
    case 'halted':
      return `You cannot ${attempt(refusal)}: ${haltWords(refusal.halt, refusal.timeZone, refusal.now)} ${anyOf(refusal.whoCan, 'Nobody can resume it; roles are given in portfolios.yaml.', 'resume it')}`;
    case 'execution_running':
      return `You cannot ${attempt(refusal)}: ${shortId(refusal.proposalId)} is being executed on ${plain(refusal.account, 40)}. One execution runs on an account at a time; try again when it is done.`;
    case 'check_failed':
      return checkFailed(refusal);
    case 'wrong_channel':
      return `You cannot ${attempt(refusal)} here: ${plain(refusal.account, 40)} belongs to another channel. Its channels are set in portfolios.yaml.`;
  }
}

function attempt(refusal: { readonly attempt: string }): string {
  return plain(refusal.attempt, 80);
}

/** `Any of Ben, Chloe, Dev can.` */
function anyOf(names: readonly string[], nobody: string, verb = ''): string {
  const what = verb === '' ? '' : ` ${verb}`;
  const [only] = names;
  if (only === undefined) return nobody;
  if (names.length === 1) return `${plain(only, 60)} can${what}.`;
  return `Any of ${names.map((name) => plain(name, 60)).join(', ')} can${what}.`;
}

function strangerNext(refusal: {
  readonly platform: string;
  readonly userId: string;
  readonly whoCan: readonly string[];
}): string {
  const id = `${plain(refusal.platform, 20)}: ${plain(refusal.userId, 60)}`;
  const who =
    refusal.whoCan.length === 0
      ? 'Whoever runs it'
      : joinNames(
          refusal.whoCan.map((name) => plain(name, 60)),
          'or',
        );
  return `${who} can add you to portfolios.yaml as ${id}.`;
}

function alreadyVoted(refusal: {
  readonly proposalId: string;
  readonly votes: number;
  readonly votesNeeded: number;
  readonly whoCan: readonly string[];
}): string {
  const missing = refusal.votesNeeded - refusal.votes;
  const start = `You have voted on ${shortId(refusal.proposalId)} already; a person has one vote.`;
  if (missing <= 0) return start;
  return `${start} ${formatCount(missing, 'vote')} ${missing === 1 ? 'is' : 'are'} missing. ${anyOf(refusal.whoCan, 'Nobody else can vote: add an approver to portfolios.yaml.')}`;
}

function notPending(refusal: {
  readonly attempt: string;
  readonly proposalId: string;
  readonly status: ProposalStatus;
  readonly supersededBy: string | null;
  readonly account: string;
}): string {
  const status =
    refusal.supersededBy === null
      ? proposalStatusWord(refusal.status)
      : `superseded by ${shortId(refusal.supersededBy)}`;
  const next =
    refusal.supersededBy === null
      ? `/rebalance ${plain(refusal.account, 40)} makes a fresh proposal.`
      : 'Decide on that one.';
  return `You cannot ${attempt(refusal)}: it is ${status}. ${next}`;
}

function checkFailed(refusal: {
  readonly attempt: string;
  readonly checks: readonly Check[];
  readonly whoCan: readonly string[];
}): string {
  const failed = refusal.checks
    .filter((check) => check.result === 'failed')
    .map((check) =>
      `${plain(check.name, 60)}: ${plain(check.detail, 200)}`.replace(/[.:\s]+$/u, ''),
    );
  return `You cannot ${attempt(refusal)}. ${failed.join('. ')}. ${anyOf(refusal.whoCan, 'The limit is set in portfolios.yaml.', 'change that in portfolios.yaml')}`;
}
