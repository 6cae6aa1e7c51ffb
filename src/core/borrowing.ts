import type { FundsSettings } from './guardrail-settings.ts';
import { maximum, ZERO } from './decimal.ts';
import type { Decimal } from './decimal.ts';
import type { Plan } from './plan-types.ts';
import type { AccountBalance } from './portfolio.ts';

/** What the broker would still lend for buys: its buying power beyond the cash that is there. */
export function borrowable({ cash, buyingPower }: AccountBalance): Decimal {
  return maximum(buyingPower.minus(maximum(cash, ZERO)), ZERO);
}

/**
 * What buys may cost before any sale has paid: the cash above the buffer, and where a plan that was approved
 * borrows, all of the cash and what the broker lends. An account that may not borrow never does.
 */
export function spendableAtStart(
  balance: AccountBalance,
  plan: Pick<Plan, 'cashAfter' | 'cashBuffer'>,
  funds: FundsSettings,
): Decimal {
  const borrows = funds.allowMargin && plan.cashAfter.lt(ZERO);
  return borrows ? balance.cash.plus(borrowable(balance)) : balance.cash.minus(plan.cashBuffer);
}
