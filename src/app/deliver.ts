import { earlier } from '../core/time.ts';
import { createWakeSignal } from '../lib/wake-signal.ts';
import type { Chat } from '../ports/chat.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { PendingDelivery, Store } from '../ports/store.ts';

/** Brings the copies of every announcement up to date on one platform. */
export interface Delivery {
  start(): void;
  /** Something was announced. */
  wake(): void;
  /** Resolves when every due copy is up to date or has failed and waits for its next attempt. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

const BATCH = 50;
const LONGEST_WAIT_IN_SECONDS = 300;

/** How often the store is asked for what another process announced: the command line, a second bot. */
const LOOK_EVERY = Temporal.Duration.from({ seconds: 2 });

/** 1, 2, 4 ... seconds, at most five minutes. */
export function deliveryBackoff(attempts: number): Temporal.Duration {
  const seconds = Math.min(2 ** Math.min(attempts, 20), LONGEST_WAIT_IN_SECONDS);
  return Temporal.Duration.from({ seconds });
}

/**
 * State changes first; this lets the messages catch up. What cannot be delivered is kept and tried
 * again, longer and longer apart, and never holds up a trade or a decision.
 */
export function createDelivery(facts: {
  readonly store: Store;
  readonly chat: Chat;
  readonly clock: Clock;
  readonly log: Log;
}): Delivery {
  const { store, chat, clock, log } = facts;
  const signal = createWakeSignal();
  let stopping = false;
  let loop: Promise<void> = Promise.resolve();
  let settledWaiters: (() => void)[] = [];
  let dirty = true;

  const deliver = async (pending: PendingDelivery): Promise<void> => {
    const { announcementKey, platform, channel, version } = pending;
    try {
      const edited =
        pending.reference === null ? 'gone' : await chat.edit(pending.reference, pending.message);
      const reference =
        edited === 'edited' && pending.reference !== null
          ? pending.reference
          : await chat.post(channel, pending.message);
      await store.transaction((unit) =>
        unit.markDelivered(announcementKey, platform, channel, version, reference),
      );
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown';
      const nextAttemptAt = clock.now().add(deliveryBackoff(pending.attempts));
      log.error(
        { code: 'message_not_delivered', platform, channel, announcement: announcementKey, error },
        'message could not be delivered; it is tried again',
      );
      await store.transaction((unit) =>
        unit.markDeliveryFailed(announcementKey, platform, channel, reason, nextAttemptAt),
      );
    }
  };

  const run = async (): Promise<void> => {
    while (!stopping) {
      dirty = false;
      const pending = await store.listPendingDeliveries(chat.platform, clock.now(), BATCH);
      for (const copy of pending) {
        if (stopping) return;
        await deliver(copy);
      }
      if (pending.length > 0 || dirty) continue;
      for (const resolve of settledWaiters.splice(0)) resolve();
      const lookAt = clock.now().add(LOOK_EVERY);
      const nextAt = earlier(await store.nextDeliveryAt(chat.platform), lookAt) ?? lookAt;
      const cancel = clock.schedule(nextAt, () => {
        signal.wake();
      });
      await signal.wait();
      cancel();
    }
  };

  return {
    start() {
      loop = run().catch((error: unknown) => {
        log.error({ code: 'delivery_stopped', platform: chat.platform, error }, 'delivery stopped');
      });
    },
    wake() {
      dirty = true;
      signal.wake();
    },
    settled() {
      return new Promise((resolve) => {
        settledWaiters.push(resolve);
        dirty = true;
        signal.wake();
      });
    },
    async stop() {
      stopping = true;
      signal.wake();
      await loop;
      for (const resolve of settledWaiters) resolve();
      settledWaiters = [];
    },
  };
}
