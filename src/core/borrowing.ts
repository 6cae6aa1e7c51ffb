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
 * What buys may cost before any sale has paid, and the buffer that was taken off it: the cash above the buffer;
 * where a plan that was approved borrows, all of the cash and what the broker lends. An account that may not
 * borrow never does.
 */
export function spendableAtStart(
  balance: AccountBalance,
  plan: Pick<Plan, 'cashAfter' | 'cashBuffer'>,
  funds: FundsSettings,
): { readonly cashAtStart: Decimal; readonly cashBuffer: Decimal } {
  const borrows = funds.allowMargin && plan.cashAfter.lt(ZERO);
  if (borrows) {
    return { cashAtStart: balance.cash.plus(borrowable(balance)), cashBuffer: ZERO };
  }
  const { cashBuffer } = plan;
  return { cashAtStart: balance.cash.minus(cashBuffer), cashBuffer };
}
