import type { AccountSettings } from '../core/account.ts';
import { approvalState } from '../core/approval-state.ts';
import type { ApprovalState } from '../core/approval-state.ts';
import type { Check } from '../core/check.ts';
import type { CheckFacts } from '../core/checks/check-facts.ts';
import { estimatedGain } from '../core/checks/estimated-gains.ts';
import { findChecks } from '../core/checks/find-checks.ts';
import type { Decimal } from '../core/decimal.ts';
import { votersOf } from '../core/proposal.ts';
import type { ProposalRecord } from '../core/proposal.ts';
import type { StoreReads } from '../ports/store.ts';
import type { AppContext } from './context.ts';
import { readCheckFacts } from './read-check-facts.ts';

/** What the rules for votes look at besides the plan itself. */
export function riskOf(
  facts: CheckFacts,
  checks: readonly Check[],
): { readonly warnings: number; readonly realisedGain: Decimal | null } {
  return {
    warnings: checks.filter((check) => check.result === 'warned').length,
    realisedGain: estimatedGain(facts),
  };
}

/** How far the approval of a proposal is, as it is in this transaction. */
export async function readApproval(
  context: AppContext,
  store: StoreReads,
  record: ProposalRecord,
  account: AccountSettings,
): Promise<ApprovalState> {
  const facts = await readCheckFacts(context, store, record.proposal, account, {
    voters: votersOf(record),
  });
  return approvalState(record, account, context.people, riskOf(facts, findChecks(facts)));
}
