import { sql, type Kysely } from 'kysely';
import { fillSchema, type Fill } from '../core/order.ts';
import { decimalColumn, decodeColumn, decodeInstant, instantColumn } from './columns.ts';
import type { Tables } from './tables.ts';

/** Every fill with what its newest correction made of it. */
export function correctedFills(database: Kysely<Tables>) {
  return database
    .selectFrom('fills')
    .leftJoin('fill_corrections as correction', (join) =>
      join
        .onRef('correction.account', '=', 'fills.account')
        .onRef('correction.execution_id', '=', 'fills.execution_id')
        .on('correction.revision', '=', (newest) =>
          newest
            .selectFrom('fill_corrections as other')
            .whereRef('other.account', '=', 'fills.account')
            .whereRef('other.execution_id', '=', 'fills.execution_id')
            .select((row) => row.fn.max('other.revision').as('revision')),
        ),
    )
    .select((row) => [
      'fills.number as number',
      'fills.account as account',
      'fills.execution_id as executionId',
      'fills.client_order_id as clientOrderId',
      'fills.broker_order_id as brokerOrderId',
      'fills.symbol as symbol',
      'fills.side as side',
      'fills.at as at',
      row.fn.coalesce('correction.revision', 'fills.revision').as('revision'),
      row.fn.coalesce('correction.quantity', 'fills.quantity').as('quantity'),
      row.fn.coalesce('correction.price', 'fills.price').as('price'),
      row.fn.coalesce('correction.fees', 'fills.fees').as('fees'),
    ]);
}

interface FillRow {
  readonly number: number;
  readonly executionId: string;
  readonly revision: number;
}

function toFill({ number: _number, revision, ...row }: FillRow): Fill {
  return decodeColumn(
    fillSchema,
    revision === 0 ? row : { ...row, revision },
    `fill ${row.executionId}`,
  );
}

export async function listFills(
  database: Kysely<Tables>,
  filter: {
    readonly account?: string;
    readonly symbols?: readonly string[];
    readonly proposalId?: string;
    readonly clientOrderId?: string;
    readonly since?: Temporal.Instant;
    readonly until?: Temporal.Instant;
  },
): Promise<readonly Fill[]> {
  const { proposalId } = filter;
  let query = correctedFills(database);
  if (filter.account !== undefined) query = query.where('fills.account', '=', filter.account);
  if (filter.symbols !== undefined) {
    // One JSON parameter: the statement is the same for any number of symbols.
    const symbols = JSON.stringify(filter.symbols);
    query = query.where(
      'fills.symbol',
      'in',
      sql<string>`(select value from json_each(${symbols}))`,
    );
  }
  if (filter.clientOrderId !== undefined) {
    query = query.where('fills.client_order_id', '=', filter.clientOrderId);
  }
  if (proposalId !== undefined) {
    query = query.where('fills.client_order_id', 'in', (orders) =>
      orders.selectFrom('orders').select('client_order_id').where('proposal_id', '=', proposalId),
    );
  }
  if (filter.since !== undefined) {
    query = query.where('fills.at', '>=', instantColumn(filter.since));
  }
  if (filter.until !== undefined) query = query.where('fills.at', '<', instantColumn(filter.until));
  const rows = await query.orderBy('fills.at').orderBy('fills.number').execute();
  return rows.map(toFill);
}

/** @returns false when it is there already. */
export async function insertFill(database: Kysely<Tables>, fill: Fill): Promise<boolean> {
  const { account, executionId, clientOrderId, brokerOrderId, symbol, side } = fill;
  const { numAffectedRows } = await sql`
    insert into fills (account, execution_id, client_order_id, broker_order_id, symbol, side,
      quantity, price, fees, at, revision)
    values (${account}, ${executionId}, ${clientOrderId}, ${brokerOrderId}, ${symbol}, ${side},
      ${decimalColumn(fill.quantity)}, ${decimalColumn(fill.price)}, ${decimalColumn(fill.fees)},
      ${instantColumn(fill.at)}, ${fill.revision ?? 0})
    on conflict (account, execution_id) do nothing
  `.execute(database);
  return numAffectedRows === 1n;
}

export async function correctFill(
  database: Kysely<Tables>,
  fill: Fill,
  at: Temporal.Instant,
): Promise<Fill | null> {
  const row = await correctedFills(database)
    .where('fills.account', '=', fill.account)
    .where('fills.execution_id', '=', fill.executionId)
    .executeTakeFirst();
  if (row === undefined) return null;
  const before = toFill(row);
  const revision = fill.revision ?? 0;
  const newer = revision > (before.revision ?? 0);
  const same =
    fill.quantity.eq(before.quantity) && fill.price.eq(before.price) && fill.fees.eq(before.fees);
  if (!newer || same) return null;
  await database
    .insertInto('fill_corrections')
    .values({
      account: fill.account,
      execution_id: fill.executionId,
      revision,
      quantity: decimalColumn(fill.quantity),
      price: decimalColumn(fill.price),
      fees: decimalColumn(fill.fees),
      recorded_at: instantColumn(at),
    })
    .execute();
  return before;
}

export async function lastTraded(
  database: Kysely<Tables>,
  account: string,
): Promise<readonly { symbol: string; at: Temporal.Instant }[]> {
  const rows = await database
    .selectFrom('fills')
    .select(['symbol', (fills) => fills.fn.max('at').as('at')])
    .where('account', '=', account)
    .groupBy('symbol')
    .orderBy('symbol')
    .execute();
  return rows.map(({ symbol, at }) => ({
    symbol,
    at: decodeInstant(at, `last fill of ${symbol}`),
  }));
}
