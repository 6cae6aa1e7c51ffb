import { auditKeyOf, configured, logOf, print } from './surroundings.ts';

/** `evenkeel migrate`. @throws StoreError when the database is newer than the program. */
export async function migrate(): Promise<void> {
  const config = configured();
  const { openStore } = await import('../store/index.ts');
  const store = await openStore({
    path: config.databasePath,
    auditKey: auditKeyOf(config),
    log: logOf(config),
  });
  await store.close();
  print(`The database is up to date: ${config.databasePath}`);
}
