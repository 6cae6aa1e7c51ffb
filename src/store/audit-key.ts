import { StoreError } from '../ports/store-error.ts';
import { chainHash } from './audit-chain.ts';
import type { DatabaseHandle } from './database.ts';

/**
 * A row written under the wrong key would break the chain for ever, so the last row must be ours.
 * A log that was begun without a key may get one: the first keyed row seals all rows before it.
 * @throws StoreError audit_key_mismatch
 */
export async function assertAuditKey(
  { kysely, path }: DatabaseHandle,
  auditKey: Uint8Array | null,
): Promise<void> {
  const last = await kysely
    .selectFrom('audit_log')
    .select(['seq', 'at', 'actor', 'platform', 'action', 'account', 'subject', 'payload'])
    .select(['prev_hash as prevHash', 'hash'])
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (last === undefined) return;
  if (chainHash(auditKey)(last) === last.hash) return;
  if (auditKey !== null && chainHash(null)(last) === last.hash) return;
  throw new StoreError(
    'audit_key_mismatch',
    `The last row (${last.seq}) of the audit log in ${path} was not written with this AUDIT_KEY, or it was changed.`,
  );
}
