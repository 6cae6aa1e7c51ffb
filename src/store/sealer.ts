import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createSecretKey,
  randomBytes,
  type KeyObject,
} from 'node:crypto';
import { secret, type Secret } from '../lib/secret.ts';
import { StoreError } from '../ports/store-error.ts';

/** The size of AES-256's keys, and of GCM's nonces and tags (NIST SP 800-38D), in bytes. */
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

const CIPHER = 'aes-256-gcm';
const FORMAT = 'v1';

/** What a sealed secret is. It opens as nothing else: the ciphertext is bound to this. */
export interface SealedFor {
  readonly broker: string;
  readonly person: string;
  readonly purpose:
    | 'access token'
    | 'refresh token'
    | `code verifier ${string}`
    | 'one-time code secret';
}

/** Encrypts what is stored, and decrypts it. */
export interface Sealer {
  /**
   * @returns `v1.KEY_ID.NONCE.CIPHERTEXT_AND_TAG`, the last two in base64url; under the first key.
   * @throws StoreError `master_key_missing` without a key.
   */
  seal(text: string, sealedFor: SealedFor): string;
  /**
   * @throws StoreError `master_key_missing` without a key, `master_key_mismatch` when it was sealed under
   *   another one, `secret_unreadable` when it is not what was sealed, or was sealed for something else.
   */
  open(sealed: string, sealedFor: SealedFor): Secret;
  /** Whether it is sealed under the first key. */
  isCurrent(sealed: string): boolean;
}

interface MasterKey {
  readonly id: string;
  readonly key: KeyObject;
}

/**
 * AES-256-GCM with a fresh random nonce for each secret; what the secret is for is its associated data.
 * @param keys 32 bytes each: the first encrypts, all decrypt. None: every use is an error.
 */
export function createSealer(keys: readonly Uint8Array[]): Sealer {
  const known = keys.map(toMasterKey);
  const [current] = known;
  const missing = (what: string): StoreError =>
    new StoreError('master_key_missing', `${what} without EVENKEEL_MASTER_KEY.`);
  return {
    seal(text, sealedFor) {
      if (current === undefined) throw missing('No secrets are stored');
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, current.key, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(associatedData(current.id, sealedFor));
      const body = Buffer.concat([
        cipher.update(text, 'utf8'),
        cipher.final(),
        cipher.getAuthTag(),
      ]);
      return [FORMAT, current.id, nonce.toString('base64url'), body.toString('base64url')].join(
        '.',
      );
    },
    open(sealed, sealedFor) {
      if (current === undefined) throw missing('The stored secrets cannot be read');
      const parts = splitSealed(sealed);
      if (parts === null) throw unreadable(sealedFor);
      const master = known.find(({ id }) => id === parts.keyId);
      if (master === undefined) {
        throw new StoreError(
          'master_key_mismatch',
          `${nameOf(sealedFor)} is encrypted under another key than EVENKEEL_MASTER_KEY has.`,
        );
      }
      try {
        const decipher = createDecipheriv(CIPHER, master.key, parts.nonce, {
          authTagLength: TAG_BYTES,
        });
        decipher.setAAD(associatedData(master.id, sealedFor));
        decipher.setAuthTag(parts.tag);
        const text = Buffer.concat([decipher.update(parts.ciphertext), decipher.final()]);
        return secret(text.toString('utf8'));
      } catch {
        // Node's error says nothing more, and a cause must not carry pieces of a secret.
        throw unreadable(sealedFor);
      }
    },
    isCurrent: (sealed) => current !== undefined && splitSealed(sealed)?.keyId === current.id,
  };
}

function toMasterKey(bytes: Uint8Array): MasterKey {
  if (bytes.length !== KEY_BYTES) {
    throw new StoreError('invalid_value', `A master key has ${KEY_BYTES} bytes.`);
  }
  const id = createHash('sha256').update('evenkeel master key').update(bytes).digest('hex');
  return { id: id.slice(0, 16), key: createSecretKey(bytes) };
}

function associatedData(keyId: string, { broker, person, purpose }: SealedFor): Buffer {
  return Buffer.from(JSON.stringify([FORMAT, keyId, broker, person, purpose]), 'utf8');
}

function splitSealed(sealed: string): {
  readonly keyId: string;
  readonly nonce: Buffer;
  readonly ciphertext: Buffer;
  readonly tag: Buffer;
} | null {
  const [format, keyId, nonceText, bodyText, ...more] = sealed.split('.');
  if (format !== FORMAT || keyId === undefined || more.length > 0) return null;
  const nonce = fromBase64(nonceText);
  const body = fromBase64(bodyText);
  if (nonce?.length !== NONCE_BYTES || body === null || body.length < TAG_BYTES) return null;
  const end = body.length - TAG_BYTES;
  return { keyId, nonce, ciphertext: body.subarray(0, end), tag: body.subarray(end) };
}

/** Only what encodes back to the same text: Node's decoder skips what it does not know. */
function fromBase64(text: string | undefined): Buffer | null {
  if (text === undefined) return null;
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : null;
}

function nameOf({ broker, person, purpose }: SealedFor): string {
  return purpose === 'one-time code secret'
    ? `The authenticator secret of ${person}`
    : `The login of ${person} at ${broker}`;
}

function unreadable(sealedFor: SealedFor): StoreError {
  return new StoreError(
    'secret_unreadable',
    `${nameOf(sealedFor)} cannot be decrypted: it is not what was stored.`,
  );
}
