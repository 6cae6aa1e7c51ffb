import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import * as fc from 'fast-check';

/** What is done to one message of TWS on its way; `at` counts bytes or fields, around the end. */
export type FrameHarm =
  | { readonly type: 'bytes'; readonly at: number; readonly put: readonly number[] }
  | { readonly type: 'field'; readonly at: number; readonly put: string }
  | { readonly type: 'drop_field'; readonly at: number }
  | { readonly type: 'twice_field'; readonly at: number }
  /** The length that is written before it is another than its own. */
  | { readonly type: 'length'; readonly length: number }
  /** Only so much of it comes, and then the next message. */
  | { readonly type: 'cut'; readonly at: number }
  | { readonly type: 'drop' }
  | { readonly type: 'twice' }
  /** Another message comes before it. */
  | { readonly type: 'before'; readonly fields: readonly string[] };

const HOSTILE_FIELDS = [
  '',
  '0',
  '-1',
  'NaN',
  'Infinity',
  '1e999',
  '1.7976931348623157E308',
  '9223372036854775807',
  '2147483648',
  '0x10',
  '1,000',
  ' ',
  '\u00e9\ud83d\udca5',
  'x'.repeat(5000),
  '__proto__',
  '{"a":',
  'DU0000000',
];

const at = fc.nat(1_000_000);
const field = fc.oneof(fc.constantFrom(...HOSTILE_FIELDS), fc.string({ maxLength: 20 }));

export const frameHarm: fc.Arbitrary<FrameHarm> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('bytes' as const),
      at,
      put: fc.array(fc.nat({ max: 255 }), { minLength: 1, maxLength: 8 }),
    }),
  },
  { weight: 6, arbitrary: fc.record({ type: fc.constant('field' as const), at, put: field }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('drop_field' as const), at }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('twice_field' as const), at }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('length' as const),
      length: fc.constantFrom(0, 1, 3, 1000, 2 ** 24, 2 ** 31 - 1, -1, -(2 ** 31)),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('cut' as const), at }) },
  { weight: 1, arbitrary: fc.constant({ type: 'drop' as const }) },
  { weight: 1, arbitrary: fc.constant({ type: 'twice' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('before' as const),
      fields: fc.array(field, { minLength: 1, maxLength: 30 }),
    }),
  },
);

/** Between the library and TWS: passes everything on, and harms the messages of TWS that it is told to. */
export interface TwsRelay extends AsyncDisposable {
  readonly port: number;
  /**
   * @param harms by the number of the message in its connection, counted from 0 (the greeting).
   * @param piece everything comes in pieces of so many bytes; null: as it came.
   */
  harm(harms: ReadonlyMap<number, FrameHarm>, piece: number | null): void;
  /** How many messages were harmed. */
  readonly harmed: number;
}

export async function openTwsRelay(target: {
  readonly host: string;
  readonly port: number;
}): Promise<TwsRelay> {
  let harms: ReadonlyMap<number, FrameHarm> = new Map();
  let piece: number | null = null;
  let harmed = 0;
  const sockets = new Set<Socket>();

  const server = createServer((client) => {
    const upstream = connect(target.port, target.host);
    let buffered: Buffer = Buffer.alloc(0);
    let number = 0;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (chunk) => upstream.write(chunk));
    upstream.on('data', (chunk: Buffer) => {
      buffered = Buffer.concat([buffered, chunk]);
      while (buffered.length >= 4 && buffered.length >= 4 + buffered.readInt32BE(0)) {
        const end = 4 + buffered.readInt32BE(0);
        const body = buffered.subarray(4, end);
        buffered = buffered.subarray(end);
        const how = harms.get(number);
        number += 1;
        if (how !== undefined) harmed += 1;
        send(client, how === undefined ? framed(body) : harmedFrame(body, how));
      }
    });
  });

  /** Small writes without delay come as packets of their own. */
  function send(client: Socket, bytes: Buffer): void {
    const size = piece ?? bytes.length;
    for (let from = 0; from < bytes.length; from += size) {
      client.write(bytes.subarray(from, from + size));
    }
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('the relay has no port');
  return {
    port: bound.port,
    harm(next, size) {
      harms = next;
      piece = size;
    },
    get harmed() {
      return harmed;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function framed(body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length);
  return Buffer.concat([length, body]);
}

function harmedFrame(body: Buffer, how: FrameHarm): Buffer {
  switch (how.type) {
    case 'bytes': {
      const changed = Buffer.from(body);
      how.put.forEach((byte, index) => {
        if (changed.length > 0) changed[(how.at + index) % changed.length] = byte;
      });
      return framed(changed);
    }
    case 'field':
      return withFields(body, how.at, () => [how.put]);
    case 'drop_field':
      return withFields(body, how.at, () => []);
    case 'twice_field':
      return withFields(body, how.at, (value) => [value, value]);
    case 'length': {
      const bytes = framed(body);
      bytes.writeInt32BE(how.length, 0);
      return bytes;
    }
    case 'cut':
      return framed(body).subarray(0, how.at % (body.length + 4));
    case 'drop':
      return Buffer.alloc(0);
    case 'twice':
      return Buffer.concat([framed(body), framed(body)]);
    case 'before':
      return Buffer.concat([
        framed(Buffer.from(how.fields.map((text) => `${text}\0`).join(''))),
        framed(body),
      ]);
  }
}

function withFields(body: Buffer, at_: number, change: (value: string) => string[]): Buffer {
  const fields = body.toString('utf8').split('\0');
  // What comes behind the last zero byte is no field.
  fields.pop();
  const which = at_ % Math.max(fields.length, 1);
  const changed = fields.flatMap((value, index) => (index === which ? change(value) : [value]));
  return framed(Buffer.from(changed.map((value) => `${value}\0`).join('')));
}
