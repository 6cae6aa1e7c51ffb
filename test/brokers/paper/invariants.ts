import type { Kysely } from 'kysely';
import { expect } from 'vitest';
import type { PaperDatabase } from '../../../src/brokers/paper/index.ts';
import { decimal, sum, toText, ZERO } from '../../../src/core/decimal.ts';
import type { Decimal } from '../../../src/core/decimal.ts';

const TABLES = [
  'paper_market',
  'paper_accounts',
  'paper_positions',
  'paper_orders',
  'paper_fills',
] as const;

/** Every row of the exchange. */
export async function dump(database: Kysely<PaperDatabase>): Promise<Record<string, unknown>> {
  const tables: Record<string, unknown> = {};
  for (const table of TABLES) {
    const rows = await database.selectFrom(table).selectAll().execute();
    tables[table] = rows.map((row) => JSON.stringify(row)).toSorted();
  }
  return tables;
}

/**
 * The books balance: cash is what was put in and what fills brought, a position is what it began with
 * and what was traded, an order has filled what its fills say.
 */
export async function expectBalancedBooks(
  database: Kysely<PaperDatabase>,
  began: Readonly<Record<string, string>>,
): Promise<void> {
  const accounts = await database.selectFrom('paper_accounts').selectAll().execute();
  const positions = await database.selectFrom('paper_positions').selectAll().execute();
  const orders = await database.selectFrom('paper_orders').selectAll().orderBy('number').execute();
  const fills = await database.selectFrom('paper_fills').selectAll().execute();
  const orderOf = new Map(orders.map((order) => [order.broker_order_id, order]));

  const traded = new Map<string, Decimal>();
  const cash = accounts.map((account) => decimal(account.deposited));
  for (const fill of fills) {
    const order = orderOf.get(fill.broker_order_id);
    if (order === undefined) throw new Error(`fill ${fill.execution_id} has no order`);
    const bought = order.side === 'buy';
    const quantity = bought ? decimal(fill.quantity) : decimal(fill.quantity).neg();
    traded.set(order.symbol, (traded.get(order.symbol) ?? ZERO).plus(quantity));
    cash.push(quantity.neg().times(decimal(fill.price)).minus(decimal(fill.fees)));
  }
  expect(accounts.map((account) => account.cash)).toEqual([toText(sum(cash))]);

  const symbols = new Set([...Object.keys(began), ...traded.keys()]);
  const expected = [...symbols]
    .map((symbol) => {
      const quantity = decimal(began[symbol] ?? '0').plus(traded.get(symbol) ?? ZERO);
      return { symbol, quantity };
    })
    .filter(({ quantity }) => !quantity.eq(ZERO));
  expect(Object.fromEntries(positions.map((row) => [row.symbol, row.quantity]))).toEqual(
    Object.fromEntries(expected.map(({ symbol, quantity }) => [symbol, toText(quantity)])),
  );

  for (const order of orders) {
    const own = fills.filter((fill) => fill.broker_order_id === order.broker_order_id);
    expect(order.filled_quantity).toBe(toText(sum(own.map((fill) => decimal(fill.quantity)))));
    expect(order.slices_filled).toBe(own.length);
    expect(order.status === 'filled').toBe(order.filled_quantity === order.quantity);
  }
  expect(orders.map((order) => order.number)).toEqual(orders.map((_order, index) => index + 1));
  expect(accounts.map((account) => account.orders_taken)).toEqual([orders.length]);
}
