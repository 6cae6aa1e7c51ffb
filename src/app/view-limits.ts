import type { AccountSettings } from '../core/account.ts';
import { dayLimitUses } from '../core/checks/limits.ts';
import { formatAmount, formatShortPercent } from '../core/format.ts';
import type { Decimal } from '../core/decimal.ts';
import { tradingDayOf } from '../core/market-calendar.ts';
import { planRebalance } from '../core/plan.ts';
import { planningPolicy } from '../core/planning-policy.ts';
import { presentLimits } from '../messages/limits.ts';
import type { Message } from '../messages/message.ts';
import type { AppContext } from './context.ts';
import { readLimitFacts } from './read-limit-facts.ts';
import { takeSnapshot } from './take-snapshot.ts';

/**
 * What is left of an account's limits today, and of those that the asking person shares.
 * @throws BrokerError when a limit depends on the account's value and that cannot be read.
 */
export async function viewLimits(
  context: AppContext,
  account: AccountSettings,
  person: string,
): Promise<Message> {
  const limits = await readLimitFacts(
    context,
    context.store,
    { proposalId: null, account: account.name },
    [person],
  );
  const { orderNotional, orderVolumeShare, dayTurnover } = account.limits;
  // Only the turnover depends on what the account is worth; without it the broker is not asked.
  const totalValue = dayTurnover === null ? null : await valueOf(context, account);
  const uses = dayLimitUses({ account, limits, totalValue });
  return presentLimits({
    title: account.name,
    uses,
    day: tradingDayOf(context.clock.now()),
    perOrder: [
      ...(orderNotional === null ? [] : [`One order: at most ${formatAmount(orderNotional)}.`]),
      ...(orderVolumeShare === null
        ? []
        : [`One order: at most ${formatShortPercent(orderVolumeShare)} of the daily volume.`]),
    ],
  });
}

async function valueOf(context: AppContext, account: AccountSettings): Promise<Decimal | null> {
  const snapshot = await takeSnapshot(context, account);
  const result = planRebalance(snapshot, account.targets, planningPolicy(account));
  return result.type === 'planned' ? result.plan.totalValue : null;
}
