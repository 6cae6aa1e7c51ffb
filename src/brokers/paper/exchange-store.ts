import { sql, type Kysely } from 'kysely';
import { decimal, toText, ZERO } from '../../core/decimal.ts';
import type { Decimal } from '../../core/decimal.ts';
import type { Fill } from '../../core/order.ts';
import type { Position } from '../../core/portfolio.ts';
import type { Exchange, Outcome, PaperFill } from './exchange.ts';
import type { Holding } from './holding.ts';
import { type PaperOrder } from './paper-order.ts';
import { instantText, optionalText, toHolding, toOrder, toRow } from './rows.ts';
import type { PaperDatabase } from './tables.ts';

/** What the exchange keeps, read and written within the caller's transaction. */

type Database = Kysely<PaperDatabase>;

/** An account with the market it trades in. */
export interface AccountState {
  readonly account: string;
  readonly source: string;
  readonly month: Temporal.PlainYearMonth;
  /** The market's revision, and the one that the account's orders were last matched at. */
  readonly revision: number;
  readonly matchedRevision: number;
  readonly cash: Decimal;
  readonly deposited: Decimal;
  readonly ordersTaken: number;
}

export async function readAccount(
  database: Database,
  account: string,
): Promise<AccountState | null> {
  const row = await database
    .selectFrom('paper_accounts')
    .innerJoin('paper_market', 'paper_market.source', 'paper_accounts.source')
    .select([
      'paper_accounts.source',
      'month',
      'revision',
      'market_revision',
      'cash',
      'deposited',
      'orders_taken',
    ])
    .where('account', '=', account)
    .executeTakeFirst();
  if (row === undefined) return null;
  return {
    account,
    source: row.source,
    month: Temporal.PlainYearMonth.from(row.month),
    revision: row.revision,
    matchedRevision: row.market_revision,
    cash: decimal(row.cash),
    deposited: decimal(row.deposited),
    ordersTaken: row.orders_taken,
  };
}

export async function insertAccount(
  database: Database,
  state: AccountState,
  positions: readonly Position[],
  at: Temporal.Instant,
): Promise<void> {
  await database
    .insertInto('paper_accounts')
    .values({
      account: state.account,
      source: state.source,
      market_revision: state.matchedRevision,
      cash: toText(state.cash),
      deposited: toText(state.deposited),
      orders_taken: state.ordersTaken,
      opened_at: instantText(at),
    })
    .execute();
  for (const { symbol, quantity, costBasis } of positions) {
    await database
      .insertInto('paper_positions')
      .values({
        account: state.account,
        symbol,
        quantity: toText(quantity),
        cost_basis: optionalText(costBasis),
      })
      .execute();
  }
}

/** Writes what is different of the account's own row. */
export async function writeAccount(
  database: Database,
  before: AccountState,
  after: AccountState,
): Promise<void> {
  const changed =
    after.source !== before.source ||
    after.matchedRevision !== before.matchedRevision ||
    after.ordersTaken !== before.ordersTaken ||
    !after.cash.eq(before.cash) ||
    !after.deposited.eq(before.deposited);
  if (!changed) return;
  await database
    .updateTable('paper_accounts')
    .set({
      source: after.source,
      market_revision: after.matchedRevision,
      cash: toText(after.cash),
      deposited: toText(after.deposited),
      orders_taken: after.ordersTaken,
    })
    .where('account', '=', after.account)
    .execute();
}

/** The month of a source, making it known at `first` when it is new. */
export async function readMarket(
  database: Database,
  source: string,
  first: Temporal.PlainYearMonth,
): Promise<{ readonly month: Temporal.PlainYearMonth; readonly revision: number }> {
  await database
    .insertInto('paper_market')
    .values({ source, month: first.toString(), revision: 1 })
    .onConflict((conflict) => conflict.column('source').doNothing())
    .execute();
  const row = await database
    .selectFrom('paper_market')
    .select(['month', 'revision'])
    .where('source', '=', source)
    .executeTakeFirstOrThrow();
  return { month: Temporal.PlainYearMonth.from(row.month), revision: row.revision };
}

/** @returns the market's new revision. */
export async function writeMarket(
  database: Database,
  source: string,
  month: Temporal.PlainYearMonth,
): Promise<number> {
  const row = await database
    .updateTable('paper_market')
    .set({ month: month.toString(), revision: sql<number>`revision + 1` })
    .where('source', '=', source)
    .returning('revision')
    .executeTakeFirstOrThrow();
  return row.revision;
}

/** The book of an account: working orders, and the holdings of their symbols and of `symbols`. */
export async function readExchange(
  database: Database,
  { account, cash }: AccountState,
  symbols: readonly string[],
): Promise<Exchange> {
  const orders = await database
    .selectFrom('paper_orders')
    .selectAll()
    .where('account', '=', account)
    .where('status', 'in', ['accepted', 'partially_filled'])
    .orderBy('number')
    .execute();
  const working = orders.map(toOrder);
  const wanted = [...new Set([...working.map((order) => order.symbol), ...symbols])];
  const rows =
    wanted.length === 0
      ? []
      : await database
          .selectFrom('paper_positions')
          .select(['symbol', 'quantity', 'cost_basis'])
          .where('account', '=', account)
          // One parameter whatever their number: the statement stays the same.
          .where(sql<boolean>`symbol in (select value from json_each(${JSON.stringify(wanted)}))`)
          .execute();
  const holdings = new Map(rows.map((row): [string, Holding] => [row.symbol, toHolding(row)]));
  return { cash, holdings, working };
}

/** Writes the holdings that are different, and everything that happened. */
export async function writeExchange(
  database: Database,
  account: string,
  before: Exchange,
  { exchange: after, events }: Outcome,
): Promise<void> {
  for (const [symbol, holding] of after.holdings) {
    if (before.holdings.get(symbol) === holding) continue;
    await writeHolding(database, account, symbol, holding);
  }
  // An order's row holds its last state; what nobody is told of, such as the next fill, changes too.
  const changed = new Map<string, PaperOrder>();
  for (const event of events) {
    if (event.type === 'order') changed.set(event.order.brokerOrderId, event.order);
  }
  const known = new Set(before.working);
  for (const order of after.working) {
    if (!known.has(order)) changed.set(order.brokerOrderId, order);
  }
  for (const order of changed.values()) await writeOrder(database, account, order);
  for (const event of events) {
    if (event.type === 'fill') await insertFill(database, account, event.fill);
  }
}

export async function listPositions(
  database: Database,
  account: string,
): Promise<readonly Position[]> {
  const rows = await database
    .selectFrom('paper_positions')
    .select(['symbol', 'quantity', 'cost_basis'])
    .where('account', '=', account)
    .orderBy('symbol')
    .execute();
  return rows.map((row) => ({ symbol: row.symbol, ...toHolding(row) }));
}

export async function findOrderBy(
  database: Database,
  account: string,
  key: { readonly clientOrderId: string } | { readonly brokerOrderId: string },
): Promise<PaperOrder | null> {
  const orders = database.selectFrom('paper_orders').selectAll().where('account', '=', account);
  const row = await (
    'clientOrderId' in key
      ? orders.where('client_order_id', '=', key.clientOrderId)
      : orders.where('broker_order_id', '=', key.brokerOrderId)
  ).executeTakeFirst();
  return row === undefined ? null : toOrder(row);
}

export async function listOrdersSince(
  database: Database,
  account: string,
  since: Temporal.Instant,
): Promise<readonly PaperOrder[]> {
  const rows = await database
    .selectFrom('paper_orders')
    .selectAll()
    .where('account', '=', account)
    .where('updated_at', '>=', instantText(since))
    .orderBy('updated_at')
    .orderBy('number')
    .execute();
  return rows.map(toOrder);
}

export async function listFillsSince(
  database: Database,
  account: string,
  since: Temporal.Instant,
): Promise<readonly Fill[]> {
  const rows = await database
    .selectFrom('paper_fills')
    .innerJoin('paper_orders', 'paper_orders.broker_order_id', 'paper_fills.broker_order_id')
    .select([
      'execution_id',
      'client_order_id',
      'paper_fills.broker_order_id',
      'symbol',
      'side',
      'paper_fills.quantity',
      'price',
      'fees',
      'at',
    ])
    .where('paper_fills.account', '=', account)
    .where('at', '>=', instantText(since))
    .orderBy('at')
    .orderBy(sql`paper_fills.rowid`)
    .execute();
  return rows.map((row) => ({
    executionId: row.execution_id,
    clientOrderId: row.client_order_id,
    brokerOrderId: row.broker_order_id,
    account,
    symbol: row.symbol,
    side: row.side,
    quantity: decimal(row.quantity),
    price: decimal(row.price),
    fees: decimal(row.fees),
    at: Temporal.Instant.from(row.at),
  }));
}

async function writeHolding(
  database: Database,
  account: string,
  symbol: string,
  { quantity, costBasis }: Holding,
): Promise<void> {
  if (quantity.eq(ZERO)) {
    await database
      .deleteFrom('paper_positions')
      .where('account', '=', account)
      .where('symbol', '=', symbol)
      .execute();
    return;
  }
  const row = { quantity: toText(quantity), cost_basis: optionalText(costBasis) };
  await database
    .insertInto('paper_positions')
    .values({ account, symbol, ...row })
    .onConflict((conflict) => conflict.columns(['account', 'symbol']).doUpdateSet(row))
    .execute();
}

async function writeOrder(database: Database, account: string, order: PaperOrder): Promise<void> {
  const row = toRow(account, order);
  await database
    .insertInto('paper_orders')
    .values(row)
    .onConflict((conflict) =>
      conflict.column('broker_order_id').doUpdateSet({
        status: row.status,
        reason_code: row.reason_code,
        reason: row.reason,
        filled_quantity: row.filled_quantity,
        filled_notional: row.filled_notional,
        slices_filled: row.slices_filled,
        next_fill_at: row.next_fill_at,
        expires_at: row.expires_at,
        updated_at: row.updated_at,
      }),
    )
    .execute();
}

/** The primary key refuses the same execution twice, and the transaction with it. */
async function insertFill(database: Database, account: string, fill: PaperFill): Promise<void> {
  await database
    .insertInto('paper_fills')
    .values({
      execution_id: fill.executionId,
      broker_order_id: fill.order.brokerOrderId,
      account,
      quantity: toText(fill.quantity),
      price: toText(fill.price),
      fees: toText(fill.fees),
      at: instantText(fill.at),
    })
    .execute();
}
