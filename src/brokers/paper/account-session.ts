import type { Kysely } from 'kysely';
import { createSerialQueue } from '../../lib/serial-queue.ts';
import { BrokerError } from '../../ports/broker-error.ts';
import type { BrokerUpdate } from '../../ports/broker.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import {
  advance,
  nextEventAt,
  rematch,
  type Exchange,
  type ExchangeEvent,
  type ExchangeRules,
  type Outcome,
} from './exchange.ts';
import {
  readAccount,
  readExchange,
  writeAccount,
  writeExchange,
  type AccountState,
} from './exchange-store.ts';
import { toBrokerOrder } from './paper-order.ts';
import type { ReplayedMarket } from './replay.ts';
import type { PaperDatabase } from './tables.ts';

/** What a piece of work sees: the account as it is now, with everything done that is due. */
export interface Unit {
  readonly database: Kysely<PaperDatabase>;
  readonly now: Temporal.Instant;
  readonly state: AccountState;
  readonly exchange: Exchange;
  readonly market: ReplayedMarket;
}

/** What it changed; what is left out stays as it was. */
export interface Work<T> {
  readonly result: T;
  readonly state?: AccountState;
  readonly outcome?: Outcome;
}

/**
 * One account, one piece of work at a time, each in one transaction; what happened is told after its
 * commit, in order. A timer does what is due when nobody asks.
 */
export interface AccountSession {
  /**
   * @param symbols the holdings that the work needs besides those of working orders.
   * @throws BrokerError `unavailable` when the database does not answer or the session is closed.
   */
  run<T>(symbols: readonly string[], work: (unit: Unit) => Promise<Work<T>>): Promise<T>;
  subscribe(listener: (update: BrokerUpdate) => void): () => void;
  isClosed(): boolean;
  close(): Promise<void>;
}

export interface AccountSessionOptions {
  readonly account: string;
  readonly database: Kysely<PaperDatabase>;
  readonly clock: Clock;
  readonly log: Log;
  readonly rules: ExchangeRules;
  readonly marketIn: (month: Temporal.PlainYearMonth) => ReplayedMarket;
}

/** After a failure the timer tries again. */
const RETRY_AFTER = Temporal.Duration.from({ seconds: 1 });

export function createAccountSession(options: AccountSessionOptions): AccountSession {
  const { account, database, clock, log } = options;
  const queue = createSerialQueue();
  const listeners = new Set<(update: BrokerUpdate) => void>();
  let closed = false;
  let cancelTimer: (() => void) | null = null;

  function wakeAt(at: Temporal.Instant | null): void {
    cancelTimer?.();
    cancelTimer = at === null || closed ? null : clock.schedule(at, wake);
  }

  function wake(): void {
    if (closed) return;
    queue.run(settle).catch((error: unknown) => {
      log.error(
        { code: 'paper_exchange_failed', account, error },
        'paper exchange could not do what was due; trying again',
      );
      wakeAt(clock.now().add(RETRY_AFTER));
    });
  }

  async function settle(): Promise<void> {
    await transact([], async () => ({ result: undefined }));
  }

  async function transact<T>(
    symbols: readonly string[],
    work: (unit: Unit) => Promise<Work<T>>,
  ): Promise<T> {
    const done = await database.transaction().execute(async (transaction) => {
      const before = await readAccount(transaction, account);
      if (before === null) throw new Error(`the paper account ${account} is not in the database`);
      const now = clock.now();
      const market = options.marketIn(before.month);
      const book = await readExchange(transaction, before, symbols);
      const settled = catchUp(book, before, market, now);
      await writeExchange(transaction, account, book, settled);

      const unit = { database: transaction, now, market, state: before };
      const { result, state, outcome } = await work({ ...unit, exchange: settled.exchange });
      if (outcome !== undefined) {
        await writeExchange(transaction, account, settled.exchange, outcome);
      }
      const { exchange } = outcome ?? settled;
      const after = state ?? before;
      await writeAccount(transaction, before, {
        ...after,
        cash: exchange.cash,
        // Matched above, or by the work itself when it moved the market.
        matchedRevision: after.revision,
      });
      return { result, exchange, events: [...settled.events, ...(outcome?.events ?? [])] };
    });
    // The commit is done: now, and only now, others may hear of it.
    wakeAt(nextEventAt(done.exchange));
    publish(done.events);
    return done.result;
  }

  function catchUp(
    exchange: Exchange,
    state: AccountState,
    market: ReplayedMarket,
    now: Temporal.Instant,
  ): Outcome {
    const { rules } = options;
    const settled = advance(exchange, market.priceOf, rules, now);
    if (state.matchedRevision === state.revision) return settled;
    const rematched = rematch(settled.exchange, market.priceOf, rules, now);
    const again = advance(rematched, market.priceOf, rules, now);
    return { exchange: again.exchange, events: [...settled.events, ...again.events] };
  }

  function publish(events: readonly ExchangeEvent[]): void {
    for (const event of events) {
      const update = toUpdate(account, event);
      for (const listener of listeners) {
        try {
          listener(update);
        } catch (error) {
          // One listener's mistake is not the exchange's, nor the other listeners'.
          log.error(
            { code: 'paper_listener_failed', account, error },
            'a listener to paper broker updates threw',
          );
        }
      }
    }
  }

  return {
    run: async (symbols, work) => {
      if (closed) throw closedError();
      try {
        return await queue.run(async () => await transact(symbols, work));
      } catch (error) {
        if (error instanceof BrokerError) throw error;
        log.error({ code: 'paper_exchange_failed', account, error }, 'paper exchange failed');
        const reason = error instanceof Error ? error.message : String(error);
        throw new BrokerError('paper', 'unavailable', reason, { cause: error });
      }
    },
    subscribe: (listener) => {
      // A function of its own, so that one listener may subscribe twice and end one of them.
      const own = (update: BrokerUpdate): void => {
        listener(update);
      };
      listeners.add(own);
      return () => {
        listeners.delete(own);
      };
    },
    isClosed: () => closed,
    close: async () => {
      closed = true;
      cancelTimer?.();
      await queue.idle();
      cancelTimer?.();
      listeners.clear();
    },
  };
}

export function closedError(): BrokerError {
  return new BrokerError('paper', 'unavailable', 'The paper broker is closed.');
}

function toUpdate(account: string, event: ExchangeEvent): BrokerUpdate {
  if (event.type === 'order') return { type: 'order', order: toBrokerOrder(event.order) };
  const { executionId, order, quantity, price, fees, at } = event.fill;
  return {
    type: 'fill',
    fill: {
      executionId,
      clientOrderId: order.clientOrderId,
      brokerOrderId: order.brokerOrderId,
      account,
      symbol: order.symbol,
      side: order.side,
      quantity,
      price,
      fees,
      at,
    },
  };
}
