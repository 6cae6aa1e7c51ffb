import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';

/**
 * The hash chain of the audit log, as pure functions. docs/audit-format.md is its specification.
 *
 * Each row's hash covers all of its columns and the hash of the row before it. Without a key it is
 * SHA-256: who can write to the database can also recompute all hashes after a change, and is found
 * only by comparing with a head that was published elsewhere. With a key it is HMAC-SHA256, and who
 * does not have the key cannot make a row at all. Cutting rows off the end leaves a whole, shorter
 * chain in both cases: only a published head finds that.
 */

/** The columns that are hashed, as text exactly as stored. */
export interface ChainedRow {
  readonly seq: number;
  readonly at: string;
  readonly actor: string;
  readonly platform: string;
  readonly action: string;
  readonly account: string | null;
  readonly subject: string;
  /** Canonical JSON text (RFC 8785). */
  readonly payload: string;
  readonly prevHash: string;
}

/** What the first row follows. */
export const GENESIS_HASH = '0'.repeat(64);

/** Hashes a row: 64 lower-case hex digits. */
export type ChainHash = (row: ChainedRow) => string;

/**
 * The canonical JSON (RFC 8785) of a row. The members are in the order that the RFC sorts them, and
 * a payload that is canonical already stands as it is: this text is what a canonicalizer gives for
 * the whole object, at a tenth of the time. Different rows never give the same text, whatever the
 * payload holds, because all other members are quoted.
 */
export function canonicalRow(row: ChainedRow): string {
  const { stringify } = JSON;
  return (
    `{"account":${stringify(row.account)},"action":${stringify(row.action)},` +
    `"actor":${stringify(row.actor)},"at":${stringify(row.at)},"payload":${row.payload},` +
    `"platform":${stringify(row.platform)},"prevHash":${stringify(row.prevHash)},` +
    `"seq":${stringify(row.seq)},"subject":${stringify(row.subject)}}`
  );
}

/** SHA-256, or HMAC-SHA256 with `key`. */
export function chainHash(key: Uint8Array | null): ChainHash {
  if (key === null) return (row) => hash('sha256', canonicalRow(row), 'hex');
  const secret: KeyObject = createSecretKey(key);
  return (row) => createHmac('sha256', secret).update(canonicalRow(row), 'utf8').digest('hex');
}
