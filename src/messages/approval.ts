import type { ApprovalState } from '../core/approval-state.ts';
import type { ApprovalRule } from '../core/guardrail-settings.ts';
import type { AccountSettings } from '../core/account.ts';
import type { MissingVotes } from '../core/votes.ts';
import { formatAmount, formatCount, formatPercent, joinNames } from './format.ts';
import { plain } from './plain.ts';

/** How many votes a proposal has and needs, and whose are still open. */

/** `1 more vote, from risk: Dev or Eve`; whatever is missing and who can give it, without a full stop. */
export function missingVotesWords(approval: ApprovalState, why = ''): string {
  const { missing, unreachable } = approval;
  if (missing.votes === 0) {
    return `any further vote, because the rules ask for fewer now: ${joinNames(mayVoteNames(approval), 'or')}`;
  }
  const count = formatCount(missing.votes, approval.voters.length === 0 ? 'vote' : 'more vote');
  const names = joinNames(mayVoteNames(approval), 'or');
  const groups = missingGroupWords(approval);
  if (unreachable.votes > 0) {
    return `${count}${groups === '' ? '' : `, ${groups}`}${why}, but ${whoIsLeft(approval)} can vote: add approvers to portfolios.yaml`;
  }
  return groups === '' ? `${count} from ${names}${why}` : `${count}, ${groups}: ${names}${why}`;
}

/** Why a proposal that was approved is not executed: by the rules of now it has too few votes. */
export function votesMissingOutcome(approval: ApprovalState, account: AccountSettings): string {
  return `nothing was sent, because the votes no longer suffice: it needs ${missingVotesWords(approval, whySoMany(approval, account))}`;
}

/** Who may still vote, by name. */
export function mayVoteNames(approval: ApprovalState): readonly string[] {
  return approval.mayVote.map((person) => plain(person.name, 60));
}

/** `1 of 2 votes`. */
export function votesOfNeeded(approval: ApprovalState): string {
  return `${approval.voters.length} of ${formatCount(approval.quorum.votesNeeded, 'vote')}`;
}

/** ` (at least $20,000; live)`: what asks for more votes than usual; empty when nothing does. */
export function whySoMany(approval: ApprovalState, account: AccountSettings): string {
  const large = account.approvals.largeTrade;
  const why = [
    ...(approval.isLarge && large !== null ? [`at least ${formatAmount(large.notional)}`] : []),
    ...approval.rules.map(({ when }) => conditionWords(when)),
  ];
  return why.length === 0 ? '' : ` (${[...new Set(why)].join('; ')})`;
}

function conditionWords(when: ApprovalRule['when']): string {
  return [
    ...(when.notional === null ? [] : [`at least ${formatAmount(when.notional)}`]),
    ...(when.turnover === null ? [] : [`turnover of at least ${formatPercent(when.turnover)}`]),
    ...(when.accountShare === null
      ? []
      : [`at least ${formatPercent(when.accountShare)} of the account in one symbol`]),
    ...(when.realisedGain === null
      ? []
      : [`estimated gain of at least ${formatAmount(when.realisedGain)}, or not known`]),
    ...(when.mode === null ? [] : [`${when.mode} account`]),
    ...(when.warnings === null
      ? []
      : [
          `at least ${formatCount(when.warnings, 'check')} ${when.warnings === 1 ? 'warns' : 'warn'}`,
        ]),
  ].join(' and ');
}

/** `from risk`, `one of them from risk or treasury`; empty when any approver will do. */
export function missingGroupWords({ missing }: ApprovalState): string {
  const { votes, fromGroups } = missing;
  if (fromGroups === 0) return '';
  const which = groupNames(missing);
  if (votes === fromGroups) return `from ${which}`;
  return `${fromGroups === 1 ? 'one' : String(fromGroups)} of them from ${which}`;
}

/** All of the groups, any of them, or so many of them. */
function groupNames({ fromGroups, groups }: MissingVotes): string {
  if (fromGroups === groups.length) return joinNames(groups, 'and');
  if (fromGroups === 1) return joinNames(groups, 'or');
  return `${fromGroups} of ${joinNames(groups, 'and')}`;
}

function whoIsLeft(approval: ApprovalState): string {
  const { unreachable } = approval;
  if (unreachable.fromGroups > 0) return `nobody from ${groupNames(unreachable)}`;
  const names = mayVoteNames(approval);
  return names.length === 0 ? 'nobody' : `only ${joinNames(names)}`;
}
