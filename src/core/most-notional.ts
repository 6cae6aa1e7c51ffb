import type { OrderSettings } from './account.ts';
import { maximum, sum } from './decimal.ts';
import type { Decimal } from './decimal.ts';
import { collaredPrice } from './order-prices.ts';
import type { Leg } from './plan-types.ts';

type Priced = Pick<Leg, 'side' | 'quantity' | 'referencePrice'>;

/**
 * What an order may come to at most, in account currency: a buy at the limit that is sent with it, or at
 * the edge of the collar where it has none. A sell may fill above its limit, so the approved price counts.
 * @param limitPrice of the order; left out, the one that the collar gives it.
 */
export function mostNotional(
  { side, quantity, referencePrice }: Priced,
  settings: OrderSettings,
  limitPrice: Decimal | null = null,
): Decimal {
  const price =
    side === 'buy'
      ? (limitPrice ?? collaredPrice('buy', referencePrice, settings))
      : maximum(referencePrice, limitPrice ?? referencePrice);
  return quantity.times(price);
}

/** What all orders of a plan may come to at most: what limits count, and an approval reserves. */
export function mostPlanNotional(
  plan: { readonly legs: readonly Priced[] },
  settings: OrderSettings,
): Decimal {
  return sum(plan.legs.map((leg) => mostNotional(leg, settings)));
}
