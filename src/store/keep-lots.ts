import { sql, type Kysely, type Selectable } from 'kysely';
import { lotOf, replayTrades, sellFrom } from '../core/compliance/lot-record.ts';
import type { LotRecord, Trade } from '../core/compliance/lot-record.ts';
import { ZERO } from '../core/decimal.ts';
import type { Fill } from '../core/order.ts';
import type { KeptRecord, LotWrites } from '../ports/lot-store.ts';
import { decimalColumn, instantColumn, optional } from './columns.ts';
import { basisColumns, lotColumns, saleColumns } from './lot-columns.ts';
import { toKeptRecord } from './lot-records.ts';
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

/** Adds a fill that was just inserted, ours or one that was made outside. */
export async function addToLots(
  database: Kysely<Tables>,
  fill: Fill & Pick<Trade, 'outside'>,
): Promise<void> {
  const { account, symbol } = fill;
  const record = await findRecord(database, account, symbol);
  if (record === null) {
    await sql`insert into lot_records (account, symbol) values (${account}, ${symbol})`.execute(
      database,
    );
    return;
  }
  const { made } = record;
  if (made === null) return;
  const { held, method } = made;
  const isLate =
    Temporal.Instant.compare(fill.at, held.at) <= 0 ||
    (record.until !== null && Temporal.Instant.compare(fill.at, record.until) < 0);
  // It was among what the book told, or before what was replayed already.
  if (isLate) await makeRecord(database, account, symbol, made);
  else await addTrade(database, account, { ...record, method, held }, fill);
}

/** Brings the lots up to date with a fill that was corrected. */
export async function correctLots(
  database: Kysely<Tables>,
  { account, symbol }: Pick<Fill, 'account' | 'symbol'>,
): Promise<void> {
  const made = (await findRecord(database, account, symbol))?.made ?? null;
  if (made !== null) await makeRecord(database, account, symbol, made);
}

type RecordFacts = Omit<LotRecord, 'lots' | 'sales'>;

async function findRecord(
  database: Kysely<Tables>,
  account: string,
  symbol: string,
): Promise<KeptRecord | null> {
  const { rows } = await sql<Selectable<Tables['lot_records']>>`
    select * from lot_records where account = ${account} and symbol = ${symbol}
  `.execute(database);
  const [row] = rows;
  return row === undefined ? null : toKeptRecord(row);
}

async function addTrade(
  database: Kysely<Tables>,
  account: string,
  record: RecordFacts,
  trade: Trade,
): Promise<void> {
  const { symbol, method } = record;
  const number = record.trades + 1;
  const isBuy = trade.side === 'buy';
  if (isBuy) {
    const lot = lotOf(symbol, number, trade);
    if (lot !== null) await insertLots(database, account, symbol, [lot]);
  } else {
    const quantities = new Map([[symbol, trade.quantity]]);
    const lots = await listLotsToSell(database, account, method, quantities);
    const sold = sellFrom([...(lots.get(symbol) ?? [])], method, number, trade);
    if (sold !== null) {
      for (const { lot, quantity } of sold.taken) {
        const left = lot.quantity.minus(quantity);
        const one = sql`account = ${account} and symbol = ${symbol} and number = ${lot.number}`;
        await (
          left.gt(ZERO)
            ? sql`update lots set quantity = ${decimalColumn(left)} where ${one}`
            : sql`delete from lots where ${one}`
        ).execute(database);
      }
      await insertSales(database, account, symbol, [sold.sale]);
    }
  }
  await saveRecord(database, account, {
    ...record,
    bought: isBuy ? record.bought.plus(trade.quantity) : record.bought,
    sold: isBuy ? record.sold : record.sold.plus(trade.quantity),
    trades: number,
    until: trade.at,
  });
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
  await insertLots(database, account, symbol, record.lots);
  await insertSales(database, account, symbol, record.sales);
  await saveRecord(database, account, record);
}

async function saveRecord(
  database: Kysely<Tables>,
  account: string,
  { held, ...record }: RecordFacts,
): Promise<void> {
  const { cost, shares } = basisColumns(record.openingBasis);
  await sql`
    insert or replace into lot_records (account, symbol, method, held_quantity, held_cost, held_at,
      opening, opening_cost, opening_shares, bought, sold, trades, until)
    values (${account}, ${record.symbol}, ${record.method},
      ${optional(held, ({ quantity }) => decimalColumn(quantity))},
      ${optional(held?.costBasis, decimalColumn)},
      ${optional(held, ({ at }) => instantColumn(at))},
      ${decimalColumn(record.opening)}, ${cost}, ${shares}, ${decimalColumn(record.bought)},
      ${decimalColumn(record.sold)}, ${record.trades}, ${optional(record.until, instantColumn)})
  `.execute(database);
}

async function insertLots(
  database: Kysely<Tables>,
  account: string,
  symbol: string,
  lots: LotRecord['lots'],
): Promise<void> {
  if (lots.length === 0) return;
  // All of them in one JSON parameter: there may be hundreds.
  await sql`
    insert into lots (account, symbol, number, bought_on, quantity, cost, shares, cost_per_share,
      outside)
    select ${account}, ${symbol}, value ->> 'number', value ->> 'bought_on', value ->> 'quantity',
      value ->> 'cost', value ->> 'shares', value ->> 'cost_per_share', value ->> 'outside'
    from json_each(${JSON.stringify(lots.map(lotColumns))})
  `.execute(database);
}

async function insertSales(
  database: Kysely<Tables>,
  account: string,
  symbol: string,
  sales: LotRecord['sales'],
): Promise<void> {
  if (sales.length === 0) return;
  await sql`
    insert into lot_sales (account, symbol, number, sold_on, quantity, proceeds, uncovered, parts,
      outside)
    select ${account}, ${symbol}, value ->> 'number', value ->> 'sold_on', value ->> 'quantity',
      value ->> 'proceeds', value ->> 'uncovered', value ->> 'parts', value ->> 'outside'
    from json_each(${JSON.stringify(sales.map(saleColumns))})
  `.execute(database);
}
