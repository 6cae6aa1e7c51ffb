import { EventName, IBApi } from '@stoqey/ib';
import type { BrokerError } from '../../ports/broker-error.ts';
import type { Clock } from '../../ports/clock.ts';
import { createLengthCheck } from './frame-lengths.ts';
import { CLIENT_ID_IN_USE, isNotice, unavailable } from './errors.ts';
import { twsOffsetMinutes } from './instants.ts';
import { parseCallback, type TwsEvent } from './wire.ts';

/** Where a login is reached. Several accounts may be behind it. */
export interface Address {
  readonly host: string;
  readonly port: number;
  readonly clientId: number;
}

/** One connection to TWS or IB Gateway, from its handshake to its end. It never comes back. */
export interface Link {
  /** The accounts of the login. */
  readonly accounts: readonly string[];
  /** What TWS's clock is ahead of UTC, where it said; for times that it writes without a zone. */
  readonly offsetMinutes: number | null;
  readonly isUp: () => boolean;
  /** How many messages came from TWS. */
  readonly heard: () => number;
  /**
   * A number for an order or a request: both share one series, so that no message about one is taken
   * for the other's. It begins with nextValidId, and so above every order of this client id.
   */
  readonly nextId: () => number;
  /** Writes to the socket at once. Pacing is the caller's. */
  readonly send: (write: (api: IBApi) => void) => void;
  readonly listen: (listener: (event: TwsEvent) => void) => () => void;
  /** Ends the connection; listeners hear `disconnected`, once. */
  readonly end: () => void;
}

/** A handshake takes less than a second; a TWS that shows a dialog never finishes it. */
const HANDSHAKE_PATIENCE = Temporal.Duration.from({ seconds: 10 });

/**
 * @stoqey/ib delays what exceeds its own limit and keeps it over a reconnect. Ours is the pacer; with
 * this one out of reach, what is sent is sent at once or never.
 */
const NO_LIMIT_OF_THE_LIBRARY = 100_000;

/**
 * Connects and waits until TWS has said the next order id and the accounts.
 *
 * Each connection has an IBApi of its own: the library keeps what it was given while there was no
 * connection and sends it with the next one, which must never happen to an order.
 * @param listener hears everything from the first message on.
 * @param givingUp once aborted, nothing is waited for any more.
 * @throws BrokerError unavailable, saying what a person can do about it.
 */
export async function openLink(
  address: Address,
  clock: Clock,
  listener: (event: TwsEvent) => void,
  givingUp: AbortSignal,
): Promise<Link> {
  const api = new IBApi({ ...address, maxReqPerSec: NO_LIMIT_OF_THE_LIBRARY });
  const listeners = new Set([listener]);
  let up = false;
  let over = false;
  let next: number | null = null;
  let accounts: readonly string[] | null = null;
  let offsetMinutes: number | null = null;
  let heard = 0;
  const opened = Promise.withResolvers<void>();

  const fail = (error: BrokerError): void => {
    opened.reject(error);
    end();
  };

  function end(): void {
    if (over) return;
    api.disconnect();
    // The library tells it when the socket has closed, which a half-open one may never do.
    hear({ type: 'disconnected' });
  }

  function hear(event: TwsEvent): void {
    if (over) return;
    switch (event.type) {
      case 'received':
        heard += 1;
        return;
      case 'server':
        offsetMinutes = twsOffsetMinutes(event.time, clock.now());
        return;
      case 'next_valid_id':
        // Also told when somebody asks for it: the series never goes back.
        next = Math.max(next ?? 0, event.orderId);
        break;
      case 'managed_accounts':
        accounts = event.accounts;
        break;
      case 'message':
        if (!up && event.id === null && !isNotice(event.code, event.text)) {
          const failure = handshakeFailure(address, event.code, event.text);
          if (failure !== null) fail(failure);
        }
        break;
      case 'disconnected':
        up = false;
        over = true;
        opened.reject(closedEarly(address));
        break;
      default:
    }
    if (!up && event.type !== 'disconnected' && next !== null && accounts !== null) {
      up = true;
      opened.resolve();
    }
    for (const each of listeners) each(event);
  }

  api.on(EventName.all, (callback, args: readonly unknown[]) => {
    const event = parseCallback(callback, args);
    if (event !== null) hear(event);
  });
  guardDecoder(api, (error) => {
    hear({ type: 'unreadable', callback: 'decoder', id: null, problem: error.name });
    // What it has decoded of is lost with this instance.
    end();
  });
  const cancelTimer = clock.schedule(clock.now().add(HANDSHAKE_PATIENCE), () => {
    fail(noHandshake(address));
  });
  const giveUp = () => {
    fail(unavailable('The connection to Interactive Brokers is closed.'));
  };
  givingUp.addEventListener('abort', giveUp);
  try {
    api.connect();
    await opened.promise;
  } finally {
    cancelTimer();
    givingUp.removeEventListener('abort', giveUp);
  }
  return {
    accounts: accounts ?? [],
    offsetMinutes,
    isUp: () => up,
    heard: () => heard,
    nextId: () => {
      const id = next ?? 1;
      next = id + 1;
      return id;
    },
    send: (write) => {
      write(api);
    },
    listen: (added) => {
      listeners.add(added);
      return () => {
        listeners.delete(added);
      };
    },
    end,
  };
}

/**
 * The library cuts and decodes inside the socket's own callback. It lets some errors through, such as of
 * JSON in a rejection that is none, which nobody could catch there, and it believes every length: the whole
 * bot would end, or turn in a circle.
 */
function guardDecoder(api: IBApi, failed: (error: Error) => void): void {
  const controller: unknown = Reflect.get(api, 'controller');
  const isRight = createLengthCheck();
  let isBroken = false;
  wrap(controller, 'processIngressQueue', (decode) => {
    try {
      decode();
    } catch (error) {
      failed(error instanceof Error ? error : new Error(String(error)));
    }
  });
  wrap(propertyOf(controller, 'socket'), 'onData', (take, bytes) => {
    if (isBroken || !Buffer.isBuffer(bytes)) return;
    isBroken = !isRight(bytes);
    if (isBroken) failed(new RangeError('a message has a length that none can have'));
    else take(bytes);
  });
}

/** Puts our own in the place of a method of the library's, which it finds by its name. */
function wrap(
  owner: unknown,
  name: string,
  ours: (theirs: (...given: readonly unknown[]) => void, ...given: readonly unknown[]) => void,
): void {
  const method = propertyOf(owner, name);
  if (typeof owner !== 'object' || owner === null || typeof method !== 'function') return;
  Reflect.set(owner, name, (...given: readonly unknown[]) => {
    ours((...passed) => Reflect.apply(method, owner, passed), ...given);
  });
}

function propertyOf(owner: unknown, name: string): unknown {
  return typeof owner === 'object' && owner !== null ? Reflect.get(owner, name) : undefined;
}

const place = ({ host, port }: Address): string => `${host}:${port}`;

function handshakeFailure(address: Address, code: number, text: string): BrokerError | null {
  if (code === CLIENT_ID_IN_USE) {
    return unavailable(
      `Client id ${address.clientId} is in use by another program at ${place(address)}. Stop that program, or give this bot a client id of its own with IBKR_CLIENT_ID or ibkr.clientId.`,
      code,
    );
  }
  if (code === 502) {
    return unavailable(
      `Nothing answers at ${place(address)} (${text}). Start TWS or IB Gateway there, log in, and switch on "Enable ActiveX and Socket Clients" under Configure > API > Settings; the port there must be ${address.port}.`,
      code,
    );
  }
  if (code === 503 || code === 506) {
    return unavailable(
      `The TWS or IB Gateway at ${place(address)} speaks a version that this bot does not (${text}). Install the stable version.`,
      code,
    );
  }
  return null;
}

function closedEarly(address: Address): BrokerError {
  return unavailable(
    `TWS closed the connection to ${place(address)} before it was ready. Add this machine to the trusted IPs under Configure > API > Settings, and confirm any dialog that TWS shows.`,
  );
}

function noHandshake(address: Address): BrokerError {
  return unavailable(
    `${place(address)} took the connection and did not answer within ${HANDSHAKE_PATIENCE.seconds} seconds. Check that TWS or IB Gateway is logged in and shows no dialog, and that another program does not have this port.`,
  );
}
