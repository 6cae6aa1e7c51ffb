import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Failure, RequestKind } from './faults.ts';
import type { Caller } from './logins.ts';
import { answerErrors, isOperation, queryErrors } from './openapi.ts';
import type { RateLimits } from './rate-limits.ts';
import { badInput, notFound, Refusal } from './refusal.ts';
import type { RequestLog } from './request-log.ts';
import type { World } from './world.ts';

export interface ApiRequest {
  /** Null where nobody has to log in. */
  readonly caller: Caller | null;
  /** The parts of the path that the route's pattern captured. */
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
  readonly text: string;
}

export interface ApiAnswer {
  readonly status: number;
  /** Sent as JSON; nothing is sent when it is left out. */
  readonly body?: unknown;
  /** The body is a list, of which each item is sent as an event. */
  readonly events?: true;
  readonly headers?: Readonly<Record<string, string>>;
  /** What happens once the answer is on its way, e.g. the order is routed. */
  readonly afterwards?: () => void;
}

export interface Route {
  readonly method: string;
  readonly pattern: RegExp;
  /** The operation of Alpaca's document, or a name of our own for what the document does not hold. */
  readonly name: string;
  readonly kind: RequestKind;
  handle(request: ApiRequest): ApiAnswer;
}

export interface Api {
  /** Whose rate limit counts, and how requests are told apart in the log. */
  readonly name: 'trading' | 'data' | 'login';
  readonly routes: readonly Route[];
  /** @throws Refusal */
  authorize(request: IncomingMessage): Caller | null;
}

/** A server for one address of Alpaca's. */
export function createApiServer(
  world: World,
  api: Api,
  limits: RateLimits,
  log: RequestLog,
): Server {
  // An idle connection stays open, as at a load balancer: what a sleeping client sends late arrives.
  return createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
    void serve(request, response).catch((error: unknown) => {
      world.defects.push(`${request.method} ${request.url}: ${String(error)}`);
      response.destroy();
    });
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://fake');
    const method = request.method ?? 'GET';
    const text = await readAll(request);
    world.catchUp();
    const found = api.routes.filter(({ pattern }) => pattern.test(url.pathname));
    const route = found.find((candidate) => candidate.method === method);
    const entry = log.begin(api.name, method, url, route?.name ?? null, text, world.clock.now());
    const fault = world.faults.take(route?.kind ?? 'other');
    if (fault.milliseconds > 0) {
      await new Promise((resolve) => setTimeout(resolve, fault.milliseconds));
    }
    if (fault.failure !== null) {
      entry.status = failWith(response, fault.failure, world);
      return;
    }
    if (fault.dropped === 'not_placed') {
      request.socket.resetAndDestroy();
      return;
    }
    const answer = answerTo();
    entry.status = answer.status;
    if (fault.dropped === 'placed') request.socket.resetAndDestroy();
    else send(response, answer);
    answer.afterwards?.();

    function answerTo(): ApiAnswer {
      let headers = {};
      try {
        const caller = api.authorize(request);
        entry.account = caller?.account ?? null;
        if (caller !== null) {
          const limit = limits.count(`${api.name} ${caller.account}`);
          headers = limit.headers;
          if (limit.exceeded) throw new Refusal(429, { message: 'too many requests.' });
        }
        if (route === undefined) {
          throw found.length > 0
            ? new Refusal(405, { code: 40510000, message: 'Method Not Allowed' })
            : notFound('endpoint not found');
        }
        if (isOperation(route.name)) {
          const [wrong] = queryErrors(route.name, url.searchParams);
          if (wrong !== undefined) throw badInput(`invalid query: ${wrong}`);
        }
        const [, ...parts] = route.pattern.exec(url.pathname) ?? [];
        const given = route.handle({
          caller,
          parts: parts.map(decodeURIComponent),
          query: url.searchParams,
          text,
        });
        return checked(route, { ...given, headers: { ...headers, ...given.headers } });
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        return checked(route, { status: error.status, body: error.body, headers });
      }
    }
  }

  function checked(route: Route | undefined, answer: ApiAnswer): ApiAnswer {
    if (route !== undefined && isOperation(route.name)) {
      const wrong = answerErrors(route.name, answer.status, answer.body);
      world.defects.push(...wrong.map((error) => `${route.name} ${answer.status}: ${error}`));
    }
    return answer;
  }
}

function send(response: ServerResponse, answer: ApiAnswer): void {
  const { status, body, headers } = answer;
  if (answer.events === true && Array.isArray(body)) {
    response.writeHead(status, { 'content-type': 'text/event-stream', ...headers });
    response.end(body.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''));
    return;
  }
  const text = body === undefined ? '' : JSON.stringify(body);
  response.writeHead(status, {
    ...(body === undefined ? {} : { 'content-type': 'application/json; charset=UTF-8' }),
    ...headers,
  });
  response.end(text);
}

const UNAVAILABLE = `<html>\r\n<head><title>503 Service Temporarily Unavailable</title></head>\r\n<body>\r\n<center><h1>503 Service Temporarily Unavailable</h1></center>\r\n</body>\r\n</html>\r\n`;

/** @returns the status; null when nothing is ever answered */
function failWith(response: ServerResponse, failure: Failure, world: World): number | null {
  switch (failure.code) {
    case 'half_open':
      return null;
    case 'authentication':
      send(response, {
        status: 401,
        body: { code: 40110000, message: 'request is not authorized' },
      });
      return 401;
    case 'rate_limited': {
      const reset = world.clock.now().add({ seconds: failure.retryAfterSeconds });
      send(response, {
        status: 429,
        body: { message: 'too many requests.' },
        headers: {
          'X-RateLimit-Limit': String(world.settings.requestsPerMinute),
          'X-RateLimit-Remaining': '0',
          'X-RateLimit-Reset': String(Math.ceil(reset.epochMilliseconds / 1000)),
        },
      });
      return 429;
    }
    case 'unavailable':
      response.writeHead(503, { 'content-type': 'text/html' }).end(UNAVAILABLE);
      return 503;
    case 'garbage':
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"id": "0b7e2", "sta');
      return 200;
  }
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
