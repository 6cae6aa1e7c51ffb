import type { Kysely } from 'kysely';
import { toText, ZERO } from '../../core/decimal.ts';
import type { Decimal } from '../../core/decimal.ts';
import { marketClockAt } from '../../core/market-calendar.ts';
import type { OrderIntent } from '../../core/order.ts';
import type { MarketClock } from '../../core/portfolio.ts';
import { BrokerError } from '../../ports/broker-error.ts';
import type {
  Broker,
  BrokerCapabilities,
  ExecuteTradeResult,
  SendPermit,
} from '../../ports/broker.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { acceptOrder } from './accept-order.ts';
import { closedError, createAccountSession, type Unit, type Work } from './account-session.ts';
import { ORDINARY, type DecideBehaviour, type OrderBehaviour } from './behaviour.ts';
import { advance, buyingPower, finish, rematch, type ExchangeRules } from './exchange.ts';
import {
  findOrderBy,
  listFillsSince,
  listOrdersSince,
  listPositions,
  writeMarket,
} from './exchange-store.ts';
import { createJourneys } from './journeys.ts';
import { onMarketStep, ringMarketStep } from './market-bell.ts';
import { openAccount } from './open-account.ts';
import { toBrokerOrder } from './paper-order.ts';
import { readPrices, type PriceReader } from './read-files.ts';
import { BROKER_ERROR_CODE, type Refusal } from './refusals.ts';
import { replayMonth, stepMonth, type ReplayedMarket } from './replay.ts';
import type { PaperSettings } from './settings.ts';
import type { PaperDatabase } from './tables.ts';

/** The embedded broker, with what only a broker without real money can do. */
export interface PaperBroker extends Broker {
  /**
   * Moves the market of this account's price source on by whole months, up to its last one, and
   * matches waiting orders again. All accounts on the source move with it.
   */
  step(months: number): Promise<{ readonly month: Temporal.PlainYearMonth }>;
  /** The month whose closes are the market's prices now. */
  replayMonth(): Promise<Temporal.PlainYearMonth>;
  /** @param amount more than zero, in account currency. */
  deposit(amount: Decimal): Promise<void>;
}

export interface PaperBrokerOptions {
  readonly account: string;
  readonly settings: PaperSettings;
  /** With the paper tables in it. Never used from inside a transaction of the caller's. */
  readonly database: Kysely<PaperDatabase>;
  readonly clock: Clock;
  readonly log: Log;
  /** What relative paths in the settings start from; the working directory by default. */
  readonly directory?: string;
  /** Shared by the accounts of a process; each reads for itself by default. */
  readonly readPrices?: PriceReader;
  /** For rehearsals; every order is ordinary by default. */
  readonly behaviour?: DecideBehaviour;
}

const CLOSED: ExecuteTradeResult = {
  type: 'rejected',
  code: 'unavailable',
  brokerCode: null,
  reason: 'The paper broker is closed.',
};

const ALWAYS_OPEN: MarketClock = { open: true, nextOpen: null, nextClose: null };

/**
 * Opens an account at the embedded exchange. The first time it is filled as the settings say; after
 * that it goes on where it was left: what fell due in between is done before this resolves.
 * @throws PaperSetupError when the settings or the files they name are wrong; StoreError.
 */
export async function openPaperBroker(options: PaperBrokerOptions): Promise<PaperBroker> {
  const { account, settings, database, clock, log } = options;
  const directory = options.directory ?? '.';
  const prices = await (options.readPrices ?? readPrices)(account, settings.prices, directory);
  await openAccount(database, { account, settings, prices, directory, log, now: clock.now() });

  const rules: ExchangeRules = settings;
  let newest: ReplayedMarket | null = null;
  const marketIn = (month: Temporal.PlainYearMonth): ReplayedMarket => {
    if (newest === null || !newest.month.equals(month)) {
      newest = replayMonth(prices.history, month, settings);
    }
    return newest;
  };
  const session = createAccountSession({ account, database, clock, log, rules, marketIn });
  const onItsWay = createJourneys(clock, settings.latency);
  const clockAt = (instant: Temporal.Instant): MarketClock =>
    settings.marketHours === 'ignore' ? ALWAYS_OPEN : marketClockAt(instant);

  const read = async <T>(look: (unit: Unit) => Promise<T>): Promise<T> =>
    await session.run([], async (unit) => ({ result: await look(unit) }));

  /** Another account moved the market: do here what that makes due. */
  const stopListening = onMarketStep((source) => {
    if (source !== prices.source || session.isClosed()) return;
    read(async () => {}).catch(() => {
      // Logged where it failed; the next request matches the orders again.
    });
  });

  async function executeTrade(
    intent: OrderIntent,
    permit: SendPermit,
  ): Promise<ExecuteTradeResult> {
    if (session.isClosed()) return CLOSED;
    const refusal = await permit.mayStillSend();
    if (refusal !== null) return { type: 'not_sent', ...refusal };
    const behaviour = options.behaviour?.(intent) ?? ORDINARY;
    const arrived = await onItsWay.travel();
    const lost: ExecuteTradeResult = {
      type: 'unknown',
      reason: 'No answer came from the exchange.',
    };
    if (!arrived) return lost;
    if (behaviour.type === 'lose_answer' && !behaviour.reached) return lost;
    try {
      const result = await session.run([intent.symbol], (unit) => place(unit, intent, behaviour));
      return behaviour.type === 'lose_answer' ? lost : result;
    } catch (error) {
      // A commit that failed may or may not have been kept: only looking tells.
      return { type: 'unknown', reason: error instanceof Error ? error.message : String(error) };
    }
  }

  async function place(
    unit: Unit,
    intent: OrderIntent,
    behaviour: OrderBehaviour,
  ): Promise<Work<ExecuteTradeResult>> {
    const { database: transaction, now, state, exchange, market } = unit;
    const { clientOrderId } = intent;
    const known = await findOrderBy(transaction, account, { clientOrderId });
    if (known !== null) {
      const reason = `The client order id ${clientOrderId} has been used, for order ${known.brokerOrderId}.`;
      return { result: rejection({ code: 'duplicate_client_order_id', reason }) };
    }
    const number = state.ordersTaken + 1;
    const { order, refusal, ...outcome } = acceptOrder(exchange, intent, number, {
      account,
      now,
      clock: clockAt(now),
      market: market.priceOf,
      isListed: market.isListed,
      rules,
      fractional: settings.fractional,
      slices: settings.partialFills,
      fillInterval: settings.fillInterval,
      behaviour,
    });
    return {
      result:
        refusal === null
          ? { type: 'accepted', brokerOrderId: order.brokerOrderId }
          : rejection(refusal),
      state: { ...state, ordersTaken: number },
      outcome,
    };
  }

  /** @returns what is wrong with the request; null when the order is cancelled. */
  async function cancel(unit: Unit, brokerOrderId: string): Promise<Work<BrokerError | null>> {
    const order = unit.exchange.working.find((known) => known.brokerOrderId === brokerOrderId);
    if (order !== undefined) {
      const reason = { code: 'cancel_requested', text: 'Cancelled on request.' };
      return { result: null, outcome: finish(unit.exchange, order, 'canceled', unit.now, reason) };
    }
    const known = await findOrderBy(unit.database, account, { brokerOrderId });
    return {
      result:
        known === null
          ? new BrokerError('paper', 'order_rejected', `There is no order ${brokerOrderId}.`, {
              brokerCode: 'order_not_found',
            })
          : new BrokerError(
              'paper',
              'order_rejected',
              `Order ${brokerOrderId} is ${known.status} and cannot be cancelled.`,
              { brokerCode: 'order_not_working' },
            ),
    };
  }

  async function step(months: number): Promise<{ readonly month: Temporal.PlainYearMonth }> {
    if (!Number.isSafeInteger(months) || months < 1) {
      throw new RangeError(`The market moves on by whole months, at least one, not ${months}.`);
    }
    const month = await session.run([], async ({ database: transaction, ...unit }) => {
      const next = stepMonth(prices.history, unit.state.month, Math.min(months, 12_000));
      if (next.equals(unit.state.month)) return { result: next };
      const revision = await writeMarket(transaction, prices.source, next);
      const { priceOf } = marketIn(next);
      const matched = rematch(unit.exchange, priceOf, rules, unit.now);
      return {
        result: next,
        state: { ...unit.state, month: next, revision },
        outcome: advance(matched, priceOf, rules, unit.now),
      };
    });
    ringMarketStep(prices.source);
    return { month };
  }

  // What fell due while nobody was here.
  await read(async () => {});

  return {
    name: 'paper',
    account,
    capabilities: capabilitiesOf(settings),
    keepsBooksInStore: true,
    getAccountBalance: async () =>
      await read(async ({ exchange }) => ({
        cash: exchange.cash,
        // Trades settle at once.
        settledCash: exchange.cash,
        buyingPower: buyingPower(exchange, rules),
      })),
    getPositions: async () =>
      await read(async ({ database: transaction }) => await listPositions(transaction, account)),
    getQuotes: async (symbols) =>
      await read(async ({ market }) => symbols.map((symbol) => market.quote(symbol))),
    getMarketClock: async () => {
      if (session.isClosed()) throw closedError();
      return clockAt(clock.now());
    },
    executeTrade,
    findOrder: async ({ clientOrderId }) =>
      await read(async ({ database: transaction }) => {
        const order = await findOrderBy(transaction, account, { clientOrderId });
        return order === null
          ? { type: 'not_found' }
          : { type: 'found', order: toBrokerOrder(order) };
      }),
    listOrders: async (since) =>
      await read(async ({ database: transaction }) =>
        (await listOrdersSince(transaction, account, since)).map(toBrokerOrder),
      ),
    listFills: async (since) =>
      await read(
        async ({ database: transaction }) => await listFillsSince(transaction, account, since),
      ),
    cancelOrder: async (brokerOrderId) => {
      const problem = await session.run([], async (unit) => await cancel(unit, brokerOrderId));
      if (problem !== null) throw problem;
    },
    subscribe: (listener) => session.subscribe(listener),
    close: async () => {
      stopListening();
      onItsWay.abandon();
      await session.close();
    },
    step,
    replayMonth: async () => await read(async ({ market }) => market.month),
    deposit: async (amount) => {
      if (amount.lte(ZERO)) {
        throw new RangeError(`A deposit is more than zero, not ${toText(amount)}.`);
      }
      await session.run([], async ({ state, exchange }) => ({
        result: undefined,
        state: { ...state, deposited: state.deposited.plus(amount) },
        outcome: { exchange: { ...exchange, cash: exchange.cash.plus(amount) }, events: [] },
      }));
    },
  };
}

function capabilitiesOf(settings: PaperSettings): BrokerCapabilities {
  return {
    fractional: settings.fractional,
    notional: false,
    clientOrderId: true,
    streaming: true,
    extendedHours: false,
    preview: false,
  };
}

function rejection({ code, reason }: Refusal): ExecuteTradeResult {
  return { type: 'rejected', code: BROKER_ERROR_CODE[code], brokerCode: code, reason };
}
