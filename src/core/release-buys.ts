import { afterRelease, buyingRoom, mayCost } from './buying-room.ts';
import type { BuyingRoom, MoneyState } from './buying-room.ts';
import { maximum, minimum, ONE, roundDownToLot, ZERO } from './decimal.ts';
import type { Decimal } from './decimal.ts';
import { atFullQuantity, collaredPrice, costAtMost, roundToTick } from './order-prices.ts';
import type { ReleasedLeg } from './order-prices.ts';
import { isFinal } from './order-transition.ts';
import type { Leg } from './plan-types.ts';
import { isDue } from './time.ts';

/** What decides which buys are sent now. */
export interface BuyingState extends MoneyState {
  /**
   * What the broker says buys may cost now, asked after the sales; null where it was not asked. Brokers
   * free the proceeds of a sale with a delay: until `awaitedUntil` a buy waits for that.
   */
  readonly funds: { readonly buyingPower: Decimal; readonly awaitedUntil: Temporal.Instant } | null;
  readonly lots: ReadonlyMap<string, Decimal>;
  readonly now: Temporal.Instant;
}

/** A leg that cannot be sent at all any more, and why. */
export interface Denial {
  readonly leg: Leg;
  readonly code: string;
  readonly reason: string;
}

/** How often the broker is asked whether the proceeds of the sales are free. */
const FUNDS_LOOK_INTERVAL = { seconds: 1 };

/**
 * Which buys are sent now. A buy is released when it is paid for: at its limit by the money above the cash
 * buffer; or at its reference price by the plan, and at its limit by all of the money, so that only what
 * prices and fees take beyond the plan can reach into the buffer. The broker's buying power must cover it,
 * too. Until then it waits for sales and for buys that fill below their limits; once nothing can pay any more
 * its limit is lowered, then its quantity, or it is denied.
 * @returns `lookAgainAt`: when to look again whether the broker has freed the proceeds; null when that is no
 *   question.
 */
export function releaseBuys(
  state: BuyingState,
  buys: readonly Leg[],
  { sellsUnsent }: { readonly sellsUnsent: boolean },
): {
  readonly release: readonly ReleasedLeg[];
  readonly deny: readonly Denial[];
  readonly lookAgainAt: Temporal.Instant | null;
} {
  const { funds, settings } = state;
  const release: ReleasedLeg[] = [];
  const deny: Denial[] = [];
  let room = buyingRoom(state);
  let power = funds?.buyingPower ?? null;
  const moreMayCome = sellsUnsent || state.orders.some(({ status }) => !isFinal(status));
  for (const leg of buys) {
    const full = atFullQuantity(leg, settings);
    const cost = costAtMost(full, settings);
    const isPaidFor = cost.lte(mayCost(room, leg, leg.quantity));
    if (isPaidFor && (power === null || cost.lte(power))) {
      release.push(full);
      room = afterRelease(room, full, cost);
      power = power?.minus(cost) ?? null;
      continue;
    }
    // From a sale, or from a buy that fills below its limit.
    if (moreMayCome || release.length > 0) break;
    // Ours by the fills, and not yet free at the broker.
    if (isPaidFor && funds !== null && !isDue(state.now, funds.awaitedUntil)) {
      return { release, deny, lookAgainAt: state.now.add(FUNDS_LOOK_INTERVAL) };
    }
    const affordable = withinMoney(leg, room, power, state);
    if (affordable !== null) {
      release.push(affordable);
      break;
    }
    const most = withinPower(mayCost(room, leg, leg.quantity), power);
    deny.push({
      leg,
      code: 'insufficient_funds',
      reason: `needs ${cost.toFixed(2)} and ${maximum(most, ZERO).toFixed(2)} is there`,
    });
  }
  return { release, deny, lookAgainAt: null };
}

/**
 * The last buys of a plan that invests everything cannot always reserve the whole collar. First the limit
 * is lowered towards the reference price, then the quantity, so that the order can never cost more
 * than there is.
 */
function withinMoney(
  leg: Leg,
  room: BuyingRoom,
  power: Decimal | null,
  { settings, lots }: BuyingState,
): ReleasedLeg | null {
  const isLimit = settings.orderType === 'limit';
  const collar = collaredPrice('buy', leg.referencePrice, settings);
  if (isLimit) {
    const most = withinPower(mayCost(room, leg, leg.quantity), power);
    const highest = roundToTick(most.div(leg.quantity), 'down');
    if (highest.gte(leg.referencePrice)) {
      return { leg, quantity: leg.quantity, limitPrice: minimum(highest, collar) };
    }
  }
  const lot = lots.get(leg.symbol) ?? ONE;
  const lotsFor = (amount: Decimal, price: Decimal): Decimal =>
    roundDownToLot(maximum(amount, ZERO).div(price), lot);
  const paidFor = (quantity: Decimal): Decimal =>
    minimum(lotsFor(withinPower(mayCost(room, leg, quantity), power), collar), quantity);
  // As much as the plan pays for may reach into the buffer; or all of it, where the money above pays for that.
  const planned = minimum(lotsFor(room.planned, leg.referencePrice), leg.quantity);
  const quantity = maximum(paidFor(planned), paidFor(leg.quantity));
  return quantity.lte(ZERO) ? null : { leg, quantity, limitPrice: isLimit ? collar : null };
}

function withinPower(amount: Decimal, power: Decimal | null): Decimal {
  return power === null ? amount : minimum(amount, power);
}
