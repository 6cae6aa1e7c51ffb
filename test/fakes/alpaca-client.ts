import { WebSocket } from 'ws';
import { z } from 'zod';
import { startAlpacaFake } from './alpaca/index.ts';
import type { AlpacaFake, AlpacaFakeOptions } from './alpaca/index.ts';

/** Speaks to the fake as any client would: plain `fetch`, plain WebSocket. */

/** A Monday, half an hour into the session. */
export const MONDAY = '2026-11-23T15:00:00Z';

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: unknown;
}

export interface Trader {
  readonly name: string;
  get(path: string): Promise<Answer>;
  post(path: string, body: unknown): Promise<Answer>;
  patch(path: string, body: unknown): Promise<Answer>;
  delete(path: string): Promise<Answer>;
  /** Market data. */
  data(path: string): Promise<Answer>;
  /** A market order to buy VTI for the day unless told otherwise. */
  submit(fields?: object): Promise<Answer>;
  /** As `submit`: the id of the order, which must have been taken. */
  order(fields?: object): Promise<string>;
  /** The order as it is now. */
  look(id: string): Promise<unknown>;
}

const ACCOUNTS = 60;

/** A fake with many accounts, so that every test has one of its own. Time stands still unless told otherwise. */
export async function alpaca(
  options: AlpacaFakeOptions = {},
  account: Partial<NonNullable<AlpacaFakeOptions['accounts']>[number]> = {},
): Promise<{ readonly fake: AlpacaFake; readonly next: () => Trader }> {
  const names = Array.from({ length: ACCOUNTS }, (_, index) => `account-${index}`);
  const fake = await startAlpacaFake({
    now: MONDAY,
    clock: 'stepped',
    fills: 'told',
    accounts: names.map((name) => ({
      name,
      keyId: `key-${name}`,
      secretKey: `secret-${name}`,
      cash: '10000',
      ...account,
    })),
    ...options,
  });
  let used = 0;
  return {
    fake,
    next: () => {
      const name = names[used];
      if (name === undefined) throw new Error('there are no more accounts: raise ACCOUNTS');
      used += 1;
      return trader(fake, name, {
        'APCA-API-KEY-ID': `key-${name}`,
        'APCA-API-SECRET-KEY': `secret-${name}`,
      });
    },
  };
}

export function trader(
  fake: AlpacaFake,
  name: string,
  headers: Readonly<Record<string, string>>,
): Trader {
  const base = fake.accounts[name]?.trading ?? '';
  const ask = async (method: string, url: string, body?: unknown): Promise<Answer> => {
    const response = await fetch(url, {
      method,
      headers: { ...headers, 'content-type': 'application/json' },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = (response.headers.get('content-type') ?? '').includes('json') && text !== '';
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: json ? parsed(text) : null,
    };
  };
  const submit = (fields: object = {}) =>
    ask('POST', `${base}/v2/orders`, {
      symbol: 'VTI',
      qty: '2',
      side: 'buy',
      type: 'market',
      time_in_force: 'day',
      ...fields,
    });
  return {
    name,
    get: (path) => ask('GET', `${base}${path}`),
    post: (path, body) => ask('POST', `${base}${path}`, body),
    patch: (path, body) => ask('PATCH', `${base}${path}`, body),
    delete: (path) => ask('DELETE', `${base}${path}`),
    data: (path) => ask('GET', `${fake.data}${path}`),
    submit,
    async order(fields) {
      const { status, text, body } = await submit(fields);
      if (status !== 200) throw new Error(`the order was refused: ${text}`);
      return idOf(body);
    },
    look: async (id) => (await ask('GET', `${base}/v2/orders/${id}`)).body,
  };
}

/** The id of what an answer holds. */
export function idOf(body: unknown): string {
  if (typeof body === 'object' && body !== null && 'id' in body && typeof body.id === 'string') {
    return body.id;
  }
  throw new Error(`there is no id in ${JSON.stringify(body)}`);
}

const messageSchema = z.object({ stream: z.string(), data: z.record(z.string(), z.unknown()) });

interface StreamMessage extends z.output<typeof messageSchema> {
  readonly binary: boolean;
}

export interface Stream extends Disposable {
  say(message: unknown): void;
  /** The next message that has not been taken yet. */
  next(): Promise<StreamMessage>;
  /** So many of the next messages. */
  take(count: number): Promise<readonly StreamMessage[]>;
  readonly closed: Promise<void>;
}

/** Opens the account stream and logs in nobody. */
export async function openStream(url: string): Promise<Stream> {
  const socket = new WebSocket(url);
  const waiting: ((message: StreamMessage) => void)[] = [];
  const arrived: StreamMessage[] = [];
  socket.on('message', (data: Buffer, binary) => {
    const message = { ...messageSchema.parse(JSON.parse(data.toString('utf8'))), binary };
    const taker = waiting.shift();
    if (taker === undefined) arrived.push(message);
    else taker(message);
  });
  const closed = new Promise<void>((resolve) => {
    socket.on('close', () => {
      resolve();
    });
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  const next = () =>
    new Promise<StreamMessage>((resolve) => {
      const message = arrived.shift();
      if (message === undefined) waiting.push(resolve);
      else resolve(message);
    });
  return {
    say: (message) => {
      socket.send(typeof message === 'string' ? message : JSON.stringify(message));
    },
    next,
    async take(count) {
      const messages: StreamMessage[] = [];
      while (messages.length < count) messages.push(await next());
      return messages;
    },
    closed,
    [Symbol.dispose]: () => {
      socket.terminate();
    },
  };
}

/** Opens the account stream, logs in and listens to `trade_updates`. */
export async function listen(fake: AlpacaFake, name: string): Promise<Stream> {
  const stream = await openStream(fake.accounts[name]?.stream ?? '');
  stream.say({
    action: 'authenticate',
    data: { key_id: `key-${name}`, secret_key: `secret-${name}` },
  });
  await stream.next();
  stream.say({ action: 'listen', data: { streams: ['trade_updates'] } });
  await stream.next();
  return stream;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
