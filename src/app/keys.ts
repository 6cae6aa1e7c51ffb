import { auditEntry } from './audit.ts';
import type { Actor } from './audit.ts';
import type { AppContext } from './context.ts';

const MASTER_KEY_BYTES = 32;

/** A fresh master key, as EVENKEEL_MASTER_KEY takes it. */
export function generateMasterKey(random: AppContext['random']): string {
  return Buffer.from(random.bytes(MASTER_KEY_BYTES)).toString('base64');
}

/**
 * Encrypts all stored logins under the first master key. One transaction: it happens as a whole or not at
 * all, and leaves a row in the audit log when it changed anything.
 * @throws StoreError when a login cannot be decrypted.
 */
export async function rotateMasterKeys(
  context: Pick<AppContext, 'store' | 'clock'>,
  by: Actor,
): Promise<{ readonly secrets: number; readonly changed: number }> {
  return await context.store.transaction(async (unit) => {
    const result = await unit.resealSecrets();
    if (result.changed > 0) {
      await unit.appendAudit(
        auditEntry(context.clock.now(), by, 'key_rotation', null, 'master key', { ...result }),
      );
    }
    return result;
  });
}
