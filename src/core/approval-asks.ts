import type { AccountSettings } from './account.ts';
import { complianceNotes } from './compliance/notes.ts';
import type { ComplianceNote } from './compliance/notes.ts';
import type { Plan } from './plan-types.ts';
import { isLargeTrade } from './quorum.ts';

/** What an approver must give beside the click. */
export interface ApprovalAsks {
  /** The account's name, typed. */
  readonly confirmation: boolean;
  /** A one-time code. */
  readonly code: boolean;
  /** What must be ticked, every one of them. */
  readonly notes: readonly ComplianceNote[];
}

/** What the account asks of whoever approves a plan. */
export function approvalAsks(account: AccountSettings, plan: Plan): ApprovalAsks {
  const { approvals } = account;
  const isLarge = isLargeTrade(approvals, plan);
  return {
    confirmation: isLarge,
    code:
      approvals.oneTimeCode === 'always' || (approvals.oneTimeCode === 'large_trades' && isLarge),
    notes: complianceNotes(account.compliance.notes),
  };
}

/** Whether approving takes a form: a click alone is not enough. */
export function takesForm(asks: ApprovalAsks): boolean {
  return asks.confirmation || asks.code || asks.notes.length > 0;
}
