import { Secret as OtpSecret, TOTP } from 'otpauth';
import { reveal, secret, type Secret } from './secret.ts';

/** What authenticator apps do by default, and several of them do nothing else (RFC 6238). */
const SETTINGS = { algorithm: 'SHA1', digits: 6, period: 30 } as const;

/** The length of a shared secret that RFC 4226 recommends (section 4, R6). */
export const TOTP_SECRET_BYTES = 20;

/** A shared secret as authenticator apps take it: base32. */
export function totpSecret(bytes: Uint8Array): Secret {
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  return secret(new OtpSecret({ buffer: new Uint8Array(buffer).buffer }).base32);
}

/** The `otpauth://` address of a secret, which authenticator apps open or read from a QR code. */
export function totpUri(shared: Secret, issuer: string, label: string): Secret {
  return secret(new TOTP({ ...SETTINGS, issuer, label, secret: fromBase32(shared) }).toString());
}

/**
 * The time step that a code belongs to, compared in constant time: the present one, the one before or the
 * one after, for clocks that are apart (RFC 6238, section 5.2). Null when it is none of theirs.
 */
export function totpStep(shared: Secret, code: string, at: Temporal.Instant): number | null {
  const timestamp = at.epochMilliseconds;
  const { period } = SETTINGS;
  const totp = new TOTP({ ...SETTINGS, secret: fromBase32(shared) });
  const delta = totp.validate({ token: code, timestamp, window: 1 });
  return delta === null ? null : TOTP.counter({ period, timestamp }) + delta;
}

function fromBase32(shared: Secret): OtpSecret {
  return OtpSecret.fromBase32(reveal(shared));
}
