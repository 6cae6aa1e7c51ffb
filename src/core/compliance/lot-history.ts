import { sum, ZERO } from '../decimal.ts';
import type { Decimal } from '../decimal.ts';
import type { TaxLotMethod } from '../guardrail-settings.ts';
import { exchangeDateOf } from '../market-calendar.ts';
import type { Fill } from '../order.ts';
import { relieveLots } from './tax-lots.ts';
import type { LotPart, TaxLot } from './tax-lots.ts';

/** What the broker said was held of a symbol, and when. */
export interface HeldThen {
  readonly quantity: Decimal;
  /** What all of it cost; null when the broker did not say. */
  readonly costBasis: Decimal | null;
  readonly at: Temporal.Instant;
}

/** A sale of the past and the lots it is taken to have sold. */
export interface PastSale {
  readonly symbol: string;
  /** The day on the exchange. */
  readonly soldOn: Temporal.PlainDate;
  readonly quantity: Decimal;
  /** What it brought in, fees taken off. */
  readonly proceeds: Decimal;
  readonly parts: readonly LotPart[];
}

/** The lots of one symbol today and the sales that led there. */
export interface LotHistory {
  readonly lots: readonly TaxLot[];
  /** Oldest first. */
  readonly sales: readonly PastSale[];
}

type Trade = Pick<Fill, 'side' | 'quantity' | 'price' | 'fees' | 'at'>;

/**
 * Builds the lots of one symbol in one account from its fills. What was held without a fill of ours is
 * one lot of unknown date, whose cost is what the broker's cost basis leaves for it after the lots we know.
 *
 * Not known here, and so not reckoned: splits, spin-offs, transfers, and the basis that an earlier wash
 * sale added to a replacement.
 *
 * @param fills all of them, oldest first, as they stand after corrections.
 * @param held null when no book of the account was ever read: then sales are taken to have sold what was
 *   there before, so that no purchase is believed to be gone that may still be there.
 * @param method how every sale chose its lots, past ones included.
 */
export function replayLots(
  symbol: string,
  fills: readonly Trade[],
  held: HeldThen | null,
  method: TaxLotMethod,
): LotHistory {
  const known = held === null ? fills : fills.filter((fill) => notAfter(fill.at, held.at));
  const bought = sum(known.filter((fill) => fill.side === 'buy').map((fill) => fill.quantity));
  const sold = sum(known.filter((fill) => fill.side === 'sell').map((fill) => fill.quantity));
  const opening = held === null ? sold : held.quantity.minus(bought).plus(sold);
  const withoutCost = openingLots(symbol, opening, null);
  if (held === null || held.costBasis === null || opening.lte(ZERO)) {
    return replay(symbol, fills, withoutCost, method);
  }
  const then = replay(symbol, known, withoutCost, method).lots;
  const rest = then.filter((lot) => lot.boughtOn === null);
  const shares = sum(rest.map((lot) => lot.quantity));
  const cost = then.reduce(
    (left, lot) =>
      lot.basis === null
        ? left
        : left.minus(lot.basis.cost.times(lot.quantity).div(lot.basis.shares)),
    held.costBasis,
  );
  // Nothing or less is left for it: the broker reckons otherwise than we do, and its figure says nothing.
  if (cost.lte(ZERO) || shares.lte(ZERO)) return replay(symbol, fills, withoutCost, method);
  return replay(symbol, fills, openingLots(symbol, opening, { cost, shares }), method);
}

function openingLots(symbol: string, quantity: Decimal, basis: TaxLot['basis']): readonly TaxLot[] {
  return quantity.lte(ZERO) ? [] : [{ symbol, boughtOn: null, quantity, basis }];
}

function replay(
  symbol: string,
  fills: readonly Trade[],
  opening: readonly TaxLot[],
  method: TaxLotMethod,
): LotHistory {
  let lots = opening;
  const sales: PastSale[] = [];
  for (const { side, quantity, price, fees, at } of fills) {
    // An execution that the broker took back.
    if (quantity.lte(ZERO)) continue;
    const day = dayOf(at);
    const notional = quantity.times(price);
    if (side === 'buy') {
      const basis = { cost: notional.plus(fees), shares: quantity };
      lots = [...lots, { symbol, boughtOn: day, quantity, basis }];
      continue;
    }
    // Fills come oldest first, and `fifo` leaves lots in that order.
    const relief = relieveLots(lots, quantity, method, day, true);
    lots = relief.left;
    const unknown = openingLots(symbol, relief.uncovered, null);
    sales.push({
      symbol,
      soldOn: day,
      quantity,
      proceeds: notional.minus(fees),
      parts: [...relief.taken, ...unknown.map((lot) => ({ lot, quantity: lot.quantity }))],
    });
  }
  return { lots, sales };
}

/** The exchange's zone is off by whole hours, so an hour has one date; asking the calendar is slow. */
const dates = new Map<number, Temporal.PlainDate>();

function dayOf(at: Temporal.Instant): Temporal.PlainDate {
  const hour = Math.floor(at.epochMilliseconds / 3_600_000);
  const known = dates.get(hour);
  if (known !== undefined) return known;
  if (dates.size >= MOST_DATES) dates.clear();
  const date = exchangeDateOf(at);
  dates.set(hour, date);
  return date;
}

const MOST_DATES = 50_000;

function notAfter(a: Temporal.Instant, b: Temporal.Instant): boolean {
  return Temporal.Instant.compare(a, b) <= 0;
}
