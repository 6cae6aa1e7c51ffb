import { sql, type Kysely, type Selectable } from 'kysely';
import type { KeptRecord } from '../ports/lot-store.ts';
import { decodeDecimal, decodeInstant, optional } from './columns.ts';
import { toBasis } from './lot-columns.ts';
import type { Tables } from './tables.ts';

export async function listLotRecords(
  database: Kysely<Tables>,
  account: string,
): Promise<readonly KeptRecord[]> {
  const { rows } = await sql<Selectable<Tables['lot_records']>>`
    select * from lot_records where account = ${account} order by symbol
  `.execute(database);
  return rows.map(toKeptRecord);
}

export function toKeptRecord(row: Selectable<Tables['lot_records']>): KeptRecord {
  const where = `lots of ${row.symbol} in ${row.account}`;
  const { method, held_quantity: quantity, held_cost: cost, held_at: at } = row;
  return {
    symbol: row.symbol,
    made:
      method === null || quantity === null || at === null
        ? null
        : {
            method,
            held: {
              quantity: decodeDecimal(quantity, where),
              costBasis: optional(cost, (text) => decodeDecimal(text, where)),
              at: decodeInstant(at, where),
            },
          },
    opening: decodeDecimal(row.opening, where),
    openingBasis: toBasis(row.opening_cost, row.opening_shares, where),
    bought: decodeDecimal(row.bought, where),
    sold: decodeDecimal(row.sold, where),
    trades: row.trades,
    until: optional(row.until, (text) => decodeInstant(text, where)),
  };
}
