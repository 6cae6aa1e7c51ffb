import Database from 'better-sqlite3';
import { StoreError, type StoreErrorCode } from '../ports/store-error.ts';

/**
 * SQLite's result codes by prefix, the first that fits: https://www.sqlite.org/rescode.html
 * Extended codes begin with the name of the primary one.
 */
const CODES: readonly (readonly [prefix: string, code: StoreErrorCode, sentence: string])[] = [
  ['SQLITE_BUSY', 'database_locked', 'is locked by another program'],
  ['SQLITE_LOCKED', 'database_locked', 'is locked by a query that is still running'],
  ['SQLITE_PROTOCOL', 'database_locked', 'is locked by another program'],
  ['SQLITE_CORRUPT', 'database_corrupt', 'is damaged'],
  ['SQLITE_FORMAT', 'database_corrupt', 'is damaged'],
  ['SQLITE_IOERR_CORRUPTFS', 'database_corrupt', 'is on a damaged file system'],
  ['SQLITE_NOTADB', 'not_a_database', 'is not an SQLite database'],
  ['SQLITE_FULL', 'disk_full', 'cannot grow: the disk is full'],
  ['SQLITE_READONLY', 'database_readonly', 'cannot be written: it is read-only'],
  ['SQLITE_PERM', 'database_readonly', 'cannot be written: permission denied'],
  ['SQLITE_CANTOPEN', 'database_unavailable', 'cannot be opened'],
  ['SQLITE_IOERR', 'database_unavailable', 'cannot be read or written: the disk failed'],
  ['SQLITE_NOLFS', 'database_unavailable', 'is too large for this file system'],
  ['SQLITE_NOMEM', 'database_unavailable', 'cannot be used: there is no memory left'],
  ['SQLITE_CONSTRAINT', 'constraint_violated', 'refused a row'],
  ['SQLITE_MISMATCH', 'constraint_violated', 'refused a value of the wrong type'],
  ['SQLITE_ERROR', 'constraint_violated', 'refused a statement'],
  ['SQLITE_TOOBIG', 'constraint_violated', 'refused a value that is too large'],
];

/**
 * The StoreError for anything that SQLite or its driver throws. Errors that are not of the database
 * (a use case's own, thrown within a transaction) pass as they are.
 * @param path the database file, for the sentence.
 */
export function toStoreError(error: unknown, path: string): unknown {
  if (error instanceof Database.SqliteError) {
    const known = CODES.find(([prefix]) => error.code.startsWith(prefix));
    const [, code, sentence] =
      known ?? (['', 'database_unavailable', 'refused a statement'] as const);
    return new StoreError(
      code,
      `The database ${path} ${sentence} (${error.message}, ${error.code}).`,
      { cause: error },
    );
  }
  if (error instanceof Error && error.message === 'The database connection is not open') {
    return new StoreError('database_closed', `The database ${path} is closed.`, { cause: error });
  }
  return error;
}

/** For whoever goes on in a transaction that SQLite has ended by itself. */
export function rolledBack(path: string): StoreError {
  return new StoreError(
    'database_unavailable',
    `The database ${path} has already rolled this transaction back after an error.`,
  );
}

/** Whether the statement may be tried again: nothing of it was done. */
export function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
}
