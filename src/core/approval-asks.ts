import type { AccountSettings } from './account.ts';
import type { Plan } from './plan-types.ts';
import { isLargeTrade } from './quorum.ts';

/** What an approver must give beside the click. */
export interface ApprovalAsks {
  /** The account's name, typed. */
  readonly confirmation: boolean;
  /** A one-time code. */
  readonly code: boolean;
}

/** What the account asks of whoever approves a plan. */
export function approvalAsks(account: AccountSettings, plan: Plan): ApprovalAsks {
  const { approvals } = account;
  const isLarge = isLargeTrade(approvals, plan);
  return {
    confirmation: isLarge,
    code:
      approvals.oneTimeCode === 'always' || (approvals.oneTimeCode === 'large_trades' && isLarge),
  };
}

/** Whether approving takes a form: a click alone is not enough. */
export function takesForm(asks: ApprovalAsks): boolean {
  return asks.confirmation || asks.code;
}
