import type { Insertable, Selectable } from 'kysely';
import { decimal, toText } from '../../core/decimal.ts';
import type { Decimal } from '../../core/decimal.ts';
import type { Holding } from './holding.ts';
import type { PaperOrder } from './paper-order.ts';
import type { PaperOrdersTable } from './tables.ts';

export function toHolding(row: {
  readonly quantity: string;
  readonly cost_basis: string | null;
}): Holding {
  return { quantity: decimal(row.quantity), costBasis: optional(row.cost_basis, decimal) };
}

export function toOrder(row: Selectable<PaperOrdersTable>): PaperOrder {
  return {
    brokerOrderId: row.broker_order_id,
    number: row.number,
    clientOrderId: row.client_order_id,
    symbol: row.symbol,
    side: row.side,
    orderType: row.order_type,
    limitPrice: optional(row.limit_price, decimal),
    quantity: decimal(row.quantity),
    status: row.status,
    reasonCode: row.reason_code,
    reason: row.reason,
    filledQuantity: decimal(row.filled_quantity),
    filledNotional: decimal(row.filled_notional),
    reservePrice: optional(row.reserve_price, decimal),
    fillableQuantity: decimal(row.fillable_quantity),
    slices: row.slices,
    slicesFilled: row.slices_filled,
    fillInterval: Temporal.Duration.from(row.fill_interval),
    nextFillAt: optional(row.next_fill_at, (text) => Temporal.Instant.from(text)),
    expiresAt: optional(row.expires_at, (text) => Temporal.Instant.from(text)),
    submittedAt: Temporal.Instant.from(row.submitted_at),
    updatedAt: Temporal.Instant.from(row.updated_at),
  };
}

export function toRow(account: string, order: PaperOrder): Insertable<PaperOrdersTable> {
  return {
    broker_order_id: order.brokerOrderId,
    account,
    number: order.number,
    client_order_id: order.clientOrderId,
    symbol: order.symbol,
    side: order.side,
    order_type: order.orderType,
    limit_price: optionalText(order.limitPrice),
    quantity: toText(order.quantity),
    status: order.status,
    reason_code: order.reasonCode,
    reason: order.reason,
    filled_quantity: toText(order.filledQuantity),
    filled_notional: toText(order.filledNotional),
    reserve_price: optionalText(order.reservePrice),
    fillable_quantity: toText(order.fillableQuantity),
    slices: order.slices,
    slices_filled: order.slicesFilled,
    fill_interval: order.fillInterval.toString(),
    next_fill_at: optional(order.nextFillAt, instantText),
    expires_at: optional(order.expiresAt, instantText),
    submitted_at: instantText(order.submittedAt),
    updated_at: instantText(order.updatedAt),
  };
}

/** Always 30 characters, so that text order is time order. */
export function instantText(instant: Temporal.Instant): string {
  return instant.toString({ fractionalSecondDigits: 9 });
}

function optional<T, U>(value: T | null, convert: (value: T) => U): U | null {
  return value === null ? null : convert(value);
}

export function optionalText(value: Decimal | null): string | null {
  return optional(value, toText);
}
