import type { Decimal } from '../core/decimal.ts';
import type { Fill, OrderIntent, OrderStatus } from '../core/order.ts';
import type { Side } from '../core/plan-types.ts';
import type { AccountBalance, MarketClock, Position, Quote } from '../core/portfolio.ts';

/** Stable codes of everything that can go wrong at a broker. */
export type BrokerErrorCode =
  | 'authentication'
  | 'insufficient_funds'
  | 'market_closed'
  | 'order_rejected'
  | 'rate_limited'
  | 'not_tradable'
  | 'unavailable'
  | 'unknown_outcome';

/** What a broker can do; contract tests and planning are gated by it. */
export interface BrokerCapabilities {
  readonly fractional: boolean;
  readonly notional: boolean;
  /** The broker refuses a second order under the same clientOrderId. */
  readonly clientOrderId: boolean;
  readonly streaming: boolean;
  readonly extendedHours: boolean;
  readonly preview: boolean;
}

/**
 * The answer to an order. `unknown` means that no answer came: the order may or may not exist, and
 * it must be looked up, never sent again blindly.
 */
export type ExecuteTradeResult =
  | { readonly type: 'accepted'; readonly brokerOrderId: string }
  | {
      readonly type: 'rejected';
      readonly code: BrokerErrorCode;
      /** The broker's own code where it has one. */
      readonly brokerCode: string | null;
      /** The broker's own words. */
      readonly reason: string;
    }
  | { readonly type: 'unknown'; readonly reason: string }
  /** It certainly never left: when its turn came, it was not permitted any more. */
  | ({ readonly type: 'not_sent' } & SendRefusal);

/** Why an order may not leave although its turn has come, in words for people. */
export interface SendRefusal {
  readonly code: 'halted' | 'lease_lost' | 'not_checked';
  readonly reason: string;
}

/** The app's last word on an order, which may have waited for its turn meanwhile. */
export interface SendPermit {
  /**
   * Asked right before the order leaves, after all that a broker waits for, and again before each time that
   * it leaves. Never throws; a refusal stands.
   * @returns null when it may leave.
   */
  mayStillSend(): Promise<SendRefusal | null>;
  /** Aborted once the answer would be no: what waits for its turn need not wait any longer. */
  readonly withdrawn: AbortSignal;
}

/** An order as the broker tells it. */
export interface BrokerOrder {
  readonly brokerOrderId: string;
  readonly clientOrderId: string | null;
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: Decimal;
  readonly filledQuantity: Decimal;
  readonly averageFillPrice: Decimal | null;
  readonly status: Exclude<OrderStatus, 'created' | 'denied' | 'submitted' | 'unknown'>;
  readonly reason: string | null;
  readonly submittedAt: Temporal.Instant;
  readonly updatedAt: Temporal.Instant;
}

/** Whether an order exists. `ambiguous`: several fit and only a person can tell. */
export type FindOrderResult =
  | { readonly type: 'found'; readonly order: BrokerOrder }
  | { readonly type: 'not_found' }
  /** The candidates, oldest first. */
  | { readonly type: 'ambiguous'; readonly candidates: readonly BrokerOrder[] };

/** What a broker tells us unasked. `reconnected` means updates may have been lost: reconcile. */
export type BrokerUpdate =
  | { readonly type: 'order'; readonly order: BrokerOrder }
  | { readonly type: 'fill'; readonly fill: Fill }
  | { readonly type: 'reconnected' };

/**
 * One account at one broker. Reads throw a BrokerError; `executeTrade` does not throw for anything
 * the broker or the network does.
 */
export interface Broker {
  /** `paper`, `alpaca`, `ibkr`, `schwab`. */
  readonly name: string;
  readonly account: string;
  readonly capabilities: BrokerCapabilities;
  /**
   * True where the broker keeps its books in the bot's own database, which counts their changes: an account
   * without a change need not be asked. Absent: what happens there is known by asking only.
   */
  readonly keepsBooksInStore?: boolean;
  /**
   * What accounts have in common that are read in one request when they are asked for at the same time, such
   * as a login. Absent: each account is read by itself.
   */
  readonly readTogether?: string;
  getAccountBalance(): Promise<AccountBalance>;
  getPositions(): Promise<readonly Position[]>;
  /** One quote for every symbol asked for; an unknown symbol answers with `tradable: false`. */
  getQuotes(symbols: readonly string[]): Promise<readonly Quote[]>;
  getMarketClock(): Promise<MarketClock>;
  /** Sends an order unless the permit is refused when its turn comes. */
  executeTrade(intent: OrderIntent, permit: SendPermit): Promise<ExecuteTradeResult>;
  findOrder(intent: OrderIntent): Promise<FindOrderResult>;
  /** All orders updated since, working or finished, oldest first. */
  listOrders(since: Temporal.Instant): Promise<readonly BrokerOrder[]>;
  /** All fills since, oldest first. */
  listFills(since: Temporal.Instant): Promise<readonly Fill[]>;
  /** Asks for a cancel. Resolves when the broker took the request; the outcome comes as an update. */
  cancelOrder(brokerOrderId: string): Promise<void>;
  /** @returns a function that ends the subscription. */
  subscribe(listener: (update: BrokerUpdate) => void): () => void;
  /**
   * When a person must log in at the broker again, for logins that end by themselves; null when that is
   * not known. Absent: the login does not end.
   */
  loginEndsAt?(): Promise<Temporal.Instant | null>;
  /**
   * The broker's own time, as it is when it answers. Absent: the broker does not tell it.
   * @throws BrokerError when it cannot be asked.
   */
  getTime?(): Promise<Temporal.Instant>;
  /**
   * Looks whether the account could trade, without changing anything: login, addresses, blocks.
   * @returns a sentence for each thing that is wrong, with what to do; none when all is well.
   * @throws BrokerError when it cannot be told.
   */
  findProblems?(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** What the gateway needs to know of an account. */
export interface GatewayAccount {
  readonly name: string;
  readonly mode: 'paper' | 'live';
  /** The account's section for this broker as it is written, with `${NAME}` replaced: the adapter parses it. */
  readonly brokerSettings: Readonly<Record<string, unknown>>;
  /** Whether its limits look at average daily volumes; left out: they are not asked for. */
  readonly needsVolumes?: boolean;
}

/** What all accounts of one broker share: sessions, pacing, streams. One for a broker in use. */
export interface BrokerGateway {
  /** Asks the broker nothing, and so never fails because the broker is away. */
  openAccount(account: GatewayAccount): Broker;
  /** Closes what is shared, after the accounts. */
  close(): Promise<void>;
}
