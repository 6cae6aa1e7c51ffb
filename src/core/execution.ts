import type { OrderSettings } from './account.ts';
import { decimal, maximum, minimum, ONE, roundDownToLot, ZERO } from './decimal.ts';
import type { Decimal } from './decimal.ts';
import { isFinal } from './order-transition.ts';
import type { Order } from './order.ts';
import type { Leg } from './plan-types.ts';
import { earlier, isDue } from './time.ts';

/** Everything that decides what an execution does next. */
export interface ExecutionState {
  readonly legs: readonly Leg[];
  /** The latest order of each leg that has one. */
  readonly orders: readonly Order[];
  /** Cash that may be spent on buys before any sale has paid: cash at the start less the buffer. */
  readonly cashAtStart: Decimal;
  /** Fees of all fills so far. */
  readonly fees: Decimal;
  /**
   * What the broker says buys may cost now, asked after the sales; null where it was not asked. Brokers
   * free the proceeds of a sale with a delay: until `awaitedUntil` a buy waits for that.
   */
  readonly funds: { readonly buyingPower: Decimal; readonly awaitedUntil: Temporal.Instant } | null;
  readonly lots: ReadonlyMap<string, Decimal>;
  readonly settings: OrderSettings;
  readonly now: Temporal.Instant;
  /** Nothing new is sent while halted; working orders go on. */
  readonly halted: boolean;
  /** Whoever halted wants what works at the broker canceled. */
  readonly cancelWorking: boolean;
  /**
   * From here on nothing new is sent: the prices that were approved are too old. Only an execution that
   * was interrupted for long, by a stopped bot or a silent broker, gets here.
   */
  readonly releaseUntil: Temporal.Instant;
}

/** What to do now. All of them may be done; none depends on another of the same step. */
export interface ExecutionStep {
  /** Legs whose intents are committed and sent now. */
  readonly release: readonly ReleasedLeg[];
  /** Legs that cannot be sent at all any more, and why: a denial of ours. */
  readonly deny: readonly { readonly leg: Leg; readonly code: string; readonly reason: string }[];
  /** Orders that were committed and have certainly not been sent. */
  readonly submit: readonly Order[];
  /** The same, when they must not be sent any more, and why. */
  readonly withdraw: readonly {
    readonly order: Order;
    readonly code: string;
    readonly reason: string;
  }[];
  /** Orders of which it is not known whether the broker has them. */
  readonly lookUp: readonly Order[];
  /**
   * What becomes of such an order when the broker, asked several times, does not have it: it is sent
   * again under the same id, it waits for the halt to end, or it has lapsed.
   */
  readonly unanswered: 'send_again' | 'wait' | 'lapse';
  /** Orders that have worked for longer than the time limit, or that a halt wants canceled. */
  readonly cancel: readonly Order[];
  /** When to look again even though nothing happened; null when only an update can change anything. */
  readonly wakeAt: Temporal.Instant | null;
  readonly finished: boolean;
}

export interface ReleasedLeg {
  readonly leg: Leg;
  readonly quantity: Decimal;
  readonly limitPrice: Decimal | null;
}

const BASIS_POINT = decimal('0.0001');

/** How often the broker is asked whether the proceeds of the sales are free. */
const FUNDS_LOOK_INTERVAL = { seconds: 1 };

/**
 * Decides the next step of an execution. Pure: the same state always gives the same step, so an
 * execution that was interrupted continues as if nothing had happened.
 *
 * Sells go first and at once. A buy is released when the cash that is there pays for it; while sells
 * are still working it waits for their proceeds; once no sale can pay any more it is cut down to what
 * the cash pays for, or denied.
 */
export function decideExecution(state: ExecutionState): ExecutionStep {
  const byLeg = new Map(state.orders.map((order) => [order.intent.leg, order]));
  const unsent = state.orders.filter((order) => order.status === 'created');
  const stop = whyNothingNew(state);
  const submit = stop === null ? unsent : [];
  const withdraw = stop === null ? [] : unsent.map((order) => ({ order, ...stop }));
  const lookUp = state.orders.filter(
    (order) => order.status === 'unknown' || order.status === 'submitted',
  );
  const { cancel, wakeAt: overdueAt } = overdueOrders(state);

  let fundsAt: Temporal.Instant | null = null;
  const release: ReleasedLeg[] = [];
  const deny: { leg: Leg; code: string; reason: string }[] = [];
  const unreleased = state.legs.filter((leg) => !byLeg.has(leg.number));
  if (stop !== null) {
    for (const leg of unreleased) deny.push({ leg, ...stop });
  } else {
    const sells = unreleased.filter((leg) => leg.side === 'sell');
    for (const leg of sells) release.push(atFullQuantity(leg, state.settings));
    const buys = unreleased.filter((leg) => leg.side === 'buy');
    fundsAt = releaseBuys(state, buys, sells.length > 0, release, deny);
  }
  const finished =
    release.length === 0 &&
    deny.length === 0 &&
    state.legs.every((leg) => {
      const order = byLeg.get(leg.number);
      return order !== undefined && isFinal(order.status);
    });
  const unanswered = stop === null ? 'send_again' : stop.code === 'too_late' ? 'lapse' : 'wait';
  const wakeAt = earlier(overdueAt, fundsAt);
  return { release, deny, submit, withdraw, lookUp, unanswered, cancel, wakeAt, finished };
}

/**
 * Until when an execution sends anything new. Sells take one time limit at most, the buys a second
 * one, and buys that wait for cheaper fills a third.
 */
export function releaseUntil(
  startedAt: Temporal.Instant,
  settings: OrderSettings,
): Temporal.Instant {
  const { timeLimit } = settings;
  return startedAt.add(timeLimit).add(timeLimit).add(timeLimit);
}

function whyNothingNew(state: ExecutionState): { code: string; reason: string } | null {
  // Late comes first: what lapsed must not come back to life when the halt ends.
  if (state.halted && !isDue(state.now, state.releaseUntil)) {
    return { code: 'halted', reason: 'trading was halted before this order was sent' };
  }
  if (isDue(state.now, state.releaseUntil)) {
    return {
      code: 'too_late',
      reason: 'the execution was interrupted for so long that the approved prices are too old',
    };
  }
  return null;
}

/** @returns when to look again whether the broker has freed the proceeds; null when that is no question. */
function releaseBuys(
  state: ExecutionState,
  buys: readonly Leg[],
  sellsUnsent: boolean,
  release: ReleasedLeg[],
  deny: { leg: Leg; code: string; reason: string }[],
): Temporal.Instant | null {
  const cash = spendableCash(state);
  const { funds } = state;
  let available = funds === null ? cash : minimum(cash, funds.buyingPower);
  const sellsWorking =
    sellsUnsent ||
    state.orders.some((order) => order.intent.side === 'sell' && !isFinal(order.status));
  const buysWorking = state.orders.some(
    (order) => order.intent.side === 'buy' && !isFinal(order.status),
  );
  let released = false;
  for (const leg of buys) {
    const full = atFullQuantity(leg, state.settings);
    const cost = reservedCost(full.quantity, full.limitPrice, leg.referencePrice, state.settings);
    if (cost.lte(available)) {
      release.push(full);
      released = true;
      available = available.minus(cost);
      continue;
    }
    // More may come: from a sale, or from a working buy that fills below its limit.
    if (sellsWorking || buysWorking || released) return null;
    // Ours by the fills, and not yet free at the broker.
    const late = funds !== null && funds.buyingPower.lt(cash) && cost.lte(cash);
    if (late && !isDue(state.now, funds.awaitedUntil)) return state.now.add(FUNDS_LOOK_INTERVAL);
    const affordable = withinCash(leg, available, state);
    if (affordable === null) {
      deny.push({
        leg,
        code: 'insufficient_funds',
        reason: `needs ${cost.toFixed(2)} and ${maximum(available, ZERO).toFixed(2)} is there`,
      });
      continue;
    }
    release.push(affordable);
    return null;
  }
  return null;
}

/** Cash at the start, plus what sells brought, less what buys have spent and may still spend. */
function spendableCash(state: ExecutionState): Decimal {
  let cash = state.cashAtStart.minus(state.fees);
  for (const order of state.orders) {
    const traded = order.filledQuantity.times(order.averageFillPrice ?? ZERO);
    if (order.intent.side === 'sell') {
      cash = cash.plus(traded);
      continue;
    }
    cash = cash.minus(traded);
    if (isFinal(order.status)) continue;
    const leg = state.legs.find((candidate) => candidate.number === order.intent.leg);
    const reference = leg?.referencePrice ?? order.intent.limitPrice ?? ZERO;
    const open = order.intent.quantity.minus(order.filledQuantity);
    cash = cash.minus(reservedCost(open, order.intent.limitPrice, reference, state.settings));
  }
  return cash;
}

/** What a released buy may cost at most. */
export function costAtMost(
  { leg, quantity, limitPrice }: ReleasedLeg,
  settings: OrderSettings,
): Decimal {
  return reservedCost(quantity, limitPrice, leg.referencePrice, settings);
}

/** What an order may cost at most: at its limit, or for market orders at the collar's edge. */
function reservedCost(
  quantity: Decimal,
  limitPrice: Decimal | null,
  referencePrice: Decimal,
  settings: OrderSettings,
): Decimal {
  return quantity.times(limitPrice ?? collaredPrice('buy', referencePrice, settings));
}

function atFullQuantity(leg: Leg, settings: OrderSettings): ReleasedLeg {
  return {
    leg,
    quantity: leg.quantity,
    limitPrice:
      settings.orderType === 'limit' ? collaredPrice(leg.side, leg.referencePrice, settings) : null,
  };
}

/**
 * The last buys of a plan that invests everything cannot reserve the whole collar. First the limit
 * is lowered towards the reference price, then the quantity, so that the order can never cost more
 * than there is.
 */
function withinCash(leg: Leg, available: Decimal, state: ExecutionState): ReleasedLeg | null {
  if (available.lte(ZERO)) return null;
  const { settings } = state;
  const lot = state.lots.get(leg.symbol) ?? ONE;
  if (settings.orderType === 'limit') {
    const highest = roundToTick(available.div(leg.quantity), 'down');
    if (highest.gte(leg.referencePrice)) {
      const limitPrice = minimum(highest, collaredPrice('buy', leg.referencePrice, settings));
      return { leg, quantity: leg.quantity, limitPrice };
    }
  }
  const price = collaredPrice('buy', leg.referencePrice, settings);
  const quantity = minimum(roundDownToLot(available.div(price), lot), leg.quantity);
  if (quantity.lte(ZERO)) return null;
  return { leg, quantity, limitPrice: settings.orderType === 'limit' ? price : null };
}

/** The reference price moved by the collar: up for buys, down for sells, to the tick inside it. */
export function collaredPrice(
  side: 'buy' | 'sell',
  referencePrice: Decimal,
  settings: OrderSettings,
): Decimal {
  const share = settings.collarBasisPoints.times(BASIS_POINT);
  if (side === 'buy') {
    // A tick below the reference would refuse to trade at the very price that was approved.
    return maximum(
      roundToTick(referencePrice.times(ONE.plus(share)), 'down'),
      roundToTick(referencePrice, 'up'),
    );
  }
  return minimum(
    roundToTick(referencePrice.times(ONE.minus(share)), 'up'),
    roundToTick(referencePrice, 'down'),
  );
}

/** US equities: a cent from one dollar up, a hundredth of a cent below (SEC Rule 612). */
function roundToTick(price: Decimal, direction: 'up' | 'down'): Decimal {
  const places = price.gte(ONE) ? 2 : 4;
  return price.round(places, direction === 'down' ? 0 : 3);
}

function overdueOrders(state: ExecutionState): {
  cancel: Order[];
  wakeAt: Temporal.Instant | null;
} {
  const cancel: Order[] = [];
  let wakeAt: Temporal.Instant | null = null;
  for (const order of state.orders) {
    if (order.submittedAt === null || isFinal(order.status)) continue;
    const deadline = order.submittedAt.add(state.settings.timeLimit);
    const works = order.status === 'accepted' || order.status === 'partially_filled';
    if (state.cancelWorking || Temporal.Instant.compare(state.now, deadline) >= 0) {
      if (works) cancel.push(order);
    } else if (wakeAt === null || Temporal.Instant.compare(deadline, wakeAt) < 0) {
      wakeAt = deadline;
    }
  }
  return { cancel, wakeAt };
}
