import { createHash } from 'node:crypto';
import { ZERO, decimal, sum } from '../../../src/core/decimal.ts';
import type { Decimal } from '../../../src/core/decimal.ts';
import { createClock, isBefore } from './clock.ts';
import type { FakeClock } from './clock.ts';
import { createFaults } from './faults.ts';
import type { Faults } from './faults.ts';
import type { ReadOptions } from './options.ts';
import type { Grant, OAuthCode } from './oauth-grants.ts';
import { createSessions } from './sessions.ts';
import type { SessionName, Sessions } from './sessions.ts';

export interface FakePosition {
  quantity: Decimal;
  costBasis: Decimal;
}

export interface FakeAccount {
  readonly number: string;
  readonly hash: string;
  readonly type: 'CASH' | 'MARGIN';
  /** All cash, settled or not; below zero is borrowed. */
  cash: Decimal;
  readonly openingCash: Decimal;
  /** Proceeds that have not settled yet. */
  unsettled: { readonly amount: Decimal; readonly settlesAt: Temporal.Instant }[];
  readonly positions: Map<string, FakePosition>;
}

export interface FakeSymbol {
  last: Decimal;
  bid: Decimal;
  ask: Decimal;
  readonly close: Decimal;
  readonly asset: 'EQUITY' | 'ETF' | 'MUTUAL_FUND' | 'CASH_EQUIVALENT';
  readonly description: string;
  readonly instrumentId: number;
}

export interface FakeExecution {
  readonly id: number;
  readonly quantity: Decimal;
  readonly price: Decimal;
  readonly at: Temporal.Instant;
}

export const liveStatuses = [
  'AWAITING_PARENT_ORDER',
  'AWAITING_CONDITION',
  'AWAITING_STOP_CONDITION',
  'AWAITING_MANUAL_REVIEW',
  'ACCEPTED',
  'AWAITING_UR_OUT',
  'PENDING_ACTIVATION',
  'QUEUED',
  'WORKING',
  'PENDING_CANCEL',
  'PENDING_REPLACE',
  'NEW',
  'AWAITING_RELEASE_TIME',
  'PENDING_ACKNOWLEDGEMENT',
  'PENDING_RECALL',
  'UNKNOWN',
] as const;
export const finalStatuses = ['REJECTED', 'CANCELED', 'REPLACED', 'FILLED', 'EXPIRED'] as const;
export type OrderStatus = (typeof liveStatuses)[number] | (typeof finalStatuses)[number];

/** What somebody wants done. */
export interface OrderTicket {
  readonly symbol: string;
  readonly instruction: 'BUY' | 'SELL';
  readonly orderType: 'MARKET' | 'LIMIT';
  /** Null for market orders. */
  readonly price: Decimal | null;
  readonly quantity: Decimal;
  readonly session: SessionName;
  readonly duration: 'DAY' | 'GOOD_TILL_CANCEL';
}

export interface FakeOrder extends OrderTicket {
  readonly id: number;
  readonly account: FakeAccount;
  readonly origin: 'api' | 'elsewhere';
  status: OrderStatus;
  statusDescription: string | null;
  readonly enteredAt: Temporal.Instant;
  closedAt: Temporal.Instant | null;
  /** When an order that waits for its session begins to work. */
  activatesAt: Temporal.Instant | null;
  /** When a day order's session ends. */
  expiresAt: Temporal.Instant | null;
  /** When it fills by itself the next time. */
  fillAt: Temporal.Instant | null;
  readonly executions: FakeExecution[];
}

/** One request, without secrets. */
export interface AskedRequest {
  readonly at: string;
  readonly method: string;
  readonly path: string;
  readonly operation: string;
  /** Null when no answer was sent. */
  status: number | null;
  /** The order of a submit. */
  readonly body: unknown;
}

/** Everything that the fake knows. */
export interface World {
  readonly options: ReadOptions;
  readonly clock: FakeClock;
  readonly sessions: Sessions;
  readonly faults: Faults;
  readonly accounts: readonly FakeAccount[];
  readonly symbols: Map<string, FakeSymbol>;
  readonly orders: Map<number, FakeOrder>;
  readonly codes: Map<string, OAuthCode>;
  grants: Grant[];
  readonly requests: AskedRequest[];
  /** Instants of order requests of the last minute, by account. */
  readonly orderRequests: Map<string, Temporal.Instant[]>;
  /** Reasons with which the next orders are rejected after their 201. */
  readonly rejections: string[];
  /** Answers of the fake that Schwab's document forbids: there should be none. */
  readonly defects: string[];
  nextId(): number;
}

export function createWorld(options: ReadOptions): World {
  const start = Temporal.Instant.from(options.now ?? Temporal.Now.instant().toString());
  const clock = createClock(start, options.clock, options.speed);
  const sessions = createSessions(options.holidays);
  if (options.market !== undefined) {
    const { open, nextOpen, nextClose } = options.market;
    sessions.set(start, {
      open,
      nextOpen: Temporal.Instant.from(nextOpen),
      nextClose: Temporal.Instant.from(nextClose),
    });
  }
  let lastId = 1_002_000_000_000;
  return {
    options,
    clock,
    sessions,
    faults: createFaults(),
    accounts: options.accounts.map((account) => ({
      number: account.number,
      hash: createHash('sha256').update(account.number).digest('hex').toUpperCase(),
      type: account.type,
      cash: decimal(account.cash),
      openingCash: decimal(account.cash),
      unsettled: [
        { amount: decimal(account.unsettledCash), settlesAt: sessions.settlementOf(start) },
      ],
      positions: new Map(
        account.positions.map(({ symbol, quantity, costBasis }) => [
          symbol,
          { quantity: decimal(quantity), costBasis: decimal(costBasis) },
        ]),
      ),
    })),
    symbols: new Map(
      Object.entries(options.symbols).map(
        ([symbol, { price, bid, ask, asset, description }], n) => [
          symbol,
          {
            last: decimal(price),
            bid: decimal(bid ?? price),
            ask: decimal(ask ?? price),
            close: decimal(price),
            asset,
            description: description ?? `${symbol} of the fake`,
            instrumentId: 1_000_001 + n,
          },
        ],
      ),
    ),
    orders: new Map(),
    codes: new Map(),
    grants: [],
    requests: [],
    orderRequests: new Map(),
    rejections: [],
    defects: [],
    nextId: () => (lastId += 1),
  };
}

export function isLive(order: FakeOrder): boolean {
  const live: readonly string[] = liveStatuses;
  return live.includes(order.status);
}

export function filledQuantity(order: FakeOrder): Decimal {
  return sum(order.executions.map(({ quantity }) => quantity));
}

export function remainingQuantity(order: FakeOrder): Decimal {
  return isLive(order) ? order.quantity.minus(filledQuantity(order)) : ZERO;
}

/** The price that an order would be done at now, or null when the market does not reach its limit. */
export function marketPrice(world: World, order: OrderTicket): Decimal | null {
  const symbol = world.symbols.get(order.symbol);
  if (symbol === undefined) return null;
  const price = order.instruction === 'BUY' ? symbol.ask : symbol.bid;
  if (order.price === null) return price;
  const reaches = order.instruction === 'BUY' ? price.lte(order.price) : price.gte(order.price);
  return reaches ? price : null;
}

export function unsettledCash(account: FakeAccount, at: Temporal.Instant): Decimal {
  return sum(
    account.unsettled.filter(({ settlesAt }) => isBefore(at, settlesAt)).map((one) => one.amount),
  );
}

/** What a position is worth: at the last price, or at its cost where there is no market. */
export function positionValue(world: World, symbol: string, position: FakePosition): Decimal {
  const market = world.symbols.get(symbol);
  return market === undefined ? position.costBasis : position.quantity.times(market.last);
}

export function longMarketValue(world: World, account: FakeAccount): Decimal {
  return sum(
    [...account.positions].map(([symbol, position]) => positionValue(world, symbol, position)),
  );
}
