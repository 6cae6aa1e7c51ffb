import { decimal, sum, ZERO } from '../../../src/core/decimal.ts';
import type { Leg, Plan } from '../../../src/core/plan-types.ts';
import { samplePlan } from '../../fixtures/sample-proposal.ts';

/** A plan of these trades, each as `sell 10 VTI @ 50`. */
export function planOf(trades: readonly string[]): Plan {
  const legs = trades.map((text, index): Leg => {
    const [, side, quantity = '', symbol = '', price = ''] =
      /^(buy|sell) (\S+) (\S+) @ (\S+)$/.exec(text) ?? [];
    return {
      number: index + 1,
      side: side === 'sell' ? 'sell' : 'buy',
      symbol,
      quantity: decimal(quantity),
      referencePrice: decimal(price),
      notional: decimal(quantity).times(decimal(price)),
      weightBefore: ZERO,
      weightAfter: ZERO,
      targetWeight: ZERO,
    };
  });
  return samplePlan({ legs, skipped: [], notional: sum(legs.map((leg) => leg.notional)) });
}
