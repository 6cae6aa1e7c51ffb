import { ZERO } from '../decimal.ts';
import type { Decimal } from '../decimal.ts';
import type { TaxLotMethod } from '../guardrail-settings.ts';
import { exchangeDateOf } from '../market-calendar.ts';
import type { Fill } from '../order.ts';
import { takeOut } from './tax-lots.ts';
import type { LotPart, TaxLot } from './tax-lots.ts';

export type Trade = Pick<Fill, 'side' | 'quantity' | 'price' | 'fees' | 'at'>;

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

/** What so many shares cost. */
export type Basis = NonNullable<TaxLot['basis']>;

/** What trades left. */
export interface Replayed {
  /** Oldest first, what was there before our record before all others. */
  readonly lots: readonly TaxLot[];
  readonly sales: readonly ReplayedSale[];
}

export interface ReplayedSale extends PastSale {
  /** What the lots did not cover; not among the parts. */
  readonly uncovered: Decimal;
}

/** What was there before the first trade. */
export function openingOf(symbol: string, quantity: Decimal, basis: Basis | null): Replayed {
  const lots = quantity.lte(ZERO) ? [] : [{ symbol, boughtOn: null, quantity, basis }];
  return { lots, sales: [] };
}

/**
 * Replays trades on top of what those before them left.
 * @param trades oldest first.
 */
export function replay(
  symbol: string,
  from: Replayed,
  trades: readonly Trade[],
  {
    method,
    salesSince,
  }: {
    readonly method: TaxLotMethod;
    /** The first day whose sales are kept; null for all of them. */
    readonly salesSince: Temporal.PlainDate | null;
  },
): Replayed {
  if (trades.length === 0) return from;
  const lots = [...from.lots];
  const sales = from.sales.filter((sale) => isOn(sale.soldOn, salesSince));
  for (const { side, quantity, price, fees, at } of trades) {
    // An execution that the broker took back.
    if (quantity.lte(ZERO)) continue;
    const day = dayOf(at);
    const notional = quantity.times(price);
    if (side === 'buy') {
      const basis = { cost: notional.plus(fees), shares: quantity };
      lots.push({ symbol, boughtOn: day, quantity, basis });
      continue;
    }
    const { taken: parts, uncovered } = takeOut(lots, quantity, method, day);
    if (!isOn(day, salesSince)) continue;
    const proceeds = notional.minus(fees);
    sales.push({ symbol, soldOn: day, quantity, proceeds, parts, uncovered });
  }
  return { lots, sales };
}

export function isOn(day: Temporal.PlainDate, since: Temporal.PlainDate | null): boolean {
  return since === null || Temporal.PlainDate.compare(day, since) >= 0;
}

/** The exchange's zone is off by whole hours, so an hour has one date; asking the calendar is slow. */
const dates = new Map<number, Temporal.PlainDate>();
const MOST_DATES = 50_000;

function dayOf(at: Temporal.Instant): Temporal.PlainDate {
  const hour = Math.floor(at.epochMilliseconds / 3_600_000);
  const known = dates.get(hour);
  if (known !== undefined) return known;
  if (dates.size >= MOST_DATES) dates.clear();
  const date = exchangeDateOf(at);
  dates.set(hour, date);
  return date;
}
