import { sql, type Kysely } from 'kysely';
import { sideSchema } from '../core/plan-types.ts';
import type { FillMark, RecordedTrade, TradeReads } from '../ports/trade-store.ts';
import { decodeColumn, decodeDecimal, decodeInstant } from './columns.ts';
import { correctedFills } from './fills.ts';
import type { Tables } from './tables.ts';

/** @param isCommitted whether no fill was written in the transaction that asks. */
export function tradeReads(source: () => Kysely<Tables>, isCommitted: () => boolean): TradeReads {
  return {
    readFillMark: async () => await readFillMark(source(), isCommitted),
    listTrades: async (filter) => await listTrades(source(), filter),
    listCorrectedSymbols: async (account, after) =>
      await listCorrectedSymbols(source(), account, after),
  };
}

async function readFillMark(
  database: Kysely<Tables>,
  isCommitted: () => boolean,
): Promise<FillMark> {
  const row = await database
    .selectNoFrom((query) => [
      query
        .selectFrom('fills')
        .select((fill) => fill.fn.max('number').as('newest'))
        .as('fills'),
      query
        .selectFrom('fill_corrections')
        .select((correction) => correction.fn.max('number').as('newest'))
        .as('corrections'),
    ])
    .executeTakeFirstOrThrow();
  return {
    fills: row.fills ?? 0,
    corrections: row.corrections ?? 0,
    isCommitted: isCommitted(),
  };
}

async function listTrades(
  database: Kysely<Tables>,
  filter: Parameters<TradeReads['listTrades']>[0],
): Promise<readonly RecordedTrade[]> {
  let query = correctedFills(database).where('fills.number', '<=', filter.through);
  if (filter.symbols !== undefined) {
    // One JSON parameter: the statement is the same for any number of symbols.
    const symbols = JSON.stringify(filter.symbols);
    query = query
      .where('fills.account', '=', filter.account)
      .where('fills.symbol', 'in', sql<string>`(select value from json_each(${symbols}))`);
  } else {
    // The plus keeps SQLite from going through all of the account: the newest numbers are few.
    query = query.where(sql`+fills.account`, '=', filter.account);
  }
  if (filter.after !== undefined) query = query.where('fills.number', '>', filter.after);
  const rows = await query.orderBy('fills.at').orderBy('fills.number').execute();
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

async function listCorrectedSymbols(
  database: Kysely<Tables>,
  account: string,
  after: number,
): Promise<readonly string[]> {
  const rows = await database
    .selectFrom('fill_corrections as correction')
    .innerJoin('fills', (join) =>
      join
        .onRef('fills.account', '=', 'correction.account')
        .onRef('fills.execution_id', '=', 'correction.execution_id'),
    )
    .select('fills.symbol')
    .distinct()
    .where('correction.number', '>', after)
    .where(sql`+correction.account`, '=', account)
    .execute();
  return rows.map((row) => row.symbol);
}
