import { promises as fs } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { sql, type Kysely } from 'kysely';
import { FileMigrationProvider, Migrator } from 'kysely/migration';
import { StoreError } from '../ports/store-error.ts';
import type { DatabaseHandle } from './database.ts';
import type { Tables } from './tables.ts';

/** Relative to the program, wherever it was started from. */
export const MIGRATION_FOLDER = path.resolve(import.meta.dirname, '../../migrations');

/** `EVNK`: https://www.sqlite.org/pragma.html#pragma_application_id */
const APPLICATION_ID = 0x45564e4b;

export interface MigrationOptions {
  /** Another folder, for tests. */
  readonly migrationFolder?: string;
}

/**
 * Brings the database to the program's version: all migrations that are missing, in one transaction.
 * @returns the names of the migrations that were run.
 * @throws StoreError database_newer, not_a_database (another program's), migration_failed, or what
 *   SQLite answers.
 */
export async function migrateDatabase(
  database: DatabaseHandle,
  options: MigrationOptions = {},
): Promise<readonly string[]> {
  const { kysely } = database;
  const folder = options.migrationFolder ?? MIGRATION_FOLDER;
  const id = await applicationId(kysely);
  await assertOurs(database, id);
  const recorded = await recordedMigrations(kysely);
  // As at nearly every start: then no migration needs to be loaded, nor the schema looked through.
  if (id === APPLICATION_ID && isDeepStrictEqual(recorded, await namesIn(folder))) return [];
  const provider = migrationsIn(folder);
  assertNotNewer(database, recorded, Object.keys(await provider.getMigrations()));
  const { error, results } = await new Migrator({ db: kysely, provider }).migrateToLatest();
  if (error !== undefined) {
    if (error instanceof StoreError && error.code !== 'constraint_violated') throw error;
    const failed = results?.find((result) => result.status === 'Error')?.migrationName;
    throw new StoreError(
      'migration_failed',
      `The database ${database.path} could not be migrated${failed === undefined ? '' : ` by ${failed}`} (${messageOf(error)}).`,
      { cause: error },
    );
  }
  await sql.raw(`pragma application_id = ${APPLICATION_ID}`).execute(kysely);
  return (results ?? []).map((result) => result.migrationName);
}

/** Loads all migrations, and runs none. */
export async function loadMigrations(): Promise<void> {
  await migrationsIn(MIGRATION_FOLDER).getMigrations();
}

function migrationsIn(migrationFolder: string): FileMigrationProvider {
  return new FileMigrationProvider({ fs, path, migrationFolder });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'no reason given';
}

/** A path that names another program's database is a slip of the configuration, not a place to write. */
async function assertOurs({ kysely, path: file }: DatabaseHandle, id: number): Promise<void> {
  if (id === APPLICATION_ID) return;
  const tables = await tableNames(kysely);
  const begunByUs = tables.includes('kysely_migration');
  if (id === 0 && (tables.length === 0 || begunByUs)) return;
  throw new StoreError('not_a_database', `The database ${file} belongs to another program.`);
}

function assertNotNewer(
  { path: file }: DatabaseHandle,
  recorded: readonly string[],
  known: readonly string[],
): void {
  const unknown = recorded.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new StoreError(
    'database_newer',
    `The database ${file} was written by a newer version of the program (it has ${unknown.join(', ')}).`,
  );
}

async function applicationId(kysely: Kysely<Tables>): Promise<number> {
  const { rows } = await sql<{ application_id: number }>`pragma application_id`.execute(kysely);
  return rows[0]?.application_id ?? 0;
}

/** In the order they were run in; none in a database that none was ever run in. */
async function recordedMigrations(kysely: Kysely<Tables>): Promise<readonly string[]> {
  if (!(await tableNames(kysely)).includes('kysely_migration')) return [];
  const { rows } = await sql<{ name: string }>`
    select name from kysely_migration order by timestamp, name
  `.execute(kysely);
  return rows.map((row) => row.name);
}

/** The names of the migrations in a folder, in the order they are run in. */
async function namesIn(folder: string): Promise<readonly string[]> {
  const files = await fs.readdir(folder);
  return files.map((file) => path.parse(file).name).toSorted();
}

async function tableNames(kysely: Kysely<Tables>): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`
    select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'
  `.execute(kysely);
  return rows.map((row) => row.name);
}
