import type { OrderSettings } from './account.ts';
import { decimal, maximum, minimum, ONE } from './decimal.ts';
import type { Decimal } from './decimal.ts';
import type { Leg } from './plan-types.ts';

/** A leg as it is sent. */
export interface ReleasedLeg {
  readonly leg: Leg;
  readonly quantity: Decimal;
  /** Null for a market order. */
  readonly limitPrice: Decimal | null;
}

const BASIS_POINT = decimal('0.0001');

/** A leg as it was approved, at the limit that the collar gives it. */
export function atFullQuantity(leg: Leg, settings: OrderSettings): ReleasedLeg {
  return {
    leg,
    quantity: leg.quantity,
    limitPrice:
      settings.orderType === 'limit' ? collaredPrice(leg.side, leg.referencePrice, settings) : null,
  };
}

/** What a released buy may cost at most. */
export function costAtMost(
  { leg, quantity, limitPrice }: ReleasedLeg,
  settings: OrderSettings,
): Decimal {
  return reservedCost(quantity, limitPrice, leg.referencePrice, settings);
}

/** What an order may cost at most: at its limit, or for market orders at the collar's edge. */
export function reservedCost(
  quantity: Decimal,
  limitPrice: Decimal | null,
  referencePrice: Decimal,
  settings: OrderSettings,
): Decimal {
  return quantity.times(limitPrice ?? collaredPrice('buy', referencePrice, settings));
}

/** The reference price moved by the collar: up for buys, down for sells, to the tick inside it. */
export function collaredPrice(
  side: 'buy' | 'sell',
  referencePrice: Decimal,
  settings: OrderSettings,
): Decimal {
  const share = settings.collarBasisPoints.times(BASIS_POINT);
  if (side === 'buy') {
    // A tick below the reference would refuse to trade at the very price that was approved.
    return maximum(
      roundToTick(referencePrice.times(ONE.plus(share)), 'down'),
      roundToTick(referencePrice, 'up'),
    );
  }
  return minimum(
    roundToTick(referencePrice.times(ONE.minus(share)), 'up'),
    roundToTick(referencePrice, 'down'),
  );
}

/** US equities: a cent from one dollar up, a hundredth of a cent below (SEC Rule 612). */
export function roundToTick(price: Decimal, direction: 'up' | 'down'): Decimal {
  const places = price.gte(ONE) ? 2 : 4;
  return price.round(places, direction === 'down' ? 0 : 3);
}
