import { decimal, ZERO } from '../../src/core/decimal.ts';
import { nextSession } from '../../src/core/market-calendar.ts';

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

export const HELD = { AAPL: '1065', MSFT: '1640', AMZN: '735', IBM: '405', GOOG: '68' };
export const PRICES = { AAPL: '75.51', MSFT: '26.14', AMZN: '44.82', IBM: '75.89', GOOG: '432.66' };

const CASH = 1450;

export function cashOf({ spareCash = 0 }: MarketOptions): string {
  return String(CASH + spareCash);
}

export function fillsOf({ fillAfterMilliseconds }: MarketOptions): {
  readonly fills: 'told' | 'automatic';
  readonly fillAfterMilliseconds: number;
} {
  return fillAfterMilliseconds === 'told'
    ? { fills: 'told', fillAfterMilliseconds: 0 }
    : { fills: 'automatic', fillAfterMilliseconds };
}

/** Half an hour into the next session, and how far that is from now. */
export function inSession(): { readonly start: Temporal.Instant; readonly shift: number } {
  const now = Temporal.Now.instant();
  const start = nextSession(now).open.add({ minutes: 30 });
  return { start, shift: Math.round(now.until(start).total('seconds')) };
}

/** Positions of zero are none. */
export function nonZero(positions: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(positions).filter(([, quantity]) => !decimal(quantity).eq(ZERO)),
  );
}
