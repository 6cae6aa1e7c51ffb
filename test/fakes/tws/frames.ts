/** The longest message that a client of protocol 100 and later takes. */
const LONGEST_MESSAGE = 0xff_ff_ff;
const GREETING = Buffer.from('API\0');

/** What a client's bytes turn out to be. */
export type Incoming =
  | { readonly type: 'hello'; readonly lowest: number; readonly highest: number }
  | { readonly type: 'message'; readonly fields: readonly string[] }
  | { readonly type: 'broken'; readonly reason: 'greeting' | 'version' | 'length' | 'ending' };

/** One message on the wire: four bytes of length, then each field followed by a zero byte. */
export function encodeFrame(fields: readonly string[]): Buffer {
  const body = Buffer.from(`${fields.join('\0')}\0`, 'utf8');
  const frame = Buffer.alloc(4 + body.length);
  frame.writeUInt32BE(body.length);
  body.copy(frame, 4);
  return frame;
}

/**
 * Cuts a client's bytes into messages, however they are chopped: first `API\0` and the range of
 * versions, then length-prefixed messages. After `broken` it takes nothing more.
 */
export function createFrameReader(): (bytes: Buffer) => readonly Incoming[] {
  let pending = Buffer.alloc(0);
  let greeted = false;
  let broken = false;

  function take(): Incoming | null {
    if (!greeted) {
      const start = pending.subarray(0, GREETING.length);
      if (!GREETING.subarray(0, start.length).equals(start)) return fail('greeting');
      if (pending.length < 8) return null;
      const length = pending.readUInt32BE(4);
      if (length === 0 || length > 64) return fail('length');
      if (pending.length < 8 + length) return null;
      const text = pending.subarray(8, 8 + length).toString('utf8');
      pending = pending.subarray(8 + length);
      // "v100..193", "v100" alone, and connect options after a blank.
      const range = /^v(\d{1,4})(?:\.\.(\d{1,4}))?(?: .*)?$/.exec(text);
      if (range === null) return fail('version');
      greeted = true;
      const lowest = Number(range[1]);
      return { type: 'hello', lowest, highest: Number(range[2] ?? lowest) };
    }
    if (pending.length < 4) return null;
    const length = pending.readUInt32BE(0);
    if (length === 0 || length > LONGEST_MESSAGE) return fail('length');
    if (pending.length < 4 + length) return null;
    const body = pending.subarray(4, 4 + length).toString('utf8');
    pending = pending.subarray(4 + length);
    if (!body.endsWith('\0')) return fail('ending');
    return { type: 'message', fields: body.slice(0, -1).split('\0') };
  }

  function fail(reason: 'greeting' | 'version' | 'length' | 'ending'): Incoming {
    broken = true;
    return { type: 'broken', reason };
  }

  return (bytes) => {
    const found: Incoming[] = [];
    pending = Buffer.concat([pending, bytes]);
    while (!broken) {
      const next = take();
      if (next === null) break;
      found.push(next);
    }
    return found;
  };
}
