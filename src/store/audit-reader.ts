import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import BetterSqlite, { type Database } from 'better-sqlite3';
import { StoreError } from '../ports/store-error.ts';
import type { ChainedRow } from './audit-chain.ts';
import { toStoreError } from './sqlite-error.ts';

/** An audit row as it is stored, unread and unchecked. */
export interface StoredAuditRow extends ChainedRow {
  readonly hash: string;
}

/** The log over a connection of its own that cannot write, beside a program that may be running. */
export interface AuditReader extends Disposable {
  /** From here to the end, one state of the log. */
  begin(): void;
  setting(name: string): string | null;
  /** The last row's number; 0 for an empty log. */
  lastSeq(): number;
  /** Rows after `seq` in ascending order, at most `limit`. @throws StoreError */
  page(after: number | bigint, limit: number): readonly StoredAuditRow[];
}

/** Before every number that SQLite can store: a row that was slipped in below 1 is seen, too. */
export const BEFORE_ALL_ROWS = -(2n ** 63n);

type Columns = [
  seq: number,
  at: string,
  actor: string,
  platform: string,
  action: string,
  account: string | null,
  subject: string,
  payload: string,
  prevHash: string,
  hash: string,
];

/** @throws StoreError when there is no database at `path` or it cannot be opened. */
export function openAuditReader(path: string): AuditReader {
  const file = resolve(path);
  if (!existsSync(file)) {
    throw new StoreError('database_unavailable', `There is no database at ${file}.`);
  }
  try {
    const sqlite = openReadOnly(file);
    const select = sqlite
      .prepare<[number | bigint, number], Columns>(
        `select seq, at, actor, platform, action, account, subject, payload, prev_hash, hash
         from audit_log where seq > ? order by seq limit ?`,
      )
      .raw();
    const answer = <T>(ask: () => T): T => {
      try {
        return ask();
      } catch (error) {
        throw toStoreError(error, file);
      }
    };
    return {
      begin: () => answer(() => sqlite.exec('begin')),
      setting: (name) =>
        answer(
          () =>
            sqlite
              .prepare<[string], string>('select value from settings where name = ?')
              .pluck()
              .get(name) ?? null,
        ),
      lastSeq: () =>
        answer(
          () =>
            sqlite.prepare<[], number | null>('select max(seq) from audit_log').pluck().get() ?? 0,
        ),
      page: (after, limit) => answer(() => select.all(after, limit).map(toRow)),
      [Symbol.dispose]: () => {
        sqlite.close();
      },
    };
  } catch (error) {
    throw toStoreError(error, file);
  }
}

function toRow([
  seq,
  at,
  actor,
  platform,
  action,
  account,
  subject,
  payload,
  prevHash,
  hash,
]: Columns): StoredAuditRow {
  return { seq, at, actor, platform, action, account, subject, payload, prevHash, hash };
}

function openReadOnly(file: string): Database {
  try {
    return attempt(file);
  } catch (error) {
    // A database in WAL mode needs its side files. Where they are not there and cannot be made (a
    // backup on a read-only disk), the file is complete and nobody writes to it.
    const sideFiles = existsSync(`${file}-wal`);
    const cannotMakeThem =
      error instanceof BetterSqlite.SqliteError && /^SQLITE_(CANTOPEN|READONLY)/.test(error.code);
    if (sideFiles || !cannotMakeThem) throw error;
    return attempt(`${pathToFileURL(file).href}?immutable=1`);
  }
}

function attempt(name: string): Database {
  const sqlite = new BetterSqlite(name, { readonly: true, fileMustExist: true });
  try {
    sqlite.pragma('trusted_schema = off');
    sqlite.pragma('schema_version');
    return sqlite;
  } catch (error) {
    sqlite.close();
    throw error;
  }
}
