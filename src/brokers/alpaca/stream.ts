import { AlpacaStream } from '@master-chief/alpaca';
import type { RawData } from 'ws';
import type { z } from 'zod';
import { parseExactJson } from '../../lib/exact-json.ts';
import { BrokerError } from '../../ports/broker-error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { Addresses } from './addresses.ts';
import { streamMessage } from './answers.ts';
import type { Login } from './login.ts';

type TradeUpdate = Extract<z.output<typeof streamMessage>, { stream: 'trade_updates' }>['data'];

export interface TradeStream {
  close(): void;
}

export interface TradeStreamOptions {
  readonly account: string;
  readonly addresses: Addresses;
  readonly login: Login;
  readonly clock: Clock;
  readonly log: Log;
  /** Updates come from now on. Whatever happened before may have been missed. */
  readonly onListening: () => void;
  readonly onUpdate: (update: TradeUpdate) => void;
  /** The connection is gone, or could not be made; it is made again. */
  readonly onLost: () => void;
}

/** From the start of a connection to Alpaca's word that it tells us the updates. */
const PATIENCE = Temporal.Duration.from({ seconds: 10 });

/** A connection that answers no ping for this long is dead, whatever the operating system says. */
const HEARTBEAT = Temporal.Duration.from({ seconds: 20 });

const FIRST_PAUSE_MILLISECONDS = 250;
const LONGEST_PAUSE_MILLISECONDS = 30_000;

/**
 * The account's trade updates, over the library's stream, which opens the socket and says what to
 * listen to. It neither reconnects nor notices a dead connection, cannot show an OAuth token, and lets
 * an unreadable message end the process (docs/adr/0010-alpaca-through-its-library.md): all of that is here.
 */
export function openTradeStream(options: TradeStreamOptions): TradeStream {
  const { account, addresses, login, clock, log } = options;
  let closed = false;
  let pause = FIRST_PAUSE_MILLISECONDS;
  let cancelRetry = (): void => {};
  let endConnection = (): void => {};
  let complained = false;

  /** Once for each loss: a bot that is offline for a night has said so. */
  function complain(code: string, reason: string): void {
    if (complained) return;
    complained = true;
    log.error({ code, account, reason: login.redact(reason) }, 'no trade updates from Alpaca');
  }

  function retry(): void {
    if (closed) return;
    options.onLost();
    cancelRetry = clock.schedule(clock.now().add({ milliseconds: pause }), connect);
    pause = Math.min(pause * 2, LONGEST_PAUSE_MILLISECONDS);
  }

  function connect(): void {
    login.greeting().then(
      (greeting) => {
        if (!closed) converse(greeting);
      },
      (error: unknown) => {
        complain(
          error instanceof BrokerError ? `alpaca_${error.code}` : 'alpaca_stream_failed',
          error instanceof Error ? error.message : 'no login',
        );
        retry();
      },
    );
  }

  function converse(greeting: string): void {
    // The endpoints are the library's for all its clients; they are read before this returns.
    const stream = new AlpacaStream({
      type: 'account',
      credentials: { key: '', secret: '', paper: false },
      endpoints: endpointsOf(addresses),
    });
    const socket = stream.getConnection();
    // The library's own handlers are taken out; what it needs to know is handed to it below.
    const library = socket.onmessage;
    socket.removeAllListeners();
    let heard = true;
    let ended = false;
    let cancelTimer = clock.schedule(clock.now().add(PATIENCE), () => {
      complain('alpaca_stream_silent', 'the connection was not answered');
      end();
    });

    function end(): void {
      if (ended) return;
      ended = true;
      cancelTimer();
      endConnection = () => {};
      socket.terminate();
      retry();
    }
    endConnection = end;

    function beat(): void {
      cancelTimer = clock.schedule(clock.now().add(HEARTBEAT), () => {
        if (!heard) {
          end();
          return;
        }
        heard = false;
        socket.ping();
        beat();
      });
    }

    socket.on('open', () => {
      socket.send(greeting);
    });
    socket.on('close', end);
    socket.on('error', (error) => {
      if (!ended) complain('alpaca_stream_failed', error.message);
      end();
    });
    socket.on('pong', () => {
      heard = true;
    });
    socket.on('message', (data) => {
      if (ended) return;
      heard = true;
      const text = textOf(data);
      const message = streamMessage.safeParse(parseExactJson(text));
      if (!message.success) {
        log.error(
          {
            code: 'alpaca_update_unreadable',
            account,
            problems: message.error.issues.map((issue) => issue.message),
            message: login.redact(text).slice(0, 2000),
          },
          'a message of the stream does not fit what its documentation says',
        );
        return;
      }
      // It learns from this that it may speak. Over the rest it may stumble, and nobody could catch that.
      if (message.data.stream === 'authorization') {
        library?.call(socket, { type: 'message', data: text, target: socket });
      }
      hear(message.data);
    });

    function hear(message: z.output<typeof streamMessage>): void {
      switch (message.stream) {
        case 'authorization':
          if (message.data.status === 'authorized') {
            stream.subscribe('trade_updates');
            return;
          }
          login.refused();
          complain('alpaca_authentication', `the login was answered with ${message.data.status}`);
          end();
          return;
        case 'listening':
          if (message.data.streams?.includes('trade_updates') !== true) {
            complain('alpaca_stream_failed', message.data.error ?? 'trade updates are not offered');
            end();
            return;
          }
          cancelTimer();
          beat();
          pause = FIRST_PAUSE_MILLISECONDS;
          complained = false;
          options.onListening();
          return;
        case 'trade_updates':
          options.onUpdate(message.data);
      }
    }
  }

  connect();
  return {
    close() {
      closed = true;
      cancelRetry();
      endConnection();
    },
  };
}

/** Paper accounts are told in binary frames, live ones in text; both are JSON in UTF-8. */
function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return (Buffer.isBuffer(data) ? data : Buffer.from(data)).toString('utf8');
}

/**
 * The library's types know no addresses but Alpaca's own, save in a Map; and of that it reads the
 * properties, not the entries.
 */
function endpointsOf(addresses: Addresses) {
  const websocket = { account: addresses.stream, market_data: () => addresses.data };
  return Object.assign(new Map<'rest' | 'websocket', never>(), { websocket });
}
