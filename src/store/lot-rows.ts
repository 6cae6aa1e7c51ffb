import { sql, type Kysely } from 'kysely';
import type { LotRecord, RecordedLot, RecordedSale } from '../core/compliance/lot-record.ts';
import { decimalColumn, instantColumn, optional } from './columns.ts';
import { basisColumns, lotColumns, saleColumns } from './lot-columns.ts';
import type { Tables } from './tables.ts';

/** Writes lots, sales and records, many at a time: each list is one JSON parameter of one statement. */

/** A record without its lots and sales. */
export type RecordFacts = Omit<LotRecord, 'lots' | 'sales'>;

/** A symbol was traded for the first time; its record has yet to be made. */
export async function insertUnmadeRecord(
  database: Kysely<Tables>,
  account: string,
  symbol: string,
): Promise<void> {
  await sql`insert into lot_records (account, symbol) values (${account}, ${symbol})`.execute(
    database,
  );
}

export async function saveRecords(
  database: Kysely<Tables>,
  account: string,
  records: readonly RecordFacts[],
): Promise<void> {
  if (records.length === 0) return;
  await sql`
    insert or replace into lot_records (account, symbol, method, held_quantity, held_cost, held_at,
      opening, opening_cost, opening_shares, bought, sold, trades, until)
    select ${account}, value ->> 'symbol', value ->> 'method', value ->> 'held_quantity',
      value ->> 'held_cost', value ->> 'held_at', value ->> 'opening', value ->> 'cost',
      value ->> 'shares', value ->> 'bought', value ->> 'sold', value ->> 'trades',
      value ->> 'until'
    from json_each(${JSON.stringify(records.map(recordColumns))})
  `.execute(database);
}

function recordColumns({ held, ...record }: RecordFacts) {
  return {
    symbol: record.symbol,
    method: record.method,
    held_quantity: optional(held, ({ quantity }) => decimalColumn(quantity)),
    held_cost: optional(held?.costBasis, decimalColumn),
    held_at: optional(held, ({ at }) => instantColumn(at)),
    opening: decimalColumn(record.opening),
    ...basisColumns(record.openingBasis),
    bought: decimalColumn(record.bought),
    sold: decimalColumn(record.sold),
    trades: record.trades,
    until: optional(record.until, instantColumn),
  };
}

/** Inserts lots; of one that is there already, what is left of it is written. */
export async function saveLots(
  database: Kysely<Tables>,
  account: string,
  lots: readonly RecordedLot[],
): Promise<void> {
  if (lots.length === 0) return;
  const rows = lots.map((lot) => ({ symbol: lot.symbol, ...lotColumns(lot) }));
  await sql`
    insert into lots (account, symbol, number, bought_on, quantity, cost, shares, cost_per_share,
      outside)
    select ${account}, value ->> 'symbol', value ->> 'number', value ->> 'bought_on',
      value ->> 'quantity', value ->> 'cost', value ->> 'shares', value ->> 'cost_per_share',
      value ->> 'outside'
    from json_each(${JSON.stringify(rows)}) where true
    on conflict (account, symbol, number) do update set quantity = excluded.quantity
  `.execute(database);
}

export async function deleteLot(
  database: Kysely<Tables>,
  account: string,
  symbol: string,
  number: number,
): Promise<void> {
  await sql`
    delete from lots where account = ${account} and symbol = ${symbol} and number = ${number}
  `.execute(database);
}

export async function insertSales(
  database: Kysely<Tables>,
  account: string,
  sales: readonly (RecordedSale & { readonly symbol: string })[],
): Promise<void> {
  if (sales.length === 0) return;
  const rows = sales.map((sale) => ({ symbol: sale.symbol, ...saleColumns(sale) }));
  await sql`
    insert into lot_sales (account, symbol, number, sold_on, quantity, proceeds, uncovered, parts,
      outside)
    select ${account}, value ->> 'symbol', value ->> 'number', value ->> 'sold_on',
      value ->> 'quantity', value ->> 'proceeds', value ->> 'uncovered', value ->> 'parts',
      value ->> 'outside'
    from json_each(${JSON.stringify(rows)})
  `.execute(database);
}
