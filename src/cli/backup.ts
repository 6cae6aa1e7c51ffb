import { auditKeyOf, configured, print } from './surroundings.ts';

/** `evenkeel backup [--to FILE]`. @throws StoreError when the copy cannot be made or is not good. */
export async function backUp(options: { readonly to?: string }): Promise<void> {
  const config = configured();
  const { backUpDatabase, defaultBackupPath } = await import('../store/index.ts');
  const { path, verification } = await backUpDatabase({
    path: config.databasePath,
    to: options.to ?? defaultBackupPath(config.databasePath, Temporal.Now.instant()),
    auditKey: auditKeyOf(config),
  });
  print(`Backed up to ${path}`);
  print(`ok ${verification.rows} rows, head ${verification.head}`);
}
