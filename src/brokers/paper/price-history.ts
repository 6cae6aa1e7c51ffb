import { decimalFromInteger, sum } from '../../core/decimal.ts';
import type { Decimal } from '../../core/decimal.ts';

/** One closing price. */
export interface PricePoint {
  readonly date: Temporal.PlainDate;
  readonly symbol: string;
  readonly close: Decimal;
  /** Shares traded on that day, where the file has them. */
  readonly volume: Decimal | null;
}

/** Closing prices by symbol and day, replayed month by month. */
export interface PriceHistory {
  readonly firstMonth: Temporal.PlainYearMonth;
  readonly lastMonth: Temporal.PlainYearMonth;
  readonly symbols: readonly string[];
  has(symbol: string): boolean;
  /** The last close in or before a month; null before a symbol's first one and for unknown symbols. */
  closeIn(symbol: string, month: Temporal.PlainYearMonth): PricePoint | null;
  /** Shares a day on average, over the last days with a volume in or before a month; null for none. */
  averageVolumeIn(symbol: string, month: Temporal.PlainYearMonth): Decimal | null;
}

/** About a month of sessions. */
const VOLUME_DAYS = 20;
/** Farther apart than over any holidays: then a volume is that of a week or a month, and not of a day. */
const MOST_DAYS_APART = 6;

/** @param points at least one, in any order, at most one a symbol and day. */
export function createPriceHistory(
  points: readonly [PricePoint, ...(readonly PricePoint[])],
): PriceHistory {
  const byDate = points.toSorted((a, b) => Temporal.PlainDate.compare(a.date, b.date));
  const bySymbol = Map.groupBy(byDate, (point) => point.symbol);
  const first = byDate[0] ?? points[0];
  const last = byDate.at(-1) ?? points[0];
  return {
    firstMonth: first.date.toPlainYearMonth(),
    lastMonth: last.date.toPlainYearMonth(),
    symbols: [...bySymbol.keys()].toSorted(),
    has: (symbol) => bySymbol.has(symbol),
    closeIn: (symbol, month) => {
      const end = month.toPlainDate({ day: month.daysInMonth });
      const known = bySymbol.get(symbol) ?? [];
      return known[countUntil(known, end) - 1] ?? null;
    },
    averageVolumeIn: (symbol, month) => {
      const end = month.toPlainDate({ day: month.daysInMonth });
      const known = bySymbol.get(symbol) ?? [];
      const until = countUntil(known, end);
      const from = Math.max(0, until - VOLUME_DAYS);
      const volumes = known.slice(from, until).flatMap((point, index) => {
        const neighbour = known[from + index - 1] ?? known[from + index + 1];
        const isOfDay = neighbour === undefined || daysBetween(neighbour, point) <= MOST_DAYS_APART;
        return point.volume !== null && isOfDay ? [point.volume] : [];
      });
      return volumes.length === 0 ? null : sum(volumes).div(decimalFromInteger(volumes.length));
    },
  };
}

function daysBetween(one: PricePoint, other: PricePoint): number {
  return Math.abs(one.date.until(other.date, { largestUnit: 'days' }).days);
}

/** Binary search: how many points are on or before a day. */
function countUntil(points: readonly PricePoint[], end: Temporal.PlainDate): number {
  let from = 0;
  let to = points.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    const point = points[middle];
    if (point !== undefined && Temporal.PlainDate.compare(point.date, end) <= 0) from = middle + 1;
    else to = middle;
  }
  return from;
}
