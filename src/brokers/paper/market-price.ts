import { Big } from 'big.js';
import { decimal, maximum, minimum, ONE } from '../../core/decimal.ts';
import type { Decimal } from '../../core/decimal.ts';
import type { Side } from '../../core/plan-types.ts';

/** What a symbol trades at now. */
export interface MarketPrice {
  readonly price: Decimal;
  readonly bid: Decimal;
  readonly ask: Decimal;
}

const BASIS_POINT = decimal('0.0001');
const HALF = decimal('0.5');

/** Executions and quotes are priced to a hundredth of a cent, as exchanges report them. */
const PRICE_DECIMALS = 4;

/** @param spreadBasisPoints the whole distance between bid and ask. */
export function priceAround(close: Decimal, spreadBasisPoints: Decimal): MarketPrice {
  const half = close.times(spreadBasisPoints).times(BASIS_POINT).times(HALF);
  return {
    price: close,
    bid: close.minus(half).round(PRICE_DECIMALS, Big.roundHalfEven),
    ask: close.plus(half).round(PRICE_DECIMALS, Big.roundHalfEven),
  };
}

/**
 * What an order executes at: the side of the spread that it meets, moved against it by the slippage
 * and rounded against it, but never beyond its limit.
 * @returns null when the limit does not allow any execution now.
 */
export function executionPrice(
  order: { readonly side: Side; readonly limitPrice: Decimal | null },
  market: MarketPrice,
  slippageBasisPoints: Decimal,
): Decimal | null {
  const { side, limitPrice } = order;
  const slippage = slippageBasisPoints.times(BASIS_POINT);
  if (side === 'buy') {
    if (limitPrice !== null && market.ask.gt(limitPrice)) return null;
    const slipped = market.ask.times(ONE.plus(slippage)).round(PRICE_DECIMALS, Big.roundUp);
    return limitPrice === null ? slipped : minimum(slipped, limitPrice);
  }
  if (limitPrice !== null && market.bid.lt(limitPrice)) return null;
  const slipped = market.bid.times(ONE.minus(slippage)).round(PRICE_DECIMALS, Big.roundDown);
  return limitPrice === null ? slipped : maximum(slipped, limitPrice);
}
