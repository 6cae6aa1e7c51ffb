import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { FileProblem } from './csv-values.ts';
import { parsePositionsCsv, type ImportedPosition } from './positions-csv.ts';
import { parsePriceCsv } from './price-csv.ts';
import { createPriceHistory, type PriceHistory, type PricePoint } from './price-history.ts';
import { PaperSetupError } from './setup-error.ts';
import type { Decimal } from '../../core/decimal.ts';

/** Where prices come from; accounts with the same source see the same replayed market. */
export interface PriceSource {
  /** `builtin`, or the absolute path of a CSV. */
  readonly source: string;
  readonly history: PriceHistory;
}

const BUILTIN = 'builtin';
const BUILTIN_FILE = resolve(import.meta.dirname, 'monthly-closes.csv');

/** They are the same as long as the program runs. */
let builtinPrices: PriceSource | null = null;

/**
 * Reads where prices come from, for an account.
 * @param prices `builtin`, or the path of a CSV, relative to `directory`.
 * @throws PaperSetupError
 */
export type PriceReader = (
  account: string,
  prices: string,
  directory: string,
) => Promise<PriceSource>;

/**
 * Reads each source once and lends it to every account that names it: a history is as large as all the
 * rest of an account, and a thousand accounts trade in the same one.
 */
export function createPriceReader(): PriceReader {
  const known = new Map<string, Promise<PriceSource>>();
  return async (account, prices, directory) => {
    const key = prices === BUILTIN ? BUILTIN : resolve(directory, prices);
    const found = known.get(key);
    // A failure names its account, so that the next one reads and fails for itself.
    const lent = found === undefined ? null : await found.catch(() => null);
    if (lent !== null) return lent;
    const reading = readPrices(account, prices, directory);
    known.set(key, reading);
    return await reading;
  };
}

/**
 * @param prices `builtin`, or the path of a CSV, relative to `directory`.
 * @throws PaperSetupError
 */
export async function readPrices(
  account: string,
  prices: string,
  directory: string,
): Promise<PriceSource> {
  if (prices === BUILTIN) return (builtinPrices ??= await readBuiltinPrices(account));
  const path = resolve(directory, prices);
  return { source: path, history: createPriceHistory(await readPoints(account, path)) };
}

/** @throws PaperSetupError */
async function readBuiltinPrices(account: string): Promise<PriceSource> {
  const [first, ...others] = await readPoints(account, BUILTIN_FILE);
  return {
    source: BUILTIN,
    history: createPriceHistory([atMonthEnd(first), ...others.map(atMonthEnd)]),
  };
}

/** @throws PaperSetupError */
async function readPoints(
  account: string,
  path: string,
): Promise<readonly [PricePoint, ...(readonly PricePoint[])]> {
  const parsed = parsePriceCsv(await readText(account, path), path);
  if (parsed.type === 'refused') throw new PaperSetupError(account, parsed.problems);
  return parsed.points;
}

/** @throws PaperSetupError */
export async function readPositions(
  account: string,
  positionsFile: string,
  directory: string,
): Promise<{ readonly positions: readonly ImportedPosition[]; readonly cash: Decimal | null }> {
  const path = resolve(directory, positionsFile);
  const parsed = parsePositionsCsv(await readText(account, path), path);
  if (parsed.type === 'refused') throw new PaperSetupError(account, parsed.problems);
  return parsed;
}

/** The builtin file dates a month's close on the month's first day. */
function atMonthEnd(point: PricePoint): PricePoint {
  return { ...point, date: point.date.with({ day: point.date.daysInMonth }) };
}

async function readText(account: string, path: string): Promise<string> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new PaperSetupError(account, [unreadable(path, error)]);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // Decoding fails for one reason only, and the sentence names it.
    throw new PaperSetupError(account, [
      {
        file: path,
        line: null,
        problem: 'The file is not UTF-8 text.',
        nextStep: 'Save it as CSV (UTF-8).',
      },
    ]);
  }
}

function unreadable(path: string, error: unknown): FileProblem {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return {
    file: path,
    line: null,
    problem:
      code === 'ENOENT'
        ? 'There is no such file.'
        : `The file cannot be read (${error instanceof Error ? error.message : String(error)}).`,
    nextStep: 'Correct the path in the paper section of the account, or its permissions.',
  };
}
