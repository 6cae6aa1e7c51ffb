import { createSerialQueue } from '../../lib/serial-queue.ts';
import type { SerialQueue } from '../../lib/serial-queue.ts';
import type { Clock } from '../../ports/clock.ts';

/**
 * Slack takes about one post and one edit a second and channel, and allows short bursts.
 * https://docs.slack.dev/apis/web-api/rate-limits
 */
const PER_SECOND = 1;
const BURST = 5;
/** Channels that were quiet for longer are forgotten. */
const MOST_LANES = 500;

export interface Pacing {
  /** Runs the work when its turn in the channel has come; one at a time and in order. */
  run<T>(channel: string, work: () => Promise<T>): Promise<T>;
}

interface Lane {
  readonly queue: SerialQueue;
  level: number;
  at: Temporal.Instant;
}

/** @param wait resolves after so many milliseconds, or earlier when the chat stops. */
export function createPacing(clock: Clock, wait: (milliseconds: number) => Promise<void>): Pacing {
  const lanes = new Map<string, Lane>();

  function laneOf(channel: string): Lane {
    const lane = lanes.get(channel) ?? {
      queue: createSerialQueue(),
      level: BURST,
      at: clock.now(),
    };
    lanes.delete(channel);
    lanes.set(channel, lane);
    const oldest = lanes.keys().next();
    if (lanes.size > MOST_LANES && oldest.done !== true) lanes.delete(oldest.value);
    return lane;
  }

  function refill(lane: Lane): void {
    const now = clock.now();
    const passed = lane.at.until(now).total('milliseconds');
    lane.level = Math.min(BURST, lane.level + (Math.max(0, passed) * PER_SECOND) / 1000);
    lane.at = now;
  }

  return {
    run(channel, work) {
      const lane = laneOf(channel);
      return lane.queue.run(async () => {
        refill(lane);
        if (lane.level < 1) {
          await wait(((1 - lane.level) * 1000) / PER_SECOND);
          refill(lane);
        }
        lane.level -= 1;
        return await work();
      });
    },
  };
}
