import { ZERO } from '../core/decimal.ts';
import { decideExecution } from '../core/execution.ts';
import type { ExecutionState, ExecutionStep } from '../core/execution.ts';
import type { AppContext } from './context.ts';
import type { ExecutionRun } from './executor.ts';
import { isFresh, readBuyingPower } from './funds-ahead.ts';
import type { FundsAhead } from './funds-ahead.ts';

/**
 * Decides the next step; where buys follow sales, with the buying power that the broker has now. When it
 * does not say, no buy is released.
 * @param asked what was asked for already; it counts where it is fresh and allows all that the cash does.
 */
export async function decideWithFunds(
  context: AppContext,
  run: ExecutionRun,
  state: ExecutionState,
  asked: readonly FundsAhead[],
): Promise<ExecutionStep> {
  const step = decideExecution(state);
  const afterSales = state.legs.some((leg) => leg.side === 'sell');
  if (!afterSales || !step.release.some(({ leg }) => leg.side === 'buy')) return step;
  for (const ahead of asked) {
    const told = isFresh(ahead, state.now) ? await ahead.buyingPower : null;
    if (told === null) continue;
    const buyingPower = told.minus(ahead.committed);
    const funds = { buyingPower, awaitedUntil: fundsAwaitedUntil(state) };
    const decided = decideExecution({ ...state, funds });
    if (decided.release.length === step.release.length) return decided;
  }
  const buyingPower = await readBuyingPower(context, run);
  return decideExecution({
    ...state,
    funds:
      buyingPower === null
        ? { buyingPower: ZERO, awaitedUntil: state.releaseUntil }
        : { buyingPower, awaitedUntil: fundsAwaitedUntil(state) },
  });
}

/** A sale's proceeds are waited for as long as an order is. */
function fundsAwaitedUntil(state: ExecutionState): Temporal.Instant {
  return state.orders
    .filter((order) => order.intent.side === 'sell')
    .map((order) => order.updatedAt.add(state.settings.timeLimit))
    .reduce((latest, at) => (Temporal.Instant.compare(at, latest) > 0 ? at : latest), state.now);
}
