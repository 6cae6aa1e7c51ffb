import { webApi } from '@slack/bolt';
import { ChatError } from '../../ports/chat-error.ts';
import type { ChatErrorCode } from '../../ports/chat-error.ts';
import type { Clock } from '../../ports/clock.ts';
import { withoutSecrets } from './logger.ts';
import { SLACK_PLATFORM } from './parse.ts';

/** Slack refused a call: its own code, and what it said of it. */
export class SlackRefusal extends Error {
  override readonly name = 'SlackRefusal';
  readonly error: string;
  readonly details: readonly string[];

  constructor(error: string, details: readonly string[]) {
    super(details.length === 0 ? error : `${error}: ${details.join('; ')}`);
    this.error = error;
    this.details = details;
  }
}

export interface CallOptions {
  /** Whether doing it twice is the same as doing it once: then a lost answer is simply asked again. */
  readonly repeatable: boolean;
  /** How long a 429 may be waited out, in seconds; longer ones are the caller's to retry. */
  readonly patienceSeconds?: number;
}

export interface SlackApi {
  /**
   * @throws SlackRefusal when Slack says no.
   * @throws ChatError `unavailable` or `rate_limited` when it did not get there or no answer came.
   */
  call(
    method: string,
    args: Readonly<Record<string, unknown>>,
    options: CallOptions,
  ): Promise<Readonly<Record<string, unknown>>>;
  /** Resolves after so long, or earlier when stopped. */
  wait(milliseconds: number): Promise<void>;
  /** Ends every wait; what waited then fails with `stopped`. */
  stop(): void;
}

const PATIENCE_SECONDS = 60;
const MOST_ATTEMPTS = 4;
const PAUSE_MILLISECONDS = 250;

/** Calls of the Web API, waiting out rate limits and asking again where that cannot do harm. */
export function createSlackApi(client: webApi.WebClient, clock: Clock): SlackApi {
  const waiting = new Set<() => void>();
  let stopped = false;

  function wait(milliseconds: number): Promise<void> {
    if (stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        cancel();
        waiting.delete(done);
        resolve();
      };
      const cancel = clock.schedule(
        clock.now().add({ milliseconds: Math.ceil(milliseconds) }),
        done,
      );
      waiting.add(done);
    });
  }

  return {
    wait,
    async call(method, args, { repeatable, patienceSeconds = PATIENCE_SECONDS }) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return { ...(await client.apiCall(method, { ...args })) };
        } catch (error) {
          const failure = read(error);
          const again = pauseBefore(failure, { repeatable, patienceSeconds });
          if (again === null || attempt >= MOST_ATTEMPTS) throw toError(method, failure, error);
          await wait(again * attempt);
          if (stopped) throw toError(method, failure, error);
        }
      }
    },
    stop() {
      stopped = true;
      for (const done of waiting) done();
    },
  };
}

type Failure =
  | { readonly type: 'refused'; readonly error: string; readonly details: readonly string[] }
  | { readonly type: 'rate_limited'; readonly retryAfterSeconds: number }
  | { readonly type: 'status'; readonly status: number }
  | { readonly type: 'no_answer'; readonly reason: string };

function read(error: unknown): Failure {
  if (error instanceof webApi.WebAPIPlatformError) {
    const { response_metadata: metadata } = error.data;
    const details = metadata?.messages ?? [];
    // Slack's own hiccups come as refusals, too.
    if (
      ['internal_error', 'fatal_error', 'service_unavailable', 'request_timeout'].includes(
        error.data.error,
      )
    ) {
      return { type: 'status', status: 500 };
    }
    if (error.data.error === 'ratelimited' || error.data.error === 'rate_limited') {
      return { type: 'rate_limited', retryAfterSeconds: metadata?.retryAfter ?? 1 };
    }
    return { type: 'refused', error: error.data.error, details };
  }
  if (error instanceof webApi.WebAPIRateLimitedError) {
    return { type: 'rate_limited', retryAfterSeconds: error.retryAfter };
  }
  if (error instanceof webApi.WebAPIHTTPError) return { type: 'status', status: error.statusCode };
  if (error instanceof webApi.WebAPIRequestError) {
    return { type: 'no_answer', reason: withoutSecrets(error.original.message) };
  }
  return {
    type: 'no_answer',
    reason: withoutSecrets(error instanceof Error ? error.message : 'unknown'),
  };
}

/** Milliseconds to wait before the call is made again; null when it must not be. */
function pauseBefore(
  failure: Failure,
  { repeatable, patienceSeconds }: Required<CallOptions>,
): number | null {
  switch (failure.type) {
    case 'refused':
      return null;
    case 'rate_limited':
      return failure.retryAfterSeconds <= patienceSeconds ? failure.retryAfterSeconds * 1000 : null;
    case 'status':
    case 'no_answer':
      // A message whose answer was lost may be there: posting it blindly once more could double it.
      return repeatable ? PAUSE_MILLISECONDS : null;
  }
}

function toError(method: string, failure: Failure, cause: unknown): Error {
  switch (failure.type) {
    case 'refused':
      return new SlackRefusal(failure.error, failure.details.map(withoutSecrets));
    case 'rate_limited':
      return new ChatError(
        SLACK_PLATFORM,
        'rate_limited',
        `${method}: Slack asks to wait ${failure.retryAfterSeconds} s`,
        { cause },
      );
    case 'status':
      return new ChatError(
        SLACK_PLATFORM,
        'unavailable',
        `${method}: Slack answered ${failure.status}`,
      );
    case 'no_answer':
      return new ChatError(
        SLACK_PLATFORM,
        'unavailable',
        `${method}: no answer: ${failure.reason}`,
      );
  }
}

const CODES: Readonly<Record<string, ChatErrorCode>> = {
  not_authed: 'authentication',
  invalid_auth: 'authentication',
  account_inactive: 'authentication',
  token_expired: 'authentication',
  token_revoked: 'authentication',
  missing_scope: 'missing_scope',
  no_permission: 'missing_scope',
  channel_not_found: 'channel_unavailable',
  not_in_channel: 'channel_unavailable',
  is_archived: 'channel_unavailable',
  is_inactive: 'channel_unavailable',
  restricted_action: 'channel_unavailable',
};

/** Slack's refusal as the error of the chat port. */
export function toChatError(error: unknown): unknown {
  if (!(error instanceof SlackRefusal)) return error;
  return new ChatError(SLACK_PLATFORM, CODES[error.error] ?? 'message_refused', error.message, {
    platformCode: error.error,
    cause: error,
  });
}
