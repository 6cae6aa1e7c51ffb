import type { AccountSettings } from '../core/account.ts';
import type { Decimal } from '../core/decimal.ts';
import { planRebalance } from '../core/plan.ts';
import { planningPolicy } from '../core/planning-policy.ts';
import { BrokerError } from '../ports/broker-error.ts';
import type { AppContext } from './context.ts';
import { takeSnapshot } from './take-snapshot.ts';

/** The drift of an account now; null when it cannot be read or valued, which never stops a trade's record. */
export async function measureDrift(
  context: AppContext,
  account: AccountSettings,
): Promise<Decimal | null> {
  try {
    const snapshot = await takeSnapshot(context, account);
    const result = planRebalance(snapshot, account.targets, planningPolicy(account));
    return result.type === 'planned' ? result.plan.driftBefore : null;
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    context.log.warn({ account: account.name, code: error.code }, 'drift could not be measured');
    return null;
  }
}
