import type { IncomingMessage, ServerResponse } from 'node:http';
import { parse as parseForm } from 'node:querystring';
import type { HTTPReceiver, SocketModeReceiver } from '@slack/bolt';
import { z } from 'zod';
import type { Log } from '../../ports/log.ts';

/**
 * The SDK hands on whatever comes: a frame is told inside of it as an event of the name that the frame
 * says, and a body of `null` is read like an object. What it then throws nobody can catch, and the whole
 * bot would end. So what is not as Slack documents it is kept from the SDK.
 */
const envelopeId = z.string().min(1);
/** https://docs.slack.dev/apis/events-api/using-socket-mode#events */
const frameSchema = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('hello') }),
  z.looseObject({ type: z.literal('disconnect') }),
  z.looseObject({
    type: z.literal('events_api'),
    envelope_id: envelopeId,
    payload: z.looseObject({ event: z.looseObject({ type: z.string() }) }),
  }),
  z.looseObject({
    type: z.enum(['interactive', 'slash_commands']),
    envelope_id: envelopeId,
    payload: z.looseObject({}),
  }),
]);

/** What the SDK's client tells its own parts and everybody else by the same way as what Slack sends. */
const NAMES_OF_THE_SDK = new Set([
  'authenticated',
  'close',
  'connected',
  'connecting',
  'disconnected',
  'disconnecting',
  'error',
  'outgoing_message',
  'reconnecting',
  'slack_event',
  'ws_message',
]);

/** Lets through to the SDK's client only frames that Slack documents. */
export function guardSocket({ client }: Pick<SocketModeReceiver, 'client'>, log: Log): void {
  const listeners = client.listeners('ws_message');
  client.removeAllListeners('ws_message');
  client.on('ws_message', (data: unknown, isBinary: unknown) => {
    // The SDK ignores those.
    if (isBinary === true) return;
    const problem = problemOf(data);
    if (problem !== null) {
      log.warn({ code: 'slack_frame_unreadable', problem }, 'What came from Slack was not taken');
      return;
    }
    for (const listener of listeners) {
      Promise.resolve(Reflect.apply(listener, client, [data, isBinary])).catch((error: unknown) => {
        log.error({ code: 'slack_sdk', error }, 'The Slack SDK failed');
      });
    }
  });
}

/** Why a frame is not taken, without what stands in it; null when it is one of Slack's. */
function problemOf(data: unknown): string | null {
  if (typeof data !== 'string') return 'it is no text';
  const frame = frameSchema.safeParse(readJson(data));
  if (!frame.success) {
    const [issue] = frame.error.issues;
    return `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unknown'}`;
  }
  const { data: read } = frame;
  return read.type === 'events_api' && NAMES_OF_THE_SDK.has(read.payload.event.type)
    ? 'an event that Slack does not have'
    : null;
}

/** What Bolt takes at most; answered with 413 there. */
const MOST_BODY_BYTES = 4 * 1024 * 1024;

/**
 * Reads each body before Bolt does, and refuses with 400 what is no object. Whether Slack signed it is
 * still Bolt's to say, of the bytes as they came.
 */
export function guardRequests(receiver: HTTPReceiver, log: Log): void {
  const { requestListener } = receiver;
  receiver.requestListener = (request, response) => {
    readBody(request).then(
      (rawBody) => {
        if (rawBody === null) respond(response, 413);
        else if (rawBody.length > 0 && !isObject(rawBody.toString(), request)) {
          respond(response, 400);
        } else pass(Object.assign(request, { rawBody }), response);
      },
      () => {
        // The one who asked has gone.
        response.destroy();
      },
    );
  };

  function pass(request: IncomingMessage, response: ServerResponse): void {
    try {
      requestListener(request, response);
    } catch (error) {
      // Bolt answers other addresses than its own by throwing.
      log.debug({ error }, 'Refused a request that Slack does not make');
      respond(response, 404);
    }
  }
}

/** @returns null when it is too large. */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size > MOST_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Reads as Bolt does: a form with or without a payload, or JSON. */
function isObject(body: string, { headers }: IncomingMessage): boolean {
  const isForm = headers['content-type'] === 'application/x-www-form-urlencoded';
  const payload = isForm ? parseForm(body)['payload'] : body;
  if (isForm && typeof payload !== 'string') return true;
  const read = typeof payload === 'string' ? readJson(payload) : undefined;
  return typeof read === 'object' && read !== null;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Whoever asks says that it could not be read.
    return undefined;
  }
}

function respond(response: ServerResponse, status: number): void {
  response.writeHead(status);
  response.end();
}
