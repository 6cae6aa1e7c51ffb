import { sum, ZERO } from '../../core/decimal.ts';
import type { Decimal } from '../../core/decimal.ts';
import { earlier, isDue } from '../../core/time.ts';
import { bought, sold, type Holding } from './holding.ts';
import { executionPrice, type MarketPrice } from './market-price.ts';
import { isWorking, remainingQuantity, sliceQuantity, type PaperOrder } from './paper-order.ts';

/**
 * The matching engine, as pure functions over one account: what is due is done in the order of time,
 * so the same account, market and instant always give the same fills.
 */

/** An account at the exchange. */
export interface Exchange {
  readonly cash: Decimal;
  /** At least those of every symbol with a working order. */
  readonly holdings: ReadonlyMap<string, Holding>;
  /** Oldest first. */
  readonly working: readonly PaperOrder[];
}

/** What trading costs, and what is lent. */
export interface ExchangeRules {
  readonly slippageBasisPoints: Decimal;
  /** Charged with an order's first fill. */
  readonly feePerOrder: Decimal;
  readonly feePerShare: Decimal;
  /** So much may be borrowed for buys; zero for a cash account. */
  readonly margin: Decimal;
}

/** The price of a symbol now; null when it has none. */
export type Market = (symbol: string) => MarketPrice | null;

export interface PaperFill {
  /** Derived from the order and the slice: the same execution always has the same id. */
  readonly executionId: string;
  readonly order: PaperOrder;
  readonly quantity: Decimal;
  readonly price: Decimal;
  readonly fees: Decimal;
  readonly at: Temporal.Instant;
}

/** What happened, in order. A fill comes before its order's new state. */
export type ExchangeEvent =
  | { readonly type: 'order'; readonly order: PaperOrder }
  | { readonly type: 'fill'; readonly fill: PaperFill };

export interface Outcome {
  readonly exchange: Exchange;
  readonly events: readonly ExchangeEvent[];
}

/** Cash and margin that are not set aside for working buys. What sells will bring in does not count. */
export function buyingPower(exchange: Exchange, rules: ExchangeRules): Decimal {
  const all = exchange.cash.plus(rules.margin);
  return all.minus(sum(exchange.working.map((order) => reserved(order, rules))));
}

/** Shares of a symbol that no working sell has claimed. */
export function sellableQuantity(exchange: Exchange, symbol: string): Decimal {
  const held = exchange.holdings.get(symbol)?.quantity ?? ZERO;
  const claimed = exchange.working
    .filter((order) => order.symbol === symbol && order.side === 'sell')
    .map(remainingQuantity);
  return held.minus(sum(claimed));
}

/** What a working buy sets aside: its remainder at its reserve price, with the fees to come. */
export function reserved(order: PaperOrder, rules: ExchangeRules): Decimal {
  if (order.reservePrice === null) return ZERO;
  const remaining = remainingQuantity(order);
  return remaining.times(order.reservePrice).plus(feesOf(order, remaining, rules));
}

/** When something happens next without anybody asking: a fill or an expiry. Null: nothing will. */
export function nextEventAt(exchange: Exchange): Temporal.Instant | null {
  return exchange.working.reduce<Temporal.Instant | null>(
    (next, order) => earlier(next, earlier(order.nextFillAt, order.expiresAt)),
    null,
  );
}

/** Does everything that is due by `now`: fills and expiries, in the order of time. */
export function advance(
  exchange: Exchange,
  market: Market,
  rules: ExchangeRules,
  now: Temporal.Instant,
): Outcome {
  const events: ExchangeEvent[] = [];
  let current = exchange;
  for (;;) {
    const at = nextEventAt(current);
    if (at === null || !isDue(now, at)) return { exchange: current, events };
    const order = current.working.find(
      (candidate) => isAt(candidate.expiresAt, at) || isAt(candidate.nextFillAt, at),
    );
    if (order === undefined) return { exchange: current, events };
    // Nothing trades at the very instant of the close.
    const outcome = isAt(order.expiresAt, at)
      ? finish(current, order, 'expired', at, { code: 'expired', text: 'The trading day ended.' })
      : fillSlice(current, order, market, rules, at);
    events.push(...outcome.events);
    current = outcome.exchange;
  }
}

/**
 * Looks again at limit orders that were waiting, after prices have changed: those that can trade now
 * get their next fill.
 */
export function rematch(
  exchange: Exchange,
  market: Market,
  rules: ExchangeRules,
  now: Temporal.Instant,
): Exchange {
  const working = exchange.working.map((order) => {
    const waits = order.nextFillAt === null && order.slicesFilled < order.slices;
    if (!waits || !canTrade(order, market, rules)) return order;
    return { ...order, nextFillAt: now.add(order.fillInterval) };
  });
  return { ...exchange, working };
}

/** When a new order's first fill is; null when it has to wait for another price. */
export function firstFillAt(
  order: Pick<PaperOrder, 'side' | 'limitPrice' | 'symbol' | 'slices' | 'fillInterval'>,
  market: Market,
  rules: ExchangeRules,
  now: Temporal.Instant,
): Temporal.Instant | null {
  if (order.slices === 0 || !canTrade(order, market, rules)) return null;
  return now.add(order.fillInterval);
}

/** Ends a working order's life without a fill. */
export function finish(
  exchange: Exchange,
  order: PaperOrder,
  status: 'canceled' | 'expired',
  at: Temporal.Instant,
  reason: { readonly code: string; readonly text: string },
): Outcome {
  return replaceOrder(exchange, {
    ...order,
    status,
    reasonCode: reason.code,
    reason: reason.text,
    nextFillAt: null,
    expiresAt: null,
    updatedAt: at,
  });
}

function fillSlice(
  exchange: Exchange,
  order: PaperOrder,
  market: Market,
  rules: ExchangeRules,
  at: Temporal.Instant,
): Outcome {
  const marketPrice = market(order.symbol);
  const price =
    marketPrice === null ? null : executionPrice(order, marketPrice, rules.slippageBasisPoints);
  // The price went away: the order waits, and nobody needs to be told.
  if (price === null)
    return { exchange: withOrder(exchange, { ...order, nextFillAt: null }), events: [] };

  const quantity = sliceQuantity(order);
  const notional = quantity.times(price);
  const fees = feesOf(order, quantity, rules);
  if (order.side === 'buy') {
    const available = buyingPower(exchange, rules).plus(reserved(order, rules));
    if (notional.plus(fees).gt(available)) {
      return finish(exchange, order, 'canceled', at, {
        code: 'insufficient_buying_power',
        text: 'The price rose above what was set aside for the order, and the account has no more cash for it.',
      });
    }
  }

  const slicesFilled = order.slicesFilled + 1;
  const filledQuantity = order.filledQuantity.plus(quantity);
  const complete = filledQuantity.gte(order.quantity);
  const filled: PaperOrder = {
    ...order,
    status: complete ? 'filled' : 'partially_filled',
    slicesFilled,
    filledQuantity,
    filledNotional: order.filledNotional.plus(notional),
    nextFillAt: slicesFilled < order.slices ? at.add(order.fillInterval) : null,
    expiresAt: complete ? null : order.expiresAt,
    updatedAt: at,
  };
  const fill: PaperFill = {
    executionId: `${order.brokerOrderId}-${slicesFilled}`,
    order: filled,
    quantity,
    price,
    fees,
    at,
  };
  const holding = exchange.holdings.get(order.symbol);
  const holdings = new Map(exchange.holdings).set(
    order.symbol,
    order.side === 'buy' ? bought(holding, quantity, notional.plus(fees)) : sold(holding, quantity),
  );
  const cash =
    order.side === 'buy'
      ? exchange.cash.minus(notional).minus(fees)
      : exchange.cash.plus(notional).minus(fees);
  const outcome = replaceOrder({ ...exchange, cash, holdings }, filled);
  return { exchange: outcome.exchange, events: [{ type: 'fill', fill }, ...outcome.events] };
}

function canTrade(
  order: Pick<PaperOrder, 'side' | 'limitPrice' | 'symbol'>,
  market: Market,
  rules: ExchangeRules,
): boolean {
  const price = market(order.symbol);
  return price !== null && executionPrice(order, price, rules.slippageBasisPoints) !== null;
}

function feesOf(order: PaperOrder, quantity: Decimal, rules: ExchangeRules): Decimal {
  const perShare = quantity.times(rules.feePerShare);
  return order.slicesFilled === 0 ? perShare.plus(rules.feePerOrder) : perShare;
}

function replaceOrder(exchange: Exchange, order: PaperOrder): Outcome {
  return { exchange: withOrder(exchange, order), events: [{ type: 'order', order }] };
}

/** Finished orders leave the book. */
function withOrder(exchange: Exchange, order: PaperOrder): Exchange {
  const working = exchange.working
    .map((known) => (known.brokerOrderId === order.brokerOrderId ? order : known))
    .filter(isWorking);
  return { ...exchange, working };
}

function isAt(candidate: Temporal.Instant | null, at: Temporal.Instant): boolean {
  return candidate !== null && Temporal.Instant.compare(candidate, at) === 0;
}
