import { createHmac } from 'node:crypto';
import { Agent, request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { isObject, parseJson } from './json.ts';
import type { JsonObject } from './json.ts';
import type { InteractionKind } from './observations.ts';
import { readBytes } from './web-api/request.ts';
import type { Workspace } from './workspace.ts';

/**
 * Requests to the app's request URL, signed as
 * https://docs.slack.dev/authentication/verifying-requests-from-slack says.
 */

/** How a request is signed; everything but `valid` must be refused by the app. */
export type Signing = 'valid' | 'wrong' | 'stale' | 'missing';

export interface AppAnswer {
  readonly status: number;
  /** Parsed when it is JSON, text otherwise; null when empty. */
  readonly body: unknown;
  readonly headers: IncomingHttpHeaders;
}

export interface RequestOptions {
  readonly signing?: Signing;
  readonly retryAttempt?: number;
  readonly retryReason?: string;
  readonly signal?: AbortSignal;
  /** Called when the request has left. */
  readonly sent?: () => void;
}

/** Stale is older than the 5 minutes that apps are told to allow. */
const staleSeconds = 6 * 60;

/** The body of an interaction, as Slack encodes its kind. */
export function encodeBody(
  kind: InteractionKind,
  payload: JsonObject,
): { type: string; body: string } {
  const form = 'application/x-www-form-urlencoded';
  switch (kind) {
    case 'slash_commands': {
      const fields = Object.entries(payload).map(([name, value]) => [name, String(value)]);
      return { type: form, body: new URLSearchParams(fields).toString() };
    }
    case 'interactive':
      return {
        type: form,
        body: new URLSearchParams({ payload: JSON.stringify(payload) }).toString(),
      };
    case 'events_api':
      return { type: 'application/json', body: JSON.stringify(payload) };
  }
}

/** Rejects when no answer comes: nothing listens, the connection breaks, or the signal aborts. */
export async function postSigned(
  workspace: Workspace,
  url: string,
  { type, body }: { readonly type: string; readonly body: string },
  options: RequestOptions = {},
): Promise<AppAnswer> {
  const { signing = 'valid', retryAttempt = 0, retryReason = '', signal, sent } = options;
  // Apps compare with their own clock, so this is real time even under a manual clock.
  const now = Math.floor(Temporal.Now.instant().epochMilliseconds / 1000);
  const timestamp = signing === 'stale' ? now - staleSeconds : now;
  const secret = signing === 'wrong' ? 'not-the-signing-secret' : workspace.signingSecret;
  const hash = createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex');
  const headers: Record<string, string> = {
    'Content-Type': type,
    'User-Agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
    Accept: '*/*',
  };
  if (signing !== 'missing') {
    headers['X-Slack-Request-Timestamp'] = String(timestamp);
    headers['X-Slack-Signature'] = `v0=${hash}`;
  }
  if (retryAttempt > 0) {
    headers['X-Slack-Retry-Num'] = String(retryAttempt);
    headers['X-Slack-Retry-Reason'] = retryReason;
  }
  return exchange(
    url,
    { ...headers, 'Content-Length': String(Buffer.byteLength(body)) },
    body,
    signal,
    sent,
  );
}

/** Slack keeps its connections to an app open; so does this, for a fair measure of the app. */
const agent = new Agent({ keepAlive: true });

function exchange(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  signal: AbortSignal | undefined,
  sent: (() => void) | undefined,
): Promise<AppAnswer> {
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', headers, agent, ...(signal === undefined ? {} : { signal }) };
    const outgoing = request(url, options, (incoming) => {
      readBytes(incoming).then((bytes) => {
        const text = bytes.toString('utf8');
        const isJson = incoming.headers['content-type']?.startsWith('application/json') ?? false;
        const read = isJson ? parseJson(text) : text;
        resolve({
          status: incoming.statusCode ?? 0,
          body: read === '' ? null : read,
          headers: incoming.headers,
        });
      }, reject);
    });
    outgoing.on('error', reject);
    if (sent !== undefined) outgoing.once('finish', sent);
    outgoing.end(body);
  });
}

/** Saves the request URL in the app's settings: Slack checks it with a challenge. */
export async function verifyUrl(workspace: Workspace, url: string): Promise<boolean> {
  const challenge = workspace.nextId('challenge');
  const body = JSON.stringify({
    token: workspace.verificationToken,
    challenge,
    type: 'url_verification',
  });
  const answer = await postSigned(workspace, url, { type: 'application/json', body });
  const echoed = isObject(answer.body) ? answer.body['challenge'] : answer.body;
  return answer.status === 200 && echoed === challenge;
}

/** Slack checks certificates now and then with an unsigned request that must answer 200. */
export async function sslCheck(workspace: Workspace, url: string): Promise<boolean> {
  const body = new URLSearchParams({
    ssl_check: '1',
    token: workspace.verificationToken,
  }).toString();
  const type = 'application/x-www-form-urlencoded';
  const answer = await postSigned(workspace, url, { type, body }, { signing: 'missing' });
  return answer.status === 200;
}
