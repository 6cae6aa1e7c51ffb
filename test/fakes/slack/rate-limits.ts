import type { SlackClock } from './clock.ts';

/**
 * https://docs.slack.dev/apis/web-api/rate-limits: a tier is so many calls a minute, with bursts.
 * Posting and updating are also held to about one a second and channel.
 */
export type Tier = 1 | 2 | 3 | 4 | 'posting' | 'special';

const perMinute: Readonly<Record<Tier, number>> = {
  1: 1,
  2: 20,
  3: 50,
  4: 100,
  posting: 300,
  special: 300,
};
const channelPerSecond = 1;
const channelBurst = 10;
const channelMethods = ['chat.postMessage', 'chat.update'];

interface Bucket {
  level: number;
  at: number;
}

export interface RateLimiter {
  /** Counts a call; whole seconds to wait when it is one too many, or null. */
  take(method: string, tier: Tier, channel: string | null): number | null;
}

export function createRateLimiter(clock: SlackClock): RateLimiter {
  const buckets = new Map<string, Bucket>();

  /** Answers the milliseconds until there is room, 0 when there is. */
  function wait(key: string, capacity: number, perMillisecond: number): number {
    const now = clock.now();
    const bucket = buckets.get(key) ?? { level: capacity, at: now };
    bucket.level = Math.min(capacity, bucket.level + (now - bucket.at) * perMillisecond);
    bucket.at = now;
    buckets.set(key, bucket);
    return bucket.level >= 1 ? 0 : (1 - bucket.level) / perMillisecond;
  }

  return {
    take: (method, tier, channel) => {
      const rate = perMinute[tier];
      const limits = [{ key: method, capacity: rate, perMillisecond: rate / 60_000 }];
      if (channel !== null && channelMethods.includes(method)) {
        const key = `${method} ${channel}`;
        limits.push({ key, capacity: channelBurst, perMillisecond: channelPerSecond / 1000 });
      }
      const longest = Math.max(
        ...limits.map(({ key, capacity, perMillisecond }) => wait(key, capacity, perMillisecond)),
      );
      if (longest > 0) return Math.max(1, Math.ceil(longest / 1000));
      for (const { key } of limits) {
        const bucket = buckets.get(key);
        if (bucket !== undefined) bucket.level -= 1;
      }
      return null;
    },
  };
}
