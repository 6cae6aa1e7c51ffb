import { sql, type Kysely, type Selectable } from 'kysely';
import { lotOf, replayTrades, sellFrom } from '../core/compliance/lot-record.ts';
import type { HeldThen, RecordedLot, RecordedSale, Trade } from '../core/compliance/lot-record.ts';
import { sum, ZERO } from '../core/decimal.ts';
import type { Fill } from '../core/order.ts';
import type { KeptRecord, LotWrites } from '../ports/lot-store.ts';
import { toKeptRecord } from './lot-records.ts';
import {
  deleteLot,
  insertSales,
  insertUnmadeRecord,
  saveLots,
  saveRecords,
  type RecordFacts,
} from './lot-rows.ts';
import { listLotsToSell } from './lots.ts';
import type { Tables } from './tables.ts';
import { listTrades } from './trades.ts';

/** Keeps the lots as the fills are: each change is part of the transaction that writes the fill. */

export function lotWrites(source: () => Kysely<Tables>): LotWrites {
  return {
    makeLotRecord: async (account, symbol, told) => {
      await makeRecord(source(), account, symbol, told);
    },
  };
}

/** A fill of ours or one that was made outside. */
type AddedFill = Fill & Pick<Trade, 'outside'>;

/** Adds fills that were just inserted, in the order in which they were. */
export async function addToLots(
  database: Kysely<Tables>,
  fills: readonly AddedFill[],
): Promise<void> {
  for (const [account, ofAccount] of Map.groupBy(fills, (fill) => fill.account)) {
    const bySymbol = Map.groupBy(ofAccount, (fill) => fill.symbol);
    const records = await findRecords(database, account, [...bySymbol.keys()]);
    const additions: Addition[] = [];
    for (const [symbol, trades] of bySymbol) {
      const record = records.get(symbol);
      if (record === undefined) await insertUnmadeRecord(database, account, symbol);
      if (record === undefined || record.made === null) continue;
      const { made } = record;
      if (isAnyLate(record, made.held, trades)) await makeRecord(database, account, symbol, made);
      else additions.push({ record: { ...record, ...made }, trades });
    }
    await addTrades(database, account, additions);
  }
}

/** Whether one was among what the book told, or before what was replayed already. */
function isAnyLate(
  { until }: Pick<KeptRecord, 'until'>,
  held: HeldThen,
  trades: readonly Trade[],
): boolean {
  let newest = until;
  return trades.some(({ at }) => {
    const isLate =
      Temporal.Instant.compare(at, held.at) <= 0 ||
      (newest !== null && Temporal.Instant.compare(at, newest) < 0);
    newest = at;
    return isLate;
  });
}

/** Brings the lots up to date with a fill that was corrected. */
export async function correctLots(
  database: Kysely<Tables>,
  { account, symbol }: Pick<Fill, 'account' | 'symbol'>,
): Promise<void> {
  const made = (await findRecord(database, account, symbol))?.made ?? null;
  if (made !== null) await makeRecord(database, account, symbol, made);
}

async function findRecord(
  database: Kysely<Tables>,
  account: string,
  symbol: string,
): Promise<KeptRecord | null> {
  return (await findRecords(database, account, [symbol])).get(symbol) ?? null;
}

async function findRecords(
  database: Kysely<Tables>,
  account: string,
  symbols: readonly string[],
): Promise<ReadonlyMap<string, KeptRecord>> {
  const { rows } = await sql<Selectable<Tables['lot_records']>>`
    select record.* from json_each(${JSON.stringify(symbols)}) as wanted
    cross join lot_records as record on record.account = ${account} and record.symbol = wanted.value
  `.execute(database);
  return new Map(rows.map((row) => [row.symbol, toKeptRecord(row)]));
}

/** Trades of one symbol that come after all that its record knows. */
interface Addition {
  readonly record: RecordFacts;
  readonly trades: readonly Trade[];
}

async function addTrades(
  database: Kysely<Tables>,
  account: string,
  additions: readonly Addition[],
): Promise<void> {
  if (additions.length === 0) return;
  const held = await lotsThatSellOut(database, account, additions);
  const changed: RecordedLot[] = [];
  const sales: (RecordedSale & { readonly symbol: string })[] = [];
  const records: RecordFacts[] = [];
  for (const { record, trades } of additions) {
    const { symbol, method } = record;
    const before = held.get(symbol) ?? [];
    const lots = [...before];
    let { bought, sold, trades: number, until } = record;
    for (const trade of trades) {
      number += 1;
      until = trade.at;
      if (trade.side === 'buy') {
        bought = bought.plus(trade.quantity);
        const lot = lotOf(symbol, number, trade);
        if (lot !== null) lots.push(lot);
        continue;
      }
      sold = sold.plus(trade.quantity);
      const sale = sellFrom(lots, method, number, trade)?.sale;
      if (sale !== undefined) sales.push({ ...sale, symbol });
    }
    const left = new Set(lots);
    const kept = new Set(lots.map((lot) => lot.number));
    changed.push(...left.difference(new Set(before)));
    for (const lot of before) {
      if (!kept.has(lot.number)) await deleteLot(database, account, symbol, lot.number);
    }
    records.push({ ...record, bought, sold, trades: number, until });
  }
  await saveLots(database, account, changed);
  await insertSales(database, account, sales);
  await saveRecords(database, account, records);
}

/** By symbol: lots enough for all that is sold of it. */
async function lotsThatSellOut(
  database: Kysely<Tables>,
  account: string,
  additions: readonly Addition[],
): Promise<ReadonlyMap<string, readonly RecordedLot[]>> {
  const found = new Map<string, readonly RecordedLot[]>();
  for (const [method, ofMethod] of Map.groupBy(additions, ({ record }) => record.method)) {
    const quantities = new Map(
      ofMethod.flatMap(({ record, trades }) => {
        const sold = trades.filter(({ side }) => side === 'sell');
        const quantity = sum(sold.map((trade) => trade.quantity));
        return quantity.gt(ZERO) ? [[record.symbol, quantity] as const] : [];
      }),
    );
    for (const [symbol, lots] of await listLotsToSell(database, account, method, quantities)) {
      found.set(symbol, lots);
    }
  }
  return found;
}

async function makeRecord(
  database: Kysely<Tables>,
  account: string,
  symbol: string,
  told: Parameters<LotWrites['makeLotRecord']>[2],
): Promise<void> {
  // What was never traded has no record, and no fills to look for.
  const isTraded = (await findRecord(database, account, symbol)) !== null;
  const trades = isTraded ? await listTrades(database, account, [symbol]) : [];
  const record = replayTrades(symbol, trades, told);
  for (const table of ['lots', 'lot_sales']) {
    await sql`
      delete from ${sql.table(table)} where account = ${account} and symbol = ${symbol}
    `.execute(database);
  }
  await saveLots(database, account, record.lots);
  await insertSales(
    database,
    account,
    record.sales.map((sale) => ({ ...sale, symbol })),
  );
  await saveRecords(database, account, [record]);
}
