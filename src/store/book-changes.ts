import type { BookChange } from '../core/agreed-book.ts';
import { sideSchema } from '../core/plan-types.ts';
import { decodeColumn, decodeDecimal } from './columns.ts';

/** An execution as it stands, beside what a book counts of it already. */
export interface BookChangeRow {
  readonly execution_id: string;
  readonly symbol: string;
  readonly side: string;
  readonly quantity: string;
  readonly price: string;
  readonly fees: string;
  readonly was_quantity: string | null;
  readonly was_price: string | null;
  readonly was_fees: string | null;
}

export function toBookChange(row: BookChangeRow): BookChange {
  const where = `fill ${row.execution_id}`;
  const figures = (quantity: string, price: string, fees: string) => ({
    quantity: decodeDecimal(quantity, where),
    price: decodeDecimal(price, where),
    fees: decodeDecimal(fees, where),
  });
  const { was_quantity: quantity, was_price: price, was_fees: fees } = row;
  return {
    symbol: row.symbol,
    side: decodeColumn(sideSchema, row.side, where),
    ...figures(row.quantity, row.price, row.fees),
    before:
      quantity === null || price === null || fees === null ? null : figures(quantity, price, fees),
  };
}
