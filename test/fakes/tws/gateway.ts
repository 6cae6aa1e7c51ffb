import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import {
  decodeRequest,
  NotModelled,
  requestIdOf,
  UnknownMessage,
  UnreadableField,
} from './decode.ts';
import { dispatch, isLocal, managedAccounts, nextValidId } from './dispatch.ts';
import { errorMessage, message, stampOf } from './encode.ts';
import type { Faults } from './faults.ts';
import { CONNECTIVITY_MESSAGES, type Connectivity } from './connectivity.ts';
import { createFrameReader, encodeFrame } from './frames.ts';
import type { Incoming } from './frames.ts';
import type { GatewayContext } from './gateway-context.ts';
import { sendOwnOpenOrders } from './handle-order-reads.ts';
import { createPacing } from './pacing.ts';
import type { Request } from './requests.ts';
import { createSession, freshSubscriptions } from './session.ts';
import type { Session } from './session.ts';

/** A request as it is remembered: no account's figures, no secrets. */
export interface SeenRequest {
  readonly at: string;
  readonly clientId: number;
  readonly type: Request['type'] | 'unreadable';
  readonly id: number;
}

/** The process that clients connect to: TWS or IB Gateway. */
export interface Gateway {
  readonly port: number;
  readonly requests: readonly SeenRequest[];
  readonly defects: readonly string[];
  /** How many messages came too fast, over all connections. */
  readonly tooFast: () => number;
  sessions(): readonly Session[];
  reachable(): boolean;
  /** Cuts every connection without a word. */
  cutAll(): void;
  refuse(): Promise<void>;
  accept(): Promise<void>;
  /**
   * The connection to the broker's servers: 1100, then 1101 (subscriptions lost) or 1102; or to those that
   * tell prices: 2103, then 2104.
   */
  connectivity(state: Connectivity): void;
  close(): Promise<void>;
}

const LOWEST_VERSION = 176;
const NOTICES: readonly (readonly [number, string])[] = [
  CONNECTIVITY_MESSAGES.farm_restored,
  [2106, 'HMDS data farm connection is OK:ushmds'],
  [2158, 'Sec-def data farm connection is OK:secdefil'],
];

export async function startGateway(context: GatewayContext, faults: Faults): Promise<Gateway> {
  const { settings } = context;
  const sockets = new Map<Socket, Session | null>();
  const requests: SeenRequest[] = [];
  const defects: string[] = [];
  let tooFast = 0;
  const waiting: (() => void)[] = [];
  let reachable = true;
  let currentDelay = 0;
  const sessions = () => [...sockets.values()].filter((session) => session !== null);

  function connected(socket: Socket): void {
    const read = createFrameReader();
    const paced = createPacing();
    let serverVersion = 0;
    sockets.set(socket, null);
    socket.setNoDelay(true);
    socket.on('error', () => {
      socket.destroy();
    });
    socket.on('close', () => {
      sockets.delete(socket);
    });

    const say = (...values: Parameters<typeof errorMessage>) => {
      socket.write(encodeFrame(errorMessage(...values)));
    };
    /** What an API client can no longer talk over: the reason, then the end. */
    const endWith = (code: number, text: string) => {
      say(-1, code, text);
      sockets.delete(socket);
      socket.end(() => {
        socket.destroy();
      });
    };

    function take(incoming: Incoming): void {
      switch (incoming.type) {
        case 'broken':
          // Before the greeting there is nothing that could be said.
          if (serverVersion === 0) socket.destroy();
          else endWith(507, 'Bad Message Length');
          return;
        case 'hello': {
          serverVersion = Math.min(settings.serverVersion, incoming.highest);
          if (serverVersion < Math.max(LOWEST_VERSION, incoming.lowest)) {
            socket.destroy();
            return;
          }
          const time = stampOf(context.world.clock.now(), 'America/New_York').split(' ');
          socket.write(encodeFrame([String(serverVersion), `${time[0]} ${time[1]} EST`]));
          return;
        }
        case 'message':
          takeMessage(incoming.fields);
      }
    }

    function takeMessage(fields: readonly string[]): void {
      const session = sockets.get(socket) ?? null;
      const id = requestIdOf(fields, serverVersion);
      if (session !== null && settings.pacing === 'enforced') {
        const verdict = paced();
        if (verdict.type === 'refused') {
          tooFast += 1;
          say(id, 100, verdict.text);
          if (verdict.last) {
            sockets.delete(socket);
            session.close();
          }
          return;
        }
      }
      const request = decoded(fields, id);
      if (request === null) return;
      if (session === null) {
        if (request.type === 'start_api') start(request.clientId);
        else socket.destroy();
        return;
      }
      note(session.clientId, request.type, id);
      answer(session, request, id);
    }

    function decoded(fields: readonly string[], id: number): Request | null {
      const clientId = sockets.get(socket)?.clientId ?? -1;
      try {
        return decodeRequest(fields, serverVersion);
      } catch (error) {
        note(clientId, 'unreadable', id);
        if (error instanceof UnknownMessage) endWith(505, 'Fatal Error: Unknown message id.');
        else if (error instanceof UnreadableField) {
          say(id, 320, `Error reading request. Unable to parse data. ${error.message}`);
        } else if (error instanceof NotModelled) {
          say(
            id,
            321,
            `Error validating request.-'bW' : cause - this fake does not play ${error.message}`,
          );
        } else throw error;
        return null;
      }
    }

    function start(clientId: number): void {
      if (sessions().some((session) => session.clientId === clientId)) {
        endWith(
          326,
          'Unable to connect as the client id is already in use. Retry with a unique client id.',
        );
        return;
      }
      const session = createSession(socket, { clientId, serverVersion }, () => currentDelay);
      sockets.set(socket, session);
      note(clientId, 'start_api', -1);
      session.send(managedAccounts(context));
      session.send(nextValidId(context, session));
      for (const [code, text] of NOTICES) session.error(-1, code, text);
      if (!reachable) session.error(-1, ...CONNECTIVITY_MESSAGES.lost);
      // "Download open orders on connection", on unless a person turned it off; no end is sent.
      else if (clientId !== 0) sendOwnOpenOrders(context, session);
    }

    function answer(session: Session, request: Request, id: number): void {
      const failure = faults.takeFailure(request);
      switch (failure) {
        case 'half_open':
          return;
        case 'authentication':
          say(
            id,
            321,
            "Error validating request.-'bW' : cause - The API interface is currently in Read-Only mode.",
          );
          return;
        case 'rate_limited':
          say(id, 100, 'Max rate of messages per second has been exceeded:max=50 rec=51 (1)');
          return;
        case 'unavailable':
          say(id, 504, 'Not connected');
          return;
        case 'garbage':
          socket.write(encodeFrame(message(251, 'garbage', '\ufffd', '{')));
          return;
        case null:
          break;
      }
      const drop = faults.takeDrop(request);
      if (drop !== null) session.mute();
      if (drop?.order !== 'not_placed') act(session, request);
      if (drop !== null) session.cut();
    }

    socket.on('data', (bytes: Buffer) => {
      try {
        for (const incoming of read(bytes)) {
          if (!socket.destroyed && !socket.writableEnded) take(incoming);
        }
      } catch (error) {
        // Nothing that a client sends may end the fake: what does is a defect of the fake.
        defects.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
        socket.destroy();
      }
    });
  }

  function act(session: Session, request: Request): void {
    if (!reachable && !isLocal(request)) {
      // Orders and cancels wait in the gateway; what the broker would have to answer stays unanswered.
      if (request.type === 'place_order' || request.type === 'cancel_order') {
        waiting.push(() => {
          dispatch(context, session, request);
        });
      }
      return;
    }
    currentDelay = faults.delayOf(request);
    dispatch(context, session, request);
    currentDelay = 0;
  }

  function note(clientId: number, type: SeenRequest['type'], id: number): void {
    requests.push({ at: context.world.clock.now().toString(), clientId, type, id });
  }

  const cutAll = () => {
    for (const socket of sockets.keys()) socket.destroy();
    sockets.clear();
  };

  let port = settings.port;
  let server: Server | null = null;
  const accept = async () => {
    if (server !== null) return;
    server = await listen(connected, port);
    const address = server.address();
    if (address !== null && typeof address === 'object') port = address.port;
  };
  const refuse = async () => {
    const closing = server;
    server = null;
    cutAll();
    if (closing === null) return;
    await new Promise<void>((resolve) => {
      closing.close(() => {
        resolve();
      });
    });
  };
  await accept();

  return {
    port,
    requests,
    defects,
    tooFast: () => tooFast,
    sessions,
    reachable: () => reachable,
    cutAll,
    refuse,
    accept,
    connectivity(state) {
      const ofFarm = state === 'farm_lost' || state === 'farm_restored';
      if (!ofFarm) reachable = state !== 'lost';
      for (const session of sessions()) {
        if (state === 'restored_data_lost')
          Object.assign(session.subscriptions, freshSubscriptions());
        if (ofFarm) session.dataFarm = state === 'farm_restored';
        const [code, text] = CONNECTIVITY_MESSAGES[state];
        session.error(-1, code, text);
      }
      if (reachable) for (const work of waiting.splice(0)) work();
    },
    close: refuse,
  };
}

async function listen(connected: (socket: Socket) => void, port: number): Promise<Server> {
  const server = createServer(connected);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return server;
}
