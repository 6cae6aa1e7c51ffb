import { ONE, roundDownToLot, sum, ZERO, type Decimal } from '../../core/decimal.ts';
import { marketClockAt } from '../../core/market-calendar.ts';
import type { OrderIntent } from '../../core/order.ts';
import { BrokerError } from '../../ports/broker-error.ts';
import type {
  Broker,
  BrokerCapabilities,
  BrokerOrder,
  BrokerUpdate,
  ExecuteTradeResult,
  FindOrderResult,
  SendPermit,
} from '../../ports/broker.ts';
import type { Clock } from '../../ports/clock.ts';
import type { AccountReads } from './account-reads.ts';
import { cancelOrder } from './cancel.ts';
import type { Contracts, ResolvedContract } from './contracts.ts';
import type { Desk } from './desk.ts';
import { BROKER, unavailable } from './errors.ts';
import { toFill, type Execution } from './executions.ts';
import type { Login } from './login.ts';
import { isOver, toBrokerOrder, type KnownOrder } from './order-state.ts';
import { findProblems } from './problems.ts';
import type { Quotes } from './quotes.ts';
import { findByReference, SILENT, type Submitter } from './submit.ts';
import type { DeskUpdate } from './tellings.ts';

/** What the accounts of one login share. */
export interface SharedLogin {
  readonly login: Login;
  readonly desk: Desk;
  readonly reads: AccountReads;
  readonly serverTime: () => Promise<Temporal.Instant>;
  readonly quotes: Quotes;
  readonly submitter: Submitter;
}

export interface IbkrAccountOptions extends SharedLogin {
  /** The account's name in portfolios.yaml. */
  readonly name: string;
  readonly mode: 'paper' | 'live';
  /** The account's id at IB. */
  readonly account: string;
  readonly marketData: 'live' | 'delayed';
  /** Whether average daily volumes are asked for with the prices. */
  readonly needsVolumes: boolean;
  readonly contracts: Contracts;
  readonly clock: Clock;
}

/**
 * `clientOrderId`: IB itself takes a second order with the same reference; the submitter does not, over
 * restarts and lost answers too. docs/adr/0011-ibkr-orders-at-most-once.md says why that is certain.
 */
const CAPABILITIES: BrokerCapabilities = {
  fractional: false,
  notional: false,
  clientOrderId: true,
  streaming: true,
  extendedHours: true,
  preview: false,
};

/** One account behind a login at Interactive Brokers. */
export function createIbkrBroker(options: IbkrAccountOptions): Broker {
  const { login, desk, reads, quotes, submitter, contracts, account, name, clock } = options;
  const subscriptions = new Set<() => void>();
  let closed = false;

  /** @throws BrokerError when the account cannot be used: closed, not on this login, of the wrong kind. */
  async function ready(): Promise<void> {
    if (closed) throw unavailable('The connection to Interactive Brokers is closed.');
    if (options.mode === 'paper' && !account.startsWith('D')) {
      throw new BrokerError(
        BROKER,
        'authentication',
        `${account} is a live account at Interactive Brokers, and ${name} is mode: paper. Name the paper account, which begins with DU, or set mode: live.`,
      );
    }
    const { accounts } = await login.connect();
    if (!accounts.includes(account)) {
      throw new BrokerError(
        BROKER,
        'authentication',
        `The login at ${login.address.host}:${login.address.port} does not have the account ${account}; it has ${accounts.join(', ')}. Correct ibkr.account, or log in as another user there.`,
      );
    }
  }

  const brokerOrder = (order: KnownOrder): BrokerOrder =>
    toBrokerOrder(order, desk.executionsOf(order.permId));

  async function tradable(symbol: string): Promise<ResolvedContract> {
    const resolved = await contracts.resolve(symbol);
    if (resolved?.tradable === true) return resolved;
    throw new BrokerError(
      BROKER,
      'not_tradable',
      resolved === null
        ? `Interactive Brokers knows no stock ${symbol} in US dollars.`
        : `${symbol} does not trade at Interactive Brokers.`,
    );
  }

  async function executeTrade(
    intent: OrderIntent,
    permit: SendPermit,
  ): Promise<ExecuteTradeResult> {
    const refusal = refuse(intent, clock);
    if (closed || refusal === null) {
      try {
        await ready();
      } catch (error) {
        if (!(error instanceof BrokerError)) throw error;
        const { code, brokerCode, message } = error;
        return { type: 'rejected', code, brokerCode, reason: message };
      }
    }
    return (
      refusal ??
      (await submitter.submit(intent, account, async () => await tradable(intent.symbol), permit))
    );
  }

  async function findOrder(intent: OrderIntent): Promise<FindOrderResult> {
    await ready();
    await desk.sync();
    const found = findByReference(desk, account, intent.clientOrderId).map((permId) => {
      const order = desk.order(permId);
      return order === null
        ? orderOfExecutions(desk.executionsOf(permId), intent)
        : brokerOrder(order);
    });
    const [order, ...others] = found;
    if (order === undefined) {
      requireSameDay(intent, clock);
      if (submitter.isSilent(intent.clientOrderId, account)) {
        throw new BrokerError(BROKER, 'unknown_outcome', SILENT);
      }
      return { type: 'not_found' };
    }
    return others.length === 0
      ? { type: 'found', order }
      : { type: 'ambiguous', candidates: found };
  }

  function toUpdate(update: DeskUpdate): BrokerUpdate {
    return update.type === 'execution'
      ? { type: 'fill', fill: toFill(update.execution, name) }
      : update;
  }

  return {
    name: BROKER,
    account: name,
    capabilities: CAPABILITIES,
    readTogether: `${login.address.host}:${login.address.port}`,
    async getAccountBalance() {
      await ready();
      const [balance] = await Promise.all([reads.balance(account), desk.syncOnce()]);
      return { ...balance, buyingPower: balance.buyingPower.minus(reservedFor(desk, account)) };
    },
    async getPositions() {
      await ready();
      return await reads.positions(account);
    },
    async getQuotes(symbols) {
      await ready();
      return await quotes.read(contracts, symbols, {
        marketData: options.marketData,
        volumes: options.needsVolumes,
      });
    },
    async getMarketClock() {
      await ready();
      // IB has no clock to ask; its sessions are those of the exchanges.
      return marketClockAt(clock.now());
    },
    async getTime() {
      await ready();
      return await options.serverTime();
    },
    executeTrade,
    findOrder,
    async listOrders(since) {
      await ready();
      await desk.sync();
      return desk
        .orders(account)
        .map(brokerOrder)
        .filter((order) => Temporal.Instant.compare(order.updatedAt, since) >= 0)
        .toSorted((a, b) => Temporal.Instant.compare(a.submittedAt, b.submittedAt));
    },
    async listFills(since) {
      await ready();
      await desk.syncExecutions();
      await desk.commissionsSettled(account);
      return desk
        .executions(account)
        .filter((execution) => Temporal.Instant.compare(execution.at, since) >= 0)
        .map((execution) => toFill(execution, name));
    },
    async cancelOrder(brokerOrderId) {
      await ready();
      const permId = /^\d{1,15}$/.test(brokerOrderId) ? Number(brokerOrderId) : 0;
      // The number to cancel it by is told anew by each connection.
      if (desk.order(permId) === null) await desk.sync();
      else await desk.syncOnce();
      await cancelOrder(login, desk, permId);
    },
    subscribe(listener) {
      const end = desk.subscribe(account, (update) => {
        if (!closed) listener(toUpdate(update));
      });
      subscriptions.add(end);
      // Updates come by a connection, whoever asks for it.
      login.connect().catch((error: unknown) => {
        // Logged where it failed; the login goes on trying.
        if (!(error instanceof BrokerError)) throw error;
      });
      return () => {
        subscriptions.delete(end);
        end();
      };
    },
    findProblems: async () => await findProblems({ ...options, ready }),
    async close() {
      closed = true;
      for (const end of subscriptions) end();
      subscriptions.clear();
    },
  };
}

/**
 * What working buy orders will take. IB's buying power does not know of them before they fill; an order
 * too many is only refused when it comes. A market order has no price, and fills at once.
 */
function reservedFor(desk: Desk, account: string): Decimal {
  const working = desk
    .orders(account)
    .filter((order) => order.side === 'buy' && !isOver(order.status));
  return sum(
    working.map((order) => order.quantity.minus(order.filled).times(order.limitPrice ?? ZERO)),
  );
}

/** What need not be asked of IB. */
function refuse(intent: OrderIntent, clock: Clock): ExecuteTradeResult | null {
  if (!intent.quantity.eq(roundDownToLot(intent.quantity, ONE))) {
    return {
      type: 'rejected',
      code: 'order_rejected',
      brokerCode: 'fractional_quantity',
      reason: `Interactive Brokers takes whole shares only through its API, not ${intent.quantity.toFixed()}.`,
    };
  }
  const { open, nextOpen } = marketClockAt(clock.now());
  if (open || intent.extendedHours) return null;
  return {
    type: 'rejected',
    code: 'market_closed',
    brokerCode: null,
    reason: `The market is closed until ${nextOpen?.toString() ?? 'it opens'}; Interactive Brokers would keep the order until then.`,
  };
}

/**
 * IB lists the executions and the finished orders of today only. What was sent on another day and is not
 * there may well have been filled then.
 * @throws BrokerError unknown_outcome
 */
function requireSameDay(intent: OrderIntent, clock: Clock): void {
  const zone = 'America/New_York';
  const day = (at: Temporal.Instant): Temporal.PlainDate =>
    at.toZonedDateTimeISO(zone).toPlainDate();
  if (day(intent.createdAt).equals(day(clock.now()))) return;
  throw new BrokerError(
    BROKER,
    'unknown_outcome',
    `The order ${intent.clientOrderId} is of another day, which Interactive Brokers no longer lists. Look it up in Client Portal.`,
  );
}

/** An order that is in no list any more, from what it filled. */
function orderOfExecutions(executions: readonly Execution[], intent: OrderIntent): BrokerOrder {
  const [first] = executions;
  if (first === undefined) throw new Error('an order without executions cannot be told from them');
  const order = toBrokerOrder(
    {
      permId: first.permId,
      orderId: null,
      account: first.account,
      orderRef: first.orderRef,
      symbol: first.symbol,
      side: first.side,
      quantity: intent.quantity,
      limitPrice: intent.limitPrice,
      filled: ZERO,
      averagePrice: null,
      status: 'Submitted',
      endedBy: null,
      endedAt: null,
      message: null,
      cancelAsked: false,
      firstHeardAt: first.at,
      changedAt: first.at,
    },
    executions,
  );
  return order.status === 'filled'
    ? order
    : { ...order, status: 'canceled', reason: 'TWS lists this order no more.' };
}
