import type { Random } from '../ports/clock.ts';

/** Crockford's base 32: no i, l, o, u, so that an id survives being read aloud. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** A fresh proposal id: six characters, about a thousand million possibilities. */
export function newProposalId(random: Random): string {
  return [...random.bytes(6)].map((byte) => ALPHABET.charAt(byte % 32)).join('');
}

/** The key of the one message that tells a proposal's story. */
export function announcementKey(proposalId: string): string {
  return `proposal:${proposalId}`;
}
