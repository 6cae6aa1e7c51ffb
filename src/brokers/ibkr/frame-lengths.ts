/** The longest message that a client of the API takes, as in @stoqey/ib and in IB's own clients. */
const LONGEST_MESSAGE = 0xff_ff_ff;
const LENGTH_BYTES = 4;

/**
 * Looks at nothing but the lengths that are written before messages, however their bytes are chopped.
 * @stoqey/ib believes them: over a negative one it turns in a circle for ever, and the whole bot with it,
 * and a huge one it waits for while nothing else is heard.
 * @returns a function that takes bytes as they come, and says whether all lengths so far can be so.
 */
export function createLengthCheck(): (bytes: Buffer) => boolean {
  let prefix: Buffer = Buffer.alloc(0);
  /** Of the message that is coming. */
  let missing = 0;

  return (bytes) => {
    let at = 0;
    while (at < bytes.length) {
      if (missing > 0) {
        const taken = Math.min(missing, bytes.length - at);
        missing -= taken;
        at += taken;
        continue;
      }
      const wanted = LENGTH_BYTES - prefix.length;
      prefix = Buffer.concat([prefix, bytes.subarray(at, at + wanted)]);
      at += wanted;
      if (prefix.length < LENGTH_BYTES) return true;
      missing = prefix.readInt32BE(0);
      prefix = Buffer.alloc(0);
      if (missing < 1 || missing > LONGEST_MESSAGE) return false;
    }
    return true;
  };
}
