import type { AccountSettings } from './account.ts';
import type { RebalancePolicy } from './policy.ts';

/**
 * What planning for an account keeps to: its policy, and what no request can change: its restricted list and
 * whether it may borrow.
 */
export function planningPolicy(account: AccountSettings): RebalancePolicy {
  return {
    ...account.policy,
    restricted: [...account.compliance.restricted],
    ...(account.funds.allowMargin ? { borrowing: true } : {}),
  };
}
