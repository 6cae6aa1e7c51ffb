import { readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { NO_MIGRATIONS, FileMigrationProvider, Migrator } from 'kysely/migration';
import { promises as fs } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Log } from '../../src/ports/log.ts';
import { openDatabase, openStore } from '../../src/store/index.ts';
import { MIGRATION_FOLDER } from '../../src/store/migrate.ts';
import { openTestStore, SILENT_LOG, temporaryFolder } from '../fixtures/test-store.ts';
import { sampleEntry } from './sample-rows.ts';

const NAMES = readdirSync(MIGRATION_FOLDER)
  .map((file) => basename(file, '.ts'))
  .toSorted();

function migrationFile(statement: string): string {
  return `
    import { sql } from ${JSON.stringify(import.meta.resolve('kysely'))};
    export async function up(database) { await sql.raw(${JSON.stringify(statement)}).execute(database); }
  `;
}

describe('migrations', () => {
  test('run at the first start, wherever the program is started from, and are logged', async () => {
    using folder = temporaryFolder();
    const logged: unknown[] = [];
    const log: Log = { ...SILENT_LOG, debug: (fields) => logged.push(fields) };
    const before = process.cwd();
    process.chdir(folder.path);
    try {
      const first = await openStore({ path: 'evenkeel.db', auditKey: null, log });
      await first.close();
      const second = await openStore({ path: 'evenkeel.db', auditKey: null, log });
      await second.close();
    } finally {
      process.chdir(before);
    }
    expect(logged).toEqual([{ migrations: NAMES }]);
    expect(NAMES[0]).toBe('0001_initial');
  });

  test('are not even loaded when all of them have been run', async () => {
    await using opened = await openTestStore({ file: true });
    using migrations = temporaryFolder();
    for (const name of NAMES) writeFileSync(join(migrations.path, `${name}.ts`), 'throw 0;');
    const open = async () =>
      await openStore({
        path: opened.path,
        auditKey: null,
        log: SILENT_LOG,
        migrationFolder: migrations.path,
      });
    await (await open()).close();
    // One more is missing, or one was not recorded: all are looked at.
    const { sqlite } = opened.store.database;
    sqlite.prepare('delete from kysely_migration where name = ?').run(NAMES.at(-1));
    await expect(open()).rejects.toBe(0);
  });

  test.each([
    [
      'recorded and gone from between others',
      `insert into kysely_migration values ('0001_other', '2026-01-01T00:00:00.000Z')`,
      'database_newer',
    ],
    [
      'recorded in another order than they are run in',
      `update kysely_migration set timestamp = '2000-01-01T00:00:00.000Z' where name like '0002%'`,
      'migration_failed',
    ],
  ])('that are %s keep the program out', async (_, change, code) => {
    await using opened = await openTestStore({ file: true });
    opened.store.database.sqlite.exec(change);
    await expect(opened.reopen()).rejects.toMatchObject({ code });
  });

  test('of a database that was not marked as ours yet end with the mark', async () => {
    await using opened = await openTestStore({ file: true });
    opened.store.database.sqlite.pragma('application_id = 0');
    const { sqlite } = (await opened.reopen()).database;
    expect(sqlite.pragma('application_id', { simple: true })).not.toBe(0);
  });

  test('can all be taken back, and leave nothing', async () => {
    await using opened = await openTestStore();
    const { kysely, sqlite } = opened.store.database;
    await opened.store.transaction(async (unit) => await unit.appendAudit(sampleEntry()));
    const provider = new FileMigrationProvider({ fs, path, migrationFolder: MIGRATION_FOLDER });
    const { error } = await new Migrator({ db: kysely, provider }).migrateTo(NO_MIGRATIONS);
    expect(error).toBeUndefined();
    expect(
      sqlite
        .prepare(
          `select name from sqlite_schema where name not like 'kysely_%' and name not like 'sqlite_%'`,
        )
        .all(),
    ).toEqual([]);
  });

  test('of a newer program keep an older one out, and the file is left as it is', async () => {
    await using opened = await openTestStore({ file: true });
    await opened.store.transaction(async (unit) => await unit.appendAudit(sampleEntry()));
    const { sqlite } = opened.store.database;
    sqlite
      .prepare('insert into kysely_migration (name, timestamp) values (?, ?)')
      .run('9999_next_year', '2027-01-01T00:00:00.000Z');
    await opened.store.close();
    await expect(
      openStore({ path: opened.path, auditKey: null, log: SILENT_LOG }),
    ).rejects.toMatchObject({
      code: 'database_newer',
      message: expect.stringContaining('9999_next_year'),
      nextStep: expect.stringContaining('Update the program'),
    });
    const database = await openDatabase({ path: opened.path });
    database.sqlite.exec(`delete from kysely_migration where name = '9999_next_year'`);
    const store = await openStore({ database, auditKey: null, log: SILENT_LOG });
    expect(await store.auditHead()).toMatchObject({ seq: 1 });
    await database.close();
  });

  test('that fail leave the database as it was, and say which failed', async () => {
    using folder = temporaryFolder();
    using migrations = temporaryFolder();
    const file = join(folder.path, 'evenkeel.db');
    const open = async () =>
      await openStore({
        path: file,
        auditKey: null,
        log: SILENT_LOG,
        migrationFolder: migrations.path,
      });
    writeFileSync(join(migrations.path, '0001_a.ts'), migrationFile('create table a (x)'));
    writeFileSync(join(migrations.path, '0002_b.ts'), migrationFile('create table a (x)'));
    await expect(open()).rejects.toMatchObject({
      code: 'migration_failed',
      message: expect.stringMatching(/by 0002_b .*table a already exists/),
    });
    const database = await openDatabase({ path: file });
    expect(
      database.sqlite
        .prepare(`select name from sqlite_schema where name in ('a', 'b')`)
        .pluck()
        .all(),
    ).toEqual([]);
    expect(database.sqlite.prepare('select count(*) from kysely_migration').pluck().get()).toBe(0);
    await database.close();
  });
});
