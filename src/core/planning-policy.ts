import type { AccountSettings } from './account.ts';
import type { RebalancePolicy } from './policy.ts';

/** What planning for an account keeps to: its policy, and its restricted list, which no request can change. */
export function planningPolicy(account: AccountSettings): RebalancePolicy {
  return { ...account.policy, restricted: [...account.compliance.restricted] };
}
