import type { OrderSettings } from './account.ts';
import { maximum, minimum, ZERO } from './decimal.ts';
import type { Decimal } from './decimal.ts';
import { reservedCost } from './order-prices.ts';
import type { ReleasedLeg } from './order-prices.ts';
import { isFinal } from './order-transition.ts';
import type { Fill, Order } from './order.ts';
import type { Leg } from './plan-types.ts';

/** The money of an execution and what it has traded so far. */
export interface MoneyState {
  readonly legs: readonly Leg[];
  /** The latest order of each leg that has one. */
  readonly orders: readonly Order[];
  /** All fills so far. */
  readonly fills: readonly Pick<Fill, 'clientOrderId' | 'fees'>[];
  /** What buys may cost before any sale has paid: cash at the start less the buffer. */
  readonly cashAtStart: Decimal;
  /** The buffer that was taken off it: cash that no buy is planned with. */
  readonly cashBuffer: Decimal;
  readonly settings: OrderSettings;
}

/**
 * What is there for buys, counted in three ways. The buffer is never planned away: it is there for what
 * prices and fees take beyond the plan, within the collar that was approved.
 */
export interface BuyingRoom {
  /** As the plan counts: at reference prices, what sales have brought less what all buys cost. */
  readonly planned: Decimal;
  /** As money is: what sales have brought less fees and what buys have spent and may still spend. */
  readonly aboveBuffer: Decimal;
  /** The same with the buffer, less the fees to come of buys that work. */
  readonly withBuffer: Decimal;
  /**
   * Whether a limit may reach into the buffer. Market orders have none; and before anything has traded it
   * is not known what fees take.
   */
  readonly mayReachIntoBuffer: boolean;
  /** What an order costs in fees: the most that one of this execution has cost so far. */
  readonly feesOfAnOrder: Decimal;
}

export function buyingRoom(state: MoneyState): BuyingRoom {
  const { orders, settings } = state;
  const referencePrices = new Map(state.legs.map((leg) => [leg.number, leg.referencePrice]));
  const feesOfAnOrder = mostFeesOfAnOrder(state.fills);
  let planned = state.cashAtStart;
  let aboveBuffer = state.cashAtStart;
  let feesToCome = ZERO;
  for (const { intent, status, filledQuantity, averageFillPrice } of orders) {
    const reference = referencePrices.get(intent.leg) ?? intent.limitPrice ?? ZERO;
    const traded = filledQuantity.times(averageFillPrice ?? ZERO);
    if (intent.side === 'sell') {
      planned = planned.plus(filledQuantity.times(reference));
      aboveBuffer = aboveBuffer.plus(traded);
      continue;
    }
    const isOver = isFinal(status);
    planned = planned.minus((isOver ? filledQuantity : intent.quantity).times(reference));
    aboveBuffer = aboveBuffer.minus(traded);
    if (isOver) continue;
    const open = intent.quantity.minus(filledQuantity);
    aboveBuffer = aboveBuffer.minus(reservedCost(open, intent.limitPrice, reference, settings));
    feesToCome = feesToCome.plus(feesOfAnOrder);
  }
  for (const fill of state.fills) aboveBuffer = aboveBuffer.minus(fill.fees);
  return {
    planned,
    aboveBuffer,
    withBuffer: aboveBuffer.plus(state.cashBuffer).minus(feesToCome),
    mayReachIntoBuffer: settings.orderType === 'limit' && state.fills.length > 0,
    feesOfAnOrder,
  };
}

/**
 * What a buy may cost at most. Where the plan pays for it at the reference price, its limit may reach into
 * the buffer; otherwise it may not.
 */
export function mayCost(
  room: BuyingRoom,
  { referencePrice }: Pick<Leg, 'referencePrice'>,
  quantity: Decimal,
): Decimal {
  const money = room.withBuffer.minus(room.feesOfAnOrder);
  const isPlanned = quantity.times(referencePrice).lte(room.planned);
  return isPlanned && room.mayReachIntoBuffer ? money : minimum(money, room.aboveBuffer);
}

/** The room that is left once a buy is released that may cost so much. */
export function afterRelease(
  room: BuyingRoom,
  { leg, quantity }: ReleasedLeg,
  cost: Decimal,
): BuyingRoom {
  return {
    ...room,
    planned: room.planned.minus(quantity.times(leg.referencePrice)),
    aboveBuffer: room.aboveBuffer.minus(cost),
    withBuffer: room.withBuffer.minus(cost).minus(room.feesOfAnOrder),
  };
}

function mostFeesOfAnOrder(fills: MoneyState['fills']): Decimal {
  const byOrder = new Map<string | null, Decimal>();
  for (const { clientOrderId, fees } of fills) {
    byOrder.set(clientOrderId, (byOrder.get(clientOrderId) ?? ZERO).plus(fees));
  }
  return [...byOrder.values()].reduce(maximum, ZERO);
}
