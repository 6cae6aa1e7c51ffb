import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FaultQueue, SlackFault } from '../faults.ts';
import { isObject, parseJson } from '../json.ts';
import type { JsonObject } from '../json.ts';
import { createRateLimiter } from '../rate-limits.ts';
import { applyMessageResponse } from '../responses.ts';
import type { Token, Workspace } from '../workspace.ts';
import { receiveUpload } from './files.ts';
import { Refusal, refuse, textArgument } from './method.ts';
import type { Arguments, Method } from './method.ts';
import { readArguments, readBytes, readFileContent } from './request.ts';

/** Slack's HTTP side: Web API methods, response URLs and file uploads. */

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

interface Outcome {
  readonly answer: Answer;
  readonly args: JsonObject;
  readonly error: string | null;
}

const jsonType = { 'content-type': 'application/json; charset=utf-8' };

function jsonAnswer(body: JsonObject, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status: 200, body: JSON.stringify(body), headers: { ...jsonType, ...headers } };
}

export function createRequestHandler(
  workspace: Workspace,
  methods: Readonly<Record<string, Method>>,
  faults: FaultQueue,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const limiter = createRateLimiter(workspace.clock);

  function authenticate(request: IncomingMessage, args: Arguments, isJson: boolean): Token {
    const header = request.headers.authorization;
    const [, bearer] = /^Bearer (.+)$/.exec(header ?? '') ?? [];
    // With a JSON body, or an app-level token, only the header counts.
    const inBody = isJson ? undefined : textArgument(args, 'token');
    const value = bearer ?? (inBody?.startsWith('xapp-') ? undefined : inBody);
    if (value === undefined || value === '') return refuse('not_authed');
    const token = workspace.tokens.get(value);
    if (token === undefined) return refuse('invalid_auth');
    switch (token.state) {
      case 'valid':
        return token;
      case 'expired':
        return refuse('token_expired');
      case 'revoked':
        return refuse('token_revoked');
      case 'inactive':
        return refuse('account_inactive');
    }
  }

  function authorize(method: Method, token: Token, args: Arguments): void {
    if (!method.tokens.includes(token.kind)) refuse('not_allowed_token_type');
    const accepted = method.scopes?.(args, workspace) ?? [];
    if (accepted.length === 0 || accepted.some((scope) => token.scopes.has(scope))) return;
    const provided = [...token.scopes].join(',');
    refuse('missing_scope', [], { needed: accepted.join(','), provided });
  }

  async function callMethod(name: string, request: IncomingMessage, url: URL): Promise<Outcome> {
    let args: Arguments = {};
    const headers: Record<string, string> = {};
    try {
      const bytes = await readBytes(request);
      const read = await readArguments(request, bytes, url.searchParams);
      const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
      if (method === undefined) refuse('unknown_method', [], { req_method: name });
      const token = authenticate(request, read.args, read.isJson);
      args = read.isJson && !method.json ? {} : withoutToken(read.args);
      headers['x-oauth-scopes'] = [...token.scopes].join(',');
      headers['x-accepted-oauth-scopes'] = (method.scopes?.(args, workspace) ?? []).join(',');
      const channel = textArgument(args, 'channel') ?? null;
      const wait = workspace.rateLimits ? limiter.take(name, method.tier, channel) : null;
      if (wait !== null) return { answer: rateLimited(wait), args, error: 'ratelimited' };
      authorize(method, token, args);
      for (const required of method.required ?? []) {
        if (args[required] === undefined || args[required] === '') {
          refuse('invalid_arguments', [`missing required field: ${required}`]);
        }
      }
      const body = method.handle({ workspace, token, args });
      return { answer: jsonAnswer(withWarnings(body, read.warnings), headers), args, error: null };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { answer: jsonAnswer(error.answer, headers), args, error: error.message };
    }
  }

  async function respond(path: string, request: IncomingMessage): Promise<Outcome> {
    const parsed = parseJson((await readBytes(request)).toString('utf8'));
    const args = isObject(parsed) ? parsed : {};
    const target = workspace.responseUrls.get(path);
    const error =
      target === undefined || workspace.clock.now() - target.at > thirtyMinutes
        ? 'expired_url'
        : target.uses >= mostResponses
          ? 'used_url'
          : null;
    if (target === undefined || error !== null) {
      return { answer: notFound(error ?? 'expired_url'), args, error };
    }
    const refused = isObject(parsed)
      ? applyMessageResponse(workspace, target, parsed)
      : 'invalid_payload';
    if (refused !== null) return { answer: badRequest(refused), args, error: refused };
    target.uses += 1;
    return { answer: jsonAnswer({ ok: true }), args, error: null };
  }

  async function upload(id: string, request: IncomingMessage): Promise<Outcome> {
    const content = await readFileContent(request, await readBytes(request));
    const { status, text } = receiveUpload(workspace, id, content);
    const answer = { status, body: text, headers: { 'content-type': 'text/plain' } };
    return { answer, args: { id, bytes: content.length }, error: status === 200 ? null : text };
  }

  async function perform(name: string, request: IncomingMessage, url: URL): Promise<Outcome> {
    if (name === 'response_url') return respond(url.pathname, request);
    if (name === 'upload') return upload(url.pathname.split('/').at(-1) ?? '', request);
    return callMethod(name, request, url);
  }

  return async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const name = nameOf(url.pathname);
    const fault = faults.take(name);
    const early = await beforehand(fault, request, workspace);
    const outcome = early ?? (await perform(name, request, url));
    const answer = early === null ? afterwards(fault, outcome.answer) : early.answer;
    const dropped = fault?.type === 'drop';
    workspace.calls.push({
      method: name,
      arguments: readable(outcome.args),
      ok: outcome.error === null && fault?.type !== 'wrong_json' && !dropped,
      error: outcome.error,
      status: dropped ? 0 : answer.status,
      at: workspace.clock.now(),
    });
    if (dropped) request.socket.destroy();
    else {
      response.writeHead(answer.status, {
        ...answer.headers,
        'x-slack-req-id': workspace.nextId('req'),
      });
      response.end(answer.body);
    }
    workspace.changed();
  };
}

const thirtyMinutes = 30 * 60_000;
const mostResponses = 5;

function nameOf(path: string): string {
  if (path.startsWith('/api/')) return path.slice('/api/'.length);
  if (path.startsWith('/upload/')) return 'upload';
  return 'response_url';
}

function withoutToken(args: Arguments): JsonObject {
  const { token: _, ...rest } = args;
  return rest;
}

/** JSON inside a form, read for the log. */
function readable(args: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => {
      const isJson = typeof value === 'string' && /^[[{]/.test(value);
      return [name, isJson ? (parseJson(value) ?? value) : value];
    }),
  );
}

function withWarnings(body: JsonObject, warnings: readonly string[]): JsonObject {
  if (warnings.length === 0) return body;
  const metadata = isObject(body['response_metadata']) ? body['response_metadata'] : {};
  return { ...body, warning: warnings.join(','), response_metadata: { ...metadata, warnings } };
}

function rateLimited(seconds: number): Answer {
  const body = JSON.stringify({ ok: false, error: 'ratelimited' });
  return { status: 429, body, headers: { ...jsonType, 'retry-after': String(seconds) } };
}

function notFound(error: string): Answer {
  return { ...jsonAnswer({ ok: false, error }), status: 404 };
}

function badRequest(error: string): Answer {
  return { ...jsonAnswer({ ok: false, error }), status: 400 };
}

/** Faults that come before Slack does anything; null when it goes on as usual. */
async function beforehand(
  fault: SlackFault | null,
  request: IncomingMessage,
  workspace: Workspace,
): Promise<Outcome | null> {
  const failed = async (answer: Answer, error: string): Promise<Outcome> => {
    await readBytes(request);
    return { answer, args: {}, error };
  };
  switch (fault?.type) {
    case undefined:
    case 'wrong_json':
      return null;
    case 'error':
      return failed(jsonAnswer({ ok: false, error: fault.error }), fault.error);
    case 'rate_limited':
      return failed(rateLimited(fault.retryAfterSeconds), 'ratelimited');
    case 'status': {
      const answer = { status: fault.status, body: fault.body ?? '', headers: {} };
      return failed(answer, `http_${fault.status}`);
    }
    case 'drop':
      return fault.when === 'before' ? failed(jsonAnswer({}), 'dropped') : null;
    case 'delay':
      await new Promise<void>((resolve) => workspace.clock.after(fault.milliseconds, resolve));
      return null;
    case 'hold':
      await fault.until;
      return null;
  }
}

/** Faults that spoil the answer of a call that took effect. */
function afterwards(fault: SlackFault | null, answer: Answer): Answer {
  if (fault?.type !== 'wrong_json') return answer;
  return {
    status: 200,
    body: fault.body ?? '<html>busy</html>',
    headers: { 'content-type': 'text/html' },
  };
}
