import { reveal, secret, type Secret } from './secret.ts';

// Whoever types codes needs the library; a start does not, so it is loaded where it is used.

/** What authenticator apps do by default, and several of them do nothing else (RFC 6238). */
const SETTINGS = { algorithm: 'SHA1', digits: 6, period: 30 } as const;

/** The length of a shared secret that RFC 4226 recommends (section 4, R6). */
export const TOTP_SECRET_BYTES = 20;

/** A shared secret as authenticator apps take it: base32. */
export async function totpSecret(bytes: Uint8Array): Promise<Secret> {
  const otp = await import('otpauth');
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  return secret(new otp.Secret({ buffer: new Uint8Array(buffer).buffer }).base32);
}

/** The `otpauth://` address of a secret, which authenticator apps open or read from a QR code. */
export async function totpUri(shared: Secret, issuer: string, label: string): Promise<Secret> {
  const otp = await import('otpauth');
  const parsed = otp.Secret.fromBase32(reveal(shared));
  return secret(new otp.TOTP({ ...SETTINGS, issuer, label, secret: parsed }).toString());
}

/**
 * The time step that a code belongs to, compared in constant time: the present one, the one before or the
 * one after, for clocks that are apart (RFC 6238, section 5.2). Null when it is none of theirs.
 */
export async function totpStep(
  shared: Secret,
  code: string,
  at: Temporal.Instant,
): Promise<number | null> {
  const otp = await import('otpauth');
  const timestamp = at.epochMilliseconds;
  const { period } = SETTINGS;
  const totp = new otp.TOTP({ ...SETTINGS, secret: otp.Secret.fromBase32(reveal(shared)) });
  const delta = totp.validate({ token: code, timestamp, window: 1 });
  return delta === null ? null : otp.TOTP.counter({ period, timestamp }) + delta;
}
