import { z } from 'zod';
import { startFakeProcess, steerHere } from '../fake-process.ts';
import type { RunningFake } from '../fake-process.ts';
import { alpacaFakeOptionsSchema } from './options.ts';
import type { AlpacaFakeOptions } from './options.ts';
import { serve } from './serve.ts';

const readySchema = z.object({
  control: z.string(),
  accounts: z.record(z.string(), z.object({ trading: z.string(), stream: z.string() })),
  data: z.string(),
  oauth: z.object({ authorize: z.string(), token: z.string() }),
});

const executionSchema = z.object({
  executionId: z.string(),
  activityId: z.string(),
  account: z.string(),
  brokerOrderId: z.string(),
  clientOrderId: z.string(),
  symbol: z.string(),
  side: z.enum(['buy', 'sell']),
  quantity: z.string(),
  price: z.string(),
  at: z.string(),
});

const orderSchema = z.object({
  brokerOrderId: z.string(),
  clientOrderId: z.string(),
  symbol: z.string(),
  side: z.enum(['buy', 'sell']),
  type: z.enum(['market', 'limit']),
  quantity: z.string().nullable(),
  notional: z.string().nullable(),
  limitPrice: z.string().nullable(),
  status: z.string(),
  filledQuantity: z.string(),
  submittedAt: z.string(),
  updatedAt: z.string(),
});

const stateSchema = z.object({
  now: z.string(),
  market: z.object({ open: z.boolean(), nextOpen: z.string(), nextClose: z.string() }),
  accounts: z.array(
    z.object({
      name: z.string(),
      cash: z.string(),
      buyingPower: z.string(),
      positions: z.array(
        z.object({ symbol: z.string(), quantity: z.string(), costBasis: z.string() }),
      ),
      /** Oldest first. */
      orders: z.array(orderSchema),
      /** Connections that listen to the account's `trade_updates`. */
      listeners: z.number(),
    }),
  ),
  executions: z.array(executionSchema),
  /** Where the fake itself broke Alpaca's document: must be empty. */
  defects: z.array(z.string()),
});

const requestSchema = z.object({
  at: z.string(),
  api: z.enum(['trading', 'data', 'login']),
  account: z.string().nullable(),
  method: z.string(),
  path: z.string(),
  operation: z.string().nullable(),
  body: z.string(),
  status: z.number().nullable(),
});

const placedSchema = z.object({ brokerOrderId: z.string() });

export type AlpacaFakeState = z.output<typeof stateSchema>;
export type AlpacaFakeExecution = z.output<typeof executionSchema>;
export type AlpacaFakeRequest = z.output<typeof requestSchema>;

type Operation = 'any' | 'submit' | 'read' | 'events' | 'cancel' | 'token';
type AnOrder = { readonly brokerOrderId: string };

/** A running fake of Alpaca and everything a test can do to it; README.md tells more. */
export interface AlpacaFake extends AsyncDisposable {
  /** Base addresses by account, without `/v2`, and of each account's stream. */
  readonly accounts: Readonly<
    Record<string, { readonly trading: string; readonly stream: string }>
  >;
  /** Base address of market data, without `/v2`. */
  readonly data: string;
  readonly oauth: { readonly authorize: string; readonly token: string };
  /** @returns the fake's time afterwards */
  advance(seconds: number): Promise<string>;
  /** The next execution of every working order that the market trades now, of one account or all. */
  fillNext(account?: string): Promise<readonly AlpacaFakeExecution[]>;
  fill(
    brokerOrderId: string,
    execution: { readonly quantity: string; readonly price: string },
  ): Promise<AlpacaFakeExecution>;
  setPrice(price: {
    readonly symbol: string;
    readonly price: string;
    readonly bid?: string;
    readonly ask?: string;
    /** An instant: the quote is as old as that, and stays so. Default: quotes are fresh while the market is open. */
    readonly quotedAt?: string;
  }): Promise<void>;
  setMarket(market: {
    readonly open: boolean;
    readonly nextOpen: string;
    readonly nextClose: string;
  }): Promise<void>;
  closeMarket(): Promise<void>;
  fail(failure: {
    readonly operation?: Operation;
    readonly code: 'authentication' | 'rate_limited' | 'unavailable' | 'garbage' | 'half_open';
    readonly retryAfterSeconds?: number;
    readonly count?: number;
  }): Promise<void>;
  dropAnswer(dropped: {
    readonly operation: 'submit' | 'cancel';
    readonly order: 'placed' | 'not_placed';
    readonly count?: number;
  }): Promise<void>;
  delay(delay: { readonly milliseconds: number; readonly operation?: Operation }): Promise<void>;
  /** @returns the executions that nobody heard of */
  loseConnection(how?: { readonly duringFills?: boolean }): Promise<readonly AlpacaFakeExecution[]>;
  refuseConnections(how: {
    readonly milliseconds: number | 'until_told';
    /** Streams alone, or every connection to the fake. Default: `stream`. */
    readonly what?: 'stream' | 'all';
  }): Promise<void>;
  acceptConnections(): Promise<void>;
  /** The exchange changes an execution after the fact. */
  correctExecution(correction: {
    readonly executionId: string;
    readonly quantity?: string;
    readonly price?: string;
  }): Promise<void>;
  /** The exchange takes an execution back. */
  bustExecution(executionId: string): Promise<void>;
  replayUpdates(): Promise<void>;
  reorderUpdates(on: boolean): Promise<void>;
  placeElsewhere(order: {
    readonly account: string;
    readonly symbol: string;
    readonly side: 'buy' | 'sell';
    readonly quantity: string;
    readonly limitPrice?: string;
  }): Promise<AnOrder>;
  cancelElsewhere(order: AnOrder): Promise<void>;
  /** @returns the order that took its place */
  replaceElsewhere(
    order: AnOrder & { readonly quantity?: string; readonly limitPrice?: string },
  ): Promise<AnOrder>;
  /** The exchange rejects a working order. */
  rejectOrder(order: AnOrder): Promise<void>;
  /** With `cancels: 'told'`: ends all orders that are `pending_cancel`; their ids. */
  confirmCancels(): Promise<readonly string[]>;
  /** What the person does who next opens the authorize address. Default: allows the first account. */
  consent(answer: { readonly account: string; readonly answer?: 'allow' | 'deny' }): Promise<void>;
  revokeTokens(account: string): Promise<void>;
  state(): Promise<AlpacaFakeState>;
  requests(): Promise<readonly AlpacaFakeRequest[]>;
  stop(): Promise<void>;
}

/** Starts the fake in this process; it ends with `stop` or with `await using`. */
export async function startAlpacaFake(options: AlpacaFakeOptions = {}): Promise<AlpacaFake> {
  return clientOf(steerHere(await serve(alpacaFakeOptionsSchema.parse(options))));
}

/** Starts the fake as a process of its own, which also ends with this one. */
export async function startAlpacaFakeProcess(options: AlpacaFakeOptions = {}): Promise<AlpacaFake> {
  return clientOf(await startFakeProcess(new URL('main.ts', import.meta.url), options));
}

/** Speaks to the control interface of a fake, wherever it runs. */
function clientOf(fake: RunningFake): AlpacaFake {
  const { accounts, data, oauth } = readySchema.parse(fake.ready);
  const ask = async <S extends z.ZodType>(schema: S, verb: string, body: unknown = {}) =>
    schema.parse(await fake.control(verb, body));
  const tell = async (verb: string, body: unknown = {}) => {
    await ask(z.null(), verb, body);
  };
  const executions = z.array(executionSchema);
  return {
    accounts,
    data,
    oauth,
    advance: async (seconds) =>
      (await ask(z.object({ now: z.string() }), 'advance', { seconds })).now,
    fillNext: (account) => ask(executions, 'fillNext', { account }),
    fill: (brokerOrderId, execution) =>
      ask(executionSchema, 'fill', { brokerOrderId, ...execution }),
    setPrice: (price) => tell('setPrice', price),
    setMarket: (market) => tell('setMarket', market),
    closeMarket: () => tell('closeMarket'),
    fail: (failure) => tell('fail', failure),
    dropAnswer: (dropped) => tell('dropAnswer', dropped),
    delay: (delay) => tell('delay', delay),
    loseConnection: (how = {}) => ask(executions, 'loseConnection', how),
    refuseConnections: (how) => tell('refuseConnections', how),
    acceptConnections: () => tell('acceptConnections'),
    correctExecution: (correction) => tell('correctExecution', correction),
    bustExecution: (executionId) => tell('bustExecution', { executionId }),
    replayUpdates: () => tell('replayUpdates'),
    reorderUpdates: (on) => tell('reorderUpdates', { on }),
    placeElsewhere: (order) => ask(placedSchema, 'placeElsewhere', order),
    cancelElsewhere: (order) => tell('cancelElsewhere', order),
    replaceElsewhere: (order) => ask(placedSchema, 'replaceElsewhere', order),
    rejectOrder: (order) => tell('rejectOrder', order),
    confirmCancels: () => ask(z.array(z.string()), 'confirmCancels'),
    consent: (answer) => tell('consent', answer),
    revokeTokens: (account) => tell('revokeTokens', { account }),
    state: () => ask(stateSchema, 'state'),
    requests: () => ask(z.array(requestSchema), 'requests'),
    stop: () => fake.stop(),
    [Symbol.asyncDispose]: () => fake.stop(),
  };
}
