import { maximum, sum, ZERO } from '../../core/decimal.ts';
import type { Decimal } from '../../core/decimal.ts';
import type { Fill } from '../../core/order.ts';
import type { Side } from '../../core/plan-types.ts';
import { symbolSchema } from '../../core/schemas.ts';
import type { BrokerOrder } from '../../ports/broker.ts';
import type { WireOrder, WireOrderLeg } from './wire.ts';

/** One line of an order: what a BrokerOrder is made from. */
export interface OrderLine {
  readonly order: WireOrder;
  readonly leg: WireOrderLeg;
  readonly symbol: string;
  readonly side: Side;
}

/** Shares and funds that trade like them. Options, bonds and the like are not the bot's to see. */
const EQUITY: ReadonlySet<string> = new Set(['EQUITY', 'COLLECTIVE_INVESTMENT']);

const SIDES: Readonly<Record<string, Side>> = {
  BUY: 'buy',
  BUY_TO_COVER: 'buy',
  SELL: 'sell',
  SELL_SHORT: 'sell',
  SELL_SHORT_EXEMPT: 'sell',
};

/** Every other status works, or waits to. An order that somebody replaced goes on under another id. */
const ENDED: Readonly<Record<string, BrokerOrder['status']>> = {
  REJECTED: 'rejected',
  CANCELED: 'canceled',
  REPLACED: 'canceled',
  FILLED: 'filled',
  EXPIRED: 'expired',
};

/** The lines of orders that buy or sell shares, with those of orders that stand inside others. */
export function linesOf(orders: readonly WireOrder[]): readonly OrderLine[] {
  return orders.flatMap((order) => [
    ...order.orderLegCollection.flatMap((leg): readonly OrderLine[] => {
      const assetType = leg.instrument.assetType ?? leg.orderLegType;
      const side = SIDES[leg.instruction];
      const symbol = symbolSchema.safeParse(leg.instrument.symbol);
      if (!symbol.success || side === undefined) return [];
      return assetType !== undefined && EQUITY.has(assetType)
        ? [{ order, leg, symbol: symbol.data, side }]
        : [];
    }),
    ...linesOf(order.childOrderStrategies),
  ]);
}

/** An order as the port tells it. */
export function toBrokerOrder(line: OrderLine): BrokerOrder {
  const { order, leg, symbol, side } = line;
  const executions = executionsOf(line);
  const executed = sum(executions.map((execution) => execution.quantity));
  // The order may count a fill that its list of activities does not show yet.
  const alone = order.orderLegCollection.length === 1;
  const filledQuantity = alone ? maximum(order.filledQuantity ?? ZERO, executed) : executed;
  return {
    brokerOrderId: order.orderId,
    clientOrderId: null,
    symbol,
    side,
    quantity: leg.quantity,
    filledQuantity,
    averageFillPrice: executed.gt(ZERO)
      ? sum(executions.map(({ quantity, price }) => quantity.times(price))).div(executed)
      : null,
    status: ENDED[order.status] ?? (filledQuantity.gt(ZERO) ? 'partially_filled' : 'accepted'),
    reason: reasonOf(order),
    submittedAt: order.enteredTime,
    updatedAt: [order.closeTime, ...executions.map(({ time }) => time)].reduce<Temporal.Instant>(
      (latest, at) => (at !== undefined && Temporal.Instant.compare(at, latest) > 0 ? at : latest),
      order.enteredTime,
    ),
  };
}

/** Oldest first; Schwab's times are whole seconds, and within one the numbers tell. */
export function oldestFirst(orders: readonly BrokerOrder[]): readonly BrokerOrder[] {
  return orders.toSorted(
    (a, b) =>
      Temporal.Instant.compare(a.submittedAt, b.submittedAt) ||
      (BigInt(a.brokerOrderId) < BigInt(b.brokerOrderId) ? -1 : 1),
  );
}

function reasonOf(order: WireOrder): string | null {
  const words = order.statusDescription?.trim() ?? '';
  if (ENDED[order.status] === undefined || order.status === 'FILLED') return null;
  if (words !== '') return words.slice(0, 500);
  return order.status === 'REPLACED' ? 'It was replaced by another order at Schwab.' : null;
}

/**
 * The fills of a line, oldest first. Schwab has no id for an execution: it is told apart by the order,
 * the activity (or, without an id of it, by when it was and what remained) and the leg, so that reading
 * the same order again gives the same ids however much was added. Fees are not part of an order at
 * Schwab; shares trade without commission, and regulatory fees are only in the account's cash.
 */
export function fillsOf(line: OrderLine, account: string): readonly Fill[] {
  const { order, leg, symbol, side } = line;
  const counts = new Map<string, number>();
  return executionsOf(line)
    .map(({ quantity, price, time, activity }) => {
      const key = `${order.orderId}-${activity}-${leg.legId ?? '1'}`;
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      return {
        executionId: count === 1 ? key : `${key}-${count}`,
        clientOrderId: null,
        brokerOrderId: order.orderId,
        account,
        symbol,
        side,
        quantity,
        price,
        fees: ZERO,
        at: time,
      };
    })
    .toSorted((a, b) => Temporal.Instant.compare(a.at, b.at));
}

interface Execution {
  readonly quantity: Decimal;
  readonly price: Decimal;
  readonly time: Temporal.Instant;
  readonly activity: string;
}

function executionsOf({ order, leg }: OrderLine): readonly Execution[] {
  const alone = order.orderLegCollection.length === 1;
  return order.orderActivityCollection
    .filter(({ activityType }) => activityType === undefined || activityType === 'EXECUTION')
    .flatMap(({ activityId, orderRemainingQuantity, executionLegs }) =>
      executionLegs
        .filter(({ legId, quantity }) => quantity.gt(ZERO) && (alone || legId === leg.legId))
        .map(({ quantity, price, time }) => ({
          quantity,
          price,
          time,
          activity:
            activityId ?? `${time.epochMilliseconds}-${(orderRemainingQuantity ?? ZERO).toFixed()}`,
        })),
    );
}
