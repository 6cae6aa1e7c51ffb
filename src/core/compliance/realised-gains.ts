import { sum, ZERO } from '../decimal.ts';
import type { Decimal } from '../decimal.ts';
import type { TaxLotMethod } from '../guardrail-settings.ts';
import { exchangeDateOf } from '../market-calendar.ts';
import type { Proposal } from '../proposal.ts';
import type { PastSale } from './lot-record.ts';
import { comparePerShare, costOf, isLongTerm, relieveLots } from './tax-lots.ts';
import type { LotPart } from './tax-lots.ts';
import type { TaxLot } from './tax-lots.ts';

/** A gain by how long the shares were held. Losses are negative. Account currency, not rounded. */
export interface Gains {
  readonly shortTerm: Decimal;
  readonly longTerm: Decimal;
  /** Of shares that were there before our record, whose day is not known. */
  readonly unknownTerm: Decimal;
  /** Shares sold of which the cost is not known; their gain is in none of the figures. */
  readonly unknownCost: Decimal;
}

/** The estimated gain of one sell of a plan. */
export interface LegGains extends Gains {
  readonly leg: number;
  readonly symbol: string;
  readonly quantity: Decimal;
  readonly parts: readonly LotPart[];
}

/** What a proposal would realise. */
export interface RealisedGains {
  readonly method: TaxLotMethod;
  /** One for each sell. */
  readonly legs: readonly LegGains[];
  readonly shortTerm: Decimal;
  readonly longTerm: Decimal;
  readonly unknownTerm: Decimal;
  /** The symbols of which something is sold at an unknown cost. */
  readonly unknownCost: readonly string[];
  /** All of it together; null when part of it is not known. A rule about gains must not take that for zero. */
  readonly total: Decimal | null;
}

/**
 * What a proposal's sells would realise at the proposed prices, before fees.
 * @param lots what the account holds, of all the symbols that are sold.
 * @param now the day on the exchange decides what is long-term.
 */
export function estimateRealisedGains(
  proposal: Pick<Proposal, 'plan'>,
  lots: readonly TaxLot[],
  method: TaxLotMethod,
  now: Temporal.Instant,
): RealisedGains {
  const bySymbol = Map.groupBy(lots, (lot) => lot.symbol);
  const soldOn = exchangeDateOf(now);
  const legs = proposal.plan.legs
    .filter((leg) => leg.side === 'sell')
    .map(({ number, symbol, quantity, referencePrice }): LegGains => {
      const relief = relieveLots(bySymbol.get(symbol) ?? [], quantity, method, soldOn);
      const unknown = { symbol, boughtOn: null, quantity: relief.uncovered, basis: null };
      const parts = relief.uncovered.gt(ZERO)
        ? [...relief.taken, { lot: unknown, quantity: relief.uncovered }]
        : relief.taken;
      const proceeds = quantity.times(referencePrice);
      return {
        leg: number,
        symbol,
        quantity,
        parts,
        ...gainsOf(parts, quantity, proceeds, soldOn),
      };
    });
  const shortTerm = sum(legs.map((leg) => leg.shortTerm));
  const longTerm = sum(legs.map((leg) => leg.longTerm));
  const unknownTerm = sum(legs.map((leg) => leg.unknownTerm));
  const unknownCost = legs.filter((leg) => leg.unknownCost.gt(ZERO)).map((leg) => leg.symbol);
  const total = unknownCost.length === 0 ? shortTerm.plus(longTerm).plus(unknownTerm) : null;
  return { method, legs, shortTerm, longTerm, unknownTerm, unknownCost, total };
}

/** What a sale of the past realised. */
export function gainsOfSale(sale: PastSale): Gains {
  return gainsOf(sale.parts, sale.quantity, sale.proceeds, sale.soldOn);
}

/** The shares of these that were sold for less than they cost, and those whose cost is not known. */
export function sharesAtLoss(
  parts: readonly LotPart[],
  quantity: Decimal,
  proceeds: Decimal,
): { readonly atLoss: Decimal; readonly unknown: Decimal } {
  let atLoss = ZERO;
  let unknown = ZERO;
  const sold = { cost: proceeds, shares: quantity };
  for (const part of parts) {
    const { basis } = part.lot;
    if (basis === null) unknown = unknown.plus(part.quantity);
    else if (comparePerShare(basis, sold) > 0) {
      atLoss = atLoss.plus(part.quantity);
    }
  }
  return { atLoss, unknown };
}

function gainsOf(
  parts: readonly LotPart[],
  quantity: Decimal,
  proceeds: Decimal,
  soldOn: Temporal.PlainDate,
): Gains {
  const known = parts.flatMap((part) => {
    const cost = costOf(part);
    return cost === null
      ? []
      : [{ quantity: part.quantity, cost, long: isLongTerm(part.lot.boughtOn, soldOn) }];
  });
  const gainWhere = (long: boolean | null): Decimal => {
    const those = known.filter((part) => part.long === long);
    if (those.length === 0) return ZERO;
    const shares = sum(those.map((part) => part.quantity));
    const cost = sum(those.map((part) => part.cost));
    return proceeds.times(shares).div(quantity).minus(cost);
  };
  return {
    shortTerm: gainWhere(false),
    longTerm: gainWhere(true),
    unknownTerm: gainWhere(null),
    unknownCost: sum(parts.filter(({ lot }) => lot.basis === null).map((part) => part.quantity)),
  };
}
