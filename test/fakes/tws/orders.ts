import { ZERO } from '../../../src/core/decimal.ts';
import type { Decimal } from '../../../src/core/decimal.ts';
import type { Contract } from './contracts.ts';

/** OrderState.status of the protocol; `Untransmitted` is the gateway's own and never told. */
export type OrderStatus =
  | 'Untransmitted'
  | 'PendingSubmit'
  | 'PreSubmitted'
  | 'Submitted'
  | 'PendingCancel'
  | 'Cancelled'
  | 'Filled'
  | 'Inactive';

export interface FakeOrder {
  readonly permId: number;
  /** Placed by a person at the trading window, under client 0. */
  readonly manual: boolean;
  readonly clientId: number;
  /** The client's id, 0 when it has none; a manual order gets one when it is bound to client 0. */
  orderId: number;
  readonly account: string;
  readonly contract: Contract;
  readonly side: 'BUY' | 'SELL';
  quantity: Decimal;
  readonly orderType: 'LMT' | 'MKT';
  limitPrice: Decimal | null;
  readonly timeInForce: 'DAY' | 'GTC' | 'IOC';
  outsideRth: boolean;
  readonly orderRef: string;
  status: OrderStatus;
  filled: Decimal;
  averagePrice: Decimal;
  lastPrice: Decimal;
  readonly submittedAt: Temporal.Instant;
  updatedAt: Temporal.Instant;
  completedStatus: string;
}

export interface FakeExecution {
  /** Four parts; the last is .01, and .02 corrects it. */
  readonly executionId: string;
  readonly order: FakeOrder;
  readonly at: Temporal.Instant;
  readonly quantity: Decimal;
  readonly price: Decimal;
  readonly cumulative: Decimal;
  readonly averagePrice: Decimal;
  readonly commission: Decimal;
  readonly realized: Decimal | null;
}

export const isTerminal = (order: FakeOrder): boolean =>
  order.status === 'Cancelled' || order.status === 'Filled' || order.status === 'Inactive';

/** Whether the broker has it and it may still trade. */
export const isWorking = (order: FakeOrder): boolean =>
  order.status === 'PreSubmitted' ||
  order.status === 'Submitted' ||
  order.status === 'PendingSubmit' ||
  order.status === 'PendingCancel';

export const remaining = (order: FakeOrder): Decimal => order.quantity.minus(order.filled);

/** Where it would trade now; null when its limit is away from the market. */
export function marketablePrice(order: FakeOrder): Decimal | null {
  const price = order.side === 'BUY' ? order.contract.ask : order.contract.bid;
  if (!price.gt(ZERO)) return null;
  if (order.limitPrice === null) return price;
  const reached = order.side === 'BUY' ? price.lte(order.limitPrice) : price.gte(order.limitPrice);
  return reached ? price : null;
}
