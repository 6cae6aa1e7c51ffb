import { z } from 'zod';
import type { RecordedLot, RecordedSale } from '../core/compliance/lot-record.ts';
import { costPerShareText } from '../core/compliance/tax-lots.ts';
import type { Basis } from '../core/compliance/tax-lots.ts';
import {
  decimalColumn,
  decodeDecimal,
  decodeJsonColumn,
  decodePlainDate,
  optional,
} from './columns.ts';

/** How lots and their sales are kept in columns. */

/** A lot as JSON: there are many of them, and the names would be most of it. */
const lotTupleSchema = z.tuple([
  z.int(),
  z.string().nullable(),
  z.string(),
  z.string().nullable(),
  z.string().nullable(),
  // Left out of the parts of a sale.
  z.union([z.literal(0), z.literal(1)]).optional(),
]);
const lotTuplesSchema = z.array(lotTupleSchema);
type LotTuple = z.output<typeof lotTupleSchema>;

export interface LotColumns {
  readonly number: number;
  readonly bought_on: string | null;
  readonly quantity: string;
  readonly cost: string | null;
  readonly shares: string | null;
  /** 1: made outside Evenkeel. */
  readonly outside: number;
}

export interface SaleColumns {
  readonly number: number;
  readonly sold_on: string;
  readonly quantity: string;
  readonly proceeds: string;
  readonly uncovered: string;
  readonly parts: string;
  readonly outside: number;
}

export function lotColumns(lot: RecordedLot): LotColumns & { cost_per_share: string | null } {
  return {
    number: lot.number,
    bought_on: lot.boughtOn?.toString() ?? null,
    quantity: decimalColumn(lot.quantity),
    ...basisColumns(lot.basis),
    cost_per_share: optional(lot.basis, costPerShareText),
    outside: lot.outside === true ? 1 : 0,
  };
}

export function toLot(symbol: string, row: LotColumns): RecordedLot {
  const where = `lot ${row.number} of ${symbol}`;
  return {
    symbol,
    number: row.number,
    boughtOn: optional(row.bought_on, (text) => toDay(text, where)),
    quantity: decodeDecimal(row.quantity, where),
    basis: toBasis(row.cost, row.shares, where),
    ...originOf(row),
  };
}

function originOf({ outside }: Pick<LotColumns, 'outside'>): { readonly outside?: boolean } {
  return outside === 1 ? { outside: true } : {};
}

/** Lots from `[[number, bought_on, quantity, cost, shares, outside], ...]`. */
export function lotRows(text: string, where: string): readonly LotColumns[] {
  // Read by the thousand; the schema says the same, and what is wrong.
  const tuples = parsedTuples(text) ?? decodeJsonColumn(lotTuplesSchema, text, where);
  return tuples.map(([number, bought_on, quantity, cost, shares, outside = 0]) => ({
    number,
    bought_on,
    quantity,
    cost,
    shares,
    outside,
  }));
}

function parsedTuples(text: string): readonly LotTuple[] | null {
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) && parsed.every(isLotTuple) ? parsed : null;
  } catch {
    return null;
  }
}

function isLotTuple(value: unknown): value is LotTuple {
  if (!Array.isArray(value) || value.length < 5 || value.length > 6) return false;
  const [number, boughtOn, quantity, cost, shares, outside = 0]: readonly unknown[] = value;
  return (
    Number.isSafeInteger(number) &&
    isTextOrNull(boughtOn) &&
    typeof quantity === 'string' &&
    isTextOrNull(cost) &&
    isTextOrNull(shares) &&
    (outside === 0 || outside === 1)
  );
}

function isTextOrNull(value: unknown): boolean {
  return value === null || typeof value === 'string';
}

export function saleColumns(sale: RecordedSale): SaleColumns {
  return {
    number: sale.number,
    sold_on: sale.soldOn.toString(),
    quantity: decimalColumn(sale.quantity),
    proceeds: decimalColumn(sale.proceeds),
    uncovered: decimalColumn(sale.uncovered),
    outside: sale.outside === true ? 1 : 0,
    parts: JSON.stringify(
      sale.parts.map((part): LotTuple => {
        const { cost, shares } = basisColumns(part.basis);
        const boughtOn = part.boughtOn?.toString() ?? null;
        return [part.number, boughtOn, decimalColumn(part.quantity), cost, shares];
      }),
    ),
  };
}

export function toSale(symbol: string, row: SaleColumns): RecordedSale {
  const where = `sale ${row.number} of ${symbol}`;
  return {
    number: row.number,
    soldOn: toDay(row.sold_on, where),
    quantity: decodeDecimal(row.quantity, where),
    proceeds: decodeDecimal(row.proceeds, where),
    uncovered: decodeDecimal(row.uncovered, where),
    parts: lotRows(row.parts, where).map((part) => ({
      number: part.number,
      boughtOn: optional(part.bought_on, (text) => toDay(text, where)),
      quantity: decodeDecimal(part.quantity, where),
      basis: toBasis(part.cost, part.shares, where),
    })),
    ...originOf(row),
  };
}

export function basisColumns(basis: Basis | null): {
  readonly cost: string | null;
  readonly shares: string | null;
} {
  return basis === null
    ? { cost: null, shares: null }
    : { cost: decimalColumn(basis.cost), shares: decimalColumn(basis.shares) };
}

export function toBasis(cost: string | null, shares: string | null, where: string): Basis | null {
  if (cost === null || shares === null) return null;
  return { cost: decodeDecimal(cost, where), shares: decodeDecimal(shares, where) };
}

/** Many lots are of the same few days. */
const days = new Map<string, Temporal.PlainDate>();
const MOST_DAYS = 5000;

function toDay(text: string, where: string): Temporal.PlainDate {
  const known = days.get(text);
  if (known !== undefined) return known;
  if (days.size >= MOST_DAYS) days.clear();
  const day = decodePlainDate(text, where);
  days.set(text, day);
  return day;
}
