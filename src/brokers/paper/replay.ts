import { sessionOn } from '../../core/market-calendar.ts';
import type { Quote } from '../../core/portfolio.ts';
import type { Decimal } from '../../core/decimal.ts';
import type { Market } from './exchange.ts';
import { priceAround, type MarketPrice } from './market-price.ts';
import type { PriceHistory } from './price-history.ts';

/** The market in one month of the replay. */
export interface ReplayedMarket {
  readonly month: Temporal.PlainYearMonth;
  readonly priceOf: Market;
  readonly isListed: (symbol: string) => boolean;
  quote(symbol: string): Quote;
}

/**
 * @param spreadBasisPoints the whole distance between bid and ask.
 * @param fractional whether the account trades fractions.
 */
export function replayMonth(
  history: PriceHistory,
  month: Temporal.PlainYearMonth,
  options: { readonly spreadBasisPoints: Decimal; readonly fractional: boolean },
): ReplayedMarket {
  const listed = new Map<string, Listing>();
  const monthEnd = lastClose(month.toPlainDate({ day: month.daysInMonth }));
  const listing = (symbol: string): Listing => {
    const known = listed.get(symbol);
    if (known !== undefined) return known;
    const point = history.closeIn(symbol, month);
    if (point === null) return { price: null, at: monthEnd };
    const price = priceAround(point.close, options.spreadBasisPoints);
    const found = { price, at: lastClose(point.date) };
    listed.set(symbol, found);
    return found;
  };
  return {
    month,
    priceOf: (symbol) => listing(symbol).price,
    isListed: (symbol) => history.has(symbol),
    quote: (symbol) => {
      const { price, at } = listing(symbol);
      return {
        symbol,
        price: price?.price ?? null,
        bid: price?.bid ?? null,
        ask: price?.ask ?? null,
        at,
        tradable: price !== null,
        fractionable: options.fractional,
        averageDailyVolume: history.averageVolumeIn(symbol, month),
      };
    },
  };
}

/** A symbol's price and the close it was made at; unpriced symbols are dated at the month's end. */
interface Listing {
  readonly price: MarketPrice | null;
  readonly at: Temporal.Instant;
}

/** A step of the replay stays within the history. */
export function stepMonth(
  history: PriceHistory,
  month: Temporal.PlainYearMonth,
  months: number,
): Temporal.PlainYearMonth {
  return withinHistory(history, month.add({ months }));
}

export function withinHistory(
  history: PriceHistory,
  month: Temporal.PlainYearMonth,
): Temporal.PlainYearMonth {
  if (Temporal.PlainYearMonth.compare(month, history.firstMonth) < 0) return history.firstMonth;
  if (Temporal.PlainYearMonth.compare(month, history.lastMonth) > 0) return history.lastMonth;
  return month;
}

/** When the last session on or before a day closed. */
function lastClose(day: Temporal.PlainDate): Temporal.Instant {
  let date = day;
  for (;;) {
    const session = sessionOn(date);
    if (session !== null) return session.close;
    date = date.subtract({ days: 1 });
  }
}
