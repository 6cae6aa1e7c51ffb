import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import type { Caller } from './logins.ts';
import type { World } from './world.ts';

/**
 * The account stream of one account's base address: `/stream`.
 * https://docs.alpaca.markets/docs/websocket-streaming
 */
export interface AccountStream {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Cuts every connection without a closing handshake. */
  cut(): void;
  /** Connections that are listening to `trade_updates`. */
  listening(): number;
}

export function createAccountStream(world: World, account: string): AccountStream {
  const binary = world.accounts.get(account)?.settings.environment === 'paper';
  const server = new WebSocketServer({ noServer: true });
  const listening = new Set<WebSocket>();

  server.on('connection', (socket) => {
    let caller: Caller | null = null;
    let stop: (() => void) | null = null;

    const say = (stream: string, data: Readonly<Record<string, unknown>>) => {
      // The paper address sends its JSON in binary frames, the live one in text frames.
      socket.send(Buffer.from(JSON.stringify({ stream, data })), { binary });
    };
    const unlisten = () => {
      stop?.();
      stop = null;
      listening.delete(socket);
    };
    const listen = (streams: readonly unknown[]) => {
      unlisten();
      const wanted = streams.includes('trade_updates');
      say('listening', { streams: wanted ? ['trade_updates'] : [] });
      if (!wanted) return;
      listening.add(socket);
      stop = world.updates.listen(account, (update) => {
        say('trade_updates', update);
      });
    };

    socket.on('close', unlisten);
    socket.on('error', unlisten);
    socket.on('message', (data: Buffer) => {
      const message = readMessage(data.toString('utf8'));
      if (message === null) {
        say('error', { error: 'invalid message' });
        return;
      }
      const { action, fields } = message;
      if (action === 'authenticate' || action === 'auth') {
        const found =
          'oauth_token' in fields
            ? world.logins.byToken(fields['oauth_token'])
            : world.logins.byKeys(
                fields['key_id'] ?? fields['key'],
                fields['secret_key'] ?? fields['secret'],
              );
        caller = found?.account === account ? found : null;
        const status = caller === null ? 'unauthorized' : 'authorized';
        say('authorization', { status, action: 'authenticate' });
      } else if (caller === null) {
        say('authorization', { status: 'unauthorized', action });
      } else if (action === 'listen' && Array.isArray(fields['streams'])) {
        listen(fields['streams']);
      } else {
        say('error', { error: `unknown action: ${action}` });
      }
    });
  });

  return {
    upgrade(request, socket, head) {
      if (new URL(request.url ?? '/', 'http://fake').pathname !== '/stream') {
        socket.end('HTTP/1.1 404 Not Found\r\n\r\n');
        return;
      }
      server.handleUpgrade(request, socket, head, (connection) => {
        server.emit('connection', connection, request);
      });
    },
    cut() {
      for (const socket of server.clients) socket.terminate();
      listening.clear();
    },
    listening: () => listening.size,
  };
}

/** Newer clients put the fields of a login beside the action, older ones in `data`. */
function readMessage(
  text: string,
): { action: string; fields: Readonly<Record<string, unknown>> } | null {
  try {
    const message: unknown = JSON.parse(text);
    if (typeof message !== 'object' || message === null || !('action' in message)) return null;
    if (typeof message.action !== 'string') return null;
    const data = 'data' in message && isFields(message.data) ? message.data : {};
    return { action: message.action, fields: { ...message, ...data } };
  } catch {
    return null;
  }
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
