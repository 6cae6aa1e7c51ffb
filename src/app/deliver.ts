import { earlier, isDue } from '../core/time.ts';
import { mapAtATime } from '../lib/at-a-time.ts';
import { failpoint } from '../lib/failpoint.ts';
import { createWakeSignal } from '../lib/wake-signal.ts';
import type { Block, Message } from '../messages/message.ts';
import { ChatError } from '../ports/chat-error.ts';
import { directRecipient } from '../ports/chat.ts';
import type { Chat, MessageReference } from '../ports/chat.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { PendingDelivery, Store } from '../ports/store.ts';
import type { ChatIncidents } from './chat-incidents.ts';

/** Brings the copies of every announcement up to date on one platform. */
export interface Delivery {
  start(): void;
  /** Something was announced. */
  wake(): void;
  /** Resolves when every due copy is up to date or has failed and waits for its next attempt. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

const BATCH = 200;
/** Of one channel, before it is looked whether others have something to show. */
const MOST_IN_A_ROW = 5;
const CHANNELS_AT_A_TIME = 16;
const LONGEST_WAIT_IN_SECONDS = 300;

/** How often the store is asked for what another process announced: the command line, a second bot. */
const LOOK_EVERY = Temporal.Duration.from({ seconds: 2 });

/** 1, 2, 4 ... seconds, at most five minutes. */
export function deliveryBackoff(attempts: number): Temporal.Duration {
  const seconds = Math.min(2 ** Math.min(attempts, 20), LONGEST_WAIT_IN_SECONDS);
  return Temporal.Duration.from({ seconds });
}

/** A platform that fails this often in a row is told about; what passes by itself is not. */
const FAILURES_BEFORE_TOLD = 5;

/** A copy waits this often for the message that it belongs under, and is then posted without it. */
const MOST_WAITS = 8;

/** Somebody who takes no direct messages is not asked every few minutes. */
const DIRECT_REFUSED_WAIT = Temporal.Duration.from({ hours: 6 });

/**
 * State changes first; this lets the messages catch up. What cannot be delivered is kept and tried
 * again, longer and longer apart, and never holds up a trade or a decision. While a platform does not
 * answer at all, it is asked with one message at a time.
 */
export function createDelivery(facts: {
  readonly store: Store;
  readonly chat: Chat;
  readonly clock: Clock;
  readonly log: Log;
  readonly incidents: ChatIncidents;
}): Delivery {
  const { store, chat, clock, log, incidents } = facts;
  const signal = createWakeSignal();
  let stopping = false;
  let loop: Promise<void> = Promise.resolve();
  let settledWaiters: (() => void)[] = [];
  let dirty = true;
  let failuresInARow = 0;
  let pausedUntil: Temporal.Instant | null = null;

  const deliver = async (pending: PendingDelivery): Promise<void> => {
    const { announcementKey, platform, channel, version } = pending;
    try {
      const prepared = await prepare(chat, store, pending);
      if (prepared.type === 'wait') {
        await postpone(pending, 'the message that it leads to is not posted yet');
        return;
      }
      const { message, thread } = prepared;
      const edited =
        pending.reference === null ? 'gone' : await chat.edit(pending.reference, message);
      const reference =
        edited === 'edited' && pending.reference !== null
          ? pending.reference
          : await chat.post(channel, message, {
              once: nameOf(pending),
              ...(thread === null ? {} : { thread }),
            });
      failpoint('message_posted');
      await store.transaction((unit) =>
        unit.markDelivered(announcementKey, platform, channel, version, reference),
      );
      failuresInARow = 0;
      await incidents.clear(platform, null);
      if (directRecipient(channel) === null) await incidents.clear(platform, channel);
    } catch (error) {
      await fail(pending, error);
    }
  };

  const postpone = async (
    pending: PendingDelivery,
    reason: string,
    wait: Temporal.Duration = deliveryBackoff(pending.attempts),
  ): Promise<Temporal.Instant> => {
    const { announcementKey, platform, channel } = pending;
    const nextAttemptAt = clock.now().add(wait);
    await store.transaction((unit) =>
      unit.markDeliveryFailed(announcementKey, platform, channel, reason, nextAttemptAt),
    );
    return nextAttemptAt;
  };

  const fail = async (pending: PendingDelivery, error: unknown): Promise<void> => {
    const { announcementKey, platform, channel } = pending;
    const reason = error instanceof Error ? error.message : 'unknown';
    const about = { platform, channel, announcement: announcementKey, error };
    if (!(error instanceof ChatError)) {
      log.error({ code: 'message_not_delivered', ...about }, 'message could not be delivered');
      await postpone(pending, reason);
      return;
    }
    log.warn(
      { code: 'message_not_delivered', reason: error.code, ...about },
      'message could not be delivered; it is tried again',
    );
    switch (error.code) {
      case 'channel_unavailable':
        if (directRecipient(channel) !== null) {
          await postpone(pending, reason, DIRECT_REFUSED_WAIT);
          return;
        }
        await postpone(pending, reason);
        await incidents.report(platform, channel, error);
        return;
      case 'message_refused':
        await postpone(pending, reason);
        return;
      case 'missing_scope':
        await postpone(pending, reason);
        await incidents.report(platform, null, error);
        return;
      case 'authentication':
      case 'unavailable':
      case 'rate_limited':
      case 'stopped': {
        // What was under way in other channels when the platform went away is the same failure.
        if (pausedUntil !== null) {
          await postpone(pending, reason, deliveryBackoff(failuresInARow - 1));
          return;
        }
        failuresInARow += 1;
        pausedUntil = clock.now().add(deliveryBackoff(failuresInARow - 1));
        pausedUntil = await postpone(pending, reason, deliveryBackoff(failuresInARow - 1));
        if (error.code === 'authentication' || failuresInARow >= FAILURES_BEFORE_TOLD) {
          await incidents.report(platform, null, error);
        }
      }
    }
  };

  /** Delivers what is due. @returns whether there may be more at once. */
  const deliverDue = async (): Promise<boolean> => {
    if (pausedUntil !== null && !isDue(clock.now(), pausedUntil)) return false;
    pausedUntil = null;
    const batch = await store.listPendingDeliveries(chat.platform, clock.now(), BATCH);
    // Platforms take about one message a second and channel: a full channel keeps no other waiting.
    const channels =
      failuresInARow > 0
        ? [batch]
        : [...Map.groupBy(batch, ({ channel }) => channel).values()].map((copies) =>
            copies.slice(0, MOST_IN_A_ROW),
          );
    await mapAtATime(channels, CHANNELS_AT_A_TIME, async (copies) => {
      for (const copy of copies) {
        if (stopping || pausedUntil !== null) return;
        await deliver(copy);
      }
    });
    return batch.length > 0 && !stopping && pausedUntil === null;
  };

  const run = async (): Promise<void> => {
    while (!stopping) {
      dirty = false;
      if ((await deliverDue()) || dirty) continue;
      for (const resolve of settledWaiters.splice(0)) resolve();
      const lookAt = clock.now().add(LOOK_EVERY);
      const dueAt = earlier(await store.nextDeliveryAt(chat.platform), lookAt) ?? lookAt;
      const cancel = clock.schedule(pausedUntil ?? dueAt, () => {
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

/** The same for every attempt to post a copy; another one once that copy is known to be gone. */
function nameOf({ announcementKey, platform, channel, reference }: PendingDelivery): string {
  return [announcementKey, platform, channel, reference?.messageId ?? ''].join(' ');
}

type Prepared =
  | {
      readonly type: 'ready';
      readonly message: Message;
      readonly thread: MessageReference | null;
    }
  /** What it stands under or leads to is on its way. */
  | { readonly type: 'wait' };

/** Finds the thread that a message belongs in and the addresses that it leads to. */
async function prepare(chat: Chat, store: Store, pending: PendingDelivery): Promise<Prepared> {
  const patient = pending.attempts < MOST_WAITS;
  const isDirect = directRecipient(pending.channel) !== null;
  let thread: MessageReference | null = null;
  if (pending.inThreadOf !== null && !isDirect) {
    const copies = await store.listCopies(pending.inThreadOf, pending.platform);
    const root = copies.find((copy) => copy.channel === pending.channel);
    if (root !== undefined && root.reference === null && patient) return { type: 'wait' };
    thread = root?.reference ?? null;
  }
  const blocks: Block[] = [];
  for (const block of pending.message.blocks) {
    if (block.type !== 'link') {
      blocks.push(block);
      continue;
    }
    const copies = await store.listCopies(block.to, pending.platform);
    const channels = copies.filter((copy) => directRecipient(copy.channel) === null);
    const target = channels.find((copy) => copy.reference !== null)?.reference ?? null;
    if (target === null && channels.length > 0 && patient) return { type: 'wait' };
    const url = target === null ? null : await addressOf(chat, target);
    // A link to nowhere is worse than none.
    if (url !== null) blocks.push({ ...block, url });
  }
  return { type: 'ready', message: { ...pending.message, blocks }, thread };
}

/** A message is worth sending without its link; only what passes by itself is waited for. */
async function addressOf(chat: Chat, reference: MessageReference): Promise<string | null> {
  try {
    return (await chat.linkTo?.(reference)) ?? null;
  } catch (error) {
    const passes =
      !(error instanceof ChatError) ||
      error.code === 'unavailable' ||
      error.code === 'rate_limited' ||
      error.code === 'authentication' ||
      error.code === 'stopped';
    if (passes) throw error;
    return null;
  }
}
