import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { ApiAnswer, ApiRequest, Handler, Upload } from './api.ts';
import type { FaultEffect, FaultSource } from './faults.ts';
import { describeFormErrors, DiscordRefusal, refusals } from './form-errors.ts';
import { answerErrors, operationNames } from './openapi.ts';
import type { OperationName } from './openapi.ts';
import { rateLimitAnswer } from './rate-limits.ts';
import type { createRateLimits } from './rate-limits.ts';
import { parseBody, readAll } from './request-body.ts';
import { commandRoutes } from './routes-commands.ts';
import { interactionRoutes } from './routes-interactions.ts';
import { messageRoutes } from './routes-messages.ts';
import { readRoutes } from './routes-reads.ts';
import { webhookRoutes } from './routes-webhooks.ts';
import type { World } from './world.ts';

/** One request that reached the fake, and what became of it. */
export interface ApiCall {
  readonly method: string;
  /** After `/api/v10`, with the query. */
  readonly path: string;
  /** Null when there is no such route. */
  readonly operation: OperationName | null;
  readonly authorization: string | null;
  /** On the fake's clock. */
  readonly at: number;
  body: unknown;
  files: readonly Upload[];
  /** Null while under way, and when the connection was broken. */
  status: number | null;
  answer: unknown;
}

const routes = {
  ...readRoutes,
  ...commandRoutes,
  ...messageRoutes,
  ...interactionRoutes,
  ...webhookRoutes,
} satisfies Record<OperationName, Handler>;

const prefix = '/api/v10';

/** Fixed paths come before those with a name in the same place. */
const patterns = operationNames()
  .toSorted((a, b) => a.split('{').length - b.split('{').length)
  .map((operation) => {
    const [method = '', template = ''] = operation.split(' ');
    const names = [...template.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
    const source = template.replaceAll(/\{\w+\}/g, '([^/]+)');
    return { operation, method, names, pattern: new RegExp(`^${source}$`) };
  });

interface Answer extends ApiAnswer {
  readonly headers: Readonly<Record<string, string>>;
}

export interface ApiServer {
  readonly server: Server;
  readonly calls: ApiCall[];
  /** Answers of the fake itself that Discord's document forbids. */
  readonly defects: string[];
}

/** Behind the version, decoded; as it is where that is not possible, and then it leads nowhere. */
function pathOf(url: URL): string {
  const path = url.pathname.slice(prefix.length);
  try {
    return decodeURIComponent(path);
  } catch (error) {
    if (error instanceof URIError) return path;
    throw error;
  }
}

export function createApiServer(
  world: World,
  faults: FaultSource,
  limits: ReturnType<typeof createRateLimits>,
): ApiServer {
  const calls: ApiCall[] = [];
  const defects: string[] = [];
  const server = createServer((request, response) => {
    void serve(request, response).catch((error: unknown) => {
      // A client that ended in the middle of its request.
      if (!request.complete) return;
      defects.push(`${request.method} ${request.url}: ${String(error)}`);
      response.destroy();
    });
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const method = request.method ?? 'GET';
    const path = pathOf(url);
    const found = patterns.filter(({ pattern }) => pattern.test(path));
    const match = found.find((candidate) => candidate.method === method);
    const call: ApiCall = {
      method,
      path: path + url.search,
      operation: match?.operation ?? null,
      authorization: request.headers.authorization ?? null,
      at: world.clock.now(),
      body: undefined,
      files: [],
      status: null,
      answer: undefined,
    };
    calls.push(call);
    world.changes.notify();
    const raw = await readAll(request);
    const effects = faults.take({ operation: call.operation, method, path });
    for (const effect of effects) if (effect.type === 'wait') await effect.until;
    if (effects.some((effect) => effect.type === 'drop' && effect.when === 'before')) {
      request.socket.resetAndDestroy();
      return;
    }
    if (effects.some((effect) => effect.type === 'drop' && effect.when === 'idle')) {
      request.socket.end();
      return;
    }
    const answer = faultAnswer(effects) ?? (await answerTo(request, url, raw, call, match, found));
    call.status = answer.status;
    call.answer = answer.body;
    if (effects.some((effect) => effect.type === 'drop')) request.socket.resetAndDestroy();
    else send(response, answer);
    world.changes.notify();
  }

  async function answerTo(
    request: IncomingMessage,
    url: URL,
    raw: Buffer,
    call: ApiCall,
    match: (typeof patterns)[number] | undefined,
    found: readonly unknown[],
  ): Promise<Answer> {
    let headers: Readonly<Record<string, string>> = {};
    try {
      requireClient(request, url);
      if (match === undefined) {
        throw found.length > 0 ? refusals.methodNotAllowed() : refusals.notFound();
      }
      const { operation } = match;
      requireToken(operation, call.authorization);
      const values = match.pattern.exec(pathOf(url));
      const parameters = new Map(match.names.map((name, index) => [name, values?.[index + 1]]));
      const verdict = limits.count(operation, majorOf(parameters));
      ({ headers } = verdict);
      if (verdict.type === 'limited') {
        const limited = rateLimitAnswer(verdict);
        return { ...limited, headers: { ...headers, ...limited.headers } };
      }
      const { body, files } = await parseBody(request.headers['content-type'] ?? '', raw);
      call.body = body;
      call.files = files;
      const asked: ApiRequest = {
        operation,
        parameter: (name) => parameters.get(name) ?? '',
        query: url.searchParams,
        body,
        files,
        arrivedAt: call.at,
      };
      const answer = routes[operation](world, asked);
      const errors = describeFormErrors(answerErrors(operation, answer.status, answer.body));
      defects.push(...errors.map((error) => `${operation} ${answer.status}: ${error}`));
      return { ...answer, headers };
    } catch (error) {
      if (!(error instanceof DiscordRefusal)) throw error;
      return { status: error.status, body: error.body, headers };
    }
  }

  /** Interactions and their webhooks carry a token in the path instead. */
  function requireToken(operation: OperationName, authorization: string | null): void {
    if (/ \/(?:interactions|webhooks)\//.test(operation) || operation === 'GET /gateway') return;
    if (world.token === null || authorization !== `Bot ${world.token}`) {
      throw refusals.unauthorized();
    }
  }

  return { server, calls, defects };
}

/** https://docs.discord.com/developers/reference: version, user agent. */
function requireClient(request: IncomingMessage, url: URL): void {
  const agent = request.headers['user-agent'] ?? '';
  if (!/^DiscordBot \(\S+, \S+\)/.test(agent)) throw refusals.blockedByCloudflare();
  if (url.pathname.startsWith(`${prefix}/`)) return;
  throw /^\/api\/v\d+\//.test(url.pathname) ? refusals.invalidApiVersion() : refusals.notFound();
}

function majorOf(parameters: ReadonlyMap<string, string | undefined>): string {
  return (
    parameters.get('channel_id') ??
    parameters.get('webhook_token') ??
    parameters.get('guild_id') ??
    ''
  );
}

function faultAnswer(effects: readonly FaultEffect[]): Answer | null {
  for (const effect of effects) {
    if (effect.type === 'answer') return { ...effect, headers: {} };
    if (effect.type === 'rateLimit') return rateLimitAnswer(effect);
  }
  return null;
}

function send(response: ServerResponse, { status, body, headers }: Answer): void {
  if (body === null || body === undefined) {
    response.writeHead(status, headers).end();
    return;
  }
  response
    .writeHead(status, { ...headers, 'Content-Type': 'application/json' })
    .end(JSON.stringify(body));
}
