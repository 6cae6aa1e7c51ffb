/** What an address carries that opens something: OAuth's codes, states and tokens. */
const CARRIED = /\b((?:code|state|session|token|access_token|refresh_token)=)[^&\s"'<>]+/giu;

/** One-time codes belong into a form, and some will type them after the command. */
const ENROLL = /^\s*\/*enroll?\b/iu;
const ONE_TIME_CODE = /\d(?:[\s-]?\d){3,}/gu;

/**
 * A typed line with the codes taken out: those in its addresses, because people paste a redirected address
 * where it does not belong, and the one-time codes after `/enroll`. What people type is written down.
 */
export function withoutCodes(line: string): string {
  const text = line.replaceAll(CARRIED, '$1[secret]');
  return ENROLL.test(text) ? text.replaceAll(ONE_TIME_CODE, '[code]') : text;
}
