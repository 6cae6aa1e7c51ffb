import { connect } from 'node:net';
import { EventName, IBApi, OrderAction, OrderType, SecType, TimeInForce } from '@stoqey/ib';
import type { Contract, Order } from '@stoqey/ib';
import { z } from 'zod';

const WAIT_MILLISECONDS = 5_000;

/** An unmodified IBApi, and all it was told as one line an event. */
export interface ListeningClient extends AsyncDisposable {
  readonly api: IBApi;
  readonly lines: readonly string[];
  /** Resolves with the first line that fits, told already or still to come. */
  until(pattern: RegExp): Promise<string>;
  /** The lines that fit, so far. */
  matching(pattern: RegExp): readonly string[];
  /** Forgets what was told so far. */
  clear(): void;
}

const contract = z.object({
  symbol: z.string().optional(),
  currency: z.string().optional(),
  exchange: z.string().optional(),
});
const details = z.object({
  contract: z.object({ symbol: z.string(), currency: z.string(), primaryExch: z.string() }),
});
const order = z.object({
  action: z.string(),
  totalQuantity: z.number(),
  orderType: z.string(),
  lmtPrice: z.number().optional(),
  orderRef: z.string(),
  account: z.string(),
  filledQuantity: z.number().optional(),
});
const orderState = z.object({
  status: z.string(),
  completedStatus: z.string().optional(),
  initMarginAfter: z.number().optional(),
  commission: z.number().optional(),
});
const execution = z.object({
  orderId: z.number(),
  execId: z.string(),
  side: z.string(),
  shares: z.number(),
  price: z.number(),
  cumQty: z.number(),
  orderRef: z.string(),
});
const commission = z.object({ execId: z.string(), commission: z.number() });

const describeOrder = (value: unknown) => {
  const { action, totalQuantity, orderType, lmtPrice, orderRef, account } = order.parse(value);
  return `${action} ${totalQuantity} ${orderType} ${lmtPrice ?? ''} ${orderRef} ${account}`;
};

/** How events with objects are written; all others are written as their values. */
const LINES: Readonly<
  Record<string, (values: readonly unknown[], texts: readonly string[]) => string>
> = {
  contractDetails([, value], [id]) {
    const { symbol, currency, primaryExch } = details.parse(value).contract;
    return `${id} ${symbol} ${currency} ${primaryExch}`;
  },
  openOrder([, , placed, state], [id]) {
    const { status, initMarginAfter, commission: fee } = orderState.parse(state);
    const whatIf = initMarginAfter === undefined ? '' : ` margin ${initMarginAfter} fee ${fee}`;
    return `${id} ${status} ${describeOrder(placed)}${whatIf}`;
  },
  orderStatus: (_, [id, status, filled, remaining, average]) =>
    `${id} ${status} ${filled}/${remaining} @${average}`,
  completedOrder([, placed, state]) {
    const { status, completedStatus } = orderState.parse(state);
    const { filledQuantity } = order.parse(placed);
    return `${status} ${describeOrder(placed)} filled ${filledQuantity} "${completedStatus}"`;
  },
  execDetails([, , value], [id]) {
    const told = execution.parse(value);
    return `${id} order ${told.orderId} ${told.execId} ${told.side} ${told.shares}@${told.price} of ${told.cumQty} ${told.orderRef}`;
  },
  commissionReport([value]) {
    const told = commission.parse(value);
    return `${told.execId} ${told.commission}`;
  },
  position: ([, about], [account, , quantity, average]) =>
    `${account} ${contract.parse(about).symbol} ${quantity} @${average} on "${contract.parse(about).exchange}"`,
  positionMulti: ([, , , about], [id, account, , , quantity]) =>
    `${id} ${account} ${contract.parse(about).symbol} ${quantity}`,
  updatePortfolio: ([about], [, quantity, price]) =>
    `${contract.parse(about).symbol} ${quantity} @${price}`,
};

/** Connects and waits until the gateway has said the next valid order id. */
export async function connectTws(
  { host, port }: { readonly host: string; readonly port: number },
  clientId = 7,
): Promise<ListeningClient> {
  const client = listenTws({ host, port }, clientId);
  client.api.connect();
  await client.until(/^nextValidId /);
  await client.until(/^info .* 2158$/);
  return client;
}

/** An IBApi that is not connected yet. */
export function listenTws(
  { host, port }: { readonly host: string; readonly port: number },
  clientId = 7,
): ListeningClient {
  const api = new IBApi({ host, port, clientId });
  let lines: string[] = [];
  const waiting = new Set<() => void>();
  // `all` and `error` are emitted for the same error: this keeps Node from throwing it.
  api.on(EventName.error, () => {});
  api.on(EventName.all, (name: string, values: unknown) => {
    if (name === 'received' || name === 'sent' || name === 'all') return;
    const told = z.array(z.unknown()).catch([]).parse(values);
    const texts = told.map(describe);
    const text = LINES[name]?.(told, texts) ?? texts.filter((part) => part !== '').join(' ');
    lines.push(`${name} ${text}`.trimEnd());
    for (const look of waiting) look();
  });
  return {
    api,
    get lines() {
      return lines;
    },
    until(pattern) {
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      const look = () => {
        const line = lines.find((entry) => pattern.test(entry));
        if (line !== undefined) resolve(line);
      };
      const timer = setTimeout(() => {
        reject(new Error(`nothing fits ${pattern}; told were:\n${lines.join('\n')}`));
      }, WAIT_MILLISECONDS);
      waiting.add(look);
      look();
      return promise.finally(() => {
        clearTimeout(timer);
        waiting.delete(look);
      });
    },
    matching: (pattern) => lines.filter((line) => pattern.test(line)),
    clear() {
      lines = [];
    },
    [Symbol.asyncDispose]() {
      api.disconnect();
      api.removeAllListeners();
      return Promise.resolve();
    },
  };
}

function describe(value: unknown): string {
  if (value === undefined) return '';
  if (value instanceof Error) return value.message;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export function stock(symbol: string, about: Partial<Contract> = {}): Contract {
  return { symbol, secType: SecType.STK, exchange: 'SMART', currency: 'USD', ...about };
}

/** A limit day order as a careful client sends it. */
export function limitOrder(
  action: 'BUY' | 'SELL',
  totalQuantity: number,
  lmtPrice: number,
  about: Partial<Order> = {},
): Order {
  return {
    action: action === 'BUY' ? OrderAction.BUY : OrderAction.SELL,
    totalQuantity,
    orderType: OrderType.LMT,
    lmtPrice,
    tif: TimeInForce.DAY,
    account: 'DU1234567',
    orderRef: 'ref',
    transmit: true,
    ...about,
  };
}

/** A bare socket that writes frames and reads them, to say what no library would. */
export interface RawClient extends AsyncDisposable {
  write(bytes: Buffer): void;
  send(...fields: readonly (string | number)[]): void;
  /** The next message, as its fields; null when the line was closed. */
  next(): Promise<readonly string[] | null>;
  /** Reads on until a message with this id (error messages: 4), or the end. */
  nextOf(messageId: string): Promise<readonly string[] | null>;
}

export function rawFrame(...fields: readonly (string | number)[]): Buffer {
  const body = Buffer.from(fields.map((field) => `${field}\0`).join(''));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, body]);
}

/** `API\0` and the range of versions. */
export function greeting(versions = 'v100..193'): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(versions.length);
  return Buffer.concat([Buffer.from('API\0'), length, Buffer.from(versions)]);
}

export async function connectRaw({
  host,
  port,
}: {
  readonly host: string;
  readonly port: number;
}): Promise<RawClient> {
  const socket = connect(port, host);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  let pending = Buffer.alloc(0);
  const messages: (readonly string[])[] = [];
  let ended = false;
  let wake = () => {};
  socket.on('error', () => {});
  socket.on('data', (bytes: Buffer) => {
    pending = Buffer.concat([pending, bytes]);
    while (pending.length >= 4 && pending.length >= 4 + pending.readUInt32BE(0)) {
      const end = 4 + pending.readUInt32BE(0);
      messages.push(
        pending
          .subarray(4, end - 1)
          .toString('utf8')
          .split('\0'),
      );
      pending = pending.subarray(end);
    }
    wake();
  });
  socket.on('close', () => {
    ended = true;
    wake();
  });
  const next = async () => {
    while (messages.length === 0 && !ended) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return messages.shift() ?? null;
  };
  return {
    write: (bytes) => void socket.write(bytes),
    send: (...fields) => void socket.write(rawFrame(...fields)),
    next,
    async nextOf(messageId) {
      for (;;) {
        const message = await next();
        if (message === null || message[0] === messageId) return message;
      }
    },
    async [Symbol.asyncDispose]() {
      socket.destroy();
    },
  };
}

/** A raw connection that has started the API. */
export async function startRaw(
  address: { readonly host: string; readonly port: number },
  clientId = 9,
): Promise<RawClient> {
  const raw = await connectRaw(address);
  raw.write(greeting());
  await raw.next();
  raw.send(71, 2, clientId, '');
  await raw.nextOf('9');
  return raw;
}
