import type { Decimal } from '../../core/decimal.ts';

/** One closing price. */
export interface PricePoint {
  readonly date: Temporal.PlainDate;
  readonly symbol: string;
  readonly close: Decimal;
}

/** Closing prices by symbol and day, replayed month by month. */
export interface PriceHistory {
  readonly firstMonth: Temporal.PlainYearMonth;
  readonly lastMonth: Temporal.PlainYearMonth;
  readonly symbols: readonly string[];
  has(symbol: string): boolean;
  /** The last close in or before a month; null before a symbol's first one and for unknown symbols. */
  closeIn(symbol: string, month: Temporal.PlainYearMonth): PricePoint | null;
}

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
      return lastUntil(bySymbol.get(symbol) ?? [], end);
    },
  };
}

/** Binary search: the last point on or before a day. */
function lastUntil(points: readonly PricePoint[], end: Temporal.PlainDate): PricePoint | null {
  let from = 0;
  let to = points.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    const point = points[middle];
    if (point !== undefined && Temporal.PlainDate.compare(point.date, end) <= 0) from = middle + 1;
    else to = middle;
  }
  return points[from - 1] ?? null;
}
