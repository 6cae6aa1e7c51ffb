import type { Decimal } from './decimal.ts';
import { sum, ZERO } from './decimal.ts';
import { formatQuantity } from './format.ts';
import type { Fill, Order, OrderStatus } from './order.ts';
import type { Leg, Side } from './plan-types.ts';

/** An order as the broker tells it, as far as it is compared. */
export interface ToldOrder {
  readonly brokerOrderId: string;
  readonly clientOrderId: string | null;
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: Decimal;
  readonly filledQuantity: Decimal;
  readonly status: OrderStatus;
  readonly submittedAt: Temporal.Instant;
}

/** A leg of a plan, from what was approved to what was recorded. Quantities are shares. */
export interface LegComparison {
  readonly leg: Leg;
  /** What was committed to be sent; null when nothing was. */
  readonly ordered: Decimal | null;
  readonly status: OrderStatus | null;
  /** What the broker counts as filled; null when it does not list the order. */
  readonly filledAtBroker: Decimal | null;
  /** What our fills add up to. */
  readonly recorded: Decimal;
  /** What does not agree; null when all does. */
  readonly difference: Difference | null;
}

export interface Difference {
  /** The same as long as the difference is the same. */
  readonly key: string;
  /** `BUY IBM 61: 61 filled at the broker, 20 recorded`. */
  readonly words: string;
}

/** The form of a clientOrderId of ours: see deriveClientOrderId. */
const OUR_CLIENT_ORDER_ID = /^ek-[0-9a-z]{6}-\d+-\d+-[0-9a-f]{16}$/u;

/** Compares the legs of a plan with their orders, the broker's list and our fills. */
export function compareLegs(facts: {
  readonly legs: readonly Leg[];
  readonly orders: readonly Order[];
  readonly told: readonly ToldOrder[];
  readonly fills: readonly Fill[];
}): readonly LegComparison[] {
  return facts.legs.map((leg) => {
    const order = facts.orders
      .filter((candidate) => candidate.intent.leg === leg.number)
      .toSorted((a, b) => b.intent.attempt - a.intent.attempt)[0];
    if (order === undefined) {
      return {
        leg,
        ordered: null,
        status: null,
        filledAtBroker: null,
        recorded: ZERO,
        difference: null,
      };
    }
    const recorded = recordedOf(order, facts.fills);
    const told = toldOf(order, facts.told);
    const over = order.intent.quantity.gt(leg.quantity)
      ? difference(order, 'approved', `${formatQuantity(leg.quantity)} approved`)
      : null;
    return {
      leg,
      ordered: order.status === 'denied' ? null : order.intent.quantity,
      status: order.status,
      filledAtBroker: told?.filledQuantity ?? null,
      recorded,
      difference: over ?? differenceOf(order, told, recorded),
    };
  });
}

/** What the broker and the record do not agree on, over all of these orders of ours. */
export function findDifferences(facts: {
  readonly orders: readonly Order[];
  readonly told: readonly ToldOrder[];
  readonly fills: readonly Fill[];
}): readonly Difference[] {
  return facts.orders
    .map((order) => differenceOf(order, toldOf(order, facts.told), recordedOf(order, facts.fills)))
    .filter((found) => found !== null);
}

function differenceOf(
  order: Order,
  told: ToldOrder | undefined,
  recorded: Decimal,
): Difference | null {
  const { intent, status } = order;
  // What was not sent cannot be there, and what was not answered is asked about elsewhere.
  if (['created', 'denied', 'submitted', 'unknown'].includes(status)) return null;
  if (!order.filledQuantity.eq(recorded)) {
    const words = `${formatQuantity(order.filledQuantity)} filled by the order, ${formatQuantity(recorded)} by its fills`;
    return difference(order, `record:${recorded.toFixed()}`, words);
  }
  if (told === undefined) {
    return works(status)
      ? difference(order, 'missing', 'not at the broker, though it works for us')
      : null;
  }
  const sameTerms =
    told.symbol === intent.symbol && told.side === intent.side && told.quantity.eq(intent.quantity);
  if (!sameTerms) {
    const words = `at the broker it is ${told.side.toUpperCase()} ${told.symbol} ${formatQuantity(told.quantity)}`;
    return difference(order, 'terms', words);
  }
  if (told.filledQuantity.eq(recorded)) return null;
  const words = `${formatQuantity(told.filledQuantity)} filled at the broker, ${formatQuantity(recorded)} recorded`;
  return difference(order, `filled:${told.filledQuantity.toFixed()}:${recorded.toFixed()}`, words);
}

function difference({ intent }: Order, kind: string, words: string): Difference {
  return {
    key: `${intent.clientOrderId}:${kind}`,
    words: `${intent.side.toUpperCase()} ${intent.symbol} ${formatQuantity(intent.quantity)}: ${words}`,
  };
}

/**
 * Orders at the broker that nobody approved here. One that can be the order whose answer is still awaited
 * is not counted: it is being looked up.
 * @param orders every order of ours that the broker's list may mean.
 * @param since what ended before is history, from before anybody watched.
 * @returns `unrecorded` are of our making by their id, and yet not in the record; `foreign` are not.
 */
export function findForeignOrders(facts: {
  readonly orders: readonly Order[];
  readonly told: readonly ToldOrder[];
  readonly since: Temporal.Instant;
}): { readonly foreign: readonly ToldOrder[]; readonly unrecorded: readonly ToldOrder[] } {
  const { orders, told } = facts;
  // Some brokers (Schwab) date orders by whole seconds: one of that second may have come after it.
  const since = facts.since.round({ smallestUnit: 'second', roundingMode: 'floor' });
  const ids = new Set(orders.map((order) => order.intent.clientOrderId));
  const theirIds = new Set(orders.map((order) => order.brokerOrderId));
  const awaited = orders.filter(({ status }) => status === 'submitted' || status === 'unknown');
  const others = told.filter(
    (order) =>
      !theirIds.has(order.brokerOrderId) &&
      (order.clientOrderId === null || !ids.has(order.clientOrderId)) &&
      !awaited.some((own) => canBe(own, order)) &&
      (works(order.status) || Temporal.Instant.compare(order.submittedAt, since) >= 0),
  );
  const isOurs = ({ clientOrderId }: ToldOrder) =>
    clientOrderId !== null && OUR_CLIENT_ORDER_ID.test(clientOrderId);
  return {
    foreign: others.filter((order) => !isOurs(order)),
    unrecorded: others.filter(isOurs),
  };
}

function canBe({ intent }: Order, told: ToldOrder): boolean {
  return (
    told.clientOrderId === null &&
    told.symbol === intent.symbol &&
    told.side === intent.side &&
    told.quantity.eq(intent.quantity)
  );
}

function works(status: OrderStatus): boolean {
  return status === 'accepted' || status === 'partially_filled';
}

function toldOf({ intent, brokerOrderId }: Order, told: readonly ToldOrder[]) {
  return told.find(
    (candidate) =>
      candidate.brokerOrderId === brokerOrderId || candidate.clientOrderId === intent.clientOrderId,
  );
}

function recordedOf({ intent }: Order, fills: readonly Fill[]): Decimal {
  return sum(
    fills
      .filter((fill) => fill.clientOrderId === intent.clientOrderId)
      .map((fill) => fill.quantity),
  );
}
