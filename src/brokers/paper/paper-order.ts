import { decimal, decimalFromInteger, maximum, ONE, roundDownToLot } from '../../core/decimal.ts';
import type { Decimal } from '../../core/decimal.ts';
import { isFinal } from '../../core/order-transition.ts';
import type { Side } from '../../core/plan-types.ts';
import type { BrokerOrder } from '../../ports/broker.ts';

/** An order as the exchange keeps it. */
export interface PaperOrder {
  readonly brokerOrderId: string;
  /** 1, 2, 3 ... within its account. */
  readonly number: number;
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly orderType: 'market' | 'limit';
  readonly limitPrice: Decimal | null;
  readonly quantity: Decimal;
  readonly status: BrokerOrder['status'];
  readonly reasonCode: string | null;
  readonly reason: string | null;
  readonly filledQuantity: Decimal;
  /** What the filled quantity cost or brought, without fees. */
  readonly filledNotional: Decimal;
  /** What a buy sets aside a share; null for sells. */
  readonly reservePrice: Decimal | null;
  /** How much of the quantity finds a counterparty: all of it, except in rehearsals. */
  readonly fillableQuantity: Decimal;
  /** In how many executions, how far apart. */
  readonly slices: number;
  readonly slicesFilled: number;
  readonly fillInterval: Temporal.Duration;
  /** Null while a limit order waits for its price, and when it is finished. */
  readonly nextFillAt: Temporal.Instant | null;
  readonly expiresAt: Temporal.Instant | null;
  readonly submittedAt: Temporal.Instant;
  readonly updatedAt: Temporal.Instant;
}

export function isWorking(order: PaperOrder): boolean {
  return !isFinal(order.status);
}

export function remainingQuantity(order: PaperOrder): Decimal {
  return order.quantity.minus(order.filledQuantity);
}

/** Brokers take at most nine decimal places (https://docs.alpaca.markets/docs/fractional-trading). */
export const QUANTITY_DECIMALS = 9;

/** The smallest part a quantity is divided into: whole shares, or the last decimal place it uses. */
function partOf(quantity: Decimal): Decimal {
  for (let places = 0; places < QUANTITY_DECIMALS; places += 1) {
    if (quantity.round(places).eq(quantity)) return places === 0 ? ONE : tenth(places);
  }
  return tenth(QUANTITY_DECIMALS);
}

function tenth(places: number): Decimal {
  return decimal(`0.${'0'.repeat(places - 1)}1`);
}

/** How many executions a quantity can have: as many as asked for, but none without a share. */
export function sliceCount(fillable: Decimal, wanted: number): number {
  const part = partOf(fillable);
  for (let count = wanted; count > 1; count -= 1) {
    if (decimalFromInteger(count).times(part).lte(fillable)) return count;
  }
  return fillable.gte(part) ? 1 : 0;
}

/** The quantity of an order's next execution: equal parts, and in the last one what is left. */
export function sliceQuantity(order: PaperOrder): Decimal {
  const { fillableQuantity, slices, slicesFilled } = order;
  const part = partOf(fillableQuantity);
  const each = roundDownToLot(fillableQuantity.div(decimalFromInteger(slices)), part);
  if (slicesFilled < slices - 1) return maximum(each, part);
  return fillableQuantity.minus(order.filledQuantity);
}

/** As the broker port tells it. */
export function toBrokerOrder(order: PaperOrder): BrokerOrder {
  const { filledQuantity, filledNotional } = order;
  return {
    brokerOrderId: order.brokerOrderId,
    clientOrderId: order.clientOrderId,
    symbol: order.symbol,
    side: order.side,
    quantity: order.quantity,
    filledQuantity,
    averageFillPrice: order.slicesFilled === 0 ? null : filledNotional.div(filledQuantity),
    status: order.status,
    reason: order.reason,
    submittedAt: order.submittedAt,
    updatedAt: order.updatedAt,
  };
}
