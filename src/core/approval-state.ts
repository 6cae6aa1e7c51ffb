import type { AccountSettings } from './account.ts';
import type { Decimal } from './decimal.ts';
import type { ApprovalRule } from './guardrail-settings.ts';
import { eligibleApprovers, mayApprove } from './permission.ts';
import type { Person } from './person.ts';
import type { Proposal, ProposalRecord } from './proposal.ts';
import { applyingRules, isLargeTrade, quorumFor, strictest } from './quorum.ts';
import type { Quorum } from './quorum.ts';
import { missingVotes, whoseVoteHelps } from './votes.ts';
import type { MissingVotes } from './votes.ts';

/** How far the approval of a proposal is, by the settings and the people of now. */
export interface ApprovalState {
  readonly quorum: Quorum;
  /** The rules that ask for it, besides that for large trades. */
  readonly rules: readonly ApprovalRule[];
  readonly isLarge: boolean;
  /** Whose approvals count, oldest first. */
  readonly voters: readonly Person[];
  readonly missing: MissingVotes;
  /** Whose vote would bring it nearer. */
  readonly mayVote: readonly Person[];
  /** What would be missing if all of them approved: with a vote missing here it cannot be approved. */
  readonly unreachable: MissingVotes;
}

/** What the quorum was when the proposal was made. */
export function frozenQuorum(proposal: Proposal): Quorum {
  return { votesNeeded: proposal.votesNeeded, groups: proposal.groupsNeeded };
}

/**
 * How far the approval of a proposal is. The quorum is that of the proposal or that of the settings now,
 * whatever is stricter in each kind. A vote counts while it is for this digest and its person may still give it.
 * @param facts `warnings`: how many checks warn now. `realisedGain`: what the sales realise by estimate;
 *   null when it is not known.
 */
export function approvalState(
  record: ProposalRecord,
  account: AccountSettings,
  people: readonly Person[],
  facts: { readonly warnings: number; readonly realisedGain: Decimal | null },
): ApprovalState {
  const { proposal } = record;
  const risk = { plan: proposal.plan, mode: proposal.mode, ...facts };
  const quorum = strictest(frozenQuorum(proposal), quorumFor(account.approvals, risk));
  const voters = record.decisions.flatMap(({ verdict, digest, person: id }) => {
    const person = people.find((candidate) => candidate.id === id);
    const counts = verdict === 'approve' && digest === proposal.digest;
    return counts && person !== undefined && mayApprove(person, account, proposal) ? [person] : [];
  });
  const eligible = eligibleApprovers(people, account, record);
  const missing = missingVotes(quorum, voters);
  return {
    quorum,
    rules: applyingRules(account.approvals.rules, risk),
    isLarge: isLargeTrade(account.approvals, proposal.plan),
    voters,
    missing,
    // The rules can ask for less than at the last vote; then any further vote approves it.
    mayVote: missing.votes === 0 ? eligible : whoseVoteHelps(quorum, voters, eligible),
    unreachable: missingVotes(quorum, [...voters, ...eligible]),
  };
}
