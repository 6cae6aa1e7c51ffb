import { exchangeDateOf } from '../../core/market-calendar.ts';
import type { OrderIntent } from '../../core/order.ts';
import { BrokerError } from '../../ports/broker-error.ts';
import type {
  Broker,
  BrokerCapabilities,
  ExecuteTradeResult,
  SendPermit,
} from '../../ports/broker.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { notSentBecause } from '../send-permit.ts';
import type { Exchange } from './client.ts';
import { BROKER, closedError, readError, refusalCode, refusalWords, statusCode } from './errors.ts';
import type { LinkedAccount, SchwabLogin } from './login.ts';
import { toBalance, toPositions } from './map-account.ts';
import { toMarketClock, toQuote } from './map-market.ts';
import { fillsOf, oldestFirst, toBrokerOrder } from './map-order.ts';
import type { OrderLine } from './map-order.ts';
import { matchOrder } from './match-order.ts';
import { orderBody, whyNotSendable } from './order-body.ts';
import { CLOCK_DIFFERENCE, enteredBefore } from './order-lists.ts';
import type { OrderLists } from './order-lists.ts';
import { marketsSchema, quotesSchema } from './wire.ts';
import type { WireAccount } from './wire.ts';

const CAPABILITIES: BrokerCapabilities = {
  fractional: false,
  notional: false,
  clientOrderId: false,
  streaming: false,
  extendedHours: true,
  preview: false,
};

const NO_PAPER =
  'Schwab has no paper trading, so this account sends no orders: set mode: live here and TRADING_MODE=live in .env, or use broker: paper.';

/** Symbols in one request for quotes: keeps the address short. */
const SYMBOLS_A_REQUEST = 100;

/** What the accounts of a login read together. */
export interface SharedReads {
  readonly account: (account: LinkedAccount) => Promise<WireAccount>;
  readonly orders: OrderLists;
}

export interface SchwabBrokerOptions {
  readonly account: string;
  readonly mode: 'paper' | 'live';
  readonly accountNumber: string;
  readonly login: SchwabLogin;
  /** Shared by the accounts of the login. */
  readonly reads: SharedReads;
  readonly clock: Clock;
  readonly log: Log;
}

/** One account at Charles Schwab, over its Trader API. */
export function openSchwabBroker(options: SchwabBrokerOptions): Broker {
  const { account, mode, accountNumber, login, clock, log } = options;
  let closed = false;
  const toldOf = new Set<string>();

  async function linkedAccount(): Promise<LinkedAccount> {
    if (closed) throw closedError();
    return await login.linkedAccount(accountNumber);
  }

  async function accountPath(): Promise<string> {
    return `/trader/v1/accounts/${encodeURIComponent((await linkedAccount()).hashValue)}`;
  }

  /** The cash and what is held: one read for both, where both are asked for. */
  const readAccount = async (): Promise<WireAccount> =>
    await options.reads.account(await linkedAccount());

  /** Orders and fills are one list at Schwab: one read for both, where both are asked for. */
  async function readLines(
    since: Temporal.Instant,
    urgency: 'recovery' | 'reading',
  ): Promise<readonly OrderLine[]> {
    return await options.reads.orders.readLines(await linkedAccount(), since, urgency);
  }

  async function executeTrade(
    intent: OrderIntent,
    permit: SendPermit,
  ): Promise<ExecuteTradeResult> {
    if (mode !== 'live') return refused('order_rejected', NO_PAPER);
    if (closed) return notSent(closedError());
    const problem = whyNotSendable(intent, clock.now());
    if (problem !== null) return refused(problem.code, problem.reason);
    let path;
    try {
      path = `${await accountPath()}/orders`;
    } catch (error) {
      if (error instanceof BrokerError) return notSent(error);
      throw error;
    }
    // Once: an order is never sent again for want of an answer.
    const request = { method: 'POST', path, body: orderBody(intent), urgency: 'trading' } as const;
    try {
      return toResult(await login.client.exchange({ ...request, permit }));
    } catch (error) {
      const held = await notSentBecause(error, permit);
      if (held !== null) return held;
      throw error;
    }
  }

  function toResult(exchange: Exchange): ExecuteTradeResult {
    switch (exchange.type) {
      case 'not_sent':
        return notSent(exchange.error);
      case 'no_answer':
        return { type: 'unknown', reason: exchange.reason };
      case 'answered': {
        const { status, headers, body } = exchange;
        if (status === 201) {
          const brokerOrderId = orderIdIn(headers.get('location'));
          return brokerOrderId === null
            ? { type: 'unknown', reason: 'Schwab took the order and did not tell its number.' }
            : { type: 'accepted', brokerOrderId };
        }
        const words = refusalWords(status, body);
        // Behind a failing gateway the order may have been taken all the same.
        if (status < 400 || status >= 500) return { type: 'unknown', reason: words };
        // The account may be addressed otherwise now.
        if (status === 404) login.forgetHashes();
        return refused(statusCode(status) ?? refusalCode(words), words);
      }
    }
  }

  async function cancelOrder(brokerOrderId: string): Promise<void> {
    const base = await accountPath();
    if (!/^\d{1,20}$/.test(brokerOrderId)) {
      throw new BrokerError(BROKER, 'order_rejected', `There is no order ${brokerOrderId}.`);
    }
    const path = `${base}/orders/${brokerOrderId}`;
    const request = { method: 'DELETE', path, urgency: 'recovery' } as const;
    let exchange = await login.client.exchange(request);
    // A cancel may be asked for twice: the second finds nothing to do.
    if (exchange.type === 'answered' && exchange.status === 401) {
      exchange = await login.client.exchange(request);
    }
    if (exchange.type === 'not_sent') throw exchange.error;
    if (exchange.type === 'no_answer') {
      throw new BrokerError(BROKER, 'unavailable', exchange.reason);
    }
    const { status, body } = exchange;
    if (status >= 200 && status < 300) return;
    const code = statusCode(status);
    throw code === null
      ? new BrokerError(BROKER, 'order_rejected', refusalWords(status, body))
      : readError(status, body);
  }

  function tellLeftOut(leftOut: readonly string[]): void {
    const fresh = leftOut.filter((name) => !toldOf.has(name));
    if (fresh.length === 0) return;
    for (const name of fresh) toldOf.add(name);
    log.warn(
      { code: 'positions_left_out', broker: BROKER, account, positions: fresh },
      'positions that are not shares or funds are left out',
    );
  }

  return {
    name: BROKER,
    account,
    capabilities: CAPABILITIES,
    readTogether: login.person,
    async getAccountBalance() {
      return toBalance(await readAccount());
    },
    async getPositions() {
      const securitiesAccount = await readAccount();
      const { positions, leftOut } = toPositions(securitiesAccount.positions);
      tellLeftOut(leftOut);
      return positions;
    },
    async getQuotes(symbols) {
      if (closed) throw closedError();
      const parts = Array.from(
        { length: Math.ceil(symbols.length / SYMBOLS_A_REQUEST) },
        (_, part) => symbols.slice(part * SYMBOLS_A_REQUEST, (part + 1) * SYMBOLS_A_REQUEST),
      );
      const answers = await Promise.all(
        parts.map((part) => {
          const query = new URLSearchParams({
            symbols: part.join(','),
            fields: 'quote,fundamental',
          });
          return login.read(`/marketdata/v1/quotes?${query.toString()}`, quotesSchema);
        }),
      );
      const quotes = new Map(answers.flatMap((answer) => Object.entries(answer)));
      return symbols.map((symbol) => {
        return toQuote(symbol, quotes.get(symbol) ?? null, clock.now());
      });
    },
    async getMarketClock() {
      if (closed) throw closedError();
      const now = clock.now();
      const query = new URLSearchParams({
        markets: 'equity',
        date: exchangeDateOf(now).toString(),
      });
      const path = `/marketdata/v1/markets?${query.toString()}`;
      return toMarketClock(await login.read(path, marketsSchema), now);
    },
    async getTime() {
      if (closed) throw closedError();
      return await login.time();
    },
    executeTrade,
    async findOrder(intent) {
      const since = intent.createdAt.subtract(CLOCK_DIFFERENCE);
      const lines = await readLines(since, 'recovery');
      return matchOrder(
        lines.filter(({ order }) => Temporal.Instant.compare(order.enteredTime, since) >= 0),
        intent,
      );
    },
    async listOrders(since) {
      const orders = (await readLines(enteredBefore(since), 'reading')).map(toBrokerOrder);
      return oldestFirst(
        orders.filter(({ updatedAt }) => Temporal.Instant.compare(updatedAt, since) >= 0),
      );
    },
    async listFills(since) {
      const lines = await readLines(enteredBefore(since), 'reading');
      return lines
        .flatMap((line) => fillsOf(line, account))
        .filter(({ at }) => Temporal.Instant.compare(at, since) >= 0)
        .toSorted((a, b) => Temporal.Instant.compare(a.at, b.at));
    },
    cancelOrder,
    // Nothing comes unasked: whoever needs to know asks for the lists.
    subscribe: () => () => {},
    async loginEndsAt() {
      return await login.tokens.endsAt();
    },
    async findProblems() {
      const problems = mode === 'live' ? [] : [NO_PAPER];
      try {
        if (closed) throw closedError();
        await login.tokens.current();
        await login.linkedAccount(accountNumber);
      } catch (error) {
        if (!(error instanceof BrokerError)) throw error;
        // The others say what to do.
        problems.push(
          error.code === 'unavailable' ? `${error.message} ${error.nextStep}` : error.message,
        );
      }
      return problems;
    },
    async close() {
      closed = true;
    },
  };
}

function refused(
  code: BrokerError['code'],
  reason: string,
): Extract<ExecuteTradeResult, { type: 'rejected' }> {
  return { type: 'rejected', code, brokerCode: null, reason };
}

/** Nothing left us, so the order is certainly not there. */
function notSent(error: BrokerError): ExecuteTradeResult {
  return { ...refused(error.code, error.message), brokerCode: error.brokerCode };
}

/** The order's number at the end of the address that Schwab gives it. */
function orderIdIn(location: string | null): string | null {
  return /\/orders\/(\d{1,20})\/?$/.exec(location ?? '')?.[1] ?? null;
}
