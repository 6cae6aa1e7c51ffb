import { randomBytes } from 'node:crypto';

/** Cryptographically strong randomness of this machine. */
export const systemRandom = {
  bytes: (length: number): Uint8Array => randomBytes(length),
};
