import { configured, openConfiguredStore, print } from './surroundings.ts';

/** `evenkeel migrate`. @throws StoreError when the database is newer than the program. */
export async function migrate(): Promise<void> {
  const config = configured();
  const store = await openConfiguredStore(config);
  await store.close();
  print(`The database is up to date: ${config.databasePath}`);
}
