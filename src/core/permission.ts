import type { AccountSettings } from './account.ts';
import type { Check } from './check.ts';
import type { CodeDenial } from './one-time-code.ts';
import { ROLES } from './person.ts';
import type { Person, Role } from './person.ts';
import type { Proposal, ProposalRecord } from './proposal.ts';

/** The role of a person for an account. */
export function roleFor(person: Person, account: string | null): Role {
  return (account === null ? undefined : person.accountRoles[account]) ?? person.role;
}

/** Whether a role includes another: each includes the ones before it. */
export function roleIncludes(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

/** The people who have at least this role for an account. */
export function peopleWithRole(
  people: readonly Person[],
  account: string | null,
  needed: Role,
): readonly Person[] {
  return people.filter((person) => roleIncludes(roleFor(person, account), needed));
}

export type DecisionDenial =
  | { readonly code: 'not_approver' }
  | { readonly code: 'own_proposal' }
  | { readonly code: 'already_voted' }
  | { readonly code: 'digest_changed' }
  | { readonly code: 'not_pending' }
  | { readonly code: 'expired' };

/** Why a vote does not count: who votes and when, what was typed, or what the checks found. */
export type VoteDenial =
  | DecisionDenial
  | { readonly code: 'confirmation_needed' }
  /** Notes that the account wants ticked were not. */
  | { readonly code: 'notes_unticked'; readonly notes: readonly string[] }
  | CodeDenial
  | { readonly code: 'check_failed'; readonly checks: readonly Check[] };

/**
 * Whether a person may approve or reject this digest now; null means yes. A proposer may always
 * reject (withdraw) a proposal of their own, and approve it only where the account allows that.
 */
export function findDecisionDenial(facts: {
  readonly person: Person;
  readonly account: AccountSettings;
  readonly record: ProposalRecord;
  readonly verdict: 'approve' | 'reject';
  readonly digest: string;
  readonly now: Temporal.Instant;
}): DecisionDenial | null {
  const { person, account, record, verdict } = facts;
  const { proposal } = record;
  const isProposer =
    proposal.proposedBy.type === 'person' && proposal.proposedBy.person === person.id;
  const isApprover = roleIncludes(roleFor(person, account.name), 'approver');
  const withdraws = isProposer && verdict === 'reject';
  if (!isApprover && !withdraws) return { code: 'not_approver' };
  const vetoable = record.status === 'approved' && verdict === 'reject';
  if (record.status !== 'pending' && !vetoable) return { code: 'not_pending' };
  if (facts.digest !== proposal.digest) return { code: 'digest_changed' };
  if (!vetoable && Temporal.Instant.compare(facts.now, proposal.expiresAt) >= 0) {
    return { code: 'expired' };
  }
  if (isProposer && verdict === 'approve' && !account.approvals.allowOwnProposals) {
    return { code: 'own_proposal' };
  }
  const voted = record.decisions.some((decision) => decision.person === person.id);
  if (voted && verdict === 'approve') return { code: 'already_voted' };
  return null;
}

/** Whether a person's approval of a proposal may count: their role, and that it is not their own. */
export function mayApprove(person: Person, account: AccountSettings, proposal: Proposal): boolean {
  const { proposedBy } = proposal;
  return (
    roleIncludes(roleFor(person, account.name), 'approver') &&
    (account.approvals.allowOwnProposals ||
      proposedBy.type !== 'person' ||
      proposedBy.person !== person.id)
  );
}

/** Who may approve a proposal and has not voted. */
export function eligibleApprovers(
  people: readonly Person[],
  account: AccountSettings,
  record: ProposalRecord,
): readonly Person[] {
  return people.filter(
    (person) =>
      mayApprove(person, account, record.proposal) &&
      !record.decisions.some((decision) => decision.person === person.id),
  );
}
