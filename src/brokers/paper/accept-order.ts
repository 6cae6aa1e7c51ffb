import { ZERO } from '../../core/decimal.ts';
import type { Decimal } from '../../core/decimal.ts';
import { EXCHANGE_TIME_ZONE } from '../../core/market-calendar.ts';
import type { OrderIntent } from '../../core/order.ts';
import type { MarketClock } from '../../core/portfolio.ts';
import type { OrderBehaviour } from './behaviour.ts';
import {
  buyingPower,
  firstFillAt,
  reserved,
  sellableQuantity,
  type Exchange,
  type ExchangeRules,
  type Market,
  type Outcome,
} from './exchange.ts';
import { executionPrice } from './market-price.ts';
import { QUANTITY_DECIMALS, sliceCount, type PaperOrder } from './paper-order.ts';
import type { Refusal } from './refusals.ts';

/** Everything besides the account's book that decides about a new order. */
export interface Conditions {
  readonly account: string;
  readonly now: Temporal.Instant;
  readonly clock: MarketClock;
  readonly market: Market;
  /** True for every symbol that ever had a price. */
  readonly isListed: (symbol: string) => boolean;
  readonly rules: ExchangeRules;
  readonly fractional: boolean;
  readonly slices: number;
  readonly fillInterval: Temporal.Duration;
  readonly behaviour: OrderBehaviour;
}

/** What a day order lasts when the market never closes. */
const DAY = Temporal.Duration.from({ hours: 24 });

/**
 * Takes an order into the book, or records why not.
 * @param number the order's number within its account, not used before.
 */
export function acceptOrder(
  exchange: Exchange,
  intent: OrderIntent,
  number: number,
  conditions: Conditions,
): Outcome & { readonly order: PaperOrder; readonly refusal: Refusal | null } {
  const order = newOrder(intent, number, conditions);
  const refusal = refuse(exchange, intent, order, conditions);
  if (refusal === null) {
    return {
      exchange: { ...exchange, working: [...exchange.working, order] },
      events: [{ type: 'order', order }],
      order,
      refusal,
    };
  }
  const rejected: PaperOrder = {
    ...order,
    status: 'rejected',
    reasonCode: refusal.code,
    reason: refusal.reason,
    reservePrice: null,
    nextFillAt: null,
    expiresAt: null,
  };
  return { exchange, events: [{ type: 'order', order: rejected }], order: rejected, refusal };
}

function newOrder(intent: OrderIntent, number: number, conditions: Conditions): PaperOrder {
  const { now, market, rules, behaviour } = conditions;
  const { symbol, side, orderType, limitPrice, quantity } = intent;
  const fillableQuantity =
    behaviour.type === 'fill_partly' && behaviour.quantity.lt(quantity)
      ? behaviour.quantity
      : quantity;
  const price = market(symbol);
  // A market order sets aside what it would cost now; a limit order can never cost more than its limit.
  const reservePrice =
    limitPrice ??
    (price === null
      ? null
      : executionPrice({ side, limitPrice }, price, rules.slippageBasisPoints));
  const order = {
    brokerOrderId: `${conditions.account}-${number}`,
    number,
    clientOrderId: intent.clientOrderId,
    symbol,
    side,
    orderType,
    limitPrice,
    quantity,
    status: 'accepted',
    reasonCode: null,
    reason: null,
    filledQuantity: ZERO,
    filledNotional: ZERO,
    reservePrice: side === 'buy' ? reservePrice : null,
    fillableQuantity,
    slices: sliceCount(fillableQuantity, conditions.slices),
    slicesFilled: 0,
    fillInterval: conditions.fillInterval,
    expiresAt: conditions.clock.nextClose ?? now.add(DAY),
    submittedAt: now,
    updatedAt: now,
  } as const;
  return { ...order, nextFillAt: firstFillAt(order, market, rules, now) };
}

/** The first reason against an order; null when there is none. */
function refuse(
  exchange: Exchange,
  intent: OrderIntent,
  order: PaperOrder,
  conditions: Conditions,
): Refusal | null {
  const { behaviour } = conditions;
  if (behaviour.type === 'reject') {
    return { code: 'refused_in_rehearsal', reason: behaviour.reason };
  }
  return (
    refuseTerms(intent, conditions) ??
    (intent.side === 'buy'
      ? refuseBuy(exchange, order, conditions.rules)
      : refuseSell(exchange, order))
  );
}

function refuseTerms(intent: OrderIntent, conditions: Conditions): Refusal | null {
  const { symbol, quantity, orderType, limitPrice } = intent;
  const { clock } = conditions;
  if (intent.account !== conditions.account) {
    return {
      code: 'wrong_account',
      reason: `This is account ${conditions.account}; the order is for ${intent.account}.`,
    };
  }
  if (!conditions.isListed(symbol)) {
    return { code: 'unknown_symbol', reason: `${symbol} is not listed here.` };
  }
  if (conditions.market(symbol) === null) {
    return { code: 'not_tradable', reason: `${symbol} has no price yet.` };
  }
  if (intent.extendedHours) {
    return {
      code: 'extended_hours_not_offered',
      reason: 'There is no trading outside the regular session.',
    };
  }
  if (!clock.open) {
    const opens = clock.nextOpen === null ? '' : `; it opens ${inExchangeTime(clock.nextOpen)}`;
    return { code: 'market_closed', reason: `The market is closed${opens}.` };
  }
  if (quantity.lte(ZERO)) {
    return {
      code: 'invalid_quantity',
      reason: `A quantity is above zero, not ${quantity.toFixed()}.`,
    };
  }
  if (!quantity.round(conditions.fractional ? QUANTITY_DECIMALS : 0).eq(quantity)) {
    const allowed = conditions.fractional
      ? `Quantities have at most ${QUANTITY_DECIMALS} decimal places`
      : 'Only whole shares are traded in this account';
    return { code: 'invalid_quantity', reason: `${allowed}, not ${quantity.toFixed()}.` };
  }
  return refuseLimitPrice(orderType, limitPrice);
}

/**
 * Prices from one dollar are in cents, below in hundredths of a cent: the minimum increments of
 * SEC Rule 612 (17 CFR 242.612).
 */
function refuseLimitPrice(
  orderType: 'market' | 'limit',
  limitPrice: Decimal | null,
): Refusal | null {
  if (orderType === 'market') {
    return limitPrice === null
      ? null
      : { code: 'invalid_limit_price', reason: 'A market order has no limit price.' };
  }
  if (limitPrice === null || limitPrice.lte(ZERO)) {
    return { code: 'invalid_limit_price', reason: 'A limit order needs a limit price above zero.' };
  }
  const decimals = limitPrice.gte('1') ? 2 : 4;
  return limitPrice.round(decimals).eq(limitPrice)
    ? null
    : {
        code: 'invalid_limit_price',
        reason: `A limit price of ${limitPrice.toFixed()} has more than ${decimals} decimal places.`,
      };
}

function refuseBuy(exchange: Exchange, order: PaperOrder, rules: ExchangeRules): Refusal | null {
  const power = buyingPower(exchange, rules);
  const needed = reserved(order, rules);
  if (needed.lte(power)) return null;
  const setAside = exchange.cash.plus(rules.margin).minus(power);
  const aside = setAside.gt(ZERO) ? ` (${dollars(setAside)} is set aside for working buys)` : '';
  return {
    code: 'insufficient_buying_power',
    reason: `Insufficient buying power: ${dollars(needed)} is needed, ${dollars(power)} is there${aside}.`,
  };
}

function refuseSell(exchange: Exchange, order: PaperOrder): Refusal | null {
  const { symbol, quantity } = order;
  const sellable = sellableQuantity(exchange, symbol);
  if (quantity.lte(sellable)) return null;
  const claimed = (exchange.holdings.get(symbol)?.quantity ?? ZERO).minus(sellable);
  const working = claimed.gt(ZERO) ? ` (working sells have claimed ${claimed.toFixed()})` : '';
  return {
    code: 'insufficient_quantity',
    reason: `Insufficient quantity: ${sellable.toFixed()} ${symbol} can be sold${working}; short sales are not taken.`,
  };
}

function dollars(amount: Decimal): string {
  return amount.lt(ZERO) ? `-$${amount.neg().toFixed(2)}` : `$${amount.toFixed(2)}`;
}

function inExchangeTime(instant: Temporal.Instant): string {
  const local = instant.toZonedDateTimeISO(EXCHANGE_TIME_ZONE);
  return `${local.toPlainDate().toString()} at ${local.toPlainTime().toString({ smallestUnit: 'minute' })} New York time`;
}
