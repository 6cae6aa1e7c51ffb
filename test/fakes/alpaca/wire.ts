import type { Decimal } from '../../../src/core/decimal.ts';
import { decimal, roundDownToLot, ZERO } from '../../../src/core/decimal.ts';
import { EXCHANGE_TIME_ZONE, exchangeDateOf } from '../../../src/core/market-calendar.ts';
import {
  availabilityOf,
  buyingPowerOf,
  freeCashOf,
  initialMarginOf,
  marketValueOf,
} from './account.ts';
import type { FakeAccount, Holding } from './account.ts';
import { rfc3339 } from './clock.ts';
import type { Asset } from './market.ts';
import type { FakeExecution, FakeOrder, FakeTradeEvent } from './order.ts';

type Wire = Readonly<Record<string, unknown>>;

/** Numbers go over the wire as text, without trailing zeros. */
export function amountText(value: Decimal): string {
  return value.round(20, 0).toFixed();
}

/** Prices that come out of a division keep nine decimal places. */
function priceText(value: Decimal): string {
  return roundDownToLot(value, decimal('0.000000001')).toFixed();
}

function timeOrNull(at: Temporal.Instant | null): string | null {
  return at === null ? null : rfc3339(at);
}

/** Schema `Order`. */
export function orderView(order: FakeOrder): Wire {
  const filled = order.filledQuantity.gt(ZERO);
  return {
    id: order.id,
    client_order_id: order.clientOrderId,
    created_at: rfc3339(order.submittedAt),
    updated_at: rfc3339(order.updatedAt),
    submitted_at: rfc3339(order.submittedAt),
    filled_at: timeOrNull(order.filledAt),
    expired_at: timeOrNull(order.expiredAt),
    expires_at: rfc3339(order.expiresAt),
    canceled_at: timeOrNull(order.canceledAt),
    failed_at: timeOrNull(order.failedAt),
    replaced_at: timeOrNull(order.replacedAt),
    replaced_by: order.replacedBy,
    replaces: order.replaces,
    asset_id: order.asset.id,
    symbol: order.asset.symbol,
    asset_class: 'us_equity',
    notional: order.notional === null ? null : amountText(order.notional),
    qty: order.quantity === null ? null : amountText(order.quantity),
    filled_qty: amountText(order.filledQuantity),
    filled_avg_price: filled ? priceText(order.filledValue.div(order.filledQuantity)) : null,
    order_class: '',
    order_type: order.type,
    type: order.type,
    side: order.side,
    position_intent: order.side === 'buy' ? 'buy_to_open' : 'sell_to_close',
    time_in_force: order.timeInForce,
    limit_price: order.limitPrice === null ? null : amountText(order.limitPrice),
    stop_price: null,
    status: order.state,
    extended_hours: order.extendedHours,
    legs: null,
    trail_percent: null,
    trail_price: null,
    hwm: null,
    source: null,
    subtag: null,
  };
}

/** Schema `Account`; without the pattern-day-trading fields, which ended on 2026-07-06. */
export function accountView(account: FakeAccount, now: Temporal.Instant): Wire {
  const marketValue = marketValueOf(account.holdings);
  const equity = account.cash.plus(marketValue);
  const margin = initialMarginOf(account);
  return {
    id: account.id,
    account_number: `PA${account.id.slice(0, 8).toUpperCase()}`,
    status: 'ACTIVE',
    crypto_status: 'ACTIVE',
    currency: 'USD',
    cash: amountText(account.cash),
    buying_power: amountText(buyingPowerOf(account)),
    regt_buying_power: amountText(buyingPowerOf(account)),
    non_marginable_buying_power: amountText(freeCashOf(account)),
    options_buying_power: amountText(freeCashOf(account)),
    options_approved_level: 0,
    options_trading_level: 0,
    accrued_fees: '0',
    pending_transfer_in: '0',
    pending_reg_taf_fees: '0',
    portfolio_value: amountText(equity),
    equity: amountText(equity),
    last_equity: amountText(account.startingEquity),
    long_market_value: amountText(marketValue),
    short_market_value: '0',
    initial_margin: amountText(margin),
    maintenance_margin: amountText(marketValue.times(decimal('0.3'))),
    last_maintenance_margin: '0',
    multiplier: account.settings.multiplier,
    shorting_enabled: false,
    sma: '0',
    intraday_adjustments: '0',
    balance_asof: exchangeDateOf(now).subtract({ days: 1 }).toString(),
    trading_blocked: false,
    transfers_blocked: false,
    account_blocked: false,
    trade_suspended_by_user: false,
    created_at: rfc3339(account.openedAt),
  };
}

/** Schema `Position`. */
export function positionView(account: FakeAccount, { asset, quantity, costBasis }: Holding): Wire {
  const value = quantity.times(asset.last);
  const profit = value.minus(costBasis);
  const today = quantity.times(asset.last.minus(asset.previousClose));
  const change = asset.last.div(asset.previousClose).minus(decimal('1'));
  const { held } = availabilityOf(account, asset.symbol);
  return {
    asset_id: asset.id,
    symbol: asset.symbol,
    exchange: asset.exchange,
    asset_class: 'us_equity',
    asset_marginable: true,
    qty: amountText(quantity),
    qty_available: amountText(quantity.minus(held)),
    avg_entry_price: amountText(costBasis.div(quantity)),
    side: 'long',
    market_value: amountText(value),
    cost_basis: amountText(costBasis),
    unrealized_pl: amountText(profit),
    unrealized_plpc: amountText(costBasis.eq(ZERO) ? ZERO : profit.div(costBasis)),
    unrealized_intraday_pl: amountText(today),
    unrealized_intraday_plpc: amountText(change),
    current_price: amountText(asset.last),
    lastday_price: amountText(asset.previousClose),
    change_today: amountText(change),
  };
}

/** Schema `Assets`. */
export function assetView(asset: Asset): Wire {
  return {
    id: asset.id,
    class: 'us_equity',
    exchange: asset.exchange,
    symbol: asset.symbol,
    name: asset.name ?? asset.symbol,
    status: asset.status,
    tradable: asset.tradable,
    marginable: true,
    shortable: false,
    easy_to_borrow: false,
    borrow_status: 'hard_to_borrow',
    fractionable: asset.fractionable,
    maintenance_margin_requirement: 30,
    margin_requirement_long: '30',
    margin_requirement_short: '30',
    attributes: [],
  };
}

/** An activity's id: the exchange's wall clock to the millisecond, and an id of the execution. */
export function activityId({ at, activityUuid }: FakeExecution): string {
  const local = at.toZonedDateTimeISO(EXCHANGE_TIME_ZONE).toPlainDateTime();
  const digits = local.toString({ fractionalSecondDigits: 3 }).replaceAll(/\D/g, '');
  return `${digits}::${activityUuid}`;
}

/** Schema `TradingActivities`. */
export function activityView(execution: FakeExecution): Wire {
  const { order, quantity, price, cumulative, leaves, at } = execution;
  const whole = leaves.lte(ZERO);
  return {
    id: activityId(execution),
    activity_type: 'FILL',
    transaction_time: rfc3339(at),
    type: whole ? 'fill' : 'partial_fill',
    price: amountText(price),
    qty: amountText(quantity),
    side: order.side,
    symbol: order.asset.symbol,
    leaves_qty: amountText(leaves),
    order_id: order.id,
    cum_qty: amountText(cumulative),
    order_status: whole ? 'filled' : 'partially_filled',
  };
}

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

function crockford(value: number, length: number): string {
  let text = '';
  for (let rest = value; text.length < length; rest = Math.floor(rest / 32)) {
    text = `${CROCKFORD[rest % 32] ?? ''}${text}`;
  }
  return text;
}

/** Schema `ActivityEventV2` of a trade. @param index counts events: ids of one millisecond grow by it. */
export function tradeEventView(event: FakeTradeEvent, index: number): Wire {
  const { execution, at, quantity, price } = event;
  const { order } = execution;
  const whole = execution.leaves.lte(ZERO);
  const day = execution.at.toZonedDateTimeISO(EXCHANGE_TIME_ZONE).toPlainDate();
  return {
    event_id: `${crockford(at.epochMilliseconds, 10)}${crockford(index, 16)}`,
    at: rfc3339(at),
    executed_at: rfc3339(execution.at),
    activity_type: 'FILL',
    status: 'executed',
    settle_date: day.add({ days: 1 }).toString(),
    currency: 'USD',
    ref_id: event.executionId,
    ...(event.previousId === null ? {} : { previous_id: event.previousId }),
    qty: amountText(quantity),
    price: amountText(price),
    details: {
      execution_type: event.type,
      order_id: order.id,
      client_order_id: order.clientOrderId,
      side: order.side,
      symbol: order.asset.symbol,
      asset_id: order.asset.id,
      leaves_qty: amountText(execution.leaves),
      cum_qty: amountText(execution.cumulative),
      order_status: whole ? 'filled' : 'partially_filled',
    },
  };
}

/** Executions as the control interface tells them. */
export function executionView(execution: FakeExecution): Wire {
  return {
    executionId: execution.id,
    activityId: activityId(execution),
    account: execution.order.account,
    brokerOrderId: execution.order.id,
    clientOrderId: execution.order.clientOrderId,
    symbol: execution.order.asset.symbol,
    side: execution.order.side,
    quantity: amountText(execution.current.quantity),
    price: amountText(execution.current.price),
    at: rfc3339(execution.at),
  };
}
