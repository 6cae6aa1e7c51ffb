/** What an address carries that opens something: OAuth's codes, states and tokens. */
const CARRIED = /\b((?:code|state|session|token|access_token|refresh_token)=)[^&\s"'<>]+/giu;

/**
 * A typed text with the codes in its addresses taken out: people paste a redirected address where it
 * does not belong, and what they type is written down.
 */
export function withoutCodes(text: string): string {
  return text.replaceAll(CARRIED, '$1[secret]');
}
