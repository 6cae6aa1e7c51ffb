import { ZERO } from '../../core/decimal.ts';
import type { Decimal } from '../../core/decimal.ts';
import { isFinal } from '../../core/order-transition.ts';
import type { Fill } from '../../core/order.ts';
import { createSerialQueue } from '../../lib/serial-queue.ts';
import { BrokerError } from '../../ports/broker-error.ts';
import type { BrokerOrder, BrokerUpdate } from '../../ports/broker.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { OrderAnswer } from './answers.ts';
import type { History } from './history.ts';
import type { TradeStream, TradeStreamOptions } from './stream.ts';

/** What an account's listeners are told. */
export interface Updates {
  subscribe(listener: (update: BrokerUpdate) => void): () => void;
  /** An order as an answer told it; told to the listeners unless they know as much already. */
  tell(order: BrokerOrder): void;
  close(): void;
}

/** Before the connection was lost some things may have been missed too, and clocks differ. */
const OVERLAP = Temporal.Duration.from({ minutes: 5 });

/** How often a fill is looked for that the stream told of; the books are a moment behind it. */
const WAITS_FOR_BOOKS_IN_MILLISECONDS = [100, 250, 500, 1000, 2000];

/** A correction is in the account's events a moment after the stream told of it. */
const CORRECTION_SETTLES = Temporal.Duration.from({ seconds: 4 });

/** What has been told is remembered for so many orders and fills, the newest of them. */
const MOST_REMEMBERED = 5000;

/**
 * Tells orders and fills from the stream of trade updates. A fill is always read from the account's
 * activities: only there does it have the id that it has for ever, so that no execution can count twice.
 * Whenever the stream begins anew, what it did not tell is read over REST.
 */
export function createUpdates(parts: {
  readonly account: string;
  readonly history: History;
  readonly clock: Clock;
  readonly log: Log;
  openStream(
    handlers: Pick<TradeStreamOptions, 'onListening' | 'onUpdate' | 'onLost'>,
  ): TradeStream;
}): Updates {
  const { account, history, clock, log } = parts;
  const listeners = new Set<(update: BrokerUpdate) => void>();
  const queue = createSerialQueue();
  const toldOrders = new Map<string, BrokerOrder>();
  const toldFills = new Map<string, ToldFill>();
  /** Shares of the fills that were told, by order. */
  const toldShares = new Map<string, Decimal>();
  /** Ends the waits for corrections that the stream told of. */
  const waits = new Set<() => void>();
  let stream: TradeStream | null = null;
  let lost = false;
  let heardAt = clock.now();
  let endWait = (): void => {};

  function emit(update: BrokerUpdate): void {
    for (const listener of listeners) listener(update);
  }

  function tell(order: BrokerOrder): void {
    if (listeners.size === 0) return;
    const before = toldOrders.get(order.brokerOrderId);
    if (before !== undefined && !isNews(before, order)) return;
    remember(toldOrders, order.brokerOrderId, order);
    emit({ type: 'order', order });
  }

  /** Reads the fills since, and tells those that are new. */
  async function readFills(since: Temporal.Instant): Promise<void> {
    tellFills(await history.listFills(since));
  }

  function tellFills(fills: readonly Fill[]): void {
    for (const fill of fills) {
      const { executionId, brokerOrderId, quantity, revision = 0 } = fill;
      const before = toldFills.get(executionId);
      if (before !== undefined && before.revision >= revision) continue;
      remember(toldFills, executionId, { quantity, revision });
      const more = quantity.minus(before?.quantity ?? ZERO);
      remember(toldShares, brokerOrderId, filledAsTold(brokerOrderId).plus(more));
      emit({ type: 'fill', fill });
    }
  }

  /** The stream says that an execution was corrected, and not what of it: that is read a moment later. */
  function readCorrectionsLater(): void {
    const begins = clock.now().subtract(OVERLAP);
    const cancel = clock.schedule(clock.now().add(CORRECTION_SETTLES), () => {
      waits.delete(cancel);
      later(async () => {
        tellFills(await history.listCorrectedFills(begins));
      }, 'a correction could not be read from Alpaca');
    });
    waits.add(cancel);
  }

  function filledAsTold(brokerOrderId: string): Decimal {
    return toldShares.get(brokerOrderId) ?? ZERO;
  }

  async function takeIn(event: string, answer: OrderAnswer): Promise<void> {
    if (event === 'trade_bust' || event === 'trade_correct') {
      log.warn(
        { code: 'alpaca_trade_corrected', account, event, order: answer.id },
        'Alpaca took back or changed an execution',
      );
      readCorrectionsLater();
    }
    const order = await history.toBrokerOrder(answer);
    for (const wait of WAITS_FOR_BOOKS_IN_MILLISECONDS) {
      if (order.filledQuantity.lte(ZERO)) break;
      if (filledAsTold(order.brokerOrderId).gte(order.filledQuantity)) break;
      if (stream === null) return;
      try {
        await readFills(order.submittedAt.subtract(OVERLAP));
      } catch (error) {
        if (!(error instanceof BrokerError)) throw error;
        log.warn({ account, code: error.code }, 'fills could not be read; they are read again');
      }
      if (filledAsTold(order.brokerOrderId).gte(order.filledQuantity)) break;
      await pause(wait);
    }
    // With fills missing still, whoever hears of the order sees that they are and reconciles.
    tell(order);
  }

  async function pause(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const cancel = clock.schedule(clock.now().add({ milliseconds }), resolve);
      endWait = () => {
        cancel();
        resolve();
      };
    });
  }

  /** What may have happened while nothing was told. */
  async function repair(since: Temporal.Instant): Promise<void> {
    // Asked for first and told last: an order is then never told ahead of the fills it counts.
    const orders = await history.listOrders(since);
    tellFills(await history.listCorrectedFills(since));
    for (const order of orders) tell(order);
  }

  function later(work: () => Promise<void>, failure: string): void {
    queue
      .run(async () => {
        if (stream !== null) await work();
      })
      .catch((error: unknown) => {
        const code = error instanceof BrokerError ? error.code : 'alpaca_updates_failed';
        log.error({ code, account, error }, failure);
      });
  }

  function open(): TradeStream {
    heardAt = clock.now();
    return parts.openStream({
      onListening: () => {
        const since = heardAt.subtract(OVERLAP);
        const again = lost;
        lost = false;
        later(async () => {
          try {
            await repair(since);
          } finally {
            // Whoever listens asks the broker as well: what failed here has a second chance.
            if (again) emit({ type: 'reconnected' });
          }
        }, 'what was missed could not be read from Alpaca');
      },
      onUpdate: (update) => {
        heardAt = clock.now();
        later(() => takeIn(update.event, update.order), 'an update of Alpaca was not taken in');
      },
      onLost: () => {
        lost = true;
      },
    });
  }

  function end(): void {
    stream?.close();
    stream = null;
    lost = false;
    endWait();
    for (const cancel of waits) cancel();
    waits.clear();
  }

  return {
    tell,
    subscribe(listener) {
      // Each subscription is one of its own, also of the same function twice.
      const own = (update: BrokerUpdate): void => {
        listener(update);
      };
      listeners.add(own);
      stream ??= open();
      return () => {
        listeners.delete(own);
        if (listeners.size === 0) end();
      };
    },
    close() {
      listeners.clear();
      end();
    },
  };
}

interface ToldFill {
  readonly quantity: Decimal;
  readonly revision: number;
}

/** Updates come late and twice: an order never goes back. */
function isNews(before: BrokerOrder, now: BrokerOrder): boolean {
  if (isFinal(before.status)) return false;
  if (now.filledQuantity.lt(before.filledQuantity)) return false;
  return now.status !== before.status || !now.filledQuantity.eq(before.filledQuantity);
}

function remember<T>(memory: Map<string, T>, key: string, value: T): void {
  memory.delete(key);
  memory.set(key, value);
  const [oldest] = memory.keys();
  if (memory.size > MOST_REMEMBERED && oldest !== undefined) memory.delete(oldest);
}
