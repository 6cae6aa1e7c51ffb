import { sql, type Kysely } from 'kysely';
import { sideSchema } from '../core/plan-types.ts';
import type { RecordedTrade } from '../ports/lot-store.ts';
import { decodeColumn, decodeDecimal, decodeInstant } from './columns.ts';
import { correctedFills } from './fills.ts';
import { newestTellings, toOutsideFill, type OutsideRow } from './outside-tellings.ts';
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
  const ours = rows.map((row) => {
    const where = `fill ${row.executionId}`;
    const trade = {
      symbol: row.symbol,
      side: decodeColumn(sideSchema, row.side, where),
      quantity: decodeDecimal(row.quantity, where),
      price: decodeDecimal(row.price, where),
      fees: decodeDecimal(row.fees, where),
      at: decodeInstant(row.at, where),
    };
    return { trade, place: row.number };
  });
  const { rows: outside } = await sql<OutsideRow>`
    ${newestTellings()} and first.account = ${account}
      and first.symbol in (select value from json_each(${list}))
    order by +first.at, first.number
  `.execute(database);
  if (outside.length === 0) return ours.map(({ trade }) => trade);
  // Those of one time are in the order in which they were recorded, as when lots were made one by one.
  const others = outside.map((row) => ({
    trade: { ...toOutsideFill(row), outside: true },
    place: row.afterFill + 0.5,
  }));
  return [...ours, ...others]
    .toSorted((a, b) => Temporal.Instant.compare(a.trade.at, b.trade.at) || a.place - b.place)
    .map(({ trade }) => trade);
}
