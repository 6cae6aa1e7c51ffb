import type { IncomingMessage, Server } from 'node:http';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import {
  closeCodes,
  decode,
  knownIntents,
  opcodes,
  privilegedIntentBits,
} from './gateway-protocol.ts';
import type { GatewayMessage } from './gateway-protocol.ts';
import { applicationFlags, guildCreatePayload, userPayload } from './payloads.ts';
import type { Dispatch, World } from './world.ts';

const guildsIntent = 1 << 0;
const guildMembersIntent = 1 << 1;
const messageContentIntent = 1 << 15;
const commandsPerMinute = 120;

interface SentEvent {
  readonly op: 0;
  readonly t: string;
  readonly s: number;
  readonly d: object;
}

/** A session outlives its connection: what happens meanwhile is replayed to who resumes it. */
interface GatewaySession {
  readonly id: string;
  readonly intents: number;
  readonly events: SentEvent[];
  socket: WebSocket | null;
  resumes: number;
}

export interface Gateway {
  /** Sessions that can be resumed, with a connection or without. */
  readonly sessions: ReadonlyMap<string, GatewaySession>;
  /** How often clients have identified and resumed, and with which codes connections were closed. */
  readonly identifies: number;
  readonly resumes: number;
  readonly heartbeats: number;
  readonly closeCodes: readonly number[];
  /** Breaks every connection without a word, as a network does. Sessions stay. */
  drop(): void;
  /** Closes every connection with a code. */
  close(code: number): void;
  /** Connections stay open, but what is sent comes only once the returned function is called. */
  stall(): () => void;
  /** Asks clients to reconnect (7). */
  requestReconnect(): void;
  /** Invalidates sessions (9). Only a resumable one can be resumed. */
  invalidateSessions(isResumable: boolean): void;
  /** Asks for a heartbeat at once. */
  requestHeartbeat(): void;
  /** Sends a text frame as it is to every connection. */
  sendRaw(frame: string): void;
  /** Refuses new connections until the returned function is called. */
  refuseConnections(): () => void;
  stop(): void;
}

const gatewayPath = '/gateway';
/** A path of its own, so that a test can see that a client resumes where it was told to. */
const resumePath = '/gateway/resume';

export function createGateway(
  world: World,
  server: Server,
  options: { readonly heartbeatMilliseconds: number; readonly silenceMilliseconds: number },
): Gateway {
  const sessions = new Map<string, GatewaySession>();
  const sockets = new Set<WebSocket>();
  const counts = { identifies: 0, resumes: 0, heartbeats: 0 };
  const closed: number[] = [];
  /** What is held back while stalled; null when it is not. */
  let held: (() => void)[] | null = null;
  let isRefusing = false;
  const webSockets = new WebSocketServer({ noServer: true });

  server.on('upgrade', (request, socket, head) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (isRefusing || !pathname.startsWith(gatewayPath)) {
      socket.destroy();
      return;
    }
    webSockets.handleUpgrade(request, socket, head, (connection) => {
      accept(connection, request);
    });
  });

  world.onDispatch((event) => {
    for (const session of sessions.values()) deliver(session, event);
  });

  function transmit(socket: WebSocket, payload: object): void {
    const send = () => {
      if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(payload));
    };
    if (held === null) send();
    else held.push(send);
  }

  function record(session: GatewaySession, name: string, data: object): void {
    const event: SentEvent = { op: 0, t: name, s: session.events.length + 1, d: data };
    session.events.push(event);
    if (session.socket !== null) transmit(session.socket, event);
  }

  function deliver(session: GatewaySession, event: Dispatch): void {
    if (event.intent !== null && (session.intents & event.intent) === 0) return;
    const mayRead = (session.intents & messageContentIntent) !== 0;
    record(session, event.name, mayRead ? event.data : (event.withoutContent ?? event.data));
  }

  function accept(socket: WebSocket, request: IncomingMessage): void {
    const query = new URL(request.url ?? '/', 'http://localhost').searchParams;
    if (query.get('v') !== '10') {
      socket.close(closeCodes.invalidApiVersion, 'Invalid API version');
      return;
    }
    if (query.get('encoding') !== 'json' || query.has('compress')) {
      socket.close(closeCodes.decodeError, 'This fake speaks plain JSON only');
      return;
    }
    sockets.add(socket);
    let session: GatewaySession | null = null;
    let received = 0;
    // A client that misses its heartbeats is cut off, and has to resume.
    const cutOff = setTimeout(() => {
      socket.close(closeCodes.sessionTimedOut, 'Session timed out');
    }, options.silenceMilliseconds).unref();
    socket.on('close', (code) => {
      clearTimeout(cutOff);
      sockets.delete(socket);
      closed.push(code);
      if (session?.socket === socket) {
        session.socket = null;
        // Only a deliberate farewell ends the session.
        if (code === 1000 || code === 1001) sessions.delete(session.id);
      }
      world.changes.notify();
    });
    socket.on('error', () => {
      // The close event follows, and says what there is to say.
    });
    socket.on('message', (data) => {
      received += 1;
      const message = decode(data);
      if (message === null) socket.close(closeCodes.decodeError, 'Error while decoding payload.');
      else if (received > commandsPerMinute) socket.close(closeCodes.rateLimited, 'Rate limited.');
      else {
        if (message.op === opcodes.heartbeat) cutOff.refresh();
        // An invalidated session is no longer this connection's, which may then resume or identify.
        session = answer(socket, session?.socket === socket ? session : null, message);
      }
      world.changes.notify();
    });
    transmit(socket, {
      op: opcodes.hello,
      s: null,
      t: null,
      d: { heartbeat_interval: options.heartbeatMilliseconds },
    });
  }

  function answer(
    socket: WebSocket,
    session: GatewaySession | null,
    { op, d }: GatewayMessage,
  ): GatewaySession | null {
    switch (op) {
      case opcodes.heartbeat:
        counts.heartbeats += 1;
        transmit(socket, { op: opcodes.heartbeatAck, s: null, t: null, d: null });
        return session;
      case opcodes.identify:
        if (session === null) return identify(socket, d);
        socket.close(closeCodes.alreadyAuthenticated, 'Already authenticated.');
        return session;
      case opcodes.resume:
        if (session === null) return resume(socket, d);
        socket.close(closeCodes.alreadyAuthenticated, 'Already authenticated.');
        return session;
      case opcodes.presenceUpdate:
      case opcodes.voiceStateUpdate:
      case opcodes.requestGuildMembers:
        if (session === null) socket.close(closeCodes.notAuthenticated, 'Not authenticated.');
        return session;
      default:
        socket.close(closeCodes.unknownOpcode, 'Unknown opcode.');
        return session;
    }
  }

  function identify(
    socket: WebSocket,
    d: Readonly<Record<string, unknown>>,
  ): GatewaySession | null {
    counts.identifies += 1;
    const intents = typeof d['intents'] === 'number' ? d['intents'] : -1;
    const refused = identifyRefusal(d, intents);
    if (refused !== null) {
      socket.close(refused.code, refused.reason);
      return null;
    }
    const session: GatewaySession = {
      id: world.snowflake(),
      intents,
      events: [],
      socket,
      resumes: 0,
    };
    sessions.set(session.id, session);
    const guilds = [...world.guilds.values()].filter(({ hasBot }) => hasBot);
    record(session, 'READY', {
      v: 10,
      user: { ...userPayload(world.bot), email: null, mfa_enabled: true, verified: true },
      session_type: 'normal',
      session_id: session.id,
      resume_gateway_url: world.gatewayUrl.replace(gatewayPath, resumePath),
      relationships: [],
      private_channels: [],
      presences: [],
      guilds: guilds.map(({ id }) => ({ id, unavailable: true })),
      guild_join_requests: [],
      geo_ordered_rtc_regions: [],
      auth: {},
      application: { id: world.applicationId, flags: applicationFlags(world) },
      shard: Array.isArray(d['shard']) ? d['shard'] : [0, 1],
    });
    for (const guild of guilds) {
      const data = guildCreatePayload(world, guild, (intents & guildMembersIntent) !== 0);
      deliver(session, { name: 'GUILD_CREATE', data, intent: guildsIntent });
    }
    return session;
  }

  function identifyRefusal(d: Readonly<Record<string, unknown>>, intents: number) {
    if (d['token'] !== world.token) {
      return { code: closeCodes.authenticationFailed, reason: 'Authentication failed.' };
    }
    if (typeof d['properties'] !== 'object' || d['compress'] === true) {
      return { code: closeCodes.decodeError, reason: 'Error while decoding payload.' };
    }
    if (intents < 0 || (intents & ~knownIntents) !== 0) {
      return { code: closeCodes.invalidIntents, reason: 'Invalid intent(s).' };
    }
    if ((intents & privilegedIntentBits & ~world.privilegedIntents) !== 0) {
      return { code: closeCodes.disallowedIntents, reason: 'Disallowed intent(s).' };
    }
    return null;
  }

  function resume(socket: WebSocket, d: Readonly<Record<string, unknown>>): GatewaySession | null {
    if (d['token'] !== world.token) {
      socket.close(closeCodes.authenticationFailed, 'Authentication failed.');
      return null;
    }
    const session = sessions.get(String(d['session_id']));
    if (session === undefined) {
      transmit(socket, { op: opcodes.invalidSession, s: null, t: null, d: false });
      return null;
    }
    const sequence = typeof d['seq'] === 'number' ? d['seq'] : -1;
    if (sequence < 0 || sequence > session.events.length) {
      sessions.delete(session.id);
      socket.close(closeCodes.invalidSequence, 'Invalid seq.');
      return null;
    }
    counts.resumes += 1;
    session.resumes += 1;
    session.socket?.terminate();
    session.socket = socket;
    for (const event of session.events.slice(sequence)) transmit(socket, event);
    record(session, 'RESUMED', { _trace: [] });
    return session;
  }

  return {
    sessions,
    get identifies() {
      return counts.identifies;
    },
    get resumes() {
      return counts.resumes;
    },
    get heartbeats() {
      return counts.heartbeats;
    },
    closeCodes: closed,
    drop: () => {
      for (const socket of sockets) socket.terminate();
    },
    close: (code) => {
      for (const socket of sockets) socket.close(code);
    },
    stall: () => {
      held ??= [];
      return () => {
        const late = held ?? [];
        held = null;
        for (const send of late) send();
      };
    },
    requestReconnect: () => {
      for (const socket of sockets)
        transmit(socket, { op: opcodes.reconnect, s: null, t: null, d: null });
    },
    invalidateSessions: (isResumable) => {
      for (const session of sessions.values()) {
        const { socket } = session;
        session.socket = null;
        if (!isResumable) sessions.delete(session.id);
        if (socket !== null)
          transmit(socket, { op: opcodes.invalidSession, s: null, t: null, d: isResumable });
      }
    },
    requestHeartbeat: () => {
      for (const socket of sockets)
        transmit(socket, { op: opcodes.heartbeat, s: null, t: null, d: null });
    },
    sendRaw: (frame) => {
      for (const socket of sockets) socket.send(frame);
    },
    refuseConnections: () => {
      isRefusing = true;
      return () => {
        isRefusing = false;
      };
    },
    stop: () => {
      for (const socket of sockets) socket.terminate();
      webSockets.close();
    },
  };
}
