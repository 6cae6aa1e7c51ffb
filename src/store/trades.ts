import { sql, type Kysely } from 'kysely';
import { sideSchema } from '../core/plan-types.ts';
import type { RecordedTrade } from '../ports/lot-store.ts';
import { decodeColumn, decodeDecimal, decodeInstant } from './columns.ts';
import { correctedFills } from './fills.ts';
import type { Tables } from './tables.ts';

export async function listTrades(
  database: Kysely<Tables>,
  account: string,
  symbols: readonly string[],
): Promise<readonly RecordedTrade[]> {
  if (symbols.length === 0) return [];
  // One JSON parameter: the statement is the same for any number of symbols.
  const list = JSON.stringify(symbols);
  const rows = await correctedFills(database)
    .where('fills.account', '=', account)
    .where('fills.symbol', 'in', sql<string>`(select value from json_each(${list}))`)
    // The plus keeps SQLite from going through all of the account in the order of its times.
    .orderBy(sql`+fills.at`)
    .orderBy('fills.number')
    .execute();
  return rows.map((row) => {
    const where = `fill ${row.executionId}`;
    return {
      symbol: row.symbol,
      side: decodeColumn(sideSchema, row.side, where),
      quantity: decodeDecimal(row.quantity, where),
      price: decodeDecimal(row.price, where),
      fees: decodeDecimal(row.fees, where),
      at: decodeInstant(row.at, where),
    };
  });
}
