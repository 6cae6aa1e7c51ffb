import type { OrderSettings } from '../../src/core/account.ts';
import { decimal, ZERO } from '../../src/core/decimal.ts';
import type { Decimal } from '../../src/core/decimal.ts';
import type { ExecutionState } from '../../src/core/execution.ts';
import type { ReleasedLeg } from '../../src/core/order-prices.ts';
import type { Fill, Order, OrderStatus } from '../../src/core/order.ts';
import type { Leg, Side } from '../../src/core/plan-types.ts';

export const NOW = Temporal.Instant.from('2026-11-20T19:02:00Z');

export function legOf(
  number: number,
  side: Side,
  quantity: Decimal,
  referencePrice: Decimal = decimal('100'),
): Leg {
  return {
    number,
    side,
    symbol: `S${number}`,
    quantity,
    referencePrice,
    notional: quantity.times(referencePrice),
    weightBefore: ZERO,
    weightAfter: ZERO,
    targetWeight: ZERO,
  };
}

/** An order as it is right after it was sent. */
export function orderOf({ leg, quantity, limitPrice }: ReleasedLeg): Order {
  return {
    intent: {
      clientOrderId: `evenkeel-k3f9xa-${leg.number}-1`,
      proposalId: 'k3f9xa',
      leg: leg.number,
      attempt: 1,
      account: 'core',
      side: leg.side,
      symbol: leg.symbol,
      quantity,
      orderType: limitPrice === null ? 'market' : 'limit',
      limitPrice,
      timeInForce: 'day',
      extendedHours: false,
      createdAt: NOW,
    },
    status: 'accepted',
    brokerOrderId: `1000${leg.number}`,
    filledQuantity: ZERO,
    averageFillPrice: null,
    reasonCode: null,
    reason: null,
    submittedAt: NOW,
    updatedAt: NOW,
  };
}

/** An execution that nothing stands against. */
export function stateOf(
  given: Pick<ExecutionState, 'legs' | 'cashAtStart' | 'cashBuffer'> & Partial<ExecutionState>,
): ExecutionState {
  return {
    orders: [],
    fills: [],
    funds: null,
    lots: new Map(),
    settings: LIMITS_50_BP,
    now: NOW,
    halted: false,
    cancelWorking: false,
    releaseUntil: NOW.add({ hours: 1 }),
    ...given,
  };
}

export const LIMITS_50_BP: OrderSettings = {
  orderType: 'limit',
  collarBasisPoints: decimal('50'),
  timeLimit: Temporal.Duration.from({ minutes: 5 }),
  extendedHours: false,
};

/** A leg at a reference price of $100 and what became of it, in a line. */
export interface Line {
  readonly side: Side;
  readonly quantity: string;
  /** Left out: not sent yet. */
  readonly status?: OrderStatus;
  /** Left out: all of it where it was filled, nothing otherwise. */
  readonly filled?: string;
  /** What it filled at; $100 where it is left out. */
  readonly at?: string;
  readonly fees?: string;
}

export const sale = (quantity: string, line: Partial<Line> = {}): Line => ({
  side: 'sell',
  quantity,
  status: 'filled',
  ...line,
});
export const buy = (quantity: string, line: Partial<Line> = {}): Line => ({
  side: 'buy',
  quantity,
  ...line,
});

/** The legs of these lines, with orders and fills. */
export function tradedSoFar(
  lines: readonly Line[],
): Pick<ExecutionState, 'legs' | 'orders' | 'fills'> {
  const legs = lines.map(({ side, quantity }, index) => legOf(index + 1, side, decimal(quantity)));
  const orders: Order[] = [];
  const fills: Pick<Fill, 'clientOrderId' | 'fees'>[] = [];
  for (const [index, leg] of legs.entries()) {
    const line = lines[index];
    if (line?.status === undefined) continue;
    const limitPrice = decimal(leg.side === 'buy' ? '100.5' : '99.5');
    const sent = orderOf({ leg, quantity: leg.quantity, limitPrice });
    const filledQuantity = decimal(line.filled ?? (line.status === 'filled' ? line.quantity : '0'));
    const averageFillPrice = filledQuantity.eq(ZERO) ? null : decimal(line.at ?? '100');
    orders.push({ ...sent, status: line.status, filledQuantity, averageFillPrice });
    if (averageFillPrice === null) continue;
    fills.push({ clientOrderId: sent.intent.clientOrderId, fees: decimal(line.fees ?? '0') });
  }
  return { legs, orders, fills };
}
