import { createServer } from 'node:http';
import { once } from 'node:events';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { openAlpacaGateway } from '../../../src/brokers/alpaca/index.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { secret } from '../../../src/lib/secret.ts';
import type { Broker, BrokerGateway } from '../../../src/ports/broker.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import type { Logins } from '../../../src/ports/credentials.ts';
import { createKeptLog } from '../../fixtures/kept-log.ts';
import type { KeptLog } from '../../fixtures/kept-log.ts';

/** What was asked of the server. */
export interface Asked {
  readonly method: string;
  /** With its parameters. */
  readonly url: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
}

/** A scripted answer; a text goes out as it is. `never` is not answered, `cut` has its connection cut. */
export type Answer =
  | { readonly status?: number; readonly json: unknown; readonly headers?: Record<string, string> }
  | { readonly status?: number; readonly text: string; readonly headers?: Record<string, string> }
  | 'never'
  | 'cut';

/** By `METHOD path`; anything else is answered as Alpaca's gateway would. */
export type Script = Readonly<
  Record<string, Answer | ((asked: Asked) => Answer | Promise<Answer>)>
>;

export const OPEN_CLOCK = {
  timestamp: '2026-11-20T10:00:00-05:00',
  is_open: true,
  next_open: '2026-11-23T09:30:00-05:00',
  next_close: '2026-11-20T16:00:00-05:00',
};

export interface TinyAlpaca extends AsyncDisposable {
  readonly url: string;
  readonly asked: readonly Asked[];
  /** Sockets that the stream has now. */
  readonly sockets: ReadonlySet<WebSocket>;
  /** What was said on the stream, all connections together. */
  readonly heard: readonly string[];
  /** What each new connection of the stream is answered with; by default as Alpaca does. */
  converse: (socket: WebSocket, message: string) => void;
  paths(): readonly string[];
}

/** A server that says what a test scripted and remembers what it was asked: no Alpaca, only its wire. */
export async function openTinyAlpaca(script: Script = {}, below = ''): Promise<TinyAlpaca> {
  const asked: Asked[] = [];
  const heard: string[] = [];
  const sockets = new Set<WebSocket>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://tiny');
      const text = Buffer.concat(chunks).toString('utf8');
      const one: Asked = {
        method: request.method ?? '',
        url: request.url ?? '',
        path: url.pathname.slice(below.length),
        query: url.searchParams,
        headers: request.headers,
        body: text === '' ? null : JSON.parse(text),
      };
      asked.push(one);
      const scripted = script[`${one.method} ${one.path}`] ?? unscripted(one);
      void Promise.resolve(typeof scripted === 'function' ? scripted(one) : scripted).then(
        (answer) => {
          if (answer === 'never') return;
          if (answer === 'cut') {
            request.socket.destroy();
            return;
          }
          response.writeHead(answer.status ?? 200, answer.headers);
          response.end('json' in answer ? JSON.stringify(answer.json) : answer.text);
        },
      );
    });
  });
  const websockets = new WebSocketServer({ server, path: `${below}/stream` });
  const tiny: TinyAlpaca = {
    get url() {
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('no port is bound');
      return `http://127.0.0.1:${address.port}${below}`;
    },
    asked,
    heard,
    sockets,
    converse: greetAndListen,
    paths: () => asked.map(({ method, path }) => `${method} ${path}`),
    async [Symbol.asyncDispose]() {
      for (const socket of websockets.clients) socket.terminate();
      websockets.close();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  websockets.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('message', (data: Buffer) => {
      const text = data.toString('utf8');
      heard.push(text);
      tiny.converse(socket, text);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return tiny;
}

function unscripted({ method, path }: Asked): Answer {
  if (method === 'GET' && path === '/v2/clock') return { json: OPEN_CLOCK };
  if (method === 'GET' && path === '/v2/orders') return { json: [] };
  if (method === 'GET' && path === '/v2/account/activities') return { json: [] };
  // No trades, as events that end.
  if (path === '/v2beta1/events/activities') return { text: '' };
  return { status: 404, json: { message: 'endpoint not found.' } };
}

/** As documented: authorized, then listening. In binary frames, as the paper stream sends them. */
export function greetAndListen(socket: WebSocket, message: string): void {
  const say = (stream: string, data: object): void => {
    socket.send(Buffer.from(JSON.stringify({ stream, data })));
  };
  if (message.includes('"listen"')) say('listening', { streams: ['trade_updates'] });
  else say('authorization', { status: 'authorized', action: 'authenticate' });
}

export const CANARY_KEY = 'PKCANARYKEY0000000';
export const CANARY_SECRET = 'canary-secret-of-alpaca';

export interface OpenAlpaca extends AsyncDisposable {
  readonly broker: Broker;
  readonly gateway: BrokerGateway;
  readonly log: KeptLog;
}

export interface OpenAlpacaOptions {
  readonly clock?: Clock;
  readonly mode?: 'paper' | 'live';
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly needsVolumes?: boolean;
  readonly logins?: Logins;
  /** False: the environment has no key pair. */
  readonly credentials?: boolean;
}

export const NOBODY: Logins = {
  tokensOf() {
    throw new Error('no login was to be asked for');
  },
};

/** The adapter in front of a server, with a key pair. */
export function openAlpaca(url: string, options: OpenAlpacaOptions = {}): OpenAlpaca {
  const log = createKeptLog();
  const gateway = openAlpacaGateway({
    config: {
      alpaca: {
        credentials:
          options.credentials === false
            ? null
            : { apiKey: secret(CANARY_KEY), secret: secret(CANARY_SECRET) },
        apiUrl: url,
        dataUrl: url,
        streamUrl: null,
        app: null,
        oauthUrl: null,
      },
    },
    clock: options.clock ?? systemClock,
    log,
    logins: options.logins ?? NOBODY,
  });
  const broker = gateway.openAccount({
    name: 'core',
    mode: options.mode ?? 'paper',
    brokerSettings: options.settings ?? {},
    needsVolumes: options.needsVolumes ?? false,
  });
  return {
    broker,
    gateway,
    log,
    async [Symbol.asyncDispose]() {
      await broker.close();
      await gateway.close();
    },
  };
}

/** An order as Alpaca writes it. */
export function orderJson(fields: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    id: '61e69015-8549-4bfd-b9c3-01e75843f47d',
    client_order_id: 'ek-1',
    created_at: '2026-11-20T15:00:00.123456789Z',
    updated_at: '2026-11-20T15:00:01Z',
    submitted_at: '2026-11-20T15:00:00.123456789Z',
    filled_at: null,
    symbol: 'MSFT',
    asset_class: 'us_equity',
    notional: null,
    qty: '10',
    filled_qty: '0',
    filled_avg_price: null,
    order_class: '',
    order_type: 'market',
    type: 'market',
    side: 'buy',
    time_in_force: 'day',
    limit_price: null,
    stop_price: null,
    status: 'new',
    extended_hours: false,
    legs: null,
    ...fields,
  };
}

export function fillJson(fields: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    id: '20261120100002000::8efc7b9a-8b2b-4000-9955-d36e7db0df74',
    activity_type: 'FILL',
    transaction_time: '2026-11-20T15:00:02Z',
    type: 'partial_fill',
    price: '33.33',
    qty: '5',
    side: 'buy',
    symbol: 'MSFT',
    leaves_qty: '5',
    cum_qty: '5',
    order_id: '61e69015-8549-4bfd-b9c3-01e75843f47d',
    order_status: 'partially_filled',
    ...fields,
  };
}

export function assetJson(fields: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    id: 'b0b6dd9d-8b9b-48a9-ba46-b9d54906e415',
    class: 'us_equity',
    exchange: 'NASDAQ',
    symbol: 'MSFT',
    name: 'Microsoft Corporation',
    status: 'active',
    tradable: true,
    marginable: true,
    shortable: true,
    easy_to_borrow: true,
    fractionable: true,
    ...fields,
  };
}

export function accountJson(
  fields: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return {
    id: '1d9eed04-be39-4e01-9b84-a48ac5bbafcf',
    account_number: 'PA3ABCDEFGH',
    status: 'ACTIVE',
    currency: 'USD',
    cash: '10000.07',
    buying_power: '10000.07',
    account_blocked: false,
    trading_blocked: false,
    trade_suspended_by_user: false,
    ...fields,
  };
}
