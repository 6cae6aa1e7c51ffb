import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { isObject, parseJson, stringAt } from './json.ts';
import type { JsonObject } from './json.ts';
import type { Workspace } from './workspace.ts';

/**
 * Slack's end of the Socket Mode WebSockets.
 * https://docs.slack.dev/apis/events-api/using-socket-mode
 */

export type DisconnectReason =
  | 'warning'
  | 'refresh_requested'
  | 'link_disabled'
  | 'too_many_websockets';

export interface Connection {
  /** Counted from 1 since the fake started. */
  readonly number: number;
  readonly socket: WebSocket;
  readonly raw: Duplex;
  /** Half open: Slack's side has fallen silent without closing. */
  silent: boolean;
}

/** What tests can do to the sockets. */
export interface SocketMode {
  /** Numbers of the open connections, oldest first. */
  connections(): readonly number[];
  /** Connections that were ever accepted. */
  readonly accepted: number;
  /**
   * Asks the app to connect anew, as Slack does every few hours; the old connection stays usable
   * until the app closes it or the grace (10 s, by the fake's clock) is over.
   */
  disconnect(reason: DisconnectReason, connection?: number): void;
  /** Cuts the TCP connections without a word; all of them, or one. */
  drop(connection?: number): void;
  /** Stops answering, pinging and delivering on open connections, but leaves them open. */
  fallSilent(): void;
  /** Sends a text or binary frame as it is to every connection. */
  sendRaw(frame: string | Buffer): void;
  /** Refuses new WebSockets (HTTP 503) until the answered function is called. */
  refuse(): () => void;
}

export interface SocketHub extends SocketMode {
  /** A single-use WebSocket address for `apps.connections.open`. */
  createUrl(): string;
  handleUpgrade(request: IncomingMessage, raw: Duplex, head: Buffer): void;
  /** The connection that gets the next envelope: one after the other, as Slack spreads them. */
  next(): Connection | null;
  all(): readonly Connection[];
  close(): void;
}

const mostConnections = 10;
const graceMilliseconds = 10_000;
const pingMilliseconds = 10_000;

export function createSocketHub(
  workspace: Workspace,
  onAcknowledgement: (envelopeId: string, payload: unknown, connection: Connection) => void,
): SocketHub {
  const server = new WebSocketServer({ noServer: true, autoPong: false, perMessageDeflate: false });
  const tickets = new Set<string>();
  const connections: Connection[] = [];
  const raws = new Set<Duplex>();
  let accepted = 0;
  let turn = 0;
  let refusing = false;

  function remove(connection: Connection): void {
    const index = connections.indexOf(connection);
    if (index >= 0) connections.splice(index, 1);
    workspace.changed();
  }

  function receive(connection: Connection, text: string): void {
    const parsed = parseJson(text);
    const envelopeId = stringAt(parsed, 'envelope_id');
    if (!isObject(parsed) || envelopeId === null) {
      workspace.report(`a WebSocket message that is no acknowledgement: ${text.slice(0, 200)}`);
      return;
    }
    onAcknowledgement(envelopeId, parsed['payload'], connection);
  }

  function accept(socket: WebSocket, raw: Duplex): void {
    const connection: Connection = { number: (accepted += 1), socket, raw, silent: false };
    raws.add(raw);
    raw.once('close', () => raws.delete(raw));
    if (workspace.options.lingeringSockets !== false) Object.assign(raw, { end: () => raw });
    socket.on('error', () => remove(connection));
    socket.on('close', () => remove(connection));
    if (connections.length >= mostConnections) {
      sendDisconnect(connection, 'too_many_websockets');
      socket.close();
      return;
    }
    connections.push(connection);
    socket.on('ping', (data) => {
      if (!connection.silent) socket.pong(data);
    });
    socket.on('message', (data, isBinary) => {
      if (connection.silent) return;
      if (isBinary) workspace.report('a binary WebSocket message');
      else receive(connection, asText(data));
    });
    sendJson(connection, helloMessage(workspace, connections.length));
    workspace.changed();
  }

  const pings = setInterval(() => {
    for (const { socket, silent } of connections) {
      if (!silent && socket.readyState === socket.OPEN) socket.ping('Ping from applink-1');
    }
  }, pingMilliseconds);
  pings.unref();

  function chosen(number?: number): Connection[] {
    return connections.filter((each) => number === undefined || each.number === number);
  }

  return {
    connections: () =>
      connections
        .filter(({ socket }) => socket.readyState === socket.OPEN)
        .map(({ number }) => number),
    get accepted() {
      return accepted;
    },
    disconnect: (reason, number) => {
      for (const connection of chosen(number)) {
        sendDisconnect(connection, reason);
        const end = (): void => connection.socket.close();
        if (reason === 'link_disabled') end();
        else workspace.clock.after(graceMilliseconds, end);
      }
    },
    drop: (number) => {
      for (const connection of chosen(number)) connection.raw.destroy();
    },
    fallSilent: () => {
      for (const connection of connections) connection.silent = true;
    },
    sendRaw: (frame) => {
      for (const { socket } of connections) socket.send(frame);
    },
    refuse: () => {
      refusing = true;
      return () => {
        refusing = false;
      };
    },
    createUrl: () => {
      const ticket = workspace.nextId('ticket');
      tickets.add(ticket);
      const base = workspace.baseUrl.replace(/^http/, 'ws');
      return `${base}/link/?ticket=${ticket}&app_id=${workspace.app.id}`;
    },
    handleUpgrade: (request, raw, head) => {
      const url = new URL(request.url ?? '/', workspace.baseUrl);
      const ticket = url.searchParams.get('ticket') ?? '';
      if (refusing) return refuseUpgrade(raw, '503 Service Unavailable');
      if (url.pathname !== '/link/' || !tickets.delete(ticket)) {
        workspace.report('a WebSocket with a used or unknown ticket');
        return refuseUpgrade(raw, '401 Unauthorized');
      }
      server.handleUpgrade(request, raw, head, (socket) => accept(socket, raw));
    },
    next: () => {
      const usable = connections.filter(({ socket }) => socket.readyState === socket.OPEN);
      turn += 1;
      return usable[turn % Math.max(usable.length, 1)] ?? null;
    },
    all: () => connections,
    close: () => {
      clearInterval(pings);
      for (const raw of raws) raw.destroy();
      server.close();
    },
  };
}

/** A silent connection swallows what is sent. */
export function sendJson(connection: Connection, message: JsonObject): void {
  if (!connection.silent) connection.socket.send(JSON.stringify(message));
}

/** Sends the first half of a frame and cuts the connection. */
export function sendHalf(connection: Connection, message: JsonObject): void {
  const text = Buffer.from(JSON.stringify(message));
  const header = Buffer.alloc(10);
  header[0] = 0x81; // final frame, text
  header[1] = 127; // the length follows in 64 bits
  header.writeBigUInt64BE(BigInt(text.length), 2);
  const half = Buffer.concat([header, text.subarray(0, text.length / 2)]);
  connection.raw.write(half, () => connection.raw.destroy());
}

function sendDisconnect(connection: Connection, reason: DisconnectReason): void {
  sendJson(connection, { type: 'disconnect', reason, debug_info: { host: 'applink-1' } });
}

function helloMessage(workspace: Workspace, count: number): JsonObject {
  return {
    type: 'hello',
    num_connections: count,
    debug_info: { host: 'applink-1', build_number: 118, approximate_connection_time: 18_060 },
    connection_info: { app_id: workspace.app.id },
  };
}

function refuseUpgrade(raw: Duplex, status: string): void {
  raw.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function asText(data: Buffer | ArrayBuffer | Buffer[]): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return Buffer.isBuffer(data) ? data.toString('utf8') : Buffer.from(data).toString('utf8');
}
