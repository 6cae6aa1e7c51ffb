import { parseExactJson } from '../../lib/exact-json.ts';
import { exchangeHttp } from '../../lib/http-exchange.ts';
import type { HttpReply } from '../../lib/http-exchange.ts';
import type { Pacer, Urgency } from '../../lib/pacer.ts';
import type { Clock } from '../../ports/clock.ts';
import { BrokerError } from '../../ports/broker-error.ts';
import type { SendPermit } from '../../ports/broker.ts';
import { requirePermit } from '../send-permit.ts';
import { NoAnswer } from './failures.ts';
import type { HttpAnswer } from './failures.ts';
import type { Login } from './login.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: string;
  /** Sent as JSON. */
  readonly body?: Readonly<Record<string, unknown>>;
  /** The answer is a stream of events that ends: its text is handed on as it is. */
  readonly events?: true;
  /** For an order: asked when all that could be waited for is there. */
  readonly permit?: SendPermit;
}

/** Requests of one login: paced, timed, with the status kept and numbers exact. */
export interface Transport {
  /**
   * @returns the answer, whatever its status.
   * @throws NoAnswer when none came; BrokerError `authentication` when there is no login to ask with,
   *   PacerClosed when the connection was closed first, and what `notSentBecause` knows when the permit was
   *   refused: then nothing was sent.
   */
  send(urgency: Urgency, request: HttpRequest): Promise<HttpAnswer>;
}

/** Alpaca answers within a second; an order that waits longer than this is looked for instead. */
const TIMEOUT = Temporal.Duration.from({ seconds: 10 });

/** For a 429 that does not say how long. */
const DEFAULT_PAUSE_SECONDS = 10;

/** However long a 429 asks for: the limit is by the minute. */
const LONGEST_PAUSE_SECONDS = 120;

export function createTransport(parts: {
  readonly login: Login;
  readonly pacer: Pacer;
  readonly clock: Clock;
}): Transport {
  const { login, pacer, clock } = parts;

  async function ask(request: HttpRequest): Promise<HttpAnswer> {
    const headers = headersOf(await login.headers(), request);
    if (request.permit !== undefined) await requirePermit(request.permit);
    const giveUp = new AbortController();
    const cancel = clock.schedule(clock.now().add(TIMEOUT), () => {
      giveUp.abort();
    });
    try {
      const { status, header, text } = await exchangeHttp({
        method: request.method,
        url: request.url,
        headers,
        ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
        signal: giveUp.signal,
      });
      const isStream = request.events === true && status >= 200 && status < 300;
      const body = isStream ? text : parseExactJson(text);
      if (status === 401) login.refused();
      if (status === 429) {
        pacer.pauseUntil(clock.now().add({ seconds: pauseAfter(header, clock.now()) }));
      }
      return { path: `${request.method} ${new URL(request.url).pathname}`, status, body };
    } catch (error) {
      const host = new URL(request.url).host;
      throw new NoAnswer(
        giveUp.signal.aborted
          ? `${host} did not answer within ${TIMEOUT.seconds} seconds`
          : `${host} cannot be reached (${causeOf(error)})`,
        { cause: error },
      );
    } finally {
      cancel();
    }
  }

  return {
    async send(urgency, request) {
      const once = () => pacer.run(urgency, () => ask(request), request.permit?.withdrawn);
      try {
        return await once();
      } catch (error) {
        // A connection that was kept open may be closed by the other side just as it is used again. What
        // only reads is asked once more; an order never is.
        const broke = error instanceof NoAnswer && BROKEN.has(causeOf(error.cause));
        if (request.method !== 'GET' || !broke) throw error;
        return await once();
      }
    },
  };
}

/** What a connection says that ended before an answer was there. */
const BROKEN: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE']);

/** Checked before anything is sent: an error may quote what cannot stand in a header. */
function headersOf(
  login: Readonly<Record<string, string>>,
  request: HttpRequest,
): Readonly<Record<string, string>> {
  if (Object.values(login).some((value) => !/^[\x20-\x7e]+$/.test(value))) {
    throw new BrokerError(
      'alpaca',
      'authentication',
      'the API key or its secret has a character in it that no key has: copy both again',
    );
  }
  return {
    accept: request.events === true ? 'text/event-stream' : 'application/json',
    ...login,
    ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
  };
}

/** Retry-After in seconds, or when the limit is counted anew (X-RateLimit-Reset, seconds since 1970). */
function pauseAfter(header: HttpReply['header'], now: Temporal.Instant): number {
  const wait = Number(header('retry-after') ?? Number.NaN);
  const reset = Number(header('x-ratelimit-reset') ?? Number.NaN);
  const seconds = Number.isFinite(wait) ? wait : reset - now.epochMilliseconds / 1000;
  if (!Number.isFinite(seconds)) return DEFAULT_PAUSE_SECONDS;
  return Math.ceil(Math.min(Math.max(seconds, 0), LONGEST_PAUSE_SECONDS));
}

/** `ECONNREFUSED` and its like; where several addresses were tried, that of the first. */
function causeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string')
    return error.code;
  if (error instanceof AggregateError) return causeOf(error.errors[0]);
  return error instanceof Error ? error.message : 'unknown';
}
