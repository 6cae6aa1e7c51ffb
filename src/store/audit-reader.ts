import { chmodSync, copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import BetterSqlite, { type Database } from 'better-sqlite3';
import { StoreError } from '../ports/store-error.ts';
import type { ChainedRow } from './audit-chain.ts';
import { DEFAULT_BUSY_TIMEOUT_MILLISECONDS } from './database.ts';
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
export function openAuditReader(
  path: string,
  busyTimeoutMilliseconds: number = DEFAULT_BUSY_TIMEOUT_MILLISECONDS,
): AuditReader {
  const file = resolve(path);
  if (!existsSync(file)) {
    throw new StoreError('database_unavailable', `There is no database at ${file}.`);
  }
  const answer = <T>(ask: () => T): T => {
    try {
      return ask();
    } catch (error) {
      throw toStoreError(error, file);
    }
  };
  const connection = answer(() => openReadOnly(file, busyTimeoutMilliseconds));
  const { sqlite } = connection;
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
    page: (after, limit) =>
      answer(() =>
        sqlite
          .prepare<[number | bigint, number], Columns>(
            `select seq, at, actor, platform, action, account, subject, payload, prev_hash, hash
             from audit_log where seq > ? order by seq limit ?`,
          )
          .raw()
          .all(after, limit)
          .map(toRow),
      ),
    [Symbol.dispose]: () => {
      connection.close();
    },
  };
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

interface ReadOnlyConnection {
  readonly sqlite: Database;
  close(): void;
}

function openReadOnly(file: string, busyTimeoutMilliseconds: number): ReadOnlyConnection {
  try {
    const sqlite = attempt(file, busyTimeoutMilliseconds);
    return {
      sqlite,
      close: () => {
        sqlite.close();
      },
    };
  } catch (error) {
    // Even a reader needs the side files of a database in WAL mode. Where they are not there and
    // cannot be made (a backup on a read-only disk), the file is complete and nobody writes to it:
    // a copy of it says the same.
    const cannotMakeThem =
      error instanceof BetterSqlite.SqliteError && /^SQLITE_(CANTOPEN|READONLY)/.test(error.code);
    if (!cannotMakeThem || existsSync(`${file}-wal`) || !statSync(file).isFile()) throw error;
    return openCopy(file);
  }
}

function openCopy(file: string): ReadOnlyConnection {
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-audit-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const copy = join(folder, 'copy.db');
    copyFileSync(file, copy);
    chmodSync(copy, 0o600);
    const sqlite = attempt(copy, 0);
    return {
      sqlite,
      close: () => {
        sqlite.close();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}

function attempt(file: string, timeout: number): Database {
  const sqlite = new BetterSqlite(file, { readonly: true, fileMustExist: true, timeout });
  try {
    sqlite.pragma('trusted_schema = off');
    sqlite.pragma('schema_version');
    return sqlite;
  } catch (error) {
    sqlite.close();
    throw error;
  }
}
