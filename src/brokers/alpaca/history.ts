import { Big } from 'big.js';
import { ZERO } from '../../core/decimal.ts';
import type { Decimal } from '../../core/decimal.ts';
import type { Fill } from '../../core/order.ts';
import { BrokerError } from '../../ports/broker-error.ts';
import type { BrokerOrder } from '../../ports/broker.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { readTradeEvents } from './activity-events.ts';
import type { TradeEvent } from './activity-events.ts';
import { fillsAnswer, ordersAnswer } from './answers.ts';
import type { FillAnswer, OrderAnswer } from './answers.ts';
import type { AlpacaApi } from './client.ts';
import { applyCorrections, revisionAt } from './corrections.ts';
import type { CorrectedFill } from './corrections.ts';
import { isWorking, toBrokerOrder, toFill } from './mapping.ts';

/** What happened in an account: orders and fills, page after page. */
export interface History {
  /** As `Broker.listOrders`. */
  listOrders(since: Temporal.Instant): Promise<readonly BrokerOrder[]>;
  /** The fills since as they were told first. */
  listFills(since: Temporal.Instant): Promise<readonly Fill[]>;
  /** As `Broker.listFills`: with what became of them, and with older ones that were corrected since. */
  listCorrectedFills(since: Temporal.Instant): Promise<readonly Fill[]>;
  /** In shares, also where the order is for an amount of money. */
  toBrokerOrder(order: OrderAnswer): Promise<BrokerOrder>;
}

const ORDERS_A_PAGE = 500;
const FILLS_A_PAGE = 100;

/**
 * Alpaca lists orders by when they were sent, and we by when they changed. Day orders, the only ones we
 * send, change for the last time within a long weekend; open ones are asked for whatever their age.
 */
const LONGEST_DAY_ORDER = Temporal.Duration.from({ hours: 24 * 7 });

/** Fills are selected by when they were booked, in whole seconds, which is a little after they happened. */
const BOOKING_MARGIN = Temporal.Duration.from({ seconds: 5 });

/** The most decimal places that Alpaca trades. */
const QUANTITY_PLACES = 9;

const EXECUTED: ReadonlySet<string> = new Set(['fill', 'partial_fill']);

/** Options by the OCC's symbols (`AAPL270115C00200000`) and pairs of crypto currencies (`BTC/USD`). */
const NO_SHARES = /^[A-Z0-9]{1,6}\d{6}[CP]\d{8}$|\//;

/** A correction comes within days of its execution, before that settles. */
const LATEST_CORRECTION = Temporal.Duration.from({ hours: 24 * 10 });

/** @param parts `priceOf`: the present price of a symbol, null where there is none. */
export function createHistory(parts: {
  readonly api: AlpacaApi;
  readonly account: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly priceOf: (symbol: string) => Promise<Decimal | null>;
}): History {
  const { api, account, clock, log, priceOf } = parts;
  /** Why corrections could not be read the last time, and since when there may be some. */
  let unread: { readonly reason: string; readonly since: Temporal.Instant } | null = null;
  /** By Alpaca's id, of every order seen so far. */
  const clientOrderIds = new Map<string, string | null>();

  async function pageOfOrders(
    status: 'open' | 'all',
    from: { readonly after?: Date; readonly after_order_id?: string },
  ): Promise<readonly OrderAnswer[]> {
    const parameters = {
      status,
      asset_class: 'us_equity',
      direction: 'asc' as const,
      limit: ORDERS_A_PAGE,
      ...from,
    };
    return await api.read('recovery', ordersAnswer, (client) => client.getOrders(parameters));
  }

  async function allOrders(status: 'open' | 'all', after?: Date): Promise<readonly OrderAnswer[]> {
    let page = await pageOfOrders(status, after === undefined ? {} : { after });
    const all = [...page];
    // By id, not by time: several orders of a rebalance are sent within the same instant.
    for (let last = page.at(-1); last !== undefined && page.length === ORDERS_A_PAGE;) {
      page = await pageOfOrders(status, { after_order_id: last.id });
      all.push(...page);
      last = page.at(-1);
    }
    return all;
  }

  async function quantityOf(order: OrderAnswer): Promise<Decimal> {
    if (order.qty !== undefined && order.qty !== null) return order.qty;
    if (!isWorking(order)) return order.filled_qty;
    // Somebody's order for an amount of money: what is left of it, in shares at today's price.
    const price = await priceOf(order.symbol);
    if (price === null) {
      throw new BrokerError(
        'alpaca',
        'unavailable',
        `order ${order.id} is for an amount of ${order.symbol}, and there is no price to tell the shares by`,
      );
    }
    const spent = order.filled_qty.times(order.filled_avg_price ?? ZERO);
    const left = (order.notional ?? ZERO).minus(spent);
    return left.lte(ZERO)
      ? order.filled_qty
      : order.filled_qty.plus(left.div(price).round(QUANTITY_PLACES, Big.roundUp));
  }

  async function toOurs(order: OrderAnswer): Promise<BrokerOrder> {
    const told = toBrokerOrder(order, await quantityOf(order));
    clientOrderIds.set(told.brokerOrderId, told.clientOrderId);
    return told;
  }

  async function listOrders(since: Temporal.Instant): Promise<readonly BrokerOrder[]> {
    const after = new Date(since.subtract(LONGEST_DAY_ORDER).epochMilliseconds);
    // Side by side, and not open and closed: an order that ends in between could be in neither of those.
    const [open, recent] = await Promise.all([allOrders('open'), allOrders('all', after)]);
    const byId = new Map(open.map((order) => [order.id, order]));
    for (const order of recent) {
      const other = byId.get(order.id);
      if (other === undefined || !isNewer(other, order)) byId.set(order.id, order);
    }
    const orders = await Promise.all([...byId.values()].map(toOurs));
    return orders
      .filter((order) => Temporal.Instant.compare(order.updatedAt, since) >= 0)
      .toSorted((a, b) => Temporal.Instant.compare(a.submittedAt, b.submittedAt));
  }

  async function pageOfFills(after: string, token: string | null): Promise<readonly FillAnswer[]> {
    return await api.read('recovery', fillsAnswer, (client) =>
      client.getAccountActivities({
        // Not by the path with the type in it, whose answers the specification contradicts itself on.
        activity_types: 'FILL',
        after,
        direction: 'asc',
        page_size: FILLS_A_PAGE,
        ...(token === null ? {} : { page_token: token }),
      }),
    );
  }

  return {
    toBrokerOrder: toOurs,
    listOrders,
    listFills: async (since) => await toFills(await fillsSince(since), since, new Set()),
    async listCorrectedFills(since) {
      const begins = unread === null ? since : earlierOf(since, unread.since);
      const fills = await fillsSince(begins);
      const events = await tradeEvents(begins);
      let found = applyCorrections(fills, events);
      if (found.unmatched.length > 0) {
        const earlier = begins.subtract(LATEST_CORRECTION);
        found = applyCorrections(await fillsSince(earlier), await tradeEvents(earlier));
      }
      for (const { type, orderId, executionId } of found.unmatched) {
        log.error(
          { code: 'alpaca_correction_unmatched', account, type, order: orderId, executionId },
          'Alpaca corrected an execution that is not in the account; compare it with its statement',
        );
      }
      // Corrected since: further back, others may have been corrected before.
      const wanted = found.fills.filter(({ revision }) => revision >= revisionAt(begins));
      return await toFills(found.fills, since, new Set(wanted.map(({ id }) => id)));
    },
  };

  async function fillsSince(since: Temporal.Instant): Promise<readonly CorrectedFill[]> {
    const after = since
      .subtract(BOOKING_MARGIN)
      .round({ smallestUnit: 'second', roundingMode: 'floor' })
      .toString();
    let page = await pageOfFills(after, null);
    const all = [...page];
    for (let last = page.at(-1); last !== undefined && page.length === FILLS_A_PAGE;) {
      page = await pageOfFills(after, last.id);
      all.push(...page);
      last = page.at(-1);
    }
    const executed = all.filter(
      ({ type = 'fill', symbol }) => EXECUTED.has(type) && !NO_SHARES.test(symbol),
    );
    return [...new Map(executed.map((fill) => [fill.id, { ...fill, revision: 0 }])).values()];
  }

  /** Those since, and the older ones that are named, as the port has them. */
  async function toFills(
    fills: readonly CorrectedFill[],
    since: Temporal.Instant,
    older: ReadonlySet<string>,
  ): Promise<readonly Fill[]> {
    const wanted = fills.filter(
      (fill) => older.has(fill.id) || Temporal.Instant.compare(fill.transaction_time, since) >= 0,
    );
    // Fills name Alpaca's order and not ours: the orders tell, once for each.
    if (wanted.some((fill) => !clientOrderIds.has(fill.order_id))) {
      const times = wanted.map((fill) => fill.transaction_time);
      await listOrders(times.reduce((a, b) => (Temporal.Instant.compare(b, a) < 0 ? b : a), since));
    }
    return wanted
      .map((fill) => toFill(fill, account, clientOrderIds.get(fill.order_id) ?? null))
      .toSorted((a, b) => Temporal.Instant.compare(a.at, b.at));
  }

  /** None where they cannot be read: fills are told all the same, and the next reading has them. */
  async function tradeEvents(since: Temporal.Instant): Promise<readonly TradeEvent[]> {
    try {
      const events = await readTradeEvents(api, clock, since);
      unread = null;
      return events;
    } catch (error) {
      if (!(error instanceof BrokerError)) throw error;
      if (unread?.reason !== error.message) {
        log.warn(
          { code: 'alpaca_corrections_unread', account, reason: error.message },
          'corrections of executions could not be read from Alpaca',
        );
      }
      unread = {
        reason: error.message,
        since: unread === null ? since : earlierOf(since, unread.since),
      };
      return [];
    }
  }
}

function earlierOf(a: Temporal.Instant, b: Temporal.Instant): Temporal.Instant {
  return Temporal.Instant.compare(a, b) < 0 ? a : b;
}

/** Whether the first of two readings of an order is the later one. */
function isNewer(a: OrderAnswer, b: OrderAnswer): boolean {
  const updatedAt = (order: OrderAnswer) => order.updated_at ?? order.created_at;
  return Temporal.Instant.compare(updatedAt(a), updatedAt(b)) > 0;
}
