import { existsSync } from 'node:fs';
import { isHeld } from '../app/lease.ts';
import { systemClock } from '../lib/clock.ts';
import { isProcessGone } from '../lib/process-holder.ts';
import { CommandFailed } from './command-failed.ts';
import { auditKeyOf, configured, logOf, print } from './surroundings.ts';

/**
 * `evenkeel restore FILE`. Refused while a bot acts on the database: it would go on writing to the former
 * one. @throws StoreError when the backup is not good; nothing is changed then.
 */
export async function restore(backup: string): Promise<void> {
  const config = configured();
  const auditKey = auditKeyOf(config);
  const { openStore, restoreDatabase } = await import('../store/index.ts');
  if (existsSync(config.databasePath)) {
    const store = await openStore({ path: config.databasePath, auditKey, log: logOf(config) });
    const held = await isHeld(store, systemClock, isProcessGone);
    await store.close();
    if (held) {
      throw new CommandFailed(
        `A bot acts on ${config.databasePath}. Stop it first; nothing was restored.`,
      );
    }
  }
  const stamp = Temporal.Now.instant().toString({ smallestUnit: 'second' }).replaceAll(/[-:]/g, '');
  const restored = await restoreDatabase({
    from: backup,
    path: config.databasePath,
    keepAs: `${config.databasePath}.before-${stamp}`,
    auditKey,
  });
  print(`Restored ${restored.path} from ${backup}`);
  if (restored.former !== null) print(`What was there is kept as ${restored.former}`);
  print(`ok ${restored.verification.rows} rows, head ${restored.verification.head}`);
  print('What happened at the brokers since the backup is fetched when the bot starts.');
  print(
    'Trading is halted from that start on: compare /reconcile with each broker, then /resume all.',
  );
}
