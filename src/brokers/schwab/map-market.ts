import { ZERO } from '../../core/decimal.ts';
import type { Decimal } from '../../core/decimal.ts';
import { EXCHANGE_TIME_ZONE, exchangeDateOf, nextSession } from '../../core/market-calendar.ts';
import type { MarketClock, Quote } from '../../core/portfolio.ts';
import type { WireMarkets, WireQuote } from './wire.ts';

/** A quote of a symbol; without an answer for it, one that cannot be traded. */
export function toQuote(symbol: string, wire: WireQuote | null, now: Temporal.Instant): Quote {
  if (wire === null) {
    return {
      symbol,
      price: null,
      bid: null,
      ask: null,
      at: now,
      tradable: false,
      fractionable: false,
    };
  }
  const { quote } = wire;
  return {
    symbol,
    price: positive(quote.lastPrice) ?? positive(quote.mark),
    bid: positive(quote.bidPrice),
    ask: positive(quote.askPrice),
    at: quote.tradeTime ?? quote.quoteTime ?? now,
    // Of ten days. Zero where Schwab does not know it.
    averageDailyVolume: positive(wire.fundamental?.avg10DaysVolume),
    // Halted, closed and whatever else is not normal is not traded.
    tradable: wire.assetMainType === 'EQUITY' && quote.securityStatus === 'Normal',
    fractionable: false,
  };
}

/** Schwab writes 0 where there is none. */
function positive(value: Decimal | undefined): Decimal | null {
  return value !== undefined && value.gt(ZERO) ? value : null;
}

/**
 * The market's clock from Schwab's hours of today. What comes after today is from the exchange's
 * calendar: Schwab tells one day at a time.
 */
export function toMarketClock({ equity }: WireMarkets, now: Temporal.Instant): MarketClock {
  const sessions = Object.values(equity)
    .flatMap(({ isOpen, sessionHours }) => (isOpen ? (sessionHours?.regularMarket ?? []) : []))
    .toSorted((a, b) => Temporal.Instant.compare(a.start, b.start));
  const session = sessions.find(({ end }) => Temporal.Instant.compare(now, end) < 0);
  const tomorrow = exchangeDateOf(now)
    .add({ days: 1 })
    .toZonedDateTime(EXCHANGE_TIME_ZONE)
    .toInstant();
  const next = nextSession(tomorrow);
  if (session === undefined) return { open: false, nextOpen: next.open, nextClose: next.close };
  const open = Temporal.Instant.compare(session.start, now) <= 0;
  return { open, nextOpen: open ? next.open : session.start, nextClose: session.end };
}
