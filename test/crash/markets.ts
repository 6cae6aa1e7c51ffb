import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { z } from 'zod';
import { BROKER_SCHEMAS } from '../../src/brokers/index.ts';
import { formatProblem } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { decimal, toText, ZERO } from '../../src/core/decimal.ts';
import { nextSession } from '../../src/core/market-calendar.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createSteppedClock } from '../../src/lib/stepped-clock.ts';
import { startAlpacaFakeProcess } from '../fakes/alpaca/index.ts';
import { startSchwabFakeProcess } from '../fakes/schwab/index.ts';
import { startTwsFakeProcess } from '../fakes/tws/index.ts';
import { logInAtSchwab } from '../e2e/schwab-login.ts';

export const BROKERS = ['paper', 'alpaca', 'ibkr', 'schwab'] as const;
export type BrokerName = (typeof BROKERS)[number];

/** Everything decimal is text. What the broker itself has on its books. */
export interface Books {
  readonly orders: readonly {
    readonly brokerOrderId: string;
    /** Ours; null where the broker keeps none. */
    readonly clientOrderId: string | null;
    readonly symbol: string;
    readonly side: 'buy' | 'sell';
    readonly quantity: string;
    readonly filledQuantity: string;
    readonly isFinal: boolean;
  }[];
  readonly executions: readonly {
    readonly brokerOrderId: string;
    readonly quantity: string;
    readonly price: string;
  }[];
  readonly cash: string;
  readonly positions: Readonly<Record<string, string>>;
}

/** A faulty thing that a broker can do; what a broker cannot show is left out. */
export interface MarketFaults {
  dropAnswer(operation: 'submit' | 'cancel', order: 'placed' | 'not_placed'): Promise<void>;
  fail(
    code: 'rate_limited' | 'unavailable' | 'garbage' | 'half_open',
    count: number,
  ): Promise<void>;
  /** Cuts the connection, with fills inside the gap. */
  loseConnection(): Promise<void>;
  replayUpdates?(): Promise<void>;
  reorderUpdates?(on: boolean): Promise<void>;
  /** Of the first execution there is. */
  correctExecution?(): Promise<void>;
  /** Takes the first execution back. */
  bustExecution?(): Promise<void>;
  restart?(): Promise<void>;
  /** The next order is taken, and no word is said of it, over a connection that goes on. */
  swallowOrder?(): Promise<void>;
  fillNext(): Promise<void>;
}

/** A broker to trade at: a process of its own, or the paper broker inside of the bot's database. */
export interface Market extends AsyncDisposable {
  readonly name: BrokerName;
  /** Of portfolios.yaml. */
  readonly section: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly clockShift: number;
  /** What is there before anything is traded. */
  readonly cash: string;
  readonly positions: Readonly<Record<string, string>>;
  /** Done once portfolios.yaml is in the folder and the database is there. */
  prepare(folder: string): Promise<void>;
  books(folder: string): Promise<Books>;
  /** Null for the paper broker, which has no network to fail. */
  readonly faults: MarketFaults | null;
}

export interface MarketOptions {
  /** Before each of two executions; `told`: only when a scenario says so. */
  readonly fillAfterMilliseconds: number | 'told';
  /** Dollars beside those that the plan is about; the account's cash buffer is as much larger. */
  readonly spareCash?: number;
}

const HELD = { AAPL: '1065', MSFT: '1640', AMZN: '735', IBM: '405', GOOG: '68' };
const PRICES = { AAPL: '75.51', MSFT: '26.14', AMZN: '44.82', IBM: '75.89', GOOG: '432.66' };
const CASH = 1450;

function cashOf({ spareCash = 0 }: MarketOptions): string {
  return String(CASH + spareCash);
}

export async function openMarket(name: BrokerName, options: MarketOptions): Promise<Market> {
  switch (name) {
    case 'paper':
      return openPaper(options);
    case 'alpaca':
      return await openAlpaca(options);
    case 'ibkr':
      return await openIbkr(options);
    case 'schwab':
      return await openSchwab(options);
  }
}

const paperOrders = z.array(
  z.object({
    broker_order_id: z.string(),
    client_order_id: z.string(),
    symbol: z.string(),
    side: z.enum(['buy', 'sell']),
    quantity: z.string(),
    filled_quantity: z.string(),
    status: z.string(),
  }),
);

function openPaper(options: MarketOptions): Market {
  const { fillAfterMilliseconds } = options;
  const cash = cashOf(options);
  const interval = fillAfterMilliseconds === 'told' ? '30 s' : `${fillAfterMilliseconds} ms`;
  return {
    name: 'paper',
    section: `
    broker: paper
    paper:
      cash: ${cash}
      positions: ${JSON.stringify(HELD)}
      prices: builtin
      start: 2006-01
      marketHours: ignore
      latency: 20 ms
      partialFills: 2
      fillInterval: ${interval}
      slippageBasisPoints: 2`,
    environment: {},
    clockShift: 0,
    cash,
    positions: HELD,
    prepare: () => Promise.resolve(),
    books(folder) {
      const database = new Database(join(folder, 'bot.db'), { readonly: true, timeout: 5000 });
      try {
        const rows = (table: string) => database.prepare(`select * from ${table}`).all();
        const orders = paperOrders.parse(rows('paper_orders'));
        const [account] = z.array(z.object({ cash: z.string() })).parse(rows('paper_accounts'));
        const positions = z
          .array(z.object({ symbol: z.string(), quantity: z.string() }))
          .parse(rows('paper_positions'));
        return Promise.resolve({
          orders: orders.map((order) => ({
            brokerOrderId: order.broker_order_id,
            clientOrderId: order.client_order_id,
            symbol: order.symbol,
            side: order.side,
            quantity: order.quantity,
            filledQuantity: order.filled_quantity,
            isFinal: !['accepted', 'partially_filled'].includes(order.status),
          })),
          executions: z
            .array(
              z.object({ broker_order_id: z.string(), quantity: z.string(), price: z.string() }),
            )
            .parse(rows('paper_fills'))
            .map(({ broker_order_id: brokerOrderId, quantity, price }) => ({
              brokerOrderId,
              quantity,
              price,
            })),
          cash: account?.cash ?? cash,
          positions: Object.fromEntries(positions.map((row) => [row.symbol, row.quantity])),
        });
      } finally {
        database.close();
      }
    },
    faults: null,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function fillsOf({ fillAfterMilliseconds }: MarketOptions): {
  readonly fills: 'told' | 'automatic';
  readonly fillAfterMilliseconds: number;
} {
  return fillAfterMilliseconds === 'told'
    ? { fills: 'told', fillAfterMilliseconds: 0 }
    : { fills: 'automatic', fillAfterMilliseconds };
}

async function openAlpaca(options: MarketOptions): Promise<Market> {
  const cash = cashOf(options);
  const fake = await startAlpacaFakeProcess({
    ...fillsOf(options),
    requestsPerMinute: 100_000,
    accounts: [
      {
        name: 'core',
        keyId: 'PKCRASHKEY',
        secretKey: 'secret-of-the-crash-matrix',
        cash,
        positions: Object.entries(HELD).map(([symbol, quantity]) => ({
          symbol,
          quantity,
          averageEntryPrice: '20',
        })),
      },
    ],
    assets: Object.entries(PRICES).map(([symbol, price]) => ({ symbol, price })),
  });
  const now = Temporal.Now.instant();
  await fake.setMarket({
    open: true,
    nextOpen: now.add({ hours: 20 }).toString(),
    nextClose: now.add({ hours: 4 }).toString(),
  });
  for (const [symbol, price] of Object.entries(PRICES)) {
    await fake.setPrice({ symbol, price, bid: price, ask: price });
  }
  return {
    name: 'alpaca',
    section: '\n    broker: alpaca',
    environment: {
      ALPACA_API_KEY: 'PKCRASHKEY',
      ALPACA_SECRET: 'secret-of-the-crash-matrix',
      ALPACA_API_URL: fake.accounts['core']?.trading ?? '',
      ALPACA_DATA_URL: fake.data,
      ALPACA_STREAM_URL: fake.accounts['core']?.stream ?? '',
    },
    clockShift: 0,
    cash,
    positions: HELD,
    prepare: () => Promise.resolve(),
    async books() {
      const { accounts, executions } = await fake.state();
      const [account] = accounts;
      if (account === undefined) throw new Error('the fake has no account');
      return {
        orders: account.orders.map((order) => ({
          ...order,
          quantity: order.quantity ?? '0',
          isFinal: ['filled', 'canceled', 'rejected', 'expired'].includes(order.status),
        })),
        executions,
        cash: account.cash,
        positions: Object.fromEntries(account.positions.map((row) => [row.symbol, row.quantity])),
      };
    },
    faults: {
      dropAnswer: (operation, order) => fake.dropAnswer({ operation, order }),
      fail: (code, count) => fake.fail({ code, count }),
      async loseConnection() {
        await fake.loseConnection({ duringFills: true });
      },
      replayUpdates: () => fake.replayUpdates(),
      reorderUpdates: (on) => fake.reorderUpdates(on),
      async correctExecution() {
        const [execution] = (await fake.state()).executions;
        if (execution === undefined) throw new Error('nothing was executed');
        const { executionId } = execution;
        const price = toText(decimal(execution.price).minus('0.01'));
        await fake.correctExecution({ executionId, price });
      },
      async bustExecution() {
        const [execution] = (await fake.state()).executions;
        if (execution === undefined) throw new Error('nothing was executed');
        await fake.bustExecution(execution.executionId);
      },
      async fillNext() {
        await fake.fillNext();
      },
    },
    [Symbol.asyncDispose]: () => fake.stop(),
  };
}

const IBKR_ACCOUNT = 'DU1234567';

/** Half an hour into the next session, and how far that is from now. */
function inSession(): { readonly start: Temporal.Instant; readonly shift: number } {
  const now = Temporal.Now.instant();
  const start = nextSession(now).open.add({ minutes: 30 });
  return { start, shift: Math.round(now.until(start).total('seconds')) };
}

async function openIbkr(options: MarketOptions): Promise<Market> {
  const cash = cashOf(options);
  const { start, shift } = inSession();
  const fake = await startTwsFakeProcess({
    now: start.toString(),
    ...fillsOf(options),
    accounts: [
      {
        id: IBKR_ACCOUNT,
        type: 'margin',
        cash,
        positions: Object.entries(HELD).map(([symbol, quantity]) => ({
          symbol,
          quantity,
          averageCost: '20',
        })),
      },
    ],
    contracts: Object.entries(PRICES).map(([symbol, price], index) => ({
      symbol,
      conId: 9000 + index,
      primaryExchange: symbol === 'IBM' ? 'NYSE' : 'NASDAQ',
      last: price,
      bid: price,
      ask: price,
    })),
  });
  return {
    name: 'ibkr',
    section: `
    broker: ibkr
    ibkr:
      account: ${IBKR_ACCOUNT}`,
    environment: { IBKR_HOST: fake.host, IBKR_PORT: String(fake.port), IBKR_CLIENT_ID: '11' },
    clockShift: shift,
    cash,
    positions: HELD,
    prepare: () => Promise.resolve(),
    async books() {
      const { accounts, orders, executions } = await fake.state();
      const [account] = accounts;
      if (account === undefined) throw new Error('the fake has no account');
      return {
        orders: orders.map((order) => ({
          brokerOrderId: order.brokerOrderId,
          clientOrderId: order.orderRef === '' ? null : order.orderRef,
          symbol: order.symbol,
          side: order.side === 'BUY' ? 'buy' : 'sell',
          quantity: order.quantity,
          filledQuantity: order.filledQuantity,
          isFinal: ['Filled', 'Cancelled', 'ApiCancelled', 'Inactive'].includes(order.status),
        })),
        executions: currentRevisions(executions),
        cash: account.cash,
        positions: Object.fromEntries(account.positions.map((row) => [row.symbol, row.quantity])),
      };
    },
    faults: {
      dropAnswer: (operation, order) => fake.dropAnswer(operation, order),
      fail: (code, count) => fake.fail('any', code, count),
      loseConnection: () => fake.loseConnection({ duringFills: true }),
      replayUpdates: () => fake.replayUpdates(),
      reorderUpdates: (on) => fake.reorderUpdates(on),
      async correctExecution() {
        const [execution] = (await fake.state()).executions;
        if (execution === undefined) throw new Error('nothing was executed');
        const price = toText(decimal(execution.price).minus('0.01'));
        await fake.correctExecution(execution.executionId, { price });
      },
      restart: () => fake.restart(),
      swallowOrder: () => fake.fail('submit', 'half_open', 1),
      fillNext: () => fake.fillNext(),
    },
    [Symbol.asyncDispose]: () => fake.stop(),
  };
}

/** IB corrects an execution by another whose id differs only behind the last dot. */
function currentRevisions<T extends { readonly executionId: string }>(all: readonly T[]): T[] {
  const newest = new Map<string, T>();
  for (const execution of all) {
    newest.set(execution.executionId.replace(/\.\d+$/u, ''), execution);
  }
  return [...newest.values()];
}

async function openSchwab(options: MarketOptions): Promise<Market> {
  const cash = cashOf(options);
  const { start, shift } = inSession();
  const fake = await startSchwabFakeProcess({
    now: start.toString(),
    ...fillsOf(options),
    answers: 'observed',
    accounts: [
      {
        number: '12345678',
        cash,
        positions: Object.entries(HELD).map(([symbol, quantity]) => ({
          symbol,
          quantity,
          costBasis: '1000',
        })),
      },
    ],
    symbols: Object.fromEntries(
      Object.entries(PRICES).map(([symbol, price]) => [symbol, { price }]),
    ),
  });
  const environment = {
    TRADING_MODE: 'live',
    EVENKEEL_MASTER_KEY: randomBytes(32).toString('base64'),
    SCHWAB_CLIENT_ID: fake.app.clientId,
    SCHWAB_CLIENT_SECRET: fake.app.clientSecret,
    SCHWAB_REDIRECT_URI: fake.app.redirectUri,
    SCHWAB_API_URL: fake.apiUrl,
  };
  return {
    name: 'schwab',
    section: `
    broker: schwab
    mode: live
    schwab: { connection: ana, accountNumber: "5678" }`,
    environment,
    clockShift: shift,
    cash,
    positions: HELD,
    async prepare(folder) {
      const loaded = loadConfig({
        env: { DATABASE_URL: 'bot.db', ...environment },
        cwd: folder,
        brokerSchemas: BROKER_SCHEMAS,
      });
      if (loaded.type === 'invalid') throw new Error(loaded.problems.map(formatProblem).join('\n'));
      const clock = createSteppedClock(systemClock);
      clock.jump(Temporal.Duration.from({ seconds: shift }));
      await logInAtSchwab(fake, 'ana', { config: loaded.config, clock });
    },
    async books() {
      const { accounts, orders, executions } = await fake.state({});
      const [account] = accounts;
      if (account === undefined) throw new Error('the fake has no account');
      return {
        orders: orders.map((order) => ({
          brokerOrderId: order.brokerOrderId,
          clientOrderId: null,
          symbol: order.symbol,
          side: order.side,
          quantity: order.quantity,
          filledQuantity: order.filledQuantity,
          isFinal: ['FILLED', 'CANCELED', 'REJECTED', 'EXPIRED'].includes(order.status),
        })),
        executions,
        cash: account.cash,
        positions: Object.fromEntries(account.positions.map((row) => [row.symbol, row.quantity])),
      };
    },
    faults: {
      async dropAnswer(operation, order) {
        await fake.dropAnswer({ operation, order });
      },
      async fail(code, count) {
        await fake.fail({ operation: 'any', code, count });
      },
      async loseConnection() {
        await fake.loseConnection({ duringFills: true });
      },
      async fillNext() {
        await fake.fillNext({});
      },
    },
    [Symbol.asyncDispose]: () => fake.stop(),
  };
}

/** Positions of zero are none. */
export function nonZero(positions: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(positions).filter(([, quantity]) => !decimal(quantity).eq(ZERO)),
  );
}
