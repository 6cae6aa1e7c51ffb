import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import type { StoreErrorCode } from '../../src/ports/store-error.ts';
import type { Store } from '../../src/ports/store.ts';
import { openDatabase, openStore, verifyAudit, type DatabaseStore } from '../../src/store/index.ts';
import { openTestStore, SILENT_LOG, temporaryFolder } from '../fixtures/test-store.ts';
import { sampleEntry } from './sample-rows.ts';

async function open(path: string, busyTimeoutMilliseconds = 50): Promise<DatabaseStore> {
  return await openStore({ path, auditKey: null, log: SILENT_LOG, busyTimeoutMilliseconds });
}

/** A row with its setting: both or neither. */
async function record(store: Store, value: string, size = 1): Promise<void> {
  await store.transaction(async (unit) => {
    await unit.writeSetting('last', value);
    await unit.appendAudit(sampleEntry({ subject: value, payload: { text: 'x'.repeat(size) } }));
  });
}

async function expectError(
  work: Promise<unknown>,
  code: StoreErrorCode,
  message: RegExp | string,
): Promise<void> {
  await expect(work).rejects.toMatchObject({
    name: 'StoreError',
    code,
    message: expect.stringMatching(message),
    nextStep: expect.stringMatching(/^[A-Z].*\.$/),
  });
}

describe('an open database', () => {
  test('is safe against power cuts, other programs and its own schema', async () => {
    using folder = temporaryFolder();
    const store = await open(join(folder.path, 'evenkeel.db'));
    const { sqlite } = store.database;
    const pragma = (name: string): unknown => sqlite.pragma(name, { simple: true });
    expect(pragma('journal_mode')).toBe('wal');
    expect(pragma('synchronous')).toBe(2); // FULL
    expect(pragma('foreign_keys')).toBe(1);
    expect(pragma('trusted_schema')).toBe(0);
    await store.close();
  });

  test('is a new file in a new folder that only its owner can read', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'deep', 'er', 'evenkeel.db');
    const database = await openDatabase({ path });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder.path, 'deep', 'er')).mode & 0o777).toBe(0o700);
    await database.close();
    await database.close();
  });

  test('is shared: tables of others live on the same connection', async () => {
    using folder = temporaryFolder();
    const database = await openDatabase({ path: join(folder.path, 'shared.db') });
    const store = await openStore({ database, auditKey: null, log: SILENT_LOG });
    const other = store.database.kysely.withTables<{ mine: { id: number } }>();
    await sql`create table mine (id integer primary key) strict`.execute(other);
    await other.insertInto('mine').values({ id: 7 }).execute();
    expect(await other.selectFrom('mine').selectAll().execute()).toEqual([{ id: 7 }]);
    // Whoever opened it closes it.
    await store.close();
    expect(database.sqlite.open).toBe(true);
    await database.close();
    expect(database.sqlite.open).toBe(false);
  });

  test('prepares each statement once', async () => {
    await using opened = await openTestStore();
    const { sqlite } = opened.store.database;
    const prepared: string[] = [];
    const prepare = sqlite.prepare.bind(sqlite);
    sqlite.prepare = (source: string) => {
      prepared.push(source);
      return prepare(source);
    };
    for (let turn = 0; turn < 5; turn += 1) {
      await record(opened.store, String(turn));
      await opened.store.readSetting('last');
    }
    expect(prepared.length).toBeGreaterThan(0);
    expect(new Set(prepared).size).toBe(prepared.length);
  });
});

describe('a database that another program holds', () => {
  test('is waited for, and the event loop runs on meanwhile', async () => {
    await using opened = await openTestStore({ file: true, busyTimeoutMilliseconds: 10_000 });
    const other = new BetterSqlite(opened.path);
    other.exec('begin immediate');
    const writing = record(opened.store, 'one');
    // Only a free event loop can get here and let go of the lock.
    await new Promise((resolve) => setImmediate(resolve));
    other.exec('commit');
    await writing;
    expect(await opened.store.readSetting('last')).toBe('one');
    other.close();
  });

  test('is an error when it takes too long; nothing is lost, and it goes on afterwards', async () => {
    await using opened = await openTestStore({ file: true, busyTimeoutMilliseconds: 30 });
    await record(opened.store, 'one');
    const other = new BetterSqlite(opened.path);
    other.exec('begin immediate');
    await expectError(record(opened.store, 'two'), 'database_locked', /is locked by another/);
    expect(await opened.store.readSetting('last')).toBe('one');
    other.exec('commit');
    other.close();
    await record(opened.store, 'three');
    expect(await opened.store.auditHead()).toMatchObject({ seq: 2 });
  });

  test('cannot be opened while it is held whole', async () => {
    await using opened = await openTestStore({ file: true });
    await record(opened.store, 'one');
    await opened.store.close();
    const other = new BetterSqlite(opened.path);
    other.pragma('locking_mode = exclusive');
    other.exec('begin exclusive');
    await expectError(open(opened.path), 'database_locked', /is locked by another program/);
    await expectError(
      verifyAudit({ path: opened.path, auditKey: null, busyTimeoutMilliseconds: 30 }),
      'database_locked',
      /is locked/,
    );
    other.exec('rollback');
    other.close();
    const store = await open(opened.path);
    expect(await store.readSetting('last')).toBe('one');
    await store.close();
  });
});

describe('a full disk', () => {
  test('is an error; what was confirmed stays, and it goes on when there is space', async () => {
    await using opened = await openTestStore({ file: true });
    const { sqlite } = opened.store.database;
    await record(opened.store, 'one');
    sqlite.pragma(`max_page_count = ${Number(sqlite.pragma('page_count', { simple: true })) + 2}`);
    let confirmed = 'one';
    const filling = (async () => {
      for (let turn = 2; turn < 100; turn += 1) {
        await record(opened.store, String(turn), 3000);
        confirmed = String(turn);
      }
    })();
    await expectError(filling, 'disk_full', /cannot grow: the disk is full/);
    expect(await opened.store.readSetting('last')).toBe(confirmed);
    expect((await opened.store.listAudit({ limit: 1 }))[0]?.subject).toBe(confirmed);
    sqlite.pragma('max_page_count = 1000000');
    await record(opened.store, 'after', 3000);
    expect((await opened.store.listAudit({ limit: 1 }))[0]?.subject).toBe('after');
    expect(await verifyAudit({ path: opened.path, auditKey: null })).toMatchObject({ ok: true });
  });

  test('keeps nothing of a transaction, even when the work looks away', async () => {
    await using opened = await openTestStore({ file: true });
    const { sqlite } = opened.store.database;
    sqlite.pragma(`max_page_count = ${Number(sqlite.pragma('page_count', { simple: true }))}`);
    const working = opened.store.transaction(async (unit) => {
      await unit.writeSetting('order', 'sent');
      await unit
        .appendAudit(sampleEntry({ payload: { text: 'x'.repeat(100_000) } }))
        .catch(() => {});
      await unit.writeSetting('order', 'filled').catch(() => {});
    });
    await expectError(working, 'disk_full', /the disk is full/);
    expect(await opened.store.readSetting('order')).toBeNull();
  });
});

describe('a database that cannot be written', () => {
  test('is an error; reading goes on, and writing when it is allowed again', async () => {
    await using opened = await openTestStore({ file: true });
    const { sqlite } = opened.store.database;
    await record(opened.store, 'one');
    sqlite.pragma('query_only = on');
    await expectError(record(opened.store, 'two'), 'database_readonly', /it is read-only/);
    expect(await opened.store.readSetting('last')).toBe('one');
    sqlite.pragma('query_only = off');
    await record(opened.store, 'three');
    expect(await opened.store.auditHead()).toMatchObject({ seq: 2 });
  });

  /** What a user without rights meets; root, who has them all, becomes one for the purpose. */
  function openAsUser(path: string): unknown {
    const script = `
      const { openStore, verifyAudit } = await import(${JSON.stringify(new URL('../../src/store/index.ts', import.meta.url).href)});
      const log = { debug() {}, info() {}, warn() {}, error() {} };
      const verified = await verifyAudit({ path: process.argv[1], auditKey: null });
      const answer = await openStore({ path: process.argv[1], auditKey: null, log }).then(() => 'opened', (error) => error.code);
      console.log(JSON.stringify({ answer, rows: verified.rows ?? verified.detail }));
    `;
    const isRoot = process.getuid?.() === 0;
    const result = spawnSync(process.execPath, ['--input-type=module', '-e', script, path], {
      encoding: 'utf8',
      ...(isRoot && { uid: 65534, gid: 65534 }),
    });
    if (result.status !== 0) throw new Error(result.stderr);
    return JSON.parse(result.stdout);
  }

  test('because of its rights is an error at the start, but can still be verified', async () => {
    await using opened = await openTestStore({ file: true });
    await record(opened.store, 'one');
    await opened.store.close();
    const folder = join(opened.path, '..');
    chmodSync(opened.path, 0o444);
    chmodSync(folder, 0o555);
    expect(openAsUser(opened.path)).toEqual({ answer: 'database_readonly', rows: 1 });
    chmodSync(folder, 0o700);
  });
});

describe('a file that is no sound database', () => {
  test('of another kind is refused, and left as it is', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'notes.txt');
    writeFileSync(path, 'Dear diary, '.repeat(500));
    await expectError(open(path), 'not_a_database', /notes\.txt is not an SQLite database/);
    expect(readFileSync(path, 'utf8')).toBe('Dear diary, '.repeat(500));
    expect(existsSync(`${path}-wal`)).toBe(false);
  });

  test('of another program is refused, and left as it is', async () => {
    using folder = temporaryFolder();
    for (const applicationId of [0, 7]) {
      const path = join(folder.path, `other-${applicationId}.db`);
      const other = new BetterSqlite(path);
      other.pragma(`application_id = ${applicationId}`);
      other.exec('create table recipes (name text)');
      other.close();
      await expectError(open(path), 'not_a_database', /belongs to another program/);
      const again = new BetterSqlite(path);
      expect(again.prepare('select name from sqlite_schema').pluck().all()).toEqual(['recipes']);
      again.close();
    }
  });

  test('that is a folder is refused', async () => {
    using folder = temporaryFolder();
    await expectError(open(folder.path), 'not_a_database', /cannot be created or opened/);
  });

  test('below a file is refused', async () => {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, 'file'), '');
    await expectError(
      open(join(folder.path, 'file', 'evenkeel.db')),
      'database_unavailable',
      /cannot be created or opened/,
    );
  });

  test('that was damaged is refused, and reading what is damaged says so', async () => {
    await using opened = await openTestStore({ file: true });
    for (let turn = 0; turn < 50; turn += 1) await record(opened.store, String(turn), 2000);
    await opened.store.close();
    const damaged = `${opened.path}.damaged`;

    // The schema itself is gone.
    copyFileSync(opened.path, damaged);
    const bytes = readFileSync(damaged);
    bytes.fill(0xee, 100, 4096);
    writeFileSync(damaged, bytes);
    await expectError(open(damaged), 'database_corrupt', /is damaged/);

    // The end of the file is gone.
    copyFileSync(opened.path, damaged);
    truncateSync(damaged, 8 * 4096);
    await expectError(open(damaged), 'database_corrupt', /is damaged/);

    // The pages of the log are gone: what else there is can still be read.
    copyFileSync(opened.path, damaged);
    const whole = new BetterSqlite(damaged);
    const page = whole
      .prepare<[], number>(`select max(pageno) from dbstat where name = 'audit_log'`)
      .pluck()
      .get();
    whole.close();
    const content = readFileSync(damaged);
    content.fill(0xee, ((page ?? 1) - 1) * 4096, (page ?? 1) * 4096);
    writeFileSync(damaged, content);
    await expect(
      open(damaged).then(async (store) => {
        expect(await store.readSetting('last')).toBe('49');
        await store.listAudit({ limit: 100 }).finally(() => store.database.sqlite.close());
      }),
    ).rejects.toMatchObject({ code: 'database_corrupt' });
  });

  test('that is empty becomes a database', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'evenkeel.db');
    mkdirSync(folder.path, { recursive: true });
    writeFileSync(path, '');
    const store = await open(path);
    await record(store, 'one');
    expect(await store.readSetting('last')).toBe('one');
    await store.close();
  });
});
