import { peopleWithRole } from '../core/permission.ts';
import type { Person } from '../core/person.ts';
import type { AppContext } from './context.ts';

/** Who can vote to resume an account, or `all`. */
export function resumersOf(context: AppContext, scope: string): readonly Person[] {
  return peopleWithRole(context.people, scope === 'all' ? null : scope, 'approver');
}

/** How many people must agree to resume: as the account says; for `all`, as the strictest account says. */
export function resumeVotesNeeded(context: AppContext, scope: string): number {
  const accounts = [...context.accounts.values()].filter(
    (account) => scope === 'all' || account.name === scope,
  );
  return Math.max(1, ...accounts.map((account) => account.approvals.resumeVotes));
}
