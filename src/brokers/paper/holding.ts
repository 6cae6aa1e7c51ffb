import { Big } from 'big.js';
import { ZERO } from '../../core/decimal.ts';
import type { Decimal } from '../../core/decimal.ts';

/** What an account holds of one symbol. */
export interface Holding {
  /** Shares; negative for a short position. */
  readonly quantity: Decimal;
  /** What the whole position cost; null where nobody knows. */
  readonly costBasis: Decimal | null;
}

/** Parts of a cost are rounded: a third of it has no end. */
const COST_DECIMALS = 6;

/** @param cost what was paid for the quantity, fees included. */
export function bought(holding: Holding | undefined, quantity: Decimal, cost: Decimal): Holding {
  if (holding === undefined || holding.quantity.eq(ZERO)) return { quantity, costBasis: cost };
  const after = holding.quantity.plus(quantity);
  if (holding.quantity.gt(ZERO)) {
    return { quantity: after, costBasis: holding.costBasis?.plus(cost) ?? null };
  }
  // Buying back what was sold short; what goes beyond that is a new position at its own cost.
  if (after.lte(ZERO)) return { quantity: after, costBasis: costOfPart(holding, after) };
  return { quantity: after, costBasis: costOfPart({ quantity, costBasis: cost }, after) };
}

/** Selling takes the average cost away with the shares. */
export function sold(holding: Holding | undefined, quantity: Decimal): Holding {
  if (holding === undefined) return { quantity: quantity.neg(), costBasis: null };
  const after = holding.quantity.minus(quantity);
  return { quantity: after, costBasis: costOfPart(holding, after) };
}

function costOfPart(holding: Holding, part: Decimal): Decimal | null {
  if (holding.costBasis === null) return null;
  if (part.eq(ZERO)) return ZERO;
  return holding.costBasis
    .times(part)
    .div(holding.quantity)
    .round(COST_DECIMALS, Big.roundHalfEven);
}
