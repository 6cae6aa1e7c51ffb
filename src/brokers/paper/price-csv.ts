import { ZERO } from '../../core/decimal.ts';
import { symbolSchema } from '../../core/schemas.ts';
import {
  headerKey,
  quoted,
  readAmount,
  readCsvRows,
  refusedCsv,
  type CsvRow,
  type FileProblem,
} from './csv-values.ts';
import type { PricePoint } from './price-history.ts';

export type PriceCsv =
  | {
      readonly type: 'parsed';
      readonly points: readonly [PricePoint, ...(readonly PricePoint[])];
    }
  | { readonly type: 'refused'; readonly problems: readonly FileProblem[] };

/** Names of the columns as headerKey gives them, the preferred first. */
const COLUMNS = {
  date: ['date', 'day', 'month', 'tradedate', 'asof', 'timestamp', 'time'],
  symbol: ['symbol', 'ticker', 'tickersymbol'],
  close: ['close', 'closeprice', 'closingprice', 'closelast', 'price', 'last', 'adjclose'],
  volume: ['volume', 'vol', 'dailyvolume'],
} as const;

/**
 * A CSV of one's own prices with the columns date, symbol and close, in any order and among others. A
 * column `volume` is how many shares were traded that day; it may be empty.
 * Dates are `2026-11-20`, `2026-11` (the month's end) or, as US brokers write them, `11/20/2026`.
 * Never throws: every bad line is a problem, and with a problem nothing is taken.
 */
export function parsePriceCsv(text: string, file: string): PriceCsv {
  const csv = readCsvRows(text, file);
  if (csv.type === 'refused') return csv;
  const [header, ...rows] = csv.rows;
  if (header === undefined) {
    return refusedCsv(
      file,
      null,
      'The file is empty.',
      'Give a CSV with the columns date,symbol,close.',
    );
  }
  const columns = findColumns(header);
  if (columns === null) {
    return refusedCsv(
      file,
      header.line,
      'The first line does not name the columns date, symbol and close.',
      'Make the first line "date,symbol,close".',
    );
  }
  const problems: FileProblem[] = [];
  const points: PricePoint[] = [];
  const lineOf = new Map<string, number>();
  for (const row of rows) {
    const result = readPoint(row, columns);
    if ('problem' in result) {
      problems.push({ file, line: row.line, ...result });
      continue;
    }
    const key = `${result.date.toString()} ${result.symbol}`;
    const before = lineOf.get(key);
    if (before !== undefined) {
      problems.push({
        file,
        line: row.line,
        problem: `${result.symbol} has a close on ${result.date.toString()} already, in line ${before}.`,
        nextStep: 'Keep one of the two lines.',
      });
      continue;
    }
    lineOf.set(key, row.line);
    points.push(result);
  }
  if (problems.length > 0) return { type: 'refused', problems };
  const [first, ...others] = points;
  if (first === undefined) {
    return refusedCsv(
      file,
      header.line,
      'There are no prices after the first line.',
      'Add a line such as 2026-11-20,AAPL,223.10 for every symbol.',
    );
  }
  return { type: 'parsed', points: [first, ...others] };
}

interface Columns {
  readonly date: number;
  readonly symbol: number;
  readonly close: number;
  /** -1 when there is none. */
  readonly volume: number;
}

function findColumns(header: CsvRow): Columns | null {
  const keys = header.cells.map(headerKey);
  const find = (names: readonly string[]): number =>
    names.map((name) => keys.indexOf(name)).find((index) => index >= 0) ?? -1;
  const columns = {
    date: find(COLUMNS.date),
    symbol: find(COLUMNS.symbol),
    close: find(COLUMNS.close),
  };
  if (Object.values(columns).includes(-1)) return null;
  return { ...columns, volume: find(COLUMNS.volume) };
}

function readPoint(
  { cells }: CsvRow,
  columns: Columns,
): PricePoint | { readonly problem: string; readonly nextStep: string } {
  const dateText = cells[columns.date] ?? '';
  const symbolText = cells[columns.symbol] ?? '';
  const closeText = cells[columns.close] ?? '';
  const date = readDate(dateText);
  if (date === null) {
    return {
      problem: `${quoted(dateText)} is not a date.`,
      nextStep: 'Write the day as 2026-11-20, in a year from 1999 to 2100.',
    };
  }
  const symbol = symbolSchema.safeParse(symbolText.toUpperCase());
  if (!symbol.success) {
    return {
      problem: `${quoted(symbolText)} is not a symbol.`,
      nextStep: 'Write a symbol such as AAPL or BRK.B, at most 24 characters.',
    };
  }
  const close = readAmount(closeText);
  if (close === null) {
    return {
      problem: `${quoted(closeText)} is not a price.`,
      nextStep: 'Write the close with a decimal point, such as 223.10 or "1,234.50".',
    };
  }
  if (close.lte(ZERO)) {
    return {
      problem: `The close of ${symbol.data} is ${quoted(closeText)}; a price is above zero.`,
      nextStep: 'Write the right close, or remove the line.',
    };
  }
  const volumeText = (cells[columns.volume] ?? '').trim();
  const hasVolume = !NO_VOLUME.test(volumeText);
  const volume = hasVolume ? readAmount(volumeText) : null;
  if (hasVolume && (volume === null || volume.lt(ZERO))) {
    return {
      problem: `${quoted(volumeText)} is not a volume.`,
      nextStep: 'Write how many shares were traded that day, such as 1250000, or leave it empty.',
    };
  }
  return { date, symbol: symbol.data, close, volume };
}

/** How files write that they do not know it. */
const NO_VOLUME = /^(?:|-+|n\/?a|null)$/i;

const ISO_DAY = /^(\d{4})-(\d{2})-(\d{2})(?:[T ].*)?$/s;
const ISO_MONTH = /^(\d{4})-(\d{2})$/;
const US_DAY = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/;

/** The market calendar begins in 1998; the session before a price must be in it. */
const FIRST_YEAR = 1999;
const LAST_YEAR = 2100;

function readDate(text: string): Temporal.PlainDate | null {
  const iso = ISO_DAY.exec(text);
  if (iso !== null) return dateOf(iso[1], iso[2], iso[3]);
  const month = ISO_MONTH.exec(text);
  if (month !== null) {
    const first = dateOf(month[1], month[2], '1');
    return first === null ? null : first.with({ day: first.daysInMonth });
  }
  const us = US_DAY.exec(text);
  return us === null ? null : dateOf(us[3], us[1], us[2]);
}

function dateOf(
  year: string | undefined,
  month: string | undefined,
  day: string | undefined,
): Temporal.PlainDate | null {
  const fields = { year: Number(year), month: Number(month), day: Number(day) };
  if (fields.year < FIRST_YEAR || fields.year > LAST_YEAR) return null;
  if (fields.month < 1 || fields.month > 12 || fields.day < 1) return null;
  const daysInMonth = Temporal.PlainYearMonth.from({
    year: fields.year,
    month: fields.month,
  }).daysInMonth;
  return fields.day > daysInMonth ? null : Temporal.PlainDate.from(fields);
}
