import { sql, type Kysely, type Selectable } from 'kysely';
import type { Decimal } from '../core/decimal.ts';
import { isFinal } from '../core/order-transition.ts';
import {
  orderIntentSchema,
  orderStatusSchema,
  type Order,
  type OrderIntent,
  type OrderStatus,
} from '../core/order.ts';
import {
  decimalColumn,
  decodeColumn,
  decodeDecimal,
  decodeInstant,
  instantColumn,
  optional,
} from './columns.ts';
import type { Tables } from './tables.ts';

const OPEN_STATUSES = orderStatusSchema.options.filter((status) => !isFinal(status));

export async function findOrder(
  database: Kysely<Tables>,
  clientOrderId: string,
): Promise<Order | null> {
  const row = await database
    .selectFrom('orders')
    .selectAll()
    .where('client_order_id', '=', clientOrderId)
    .executeTakeFirst();
  return row === undefined ? null : toOrder(row);
}

/** The newest, should a broker ever use an id twice. */
export async function findOrderByBrokerId(
  database: Kysely<Tables>,
  account: string,
  brokerOrderId: string,
): Promise<Order | null> {
  const row = await database
    .selectFrom('orders')
    .selectAll()
    .where('account', '=', account)
    .where('broker_order_id', '=', brokerOrderId)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? null : toOrder(row);
}

export async function listOrders(
  database: Kysely<Tables>,
  filter: {
    readonly proposalId?: string;
    readonly clientOrderIds?: readonly string[];
    readonly account?: string;
    readonly statuses?: readonly OrderStatus[];
    readonly openOrUpdatedSince?: Temporal.Instant;
    readonly limit?: number;
  },
): Promise<readonly Order[]> {
  let query = database.selectFrom('orders').selectAll();
  if (filter.clientOrderIds !== undefined) {
    const ids = JSON.stringify(filter.clientOrderIds);
    query = query.where(
      'client_order_id',
      'in',
      sql<string>`(select value from json_each(${ids}))`,
    );
  }
  if (filter.proposalId !== undefined) query = query.where('proposal_id', '=', filter.proposalId);
  if (filter.account !== undefined) query = query.where('account', '=', filter.account);
  if (filter.statuses !== undefined) query = query.where('status', 'in', filter.statuses);
  const { openOrUpdatedSince } = filter;
  if (openOrUpdatedSince !== undefined) {
    query = query.where((where) =>
      where.or([
        where('updated_at', '>=', instantColumn(openOrUpdatedSince)),
        where('status', 'in', OPEN_STATUSES),
      ]),
    );
  }
  if (filter.limit !== undefined) query = query.limit(filter.limit);
  const direction = filter.proposalId === undefined ? 'desc' : 'asc';
  const rows = await query.orderBy('created_at', direction).orderBy('number', direction).execute();
  return rows.map(toOrder);
}

function toOrder(row: Selectable<Tables['orders']>): Order {
  const where = `order ${row.client_order_id}`;
  return {
    intent: decodeColumn(
      orderIntentSchema,
      {
        clientOrderId: row.client_order_id,
        proposalId: row.proposal_id,
        leg: row.leg,
        attempt: row.attempt,
        account: row.account,
        side: row.side,
        symbol: row.symbol,
        quantity: row.quantity,
        orderType: row.order_type,
        limitPrice: row.limit_price,
        timeInForce: row.time_in_force,
        extendedHours: row.extended_hours === 1,
        createdAt: row.created_at,
      },
      where,
    ),
    status: row.status,
    brokerOrderId: row.broker_order_id,
    filledQuantity: decodeDecimal(row.filled_quantity, where),
    averageFillPrice: optional(row.average_fill_price, (text) => decodeDecimal(text, where)),
    reasonCode: row.reason_code,
    reason: row.reason,
    submittedAt: optional(row.submitted_at, (text) => decodeInstant(text, where)),
    updatedAt: decodeInstant(row.updated_at, where),
  };
}

export async function insertOrder(
  database: Kysely<Tables>,
  intent: OrderIntent,
  status: 'created' | 'submitted' | 'denied',
  reason: { readonly code: string; readonly text: string } | null,
): Promise<void> {
  const createdAt = instantColumn(intent.createdAt);
  const submittedAt = status === 'submitted' ? createdAt : null;
  // As it is: this waits on the way to the broker, and a builder takes a multiple of the time.
  await sql`
    insert into orders (client_order_id, proposal_id, leg, attempt, account, side, symbol, quantity,
      order_type, limit_price, time_in_force, extended_hours, created_at, status, broker_order_id,
      filled_quantity, average_fill_price, reason_code, reason, submitted_at, updated_at)
    values (${intent.clientOrderId}, ${intent.proposalId}, ${intent.leg}, ${intent.attempt},
      ${intent.account}, ${intent.side}, ${intent.symbol}, ${decimalColumn(intent.quantity)},
      ${intent.orderType}, ${optional(intent.limitPrice, decimalColumn)}, ${intent.timeInForce},
      ${intent.extendedHours ? 1 : 0}, ${createdAt}, ${status}, null, '0', null,
      ${reason?.code ?? null}, ${reason?.text ?? null}, ${submittedAt}, ${createdAt})
  `.execute(database);
}

export async function updateOrder(
  database: Kysely<Tables>,
  clientOrderId: string,
  from: OrderStatus,
  change: {
    readonly status: OrderStatus;
    readonly brokerOrderId?: string | null;
    readonly filledQuantity?: Decimal;
    readonly averageFillPrice?: Decimal | null;
    readonly reasonCode?: string | null;
    readonly reason?: string | null;
    readonly submittedAt?: Temporal.Instant | null;
    readonly updatedAt: Temporal.Instant;
  },
): Promise<boolean> {
  const result = await database
    .updateTable('orders')
    .set({
      status: change.status,
      updated_at: instantColumn(change.updatedAt),
      ...(change.brokerOrderId !== undefined && { broker_order_id: change.brokerOrderId }),
      ...(change.filledQuantity !== undefined && {
        filled_quantity: decimalColumn(change.filledQuantity),
      }),
      ...(change.averageFillPrice !== undefined && {
        average_fill_price: optional(change.averageFillPrice, decimalColumn),
      }),
      ...(change.reasonCode !== undefined && { reason_code: change.reasonCode }),
      ...(change.reason !== undefined && { reason: change.reason }),
      ...(change.submittedAt !== undefined && {
        submitted_at: optional(change.submittedAt, instantColumn),
      }),
    })
    .where('client_order_id', '=', clientOrderId)
    .where('status', '=', from)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}
