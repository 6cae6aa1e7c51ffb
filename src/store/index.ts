export { openDatabase, type DatabaseHandle } from './database.ts';
export { migrateDatabase } from './migrate.ts';
export { openStore, type DatabaseStore, type OpenStoreOptions } from './store.ts';
