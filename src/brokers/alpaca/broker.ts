import type { OrderIntent } from '../../core/order.ts';
import type { Quote } from '../../core/portfolio.ts';
import { BrokerError } from '../../ports/broker-error.ts';
import type {
  Broker,
  BrokerCapabilities,
  ExecuteTradeResult,
  FindOrderResult,
  SendPermit,
} from '../../ports/broker.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { notSentBecause } from '../send-permit.ts';
import type { Addresses } from './addresses.ts';
import { accountAnswer, orderAnswer, positionsAnswer, snapshotsAnswer } from './answers.ts';
import type { SnapshotAnswer } from './answers.ts';
import { createAssets } from './assets.ts';
import { closedError, withoutAnswer } from './client.ts';
import type { AlpacaApi } from './client.ts';
import { cancelFailureOf, isNotFound, NoAnswer, refusalOf } from './failures.ts';
import type { HttpAnswer } from './failures.ts';
import { createHistory } from './history.ts';
import type { Login } from './login.ts';
import { isTradable, toOrderRequest, toPosition, toQuote } from './mapping.ts';
import { findAlpacaProblems } from './problems.ts';
import { createSessions } from './sessions.ts';
import { openTradeStream } from './stream.ts';
import { createUpdates } from './updates.ts';
import { createVolumes, NO_VOLUMES } from './volumes.ts';

const CAPABILITIES: BrokerCapabilities = {
  fractional: true,
  // docs/adr/0010-alpaca-through-its-library.md says why orders are for quantities only.
  notional: false,
  clientOrderId: true,
  streaming: true,
  extendedHours: true,
  preview: false,
};

/** An address has so many symbols at once, well below what servers take. */
const SYMBOLS_A_REQUEST = 200;

/** An order that was not taken because of the limit of requests is sent again so often. */
const MOST_SENDS = 3;

export interface AlpacaAccount {
  readonly account: string;
  readonly mode: 'paper' | 'live';
  readonly addresses: Addresses;
  readonly login: Login;
  readonly api: AlpacaApi;
  readonly needsVolumes: boolean;
  readonly clock: Clock;
  readonly log: Log;
}

/** One account at Alpaca, behind the port. Nothing is asked before somebody asks. */
export function openAlpacaBroker(parts: AlpacaAccount): Broker {
  const { account, addresses, login, api, clock, log } = parts;
  const assets = createAssets(api, clock);
  const sessions = createSessions(api, clock);
  const volumes = parts.needsVolumes ? createVolumes(api, clock, log) : NO_VOLUMES;
  const history = createHistory({
    api,
    account,
    clock,
    log,
    priceOf: async (symbol) => {
      const [quote] = await getQuotes([symbol]);
      return quote?.price ?? null;
    },
  });
  const updates = createUpdates({
    account,
    history,
    clock,
    log,
    openStream: (handlers) =>
      openTradeStream({ account, addresses, login, clock, log, ...handlers }),
  });
  let closed = false;

  /** @throws BrokerError once the account is closed. */
  async function whileOpen<T>(work: () => Promise<T>): Promise<T> {
    if (closed) throw closedError();
    return await work();
  }

  async function getQuotes(symbols: readonly string[]): Promise<readonly Quote[]> {
    if (symbols.length === 0) return [];
    const found = await assets.find(symbols);
    const known = symbols.filter((symbol) => found.get(symbol) !== null);
    const snapshots = new Map<string, SnapshotAnswer>();
    // Beside the prices: it must not cost a round trip of its own.
    const asked = volumes.find(known);
    for (let start = 0; start < known.length; start += SYMBOLS_A_REQUEST) {
      const part = known.slice(start, start + SYMBOLS_A_REQUEST).map(encodeURIComponent);
      const answer = await api.read('reading', snapshotsAnswer, (client) =>
        client.getSnapshots({ symbols: part }),
      );
      for (const [symbol, snapshot] of Object.entries(answer)) snapshots.set(symbol, snapshot);
    }
    const daily = await asked;
    const now = clock.now();
    return symbols.map((symbol) => ({
      ...toQuote(symbol, found.get(symbol) ?? null, snapshots.get(symbol), now),
      averageDailyVolume: daily.get(symbol) ?? null,
    }));
  }

  /** Why an order must not even be sent; null when it may be. */
  async function refusalBeforehand(intent: OrderIntent): Promise<ExecuteTradeResult | null> {
    try {
      if (intent.extendedHours || (await sessions.isOpen())) return null;
    } catch (error) {
      if (!(error instanceof BrokerError)) throw error;
      return rejection(error);
    }
    // Alpaca would keep it for the next session, for prices that nobody has approved.
    return {
      type: 'rejected',
      code: 'market_closed',
      brokerCode: null,
      reason: 'The market is closed; the order was not sent.',
    };
  }

  async function executeTrade(
    intent: OrderIntent,
    permit: SendPermit,
  ): Promise<ExecuteTradeResult> {
    if (closed) return rejection(closedError());
    const refusal = await refusalBeforehand(intent);
    if (refusal !== null) return refusal;
    for (let sends = 1; ; sends += 1) {
      let answer: HttpAnswer;
      try {
        answer = await api.askPath('trading', {
          method: 'POST',
          url: '/orders',
          body: toOrderRequest(intent),
          permit,
        });
      } catch (error) {
        if (error instanceof NoAnswer) return { type: 'unknown', reason: `${error.message}.` };
        const notSent = await notSentBecause(error, permit);
        if (notSent !== null) return notSent;
        // Before anything was sent: no login, or closed.
        if (error instanceof BrokerError) return rejection(error);
        throw error;
      }
      // Not taken, by Alpaca's own word, and the pacer waits as long as it says.
      if (answer.status === 429 && sends < MOST_SENDS) continue;
      return await readAnswer(intent, answer);
    }
  }

  async function readAnswer(intent: OrderIntent, answer: HttpAnswer): Promise<ExecuteTradeResult> {
    if (answer.status !== 200) return await readRefusal(intent, answer);
    try {
      const order = await history.toBrokerOrder(api.understand(answer, orderAnswer));
      if (order.clientOrderId !== intent.clientOrderId) {
        return { type: 'unknown', reason: 'Alpaca answered with an order that is not this one.' };
      }
      updates.tell(order);
      const { brokerOrderId } = order;
      if (order.status !== 'rejected') return { type: 'accepted', brokerOrderId };
      return {
        type: 'rejected',
        code: 'order_rejected',
        brokerCode: null,
        reason: 'Alpaca rejected the order and gives no reason.',
      };
    } catch (error) {
      if (!(error instanceof BrokerError)) throw error;
      return { type: 'unknown', reason: `${error.message}.` };
    }
  }

  async function readRefusal(intent: OrderIntent, answer: HttpAnswer): Promise<ExecuteTradeResult> {
    const refusal = refusalOf(answer);
    if (refusal.type !== 'rejected' || refusal.code !== 'order_rejected') return refusal;
    // Alpaca has the same code for every wrong order; whether it is the symbol is asked for.
    try {
      const asset = (await assets.find([intent.symbol])).get(intent.symbol) ?? null;
      if (asset !== null && isTradable(asset)) return refusal;
      return { ...refusal, code: 'not_tradable' };
    } catch (error) {
      if (!(error instanceof BrokerError)) throw error;
      return refusal;
    }
  }

  async function findOrder(intent: OrderIntent): Promise<FindOrderResult> {
    let answer: HttpAnswer;
    try {
      const query = new URLSearchParams({ client_order_id: intent.clientOrderId });
      answer = await api.askPath('recovery', {
        method: 'GET',
        url: `/orders:by_client_order_id?${query.toString()}`,
      });
    } catch (error) {
      throw withoutAnswer(error);
    }
    if (isNotFound(answer)) return { type: 'not_found' };
    const order = await history.toBrokerOrder(api.understand(answer, orderAnswer));
    return { type: 'found', order };
  }

  async function cancelOrder(brokerOrderId: string): Promise<void> {
    let answer: HttpAnswer;
    try {
      answer = await api.ask('recovery', (client) =>
        client.cancelOrder({ order_id: encodeURIComponent(brokerOrderId) }),
      );
    } catch (error) {
      throw withoutAnswer(error);
    }
    if (answer.status >= 300) throw cancelFailureOf(answer);
  }

  return {
    name: 'alpaca',
    account,
    capabilities: CAPABILITIES,
    getAccountBalance: async () =>
      await whileOpen(async () => {
        const answer = await api.read('reading', accountAnswer, (client) => client.getAccount());
        return { cash: answer.cash, settledCash: null, buyingPower: answer.buying_power };
      }),
    getPositions: async () =>
      await whileOpen(async () => {
        const positions = await api.read('reading', positionsAnswer, (client) =>
          client.getPositions(),
        );
        return positions.map(toPosition);
      }),
    getQuotes: async (symbols) => await whileOpen(async () => await getQuotes(symbols)),
    getMarketClock: async () => await whileOpen(async () => await sessions.read()),
    getTime: async () => await whileOpen(async () => await sessions.time()),
    executeTrade,
    findOrder: async (intent) => await whileOpen(async () => await findOrder(intent)),
    listOrders: async (since) => await whileOpen(async () => await history.listOrders(since)),
    listFills: async (since) =>
      await whileOpen(async () => await history.listCorrectedFills(since)),
    cancelOrder: async (id) => await whileOpen(async () => await cancelOrder(id)),
    subscribe: (listener) => (closed ? () => {} : updates.subscribe(listener)),
    findProblems: async () =>
      await whileOpen(
        async () => await findAlpacaProblems({ mode: parts.mode, addresses, login, api }),
      ),
    ...(login.endsAt === null ? {} : { loginEndsAt: login.endsAt }),
    close: async () => {
      closed = true;
      updates.close();
    },
  };
}

function rejection(error: BrokerError): ExecuteTradeResult {
  return {
    type: 'rejected',
    code: error.code,
    brokerCode: error.brokerCode,
    reason: `${error.message}.`,
  };
}
