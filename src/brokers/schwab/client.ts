import { PacerClosed } from '../../lib/pacer.ts';
import type { Pacer, Urgency } from '../../lib/pacer.ts';
import { reveal } from '../../lib/secret.ts';
import { BrokerError } from '../../ports/broker-error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { AccessTokens } from '../../ports/credentials.ts';
import type { Log } from '../../ports/log.ts';
import type { SendPermit } from '../../ports/broker.ts';
import { requirePermit } from '../send-permit.ts';
import { BROKER, closedError } from './errors.ts';

/** An answer that takes longer does not come. */
const PATIENCE = Temporal.Duration.from({ seconds: 20 });

/** What 429 without a Retry-After waits: of orders the limit is by the minute, of reads it is not known. */
const TRADING_PAUSE_IN_SECONDS = 60;
const READING_PAUSE_IN_SECONDS = 5;

/** Nobody is made to wait longer than this by a Retry-After: the limits are by the minute. */
const LONGEST_PAUSE_IN_SECONDS = 120;

export interface SchwabRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /**
   * From the root, with the query: `/trader/v1/accounts/accountNumbers`. A function is asked when the turn
   * of the request has come, and again should it leave a second time.
   */
  readonly path: string | (() => string);
  /** JSON text. */
  readonly body?: string;
  readonly urgency: Urgency;
  /** For an order: asked when all that could be waited for is there. */
  readonly permit?: SendPermit;
}

/** What became of a request. Only `no_answer` leaves open whether Schwab acted on it. */
export type Exchange =
  | {
      readonly type: 'answered';
      readonly status: number;
      readonly headers: Headers;
      /** Null when it broke off. */
      readonly body: string | null;
    }
  | { readonly type: 'not_sent'; readonly error: BrokerError }
  /** `broke`: the connection ended; otherwise the answer took too long. */
  | { readonly type: 'no_answer'; readonly reason: string; readonly broke: boolean };

/** The requests of one login. */
export interface SchwabClient {
  /**
   * Sends a request once, when its turn has come. Never throws for what Schwab or the network does.
   * @throws what `notSentBecause` knows when the permit was refused.
   */
  exchange(request: SchwabRequest): Promise<Exchange>;
}

export interface SchwabClientOptions {
  /** Without a slash at its end. */
  readonly apiUrl: string;
  readonly tokens: AccessTokens;
  readonly clock: Clock;
  readonly log: Log;
  /** For what places and cancels orders. */
  readonly trading: Pacer;
  readonly reading: Pacer;
}

/** Failures of a connection that was never made: nothing was sent. */
const NEVER_CONNECTED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

export function createSchwabClient(options: SchwabClientOptions): SchwabClient {
  const { apiUrl, tokens, clock, log } = options;

  async function send(request: SchwabRequest, pacer: Pacer): Promise<Exchange> {
    let token;
    try {
      token = await tokens.current();
    } catch (error) {
      if (error instanceof BrokerError) return { type: 'not_sent', error };
      throw error;
    }
    if (request.permit !== undefined) await requirePermit(request.permit);
    const controller = new AbortController();
    const stopWaiting = clock.schedule(clock.now().add(PATIENCE), () => {
      controller.abort();
    });
    try {
      const path = typeof request.path === 'string' ? request.path : request.path();
      const response = await fetch(`${apiUrl}${path}`, {
        method: request.method,
        headers: {
          accept: 'application/json',
          authorization: `Bearer ${reveal(token)}`,
          ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(request.body === undefined ? {} : { body: request.body }),
        // Following one would carry the token elsewhere.
        redirect: 'manual',
        signal: controller.signal,
      });
      const { status, headers } = response;
      if (status === 401) tokens.refused(token);
      if (status === 429) {
        pacer.pauseUntil(clock.now().add({ seconds: pauseSeconds(request, headers) }));
      }
      const body = await response.text().catch(() => null);
      if (status >= 400) {
        log.debug(
          { broker: BROKER, status, correlation: headers.get('schwab-client-correlid') },
          'broker refused a request',
        );
      }
      return { type: 'answered', status, headers, body };
    } catch (error) {
      return failure(error, controller.signal.aborted);
    } finally {
      stopWaiting();
    }
  }

  return {
    async exchange(request) {
      const isRead = request.method === 'GET';
      const pacer = isRead ? options.reading : options.trading;
      const once = () =>
        pacer.run(request.urgency, () => send(request, pacer), request.permit?.withdrawn);
      try {
        const exchange = await once();
        // A connection that was kept open may be closed by the other side just as it is used again. What
        // only reads is asked once more; an order never is.
        return isRead && exchange.type === 'no_answer' && exchange.broke ? await once() : exchange;
      } catch (error) {
        if (error instanceof PacerClosed) return { type: 'not_sent', error: closedError() };
        throw error;
      }
    },
  };
}

function failure(error: unknown, timedOut: boolean): Exchange {
  if (timedOut) {
    return {
      type: 'no_answer',
      reason: `No answer came from Schwab in ${PATIENCE.seconds} seconds.`,
      broke: false,
    };
  }
  const code = failureCode(error);
  const reason = `Schwab cannot be reached (${code}).`;
  return NEVER_CONNECTED.has(code)
    ? { type: 'not_sent', error: new BrokerError(BROKER, 'unavailable', reason, { cause: error }) }
    : {
        type: 'no_answer',
        reason: `The connection to Schwab broke before an answer came (${code}).`,
        broke: true,
      };
}

/** The system's name of what went wrong; fetch hides it in the cause. */
function failureCode(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string') return at.code;
    // Several addresses of one host were tried, and none could be reached.
    if (at instanceof AggregateError) return failureCode(at.errors[0]);
  }
  return 'unknown';
}

function pauseSeconds({ method }: SchwabRequest, headers: Headers): number {
  const text = headers.get('retry-after') ?? '';
  if (/^\d{1,6}$/.test(text)) return Math.min(Number(text), LONGEST_PAUSE_IN_SECONDS);
  return method === 'GET' ? READING_PAUSE_IN_SECONDS : TRADING_PAUSE_IN_SECONDS;
}
