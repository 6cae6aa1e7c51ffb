import { createHash } from 'node:crypto';
import type { FakeClock } from './clock.ts';
import type { OperationName } from './openapi.ts';

export interface RateLimitOptions {
  /** Off, the headers are sent and say that there is plenty. */
  readonly enforced: boolean;
  /** Creating messages, and separately editing them: so many in a window, per channel. */
  readonly messages: { readonly limit: number; readonly windowMilliseconds: number };
  /** Requests with the bot's token, in a second. */
  readonly global: number;
}

/** Discord publishes no numbers for routes; these are what bots observe. The global one is documented. */
export const observedRateLimits: RateLimitOptions = {
  enforced: false,
  messages: { limit: 5, windowMilliseconds: 5_000 },
  global: 50,
};

export type RateLimitVerdict =
  | { readonly type: 'pass'; readonly headers: Readonly<Record<string, string>> }
  | {
      readonly type: 'limited';
      readonly retryAfterSeconds: number;
      readonly scope: 'user' | 'global';
      readonly headers: Readonly<Record<string, string>>;
    };

interface Window {
  endsAt: number;
  used: number;
}

/** Counts requests in windows: https://docs.discord.com/developers/topics/rate-limits */
export function createRateLimits(clock: FakeClock, options: RateLimitOptions) {
  const windows = new Map<string, Window>();
  const windowOf = (key: string, milliseconds: number): Window => {
    const known = windows.get(key);
    if (known !== undefined && known.endsAt > clock.now()) return known;
    const fresh = { endsAt: clock.now() + milliseconds, used: 0 };
    windows.set(key, fresh);
    return fresh;
  };
  /** Counts one request to an operation on one channel, guild or webhook. */
  const count = (operation: OperationName, major: string): RateLimitVerdict => {
    const isInteraction = /^\S+ \/(?:interactions|webhooks)\//.test(operation);
    if (options.enforced && !isInteraction) {
      const window = windowOf('global', 1_000);
      window.used += 1;
      if (window.used > options.global) {
        const retryAfterSeconds = (window.endsAt - clock.now()) / 1_000;
        return { type: 'limited', retryAfterSeconds, scope: 'global', headers: {} };
      }
    }
    // Callbacks are limited by nothing but their deadline.
    if (operation.startsWith('POST /interactions/')) return { type: 'pass', headers: {} };
    const isMessage = /^(?:POST|PATCH) \/channels\/\{channel_id\}\/messages/.test(operation);
    const { limit, windowMilliseconds } =
      options.enforced && isMessage
        ? options.messages
        : { limit: 10_000, windowMilliseconds: 1_000 };
    const window = windowOf(`${operation} ${major}`, windowMilliseconds);
    window.used += 1;
    const resetAfter = (window.endsAt - clock.now()) / 1_000;
    const headers = {
      'X-RateLimit-Limit': String(limit),
      'X-RateLimit-Remaining': String(Math.max(0, limit - window.used)),
      'X-RateLimit-Reset': (window.endsAt / 1_000).toFixed(3),
      'X-RateLimit-Reset-After': resetAfter.toFixed(3),
      'X-RateLimit-Bucket': createHash('md5').update(operation).digest('hex'),
    };
    return window.used <= limit
      ? { type: 'pass', headers }
      : { type: 'limited', retryAfterSeconds: resetAfter, scope: 'user', headers };
  };
  return { count };
}

/** The answer to a request over a limit. The header is in whole seconds, the body exact. */
export function rateLimitAnswer(limit: {
  readonly retryAfterSeconds: number;
  readonly scope: 'user' | 'global' | 'shared';
}) {
  const isGlobal = limit.scope === 'global';
  const whose = limit.scope === 'shared' ? 'The resource is' : 'You are';
  return {
    status: 429,
    headers: {
      'Retry-After': String(Math.ceil(limit.retryAfterSeconds)),
      'X-RateLimit-Scope': limit.scope,
      ...(isGlobal ? { 'X-RateLimit-Global': 'true' } : {}),
    },
    body: {
      message: `${whose} being rate limited.`,
      retry_after: Number(limit.retryAfterSeconds.toFixed(3)),
      global: isGlobal,
    },
  };
}
