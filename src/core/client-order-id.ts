import { createHash } from 'node:crypto';

/**
 * The clientOrderId of a leg's attempt: the same three facts always give the same id, so a resumed
 * execution cannot send a leg under a second name. The proposal's digest makes it unique beyond this
 * database. At most 48 characters, the limit of Alpaca (https://docs.alpaca.markets/reference/postorder).
 */
export function deriveClientOrderId(
  proposal: { readonly id: string; readonly digest: string },
  leg: number,
  attempt: number,
): string {
  const fingerprint = createHash('sha256')
    .update(`${proposal.digest}:${leg}:${attempt}`, 'utf8')
    .digest('hex')
    .slice(0, 16);
  return `ek-${proposal.id}-${leg}-${attempt}-${fingerprint}`;
}
