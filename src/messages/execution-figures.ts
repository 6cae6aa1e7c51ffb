import type { Decimal } from '../core/decimal.ts';
import { decimal, HUNDRED, sum, ZERO } from '../core/decimal.ts';
import type { Fill, Order, OrderStatus } from '../core/order.ts';
import type { Leg } from '../core/plan-types.ts';

const TEN_THOUSAND = decimal('10000');

/** What became of one leg so far, over all attempts. */
export interface LegFigures {
  readonly leg: Leg;
  /** Shares. */
  readonly filled: Decimal;
  readonly remaining: Decimal;
  /** What was paid or received, without fees. */
  readonly notional: Decimal;
  /** Null while nothing is filled. */
  readonly averagePrice: Decimal | null;
  /** Against the reference price, in account currency; positive is in our favour. */
  readonly slippage: Decimal;
  readonly state: LegState;
  /** The newest attempt; null while nothing was sent. */
  readonly order: Order | null;
}

type LegState =
  | 'waiting'
  | 'waiting_for_proceeds'
  | 'working'
  | 'partially_filled'
  | 'unknown'
  | 'filled'
  | 'ended';

/** What became of a plan so far. */
export interface ExecutionFigures {
  readonly legs: readonly LegFigures[];
  readonly filledLegs: number;
  readonly sells: { readonly filled: number; readonly count: number };
  readonly buys: { readonly filled: number; readonly count: number };
  /** What was traded, without fees. */
  readonly notional: Decimal;
  /** Whole percent of the planned notional, at reference prices, 0..100; rounded down. */
  readonly percent: number;
  /** Positive is in our favour: paid less, received more. */
  readonly slippage: Decimal;
  /** `slippage` in basis points of the filled notional at reference prices; zero while nothing is filled. */
  readonly slippageBasisPoints: Decimal;
  readonly fees: Decimal;
}

const ENDED: readonly OrderStatus[] = ['denied', 'canceled', 'rejected', 'expired'];

/** Whether an order may still fill at the broker. */
export function isWorking(order: Order): boolean {
  return order.status !== 'filled' && !ENDED.includes(order.status);
}

/** Adds up orders and fills of one proposal, leg by leg. */
export function executionFigures(
  legs: readonly Leg[],
  orders: readonly Order[],
  fills: readonly Fill[],
): ExecutionFigures {
  const fillsByOrder = Map.groupBy(fills, (fill) => fill.clientOrderId);
  const ordersByLeg = Map.groupBy(orders, (order) => order.intent.leg);
  const figures = legs.map((leg) =>
    legFigures(leg, ordersByLeg.get(leg.number) ?? [], fillsByOrder),
  );
  const sellsEnded = figures.every(
    (entry) => entry.leg.side === 'buy' || entry.state === 'filled' || entry.state === 'ended',
  );
  const told = figures.map((entry): LegFigures =>
    entry.state === 'waiting' && entry.leg.side === 'buy' && !sellsEnded
      ? { ...entry, state: 'waiting_for_proceeds' }
      : entry,
  );
  const atReference = sum(told.map((entry) => entry.filled.times(entry.leg.referencePrice)));
  const planned = sum(legs.map((leg) => leg.notional));
  const slippage = sum(told.map((entry) => entry.slippage));
  return {
    legs: told,
    filledLegs: countFilled(told),
    sells: countSide(told, 'sell'),
    buys: countSide(told, 'buy'),
    notional: sum(told.map((entry) => entry.notional)),
    percent: wholePercent(atReference, planned),
    slippage,
    slippageBasisPoints: atReference.eq(ZERO)
      ? ZERO
      : slippage.div(atReference).times(TEN_THOUSAND),
    fees: sum(fills.map((fill) => fill.fees)),
  };
}

function legFigures(
  leg: Leg,
  orders: readonly Order[],
  fillsByOrder: ReadonlyMap<string | null, readonly Fill[]>,
): LegFigures {
  const parts = orders.map((order) =>
    orderFigures(order, fillsByOrder.get(order.intent.clientOrderId) ?? []),
  );
  const filled = sum(parts.map((part) => part.filled));
  const notional = sum(parts.map((part) => part.notional));
  const atReference = filled.times(leg.referencePrice);
  const newest = orders.toSorted((a, b) => a.intent.attempt - b.intent.attempt).at(-1) ?? null;
  return {
    leg,
    filled,
    remaining: leg.quantity.gt(filled) ? leg.quantity.minus(filled) : ZERO,
    notional,
    averagePrice: filled.eq(ZERO) ? null : notional.div(filled),
    slippage: leg.side === 'sell' ? notional.minus(atReference) : atReference.minus(notional),
    state: legState(leg, filled, newest),
    order: newest,
  };
}

/** The fills tell most; while they lag behind the order's own count, that count and its average do. */
function orderFigures(
  order: Order,
  fills: readonly Fill[],
): { readonly filled: Decimal; readonly notional: Decimal } {
  const filled = sum(fills.map((fill) => fill.quantity));
  if (filled.gte(order.filledQuantity) || order.averageFillPrice === null) {
    return { filled, notional: sum(fills.map((fill) => fill.quantity.times(fill.price))) };
  }
  return {
    filled: order.filledQuantity,
    notional: order.filledQuantity.times(order.averageFillPrice),
  };
}

function legState(leg: Leg, filled: Decimal, order: Order | null): LegState {
  // An order that was cut to what the cash paid for is done when all of it filled.
  if (filled.gte(leg.quantity) || order?.status === 'filled') return 'filled';
  if (order === null || order.status === 'created') return 'waiting';
  if (ENDED.includes(order.status)) return 'ended';
  if (order.status === 'unknown') return 'unknown';
  return filled.gt(ZERO) ? 'partially_filled' : 'working';
}

function countFilled(legs: readonly LegFigures[]): number {
  return legs.filter((entry) => entry.state === 'filled').length;
}

function countSide(
  legs: readonly LegFigures[],
  side: Leg['side'],
): { readonly filled: number; readonly count: number } {
  const ofSide = legs.filter((entry) => entry.leg.side === side);
  return { filled: countFilled(ofSide), count: ofSide.length };
}

/** Rounded down, so that 100 means done. */
function wholePercent(part: Decimal, whole: Decimal): number {
  if (whole.eq(ZERO)) return 0;
  const percent = part.div(whole).times(HUNDRED).round(0, 0);
  return Number(percent.gt(HUNDRED) ? HUNDRED.toFixed(0) : percent.toFixed(0));
}
