import type { AccountSettings } from '../core/account.ts';
import { approvalState, gainWithoutLots } from '../core/approval-state.ts';
import type { ApprovalState } from '../core/approval-state.ts';
import type { Check } from '../core/check.ts';
import { findChecks } from '../core/checks/find-checks.ts';
import type { Decimal } from '../core/decimal.ts';
import type { Plan } from '../core/plan-types.ts';
import { votersOf } from '../core/proposal.ts';
import type { ProposalRecord } from '../core/proposal.ts';
import type { StoreReads } from '../ports/store.ts';
import type { AppContext } from './context.ts';
import { readCheckFacts } from './read-check-facts.ts';

/** What the rules for votes look at besides the plan itself. */
export function riskOf(
  plan: Plan,
  checks: readonly Check[],
): { readonly warnings: number; readonly realisedGain: Decimal | null } {
  return {
    warnings: checks.filter((check) => check.result === 'warned').length,
    realisedGain: gainWithoutLots(plan),
  };
}

/**
 * How far the approval of a proposal is, as it is in this transaction.
 * @param checks what the checks found just now; left out, they are looked at here.
 */
export async function readApproval(
  context: AppContext,
  store: StoreReads,
  record: ProposalRecord,
  account: AccountSettings,
  checks?: readonly Check[],
): Promise<ApprovalState> {
  const { proposal } = record;
  const found =
    checks ??
    findChecks(
      await readCheckFacts(context, store, proposal, account, { voters: votersOf(record) }),
    );
  return approvalState(record, account, context.people, riskOf(proposal.plan, found));
}
