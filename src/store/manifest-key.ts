import { createPrivateKey, createPublicKey, hkdfSync, type KeyObject } from 'node:crypto';

/** What an Ed25519 private key in PKCS #8 begins with (RFC 8410); the 32 bytes of the seed follow. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
/** The same for a public key in SPKI. */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** Names what the key is for: another use of AUDIT_KEY never gives the same one. */
const PURPOSE = 'evenkeel audit export manifest v1';

/**
 * The key that signs manifests, derived from AUDIT_KEY (HKDF-SHA256, RFC 5869): who has the one has the
 * other, and there is nothing more to keep. Its public half lets anybody check who must not be able to sign.
 */
export function manifestKey(auditKey: Uint8Array): {
  readonly privateKey: KeyObject;
  /** 64 hex digits. */
  readonly publicKey: string;
} {
  const seed = Buffer.from(hkdfSync('sha256', auditKey, new Uint8Array(), PURPOSE, 32));
  const privateKey = createPrivateKey({
    key: Buffer.concat([PKCS8_PREFIX, seed]),
    format: 'der',
    type: 'pkcs8',
  });
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  return { privateKey, publicKey: spki.subarray(SPKI_PREFIX.length).toString('hex') };
}

/** @param publicKey 64 hex digits. */
export function publicKeyOf(publicKey: string): KeyObject {
  return createPublicKey({
    key: Buffer.concat([SPKI_PREFIX, Buffer.from(publicKey, 'hex')]),
    format: 'der',
    type: 'spki',
  });
}
