import { CsvError, parse } from 'csv-parse/sync';
import { z } from 'zod';
import { decimal } from '../../core/decimal.ts';
import type { Decimal } from '../../core/decimal.ts';

/** One thing that is wrong with a file, for the person who has to mend it. */
export interface FileProblem {
  readonly file: string;
  /** 1 for the first line; null when it is about the file as a whole. */
  readonly line: number | null;
  /** What is wrong, a sentence. */
  readonly problem: string;
  /** What to do, a sentence. */
  readonly nextStep: string;
}

export interface CsvRow {
  /** The line on which the row begins; a quoted field may span several. */
  readonly line: number;
  /** Trimmed. */
  readonly cells: readonly string[];
}

export type CsvRows =
  | { readonly type: 'parsed'; readonly rows: readonly CsvRow[] }
  | { readonly type: 'refused'; readonly problems: readonly FileProblem[] };

/** What csv-parse hands over with `info`. */
const parsedRecordSchema = z.object({
  record: z.array(z.string()),
  info: z.object({ lines: z.int(), empty_lines: z.int() }),
});

/** More is not a price list or a list of positions, and would only be read to fill the memory. */
const MOST_CHARACTERS = 64 * 1024 * 1024;

/**
 * The rows of a CSV that are not empty: byte order mark, CRLF and quotes are taken care of, and rows
 * may differ in length. The delimiter is the one of comma, semicolon and tab that the file uses most.
 */
export function readCsvRows(text: string, file: string): CsvRows {
  if (text.length > MOST_CHARACTERS) {
    return refusedCsv(file, null, 'The file is too large.', 'Give a CSV of less than 64 MB.');
  }
  const rows: CsvRow[] = [];
  // Where the row before ended. csv-parse tells a row's last line and how many lines were empty.
  let before = { lines: 0, emptyLines: 0 };
  try {
    // One kind of line ending: csv-parse takes the file's first for all.
    parse(text.replaceAll(/\r\n?/g, '\n'), {
      bom: true,
      delimiter: delimiterOf(text),
      info: true,
      max_record_size: 1024 * 1024,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
      on_record: (parsed: unknown) => {
        const { record, info } = parsedRecordSchema.parse(parsed);
        const line = before.lines + 1 + (info.empty_lines - before.emptyLines);
        before = { lines: info.lines, emptyLines: info.empty_lines };
        if (record.some((cell) => cell !== '')) rows.push({ line, cells: record });
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return refusedCsv(
      file,
      firstLineOf(error, before),
      'The line is not valid CSV: a quote is opened or closed in the wrong place, or the line is too long.',
      'Mend the quotes of this line: a field with a comma or a quote in it stands in double quotes, a quote within it is doubled.',
    );
  }
  return { type: 'parsed', rows };
}

export function refusedCsv(
  file: string,
  line: number | null,
  problem: string,
  nextStep: string,
): { readonly type: 'refused'; readonly problems: readonly FileProblem[] } {
  return { type: 'refused', problems: [{ file, line, problem, nextStep }] };
}

function delimiterOf(text: string): string {
  const sample = text.slice(0, 64 * 1024);
  let best = ',';
  let most = 0;
  for (const candidate of [',', ';', '\t']) {
    const count = sample.split(candidate).length - 1;
    if (count > most) {
      best = candidate;
      most = count;
    }
  }
  return best;
}

/** Where the row began that could not be read: a quote left open runs on to the end of the file. */
function firstLineOf(
  error: CsvError,
  before: { readonly lines: number; readonly emptyLines: number },
): number | null {
  const parsed = parsedRecordSchema.shape.info.safeParse(error);
  return parsed.success ? before.lines + 1 + (parsed.data.empty_lines - before.emptyLines) : null;
}

/** `Cost Basis ($)` -> `costbasis`: how headers are compared. */
export function headerKey(text: string): string {
  return text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
}

/** How exporters write that there is no value. */
const NO_VALUE = new Set(['', '-', '--', '---', 'n/a', 'na', 'null', 'none', 'nan']);

export function isNoValue(text: string): boolean {
  return NO_VALUE.has(text.toLowerCase());
}

const AMOUNT = /^\d{1,15}(\.\d{1,12})?$|^\.\d{1,12}$/;
const GROUPED_AMOUNT = /^\d{1,3}(,\d{3}){1,4}(\.\d{1,12})?$/;

/**
 * An amount as people and brokers write it: `1234.5`, `$1,234.50`, `-3`, `(1,234.50)` for a negative,
 * `+2`. Null for everything else; a decimal comma (`1.234,50`) is not guessed at.
 */
export function readAmount(text: string): Decimal | null {
  let rest = text.trim();
  let negative = false;
  const parentheses = /^\((.*)\)$/s.exec(rest)?.[1];
  if (parentheses !== undefined) {
    negative = true;
    rest = parentheses.trim();
  }
  // The sign may stand before or after the currency: -$5, $-5.
  const signed = /^([+-]?)\s*(?:\$|USD\s?)?\s*([+-]?)(.*)$/s.exec(rest);
  if (signed === null) return null;
  const [, before = '', after = '', digits = ''] = signed;
  const sign = before + after;
  if (sign.length > 1 || (negative && sign !== '')) return null;
  if (sign === '-') negative = true;
  if (!AMOUNT.test(digits) && !GROUPED_AMOUNT.test(digits)) return null;
  const plain = digits.replaceAll(',', '');
  const value = decimal(plain.startsWith('.') ? `0${plain}` : plain);
  return negative ? value.neg() : value;
}

/** Shortens what a file said, to quote it in a sentence. */
export function quoted(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what must not be quoted.
  const oneLine = text.replaceAll(/[\u0000-\u001f\u007f]+/g, ' ');
  return oneLine.length > 40 ? `"${oneLine.slice(0, 40).toWellFormed()}..."` : `"${oneLine}"`;
}
