import type { FakeClock } from './clock.ts';

/** So many requests in each minute of the clock. */
export interface RateLimits {
  /** Counts a request. `headers`: Alpaca's `X-RateLimit-...`, sent with every answer. */
  count(whose: string): {
    readonly exceeded: boolean;
    readonly headers: Readonly<Record<string, string>>;
  };
}

export function createRateLimits(clock: FakeClock, perMinute: number): RateLimits {
  const used = new Map<string, { minute: number; requests: number }>();
  return {
    count(whose) {
      const minute = Math.floor(clock.now().epochMilliseconds / 60_000);
      const before = used.get(whose);
      const requests = before?.minute === minute ? before.requests + 1 : 1;
      used.set(whose, { minute, requests });
      return {
        exceeded: requests > perMinute,
        headers: {
          'X-RateLimit-Limit': String(perMinute),
          'X-RateLimit-Remaining': String(Math.max(perMinute - requests, 0)),
          'X-RateLimit-Reset': String((minute + 1) * 60),
        },
      };
    },
  };
}
