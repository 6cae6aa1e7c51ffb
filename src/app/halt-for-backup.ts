import { BACKUP_SETTING, findBackupHalt } from '../core/automatic-halts.ts';
import type { AppContext } from './context.ts';
import { haltAutomatically } from './halt.ts';

/**
 * Halts everything at the first start on a backup, before anything goes on: what was sent after it was
 * taken is not in it, and where the broker keeps no id of ours nothing else would keep it from being sent
 * a second time. Executions that were under way end, with what is on record as sent.
 */
export async function haltForBackup(context: AppContext): Promise<void> {
  const recordEnds = await context.store.readSetting(BACKUP_SETTING);
  if (recordEnds === null || recordEnds === '') return;
  await haltAutomatically(context, 'all', findBackupHalt(recordEnds));
  // It is the bot's own database from here on.
  await context.store.transaction((unit) => unit.writeSetting(BACKUP_SETTING, ''));
}
