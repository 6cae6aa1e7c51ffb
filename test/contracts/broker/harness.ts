import type {
  Broker,
  BrokerCapabilities,
  BrokerErrorCode,
  BrokerUpdate,
} from '../../../src/ports/broker.ts';
import type { OrderIntent } from '../../../src/core/order.ts';

/**
 * What an adapter's tests provide so that the contract can be checked: an account in a known state
 * and hands on the broker behind it. Nothing here knows any broker.
 */
export interface BrokerContractHarness {
  /**
   * What cannot be asked of this adapter, each with the reason. A capability is listed exactly when
   * the adapter does not have it, a control exactly when the harness does not, an error code when no
   * request can bring it about. The tests that need it are reported with the reason.
   */
  readonly notApplicable: Readonly<Partial<Record<Requirement, string>>>;
  open(scenario: BrokerScenario): Promise<BrokerWorld>;
}

export type Requirement =
  | keyof BrokerCapabilities
  | keyof BrokerControls
  | BrokerErrorCode
  /** The broker tells its own time. */
  | 'getTime';

/**
 * The account and the market of a test. The market is open. Bid, ask and last price are the same;
 * there is no slippage and there are no fees. An order that can trade does so in two executions of
 * half its quantity, each when `fillNext` says so; until then it works.
 */
export interface BrokerScenario {
  /** Decimal text, as everything here. */
  readonly cash: string;
  readonly positions: Readonly<
    Record<string, { readonly quantity: string; readonly costBasis: string }>
  >;
  readonly prices: Readonly<Record<string, string>>;
  /** A symbol the broker knows and does not trade. */
  readonly notTradable: string;
  /** A symbol the broker has never heard of. */
  readonly unknown: string;
  /** The session ends before an order could have two executions by itself. */
  readonly closesSoon: boolean;
}

/** The name of the account in every test. */
export const CONTRACT_ACCOUNT = 'contract';

/** The time at the broker when a world is opened: a Friday, 10:00 in New York, during a session. */
export const CONTRACT_START = Temporal.Instant.from('2026-11-20T15:00:00Z');

/** An open adapter. After `reopen`, `broker` is the new one. */
export interface BrokerWorld extends AsyncDisposable {
  readonly broker: Broker;
  readonly controls: Readonly<Partial<BrokerControls>>;
}

export interface BrokerControls {
  /** Time passes at the broker and for the adapter; nothing else happens. */
  advance(duration: Temporal.DurationLike): Promise<void>;
  /** The next execution of every working order that can trade. */
  fillNext(): Promise<void>;
  /** The session ends: day orders expire, and none is taken. */
  closeMarket(): Promise<void>;
  /** The answer to the next order never comes. */
  dropNextAnswer(order: 'placed' | 'not_placed'): Promise<void>;
  /** The next request fails. */
  failNext(code: 'authentication' | 'rate_limited' | 'unavailable'): Promise<void>;
  /** The adapter ends, in order or at once, and is opened again on the same account. */
  reopen(end: 'closed' | 'killed'): Promise<void>;
  /** The stream is lost and comes back. */
  loseConnection(): Promise<void>;
  /** The exchange changes an execution after the fact; `executionId` as the adapter tells it. */
  correctExecution(correction: {
    readonly executionId: string;
    readonly quantity: string;
    readonly price: string;
  }): Promise<void>;
  /** Somebody places the same order, at the same time, without our clientOrderId. */
  placeElsewhere(intent: OrderIntent): Promise<void>;
}

export const CAPABILITIES = {
  fractional: true,
  notional: true,
  clientOrderId: true,
  streaming: true,
  extendedHours: true,
  preview: true,
} as const satisfies Record<keyof BrokerCapabilities, true>;

export const CONTROLS = {
  advance: true,
  fillNext: true,
  closeMarket: true,
  dropNextAnswer: true,
  failNext: true,
  reopen: true,
  loseConnection: true,
  correctExecution: true,
  placeElsewhere: true,
} as const satisfies Record<keyof BrokerControls, true>;

/** Updates as they come, and a way to wait for one without waiting for time. */
export interface UpdateLog {
  readonly updates: readonly BrokerUpdate[];
  /** Resolves as soon as the updates so far satisfy the predicate. */
  until(predicate: (updates: readonly BrokerUpdate[]) => boolean): Promise<void>;
  end(): void;
}

export function recordUpdates(broker: Broker): UpdateLog {
  const updates: BrokerUpdate[] = [];
  let waiting: { isOver: () => boolean; resolve: () => void }[] = [];
  const end = broker.subscribe((update) => {
    updates.push(update);
    for (const { resolve } of waiting.filter(({ isOver }) => isOver())) resolve();
    waiting = waiting.filter(({ isOver }) => !isOver());
  });
  return {
    updates,
    until: async (predicate) => {
      if (predicate(updates)) return;
      await new Promise<void>((resolve) => {
        waiting.push({ isOver: () => predicate(updates), resolve });
      });
    },
    end,
  };
}
