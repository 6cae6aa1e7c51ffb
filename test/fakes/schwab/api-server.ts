import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Fault } from './faults.ts';
import { grantOfAccessToken } from './oauth-grants.ts';
import { catchUp } from './order-book.ts';
import { json, marketDataError, oauthError, serviceError } from './reply.ts';
import type { Reply } from './reply.ts';
import { findRoute } from './routes.ts';
import type { Call, Route } from './routes.ts';
import { answerErrors } from './spec.ts';
import type { AskedRequest, World } from './world.ts';

/** Reads a body of at most a megabyte. */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    length += bytes.length;
    if (length > 1_048_576) throw new Error('the body is over a megabyte');
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString();
}

function unauthorized(route: Route, id: string): Reply {
  if (route.api === 'market') {
    return marketDataError(401, 'Unauthorized', 'Client not authorized', id);
  }
  return route.api === 'oauth'
    ? oauthError(401, 'invalid_client', 'Unauthorized')
    : serviceError(401, 'Unauthorized', ['Client not authorized']);
}

/** The answer of a fault, in the words of the API that was asked; null for no answer ever. */
function failure(route: Route, fault: Extract<Fault, { type: 'fail' }>, id: string): Reply | null {
  const refused = (status: number, message: string): Reply =>
    route.api === 'market'
      ? marketDataError(status, message, message, id)
      : serviceError(status, message);
  const retry: Record<string, string> =
    fault.retryAfterSeconds === null ? {} : { 'retry-after': String(fault.retryAfterSeconds) };
  switch (fault.code) {
    case 'authentication':
      return unauthorized(route, id);
    case 'rate_limited':
      return { ...refused(429, 'Too Many Requests'), headers: retry };
    case 'unavailable':
      return { ...refused(503, 'Service Unavailable'), headers: retry };
    case 'garbage':
      return { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>Sorry' };
    case 'half_open':
      return null;
  }
}

function answer(route: Route, call: Call): Reply {
  if (route.api === 'oauth') return route.answer(call);
  const [scheme, token] = (call.headers['authorization'] ?? '').split(' ');
  const grant =
    scheme?.toLowerCase() === 'bearer' ? grantOfAccessToken(call.world, token ?? '') : null;
  return grant === null
    ? unauthorized(route, call.correlationId)
    : route.answer({ ...call, grant });
}

/** Notes answers that Schwab's document forbids. */
function check(world: World, route: Route, reply: Reply): void {
  if (route.api !== 'trader') return;
  const isClosed = world.options.answers === 'spec';
  for (const error of answerErrors(route.operation, reply.status, reply.body, isClosed)) {
    world.defects.push(`${route.operation} ${reply.status}: ${error}`);
  }
}

function send(
  { clock }: World,
  response: ServerResponse,
  reply: Reply,
  correlationId: string,
): void {
  const headers: Record<string, string> = {
    // RFC 9110, 6.6.1, by the fake's clock.
    date: new Date(clock.now().epochMilliseconds).toUTCString(),
    'schwab-client-correlid': correlationId,
    'schwab-resource-version': '1',
    ...reply.headers,
  };
  if (reply.body === undefined) {
    response.writeHead(reply.status, { ...headers, 'content-length': '0' }).end();
    return;
  }
  const text = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body);
  headers['content-type'] ??= 'application/json';
  response.writeHead(reply.status, headers).end(text);
}

function headersOf(request: IncomingMessage): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
  );
}

/** The order of a submit, for tests to look at; nothing else of a body is kept. */
function keptBody(route: Route | null, body: string): unknown {
  if (route?.kind !== 'submit') return null;
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return body;
  }
}

async function serve(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const method = request.method ?? 'GET';
  const headers = headersOf(request);
  const correlationId = headers['schwab-client-correlid'] ?? randomUUID();
  const body = await readBody(request);
  catchUp(world);
  const found = findRoute(method, url.pathname);
  const isOAuth = url.pathname.startsWith('/v1/oauth');
  const entry: AskedRequest = {
    at: world.clock.now().toString(),
    method,
    path: isOAuth ? url.pathname : `${url.pathname}${url.search}`,
    operation: found?.route.operation ?? 'unknown',
    status: null,
    body: keptBody(found?.route ?? null, body),
  };
  world.requests.push(entry);
  if (found === null) {
    entry.status = 404;
    send(
      world,
      response,
      json(404, { message: 'Not Found', errors: ['Not Found'] }),
      correlationId,
    );
    return;
  }
  const { route, parts } = found;
  const fault = world.faults.take(route.kind);
  const act = () => {
    const reply = answer(route, {
      world,
      search: url.searchParams,
      headers,
      body,
      correlationId,
      parts,
    });
    check(world, route, reply);
    return reply;
  };
  if (fault?.type === 'dropAnswer') {
    if (fault.order === 'placed') act();
    request.socket.destroy();
    return;
  }
  const reply = fault === null ? act() : failure(route, fault, correlationId);
  const milliseconds = world.faults.delayOf(route.kind);
  if (milliseconds > 0) await pause(milliseconds);
  if (reply === null || request.socket.destroyed) return;
  entry.status = reply.status;
  send(world, response, reply, correlationId);
}

/** The API of Schwab: OAuth, trading and market data on one address. It does not listen yet. */
export function createApiServer(world: World): Server {
  // An idle connection stays open, as at a load balancer: what a sleeping client sends late arrives.
  return createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
    serve(world, request, response).catch((error: unknown) => {
      world.defects.push(String(error));
      request.socket.destroy();
    });
  });
}
