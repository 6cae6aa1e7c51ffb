import { closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import BetterSqlite, { type Database } from 'better-sqlite3';
import { Kysely } from 'kysely';
import { StoreError, type StoreErrorCode } from '../ports/store-error.ts';
import { createDialect } from './dialect.ts';
import { isBusy, toStoreError } from './sqlite-error.ts';
import type { Tables } from './tables.ts';

export const DEFAULT_BUSY_TIMEOUT_MILLISECONDS = 5000;

/**
 * One open database with one connection.
 *
 * `kysely` is shared: a part of the program that keeps its own tables uses
 * `kysely.withTables<ItsTables>()`. There is one connection behind a mutex, so whatever is asked
 * outside a transaction waits until the running transaction has ended, and asking it from inside
 * that transaction waits for ever. Transactions are therefore short and never await the network.
 */
export interface DatabaseHandle {
  /** Absolute, or `:memory:`. */
  readonly path: string;
  readonly kysely: Kysely<Tables>;
  /** The connection under `kysely`, for what must not pay for a query builder. */
  readonly sqlite: Database;
  /**
   * Whether the file at the path still is the one that is open here. Somebody may have put another in its
   * place, or removed it: what is written then is seen by nobody who opens the path.
   */
  isInPlace(): boolean;
  /** Waits for the running transaction, then closes. May be called twice. */
  close(): Promise<void>;
}

/**
 * Opens or creates a database file; `:memory:` is a private one that ends with the process. Its
 * folder is created. Nothing is migrated here.
 * @param options.busyTimeoutMilliseconds how long a statement waits for another process, 5000 by default.
 * @throws StoreError
 */
export async function openDatabase(options: {
  readonly path: string;
  readonly busyTimeoutMilliseconds?: number;
}): Promise<DatabaseHandle> {
  const busyTimeoutMilliseconds =
    options.busyTimeoutMilliseconds ?? DEFAULT_BUSY_TIMEOUT_MILLISECONDS;
  const path = options.path === ':memory:' ? options.path : resolve(options.path);
  if (path !== ':memory:') createFile(path);
  const sqlite = await openConnection(path, busyTimeoutMilliseconds);
  const kysely = new Kysely<Tables>({
    dialect: createDialect(sqlite, { path, busyTimeoutMilliseconds }),
  });
  const opened = fileAt(path);
  let closing: Promise<void> | null = null;
  return {
    path,
    kysely,
    sqlite,
    isInPlace: () => fileAt(path) === opened,
    close: () => {
      closing ??= kysely
        .connection()
        .execute(async () => {
          if (!sqlite.readonly) sqlite.pragma('optimize');
        })
        .catch(() => {
          // Statistics only help the next start; a full or failing disk must not keep us from closing.
        })
        .then(async () => await kysely.destroy());
      return closing;
    },
  };
}

/** What tells a file from another that takes its place; null when there is none. */
function fileAt(path: string): string | null {
  const file = statSync(path, { throwIfNoEntry: false });
  return file === undefined ? null : `${file.dev}:${file.ino}`;
}

async function openConnection(path: string, busyTimeoutMilliseconds: number): Promise<Database> {
  const deadline = performance.now() + busyTimeoutMilliseconds;
  for (;;) {
    let sqlite: Database | null = null;
    try {
      // Waiting is done by the dialect, which does not block the event loop while it waits.
      sqlite = new BetterSqlite(path, { timeout: 0 });
      configure(sqlite);
      return sqlite;
    } catch (error) {
      sqlite?.close();
      if (!isBusy(error) || performance.now() >= deadline) throw toStoreError(error, path);
      await delay(20);
    }
  }
}

function configure(sqlite: Database): void {
  // Fails here, with a clear code, when the file is no database at all.
  sqlite.pragma('schema_version');
  sqlite.pragma('journal_mode = wal');
  // An audit row that a power cut can lose is no audit row.
  sqlite.pragma('synchronous = full');
  sqlite.pragma('foreign_keys = on');
  // A file made by somebody else cannot run functions through its schema.
  sqlite.pragma('trusted_schema = off');
  sqlite.pragma('cell_size_check = on');
  sqlite.pragma('journal_size_limit = 67108864');
}

/** Makes the folder and an empty file that only its owner may read: it holds financial records. */
function createFile(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    closeSync(openSync(path, 'a', 0o600));
  } catch (error) {
    throw new StoreError(
      fileErrorCode(error),
      `The database ${path} cannot be created or opened (${error instanceof Error ? error.message : String(error)}).`,
      { cause: error },
    );
  }
}

function fileErrorCode(error: unknown): StoreErrorCode {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'database_readonly';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'disk_full';
    case 'EISDIR':
      return 'not_a_database';
    default:
      return 'database_unavailable';
  }
}
