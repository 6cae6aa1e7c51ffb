import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { BACKUP_SETTING } from '../core/automatic-halts.ts';
import { StoreError } from '../ports/store-error.ts';
import type { AuditVerification } from '../ports/store.ts';
import { verifyAudit } from './audit-verify.ts';
import { toStoreError } from './sqlite-error.ts';

/** What a copy of the database holds. */
export interface Backup {
  /** Absolute. */
  readonly path: string;
  readonly verification: Extract<AuditVerification, { ok: true }>;
}

/**
 * Copies a database while it may be in use: one state of it from the first page to the last. The copy is
 * one file without a journal beside it, and its audit chain is verified before it counts as a backup. It
 * says of itself that it is one, so that a bot that starts on it does not go on as if nothing had been since.
 * @param options.to a file that does not exist yet.
 * @throws StoreError when the database cannot be read, the file exists, or the copy is not good.
 */
export async function backUpDatabase(options: {
  readonly path: string;
  readonly to: string;
  readonly auditKey: Uint8Array | null;
}): Promise<Backup> {
  const from = resolve(options.path);
  const to = resolve(options.to);
  refuseExisting(to);
  mustExist(from);
  mkdirSync(dirname(to), { recursive: true });
  const partial = `${to}.partial`;
  rmSync(partial, { force: true });
  try {
    const source = new BetterSqlite(from, { readonly: true, timeout: 5000 });
    try {
      // In one read transaction. The backup API begins again whenever somebody writes, and so may never end.
      source.prepare('vacuum into ?').run(partial);
    } finally {
      source.close();
    }
    markAsBackup(partial);
    const verification = await verified(partial, options.auditKey, 'The copy');
    flush(partial);
    renameSync(partial, to);
    flush(dirname(to));
    return { path: to, verification };
  } catch (error) {
    rmSync(partial, { force: true });
    throw error instanceof StoreError ? error : toStoreError(error, from);
  }
}

/**
 * Puts a backup in the place of the database. The chain of the backup is verified first; the database
 * that was there is kept beside it. Nothing may have it open.
 * @param options.keepAs where the database that was there goes; a file that does not exist yet.
 * @returns what is there now, and where the former one went; null when there was none.
 * @throws StoreError when the backup is not good: then nothing was changed.
 */
export async function restoreDatabase(options: {
  readonly from: string;
  readonly path: string;
  readonly keepAs: string;
  readonly auditKey: Uint8Array | null;
}): Promise<Backup & { readonly former: string | null }> {
  const from = resolve(options.from);
  const path = resolve(options.path);
  const keepAs = resolve(options.keepAs);
  mustExist(from);
  refuseExisting(keepAs);
  const partial = `${path}.partial`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    rmSync(partial, { force: true });
    copyFileSync(from, partial, constants.COPYFILE_EXCL);
    const verification = await verified(partial, options.auditKey, 'The backup');
    // One of an older version, or a plain copy of the file, does not say so itself.
    markAsBackup(partial);
    flush(partial);
    const former = existsSync(path) ? keepAs : null;
    if (former !== null) {
      settleJournal(path);
      renameSync(path, former);
    }
    // A journal that is left belongs to the former database, and would be played into this one.
    for (const ending of ['-wal', '-shm', '-journal']) rmSync(`${path}${ending}`, { force: true });
    renameSync(partial, path);
    flush(dirname(path));
    return { path, verification, former };
  } catch (error) {
    rmSync(partial, { force: true });
    throw error instanceof StoreError ? error : toStoreError(error, path);
  }
}

/** Says when the record ends, unless an earlier copy of it has said so and no bot has worked on it since. */
function markAsBackup(path: string): void {
  const database = new BetterSqlite(path);
  try {
    database
      .prepare(
        `insert into settings (name, value) select ?, at from audit_log order by seq desc limit 1
        on conflict (name) do update set value = excluded.value where value = ''`,
      )
      .run(BACKUP_SETTING);
  } finally {
    database.close();
  }
}

/** Brings everything that is only in the journal into the file, so that the file alone is whole. */
function settleJournal(path: string): void {
  const database = new BetterSqlite(path, { timeout: 5000 });
  try {
    database.pragma('wal_checkpoint(TRUNCATE)');
    database.pragma('journal_mode = DELETE');
  } finally {
    database.close();
  }
}

async function verified(
  path: string,
  auditKey: Uint8Array | null,
  what: string,
): Promise<Extract<AuditVerification, { ok: true }>> {
  const verification = await verifyAudit({ path, auditKey });
  if (verification.ok) return verification;
  throw new StoreError(
    'database_corrupt',
    `${what} is not good: row ${verification.brokenSeq} of its audit log is ${verification.kind}: ${verification.detail}`,
  );
}

function mustExist(path: string): void {
  if (existsSync(path)) return;
  throw new StoreError('database_unavailable', `There is no file ${path}.`);
}

function refuseExisting(path: string): void {
  if (!existsSync(path)) return;
  throw new StoreError('database_unavailable', `${path} is there already; nothing was written.`);
}

/** On disk, not only in memory: a backup is for the day the machine loses power. */
function flush(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Where backups go when nothing else is said: beside the database, named by the time. */
export function defaultBackupPath(databasePath: string, at: Temporal.Instant): string {
  const stamp = at.toString({ smallestUnit: 'second' }).replaceAll(/[-:]/g, '');
  return join(dirname(resolve(databasePath)), 'backups', `evenkeel-${stamp}.db`);
}
