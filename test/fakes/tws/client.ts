import { z } from 'zod';
import { startFakeProcess, steerHere } from '../fake-process.ts';
import type { RunningFake } from '../fake-process.ts';
import type { Connectivity } from './connectivity.ts';
import { optionsSchema } from './options.ts';
import type { TwsFakeOptions } from './options.ts';
import { startTws } from './start.ts';

const readySchema = z.object({ control: z.string(), host: z.string(), port: z.int() });

const stateSchema = z.object({
  now: z.string(),
  accounts: z.array(
    z.object({
      id: z.string(),
      type: z.enum(['cash', 'margin']),
      cash: z.string(),
      positions: z.array(
        z.object({ symbol: z.string(), quantity: z.string(), averageCost: z.string() }),
      ),
    }),
  ),
  orders: z.array(
    z.object({
      /** The permId. */
      brokerOrderId: z.string(),
      manual: z.boolean(),
      clientId: z.int(),
      orderId: z.int(),
      orderRef: z.string(),
      account: z.string(),
      symbol: z.string(),
      side: z.enum(['BUY', 'SELL']),
      orderType: z.enum(['LMT', 'MKT']),
      quantity: z.string(),
      limitPrice: z.string().nullable(),
      timeInForce: z.string(),
      outsideRth: z.boolean(),
      status: z.string(),
      filledQuantity: z.string(),
      averageFillPrice: z.string(),
      submittedAt: z.string(),
      updatedAt: z.string(),
    }),
  ),
  executions: z.array(
    z.object({
      executionId: z.string(),
      brokerOrderId: z.string(),
      at: z.string(),
      quantity: z.string(),
      price: z.string(),
      commission: z.string(),
    }),
  ),
});

const requestsSchema = z.object({
  requests: z.array(z.object({ at: z.string(), clientId: z.int(), type: z.string(), id: z.int() })),
  connected: z.array(z.int()),
  defects: z.array(z.string()),
  /** Messages that came too fast and were not acted on. */
  tooFast: z.int(),
});

export type TwsFakeState = z.infer<typeof stateSchema>;
export type TwsFakeRequests = z.infer<typeof requestsSchema>;

type Operation = 'any' | 'submit' | 'read' | 'cancel';

/** A TWS on loopback, and a function for each verb of its control interface; see README.md. */
export interface TwsFake extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Any verb with any body, e.g. to see one refused. */
  control(verb: string, body?: unknown): Promise<unknown>;
  advance(seconds: number): Promise<void>;
  fillNext(): Promise<void>;
  fill(brokerOrderId: string, quantity: string, price: string): Promise<void>;
  setPrice(
    symbol: string,
    price: string,
    quote?: { readonly bid?: string; readonly ask?: string },
  ): Promise<void>;
  setMarketData(symbol: string, access: 'live' | 'delayed' | 'none' | 'competing'): Promise<void>;
  setMarket(hours: {
    readonly open: boolean;
    readonly nextOpen: string;
    readonly nextClose: string;
  }): Promise<void>;
  closeMarket(): Promise<void>;
  dropAnswer(
    operation: 'submit' | 'cancel',
    order: 'placed' | 'not_placed',
    count?: number,
  ): Promise<void>;
  fail(
    operation: Operation,
    code: 'authentication' | 'rate_limited' | 'unavailable' | 'garbage' | 'half_open',
    count?: number,
  ): Promise<void>;
  delay(milliseconds: number, operation?: Operation): Promise<void>;
  loseConnection(options?: { readonly duringFills?: boolean }): Promise<void>;
  refuseConnections(milliseconds: number | 'until_told'): Promise<void>;
  acceptConnections(): Promise<void>;
  /** 1100; then 1102, or 1101 with all subscriptions gone. Of the farm of prices: 2103; then 2104. */
  connectivity(state: Connectivity): Promise<void>;
  /** The daily restart of the gateway: sockets, subscriptions and bindings are gone, orders are not. */
  restart(options?: {
    readonly resetOrderIds?: boolean;
    readonly forgetOrderIds?: boolean;
  }): Promise<void>;
  replayUpdates(): Promise<void>;
  reorderUpdates(on: boolean): Promise<void>;
  holdCancels(on: boolean): Promise<void>;
  correctExecution(
    executionId: string,
    correction: { readonly quantity?: string; readonly price?: string },
  ): Promise<void>;
  /** @returns the brokerOrderId (permId). */
  placeElsewhere(order: {
    readonly account: string;
    readonly symbol: string;
    readonly side: 'buy' | 'sell';
    readonly quantity: string;
    readonly limitPrice?: string;
  }): Promise<string>;
  cancelElsewhere(brokerOrderId: string): Promise<void>;
  state(): Promise<TwsFakeState>;
  requests(): Promise<TwsFakeRequests>;
  stop(): Promise<void>;
}

/** Starts the fake in this process; it ends with the disposal. */
export async function startTwsFake(options: TwsFakeOptions = {}): Promise<TwsFake> {
  return clientOf(steerHere(await startTws(optionsSchema.parse(options))));
}

/** Starts the fake as a process of its own; it ends with the disposal, or with this process. */
export async function startTwsFakeProcess(options: TwsFakeOptions = {}): Promise<TwsFake> {
  return clientOf(await startFakeProcess(new URL('main.ts', import.meta.url), options));
}

/** Speaks to the control interface of a fake, wherever it runs. */
function clientOf(fake: RunningFake): TwsFake {
  const { host, port } = readySchema.parse(fake.ready);
  const tell = async (verb: string, body: unknown = {}) => {
    await fake.control(verb, body);
  };
  return {
    host,
    port,
    control: (verb, body) => fake.control(verb, body),
    advance: (seconds) => tell('advance', { seconds }),
    fillNext: () => tell('fillNext'),
    fill: (brokerOrderId, quantity, price) => tell('fill', { brokerOrderId, quantity, price }),
    setPrice: (symbol, price, quote) => tell('setPrice', { symbol, price, ...quote }),
    setMarketData: (symbol, access) => tell('setMarketData', { symbol, access }),
    setMarket: (hours) => tell('setMarket', hours),
    closeMarket: () => tell('closeMarket'),
    dropAnswer: (operation, order, count = 1) => tell('dropAnswer', { operation, order, count }),
    fail: (operation, code, count = 1) => tell('fail', { operation, code, count }),
    delay: (milliseconds, operation = 'any') => tell('delay', { milliseconds, operation }),
    loseConnection: (how = {}) => tell('loseConnection', how),
    refuseConnections: (milliseconds) => tell('refuseConnections', { milliseconds }),
    acceptConnections: () => tell('acceptConnections'),
    connectivity: (state) => tell('connectivity', { state }),
    restart: (how = {}) => tell('restart', how),
    replayUpdates: () => tell('replayUpdates'),
    reorderUpdates: (on) => tell('reorderUpdates', { on }),
    holdCancels: (on) => tell('holdCancels', { on }),
    correctExecution: (executionId, correction) =>
      tell('correctExecution', { executionId, ...correction }),
    async placeElsewhere(order) {
      const answer = await fake.control('placeElsewhere', order);
      return z.object({ brokerOrderId: z.string() }).parse(answer).brokerOrderId;
    },
    cancelElsewhere: (brokerOrderId) => tell('cancelElsewhere', { brokerOrderId }),
    state: async () => stateSchema.parse(await fake.control('state')),
    requests: async () => requestsSchema.parse(await fake.control('requests')),
    stop: () => fake.stop(),
    [Symbol.asyncDispose]: () => fake.stop(),
  };
}
