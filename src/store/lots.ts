import { sql, type Kysely } from 'kysely';
import { pastSale } from '../core/compliance/lot-record.ts';
import type { PastSale } from '../core/compliance/lot-record.ts';
import { lotOrder, openAfter } from '../core/compliance/tax-lots.ts';
import { ZERO } from '../core/decimal.ts';
import type { Decimal } from '../core/decimal.ts';
import type { TaxLotMethod } from '../core/guardrail-settings.ts';
import type { KeptLot, LotReads } from '../ports/lot-store.ts';
import { lotRows, toBasis, toLot, toSale } from './lot-columns.ts';
import type { LotColumns, SaleColumns } from './lot-columns.ts';
import { listLotRecords } from './lot-records.ts';
import type { Tables } from './tables.ts';
import { listTrades } from './trades.ts';

/** Statements as they are, and each list as one JSON parameter: none is built or prepared anew. */

/** So many lots of a symbol are read at first; most sales end within them. Then more, and so on. */
const FIRST_LOTS = { age: 8, cost: 24 } as const;
const MORE_LOTS = 10;

export function lotReads(source: () => Kysely<Tables>): LotReads {
  return {
    listLotRecords: async (account) => await listLotRecords(source(), account),
    listSymbolsWithoutLots: async (account, method, symbols) =>
      await listSymbolsWithoutLots(source(), account, method, symbols),
    listLotsToSell: async (account, method, quantities) =>
      await listLotsToSell(source(), account, method, quantities),
    listLotsSince: async (account, since, symbols) =>
      await listLotsSince(source(), account, since, symbols),
    listLotSalesSince: async (account, since, symbols) =>
      await listLotSalesSince(source(), account, since, symbols),
    listTrades: async (account, symbols) => await listTrades(source(), account, symbols),
  };
}

async function listSymbolsWithoutLots(
  database: Kysely<Tables>,
  account: string,
  method: TaxLotMethod,
  symbols: readonly string[],
): Promise<readonly string[]> {
  // Three ranges of the index, which mostly have nothing in them.
  const { rows } = await sql<{ symbol: string }>`
    select symbol from lot_records where account = ${account} and method is null
    union all
    select symbol from lot_records where account = ${account} and method < ${method}
    union all
    select symbol from lot_records where account = ${account} and method > ${method}
  `.execute(database);
  if (rows.length === 0) return [];
  const without = new Set(rows.map(({ symbol }) => symbol));
  return symbols.filter((symbol) => without.has(symbol));
}

export async function listLotsToSell(
  database: Kysely<Tables>,
  account: string,
  method: TaxLotMethod,
  quantities: ReadonlyMap<string, Decimal>,
): Promise<ReadonlyMap<string, readonly KeptLot[]>> {
  const found = new Map<string, readonly KeptLot[]>();
  let open = [...quantities.keys()];
  for (let most: number = FIRST_LOTS[lotOrder(method)]; open.length > 0; most *= MORE_LOTS) {
    const more: string[] = [];
    for (const { symbol, lots: text } of await firstLots(database, account, method, open, most)) {
      const rows = lotRows(text, `lots of ${symbol}`);
      const lots: KeptLot[] = [];
      let left = quantities.get(symbol) ?? ZERO;
      for (const row of rows) {
        if (left.lte(ZERO)) break;
        const lot = toLot(symbol, row);
        lots.push(lot);
        left = openAfter(lot, left, method);
      }
      if (rows.length < most || left.lte(ZERO)) {
        found.set(
          symbol,
          lots.toSorted((a, b) => a.number - b.number),
        );
      } else more.push(symbol);
    }
    open = more;
  }
  return found;
}

/** The first lots in the order of a method, of each symbol that has a record. */
async function firstLots(
  database: Kysely<Tables>,
  account: string,
  method: TaxLotMethod,
  symbols: readonly string[],
  most: number,
): Promise<readonly { readonly symbol: string; readonly lots: string }[]> {
  const order = {
    age: sql.raw('number'),
    cost: sql.raw('cost_per_share desc, number'),
  }[lotOrder(method)];
  const { rows } = await sql<{ symbol: string; lots: string }>`
    select record.symbol as symbol, (
      select json_group_array(json_array(number, bought_on, quantity, cost, shares, outside)) from (
        select number, bought_on, quantity, cost, shares, outside from lots
        where account = record.account and symbol = record.symbol
        order by ${order} limit ${most}
      )
    ) as lots
    from json_each(${JSON.stringify(symbols)}) as wanted
    cross join lot_records as record on record.account = ${account} and record.symbol = wanted.value
    where record.method = ${method}
  `.execute(database);
  return rows;
}

async function listLotsSince(
  database: Kysely<Tables>,
  account: string,
  since: Temporal.PlainDate,
  symbols: readonly string[],
): Promise<readonly KeptLot[]> {
  if (symbols.length === 0) return [];
  const { rows } = await sql<LotColumns & { symbol: string }>`
    select symbol, number, bought_on, quantity, cost, shares, outside from lots
    where account = ${account} and bought_on >= ${since.toString()}
      and +symbol in (select value from json_each(${JSON.stringify(symbols)}))
  `.execute(database);
  return rows.map((row) => toLot(row.symbol, row)).toSorted((a, b) => a.number - b.number);
}

async function listLotSalesSince(
  database: Kysely<Tables>,
  account: string,
  since: Temporal.PlainDate,
  symbols: readonly string[],
): Promise<readonly PastSale[]> {
  if (symbols.length === 0) return [];
  const { rows } = await sql<
    SaleColumns & {
      symbol: string;
      opening_cost: string | null;
      opening_shares: string | null;
    }
  >`
    select sale.symbol, sale.number, sale.sold_on, sale.quantity, sale.proceeds, sale.uncovered,
      sale.parts, sale.outside, record.opening_cost, record.opening_shares
    from lot_sales as sale
    join lot_records as record on record.account = sale.account and record.symbol = sale.symbol
    where sale.account = ${account} and sale.sold_on >= ${since.toString()}
      and +sale.symbol in (select value from json_each(${JSON.stringify(symbols)}))
  `.execute(database);
  return rows
    .toSorted((a, b) => a.number - b.number)
    .map((row) => {
      const where = `sales of ${row.symbol}`;
      const opening = toBasis(row.opening_cost, row.opening_shares, where);
      return pastSale(row.symbol, toSale(row.symbol, row), opening);
    });
}
