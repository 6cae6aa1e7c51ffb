import BetterSqlite from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import type { AuditAction } from '../../src/ports/store.ts';
import { openStore } from '../../src/store/index.ts';
import { later, NOW } from '../fixtures/sample-account.ts';
import { openTestStore, SILENT_LOG } from '../fixtures/test-store.ts';
import { sampleEntry } from './sample-rows.ts';

const GENESIS = '0'.repeat(64);

describe('an audit row', () => {
  test('is numbered, chained to the last one, and comes back as it was written', async () => {
    await using opened = await openTestStore();
    expect(await opened.store.auditHead()).toEqual({ seq: 0, hash: GENESIS });
    const entry = sampleEntry({
      at: NOW.add({ nanoseconds: 1 }),
      account: null,
      subject: 'a\u0000b "c" \u2028 😀 \\',
      payload: { z: [1, -2, null, true], a: { nested: 'ä' } },
    });
    const [first, second] = await opened.store.transaction(async (unit) => [
      await unit.appendAudit(entry),
      await unit.appendAudit(sampleEntry()),
    ]);
    expect(first).toMatchObject({ ...entry, seq: 1, prevHash: GENESIS });
    expect(second).toMatchObject({ seq: 2, prevHash: first?.hash });
    const read = await opened.store.listAudit({ limit: 10 });
    expect(read).toEqual([second, first]);
    expect(read[1]?.at.equals(entry.at)).toBe(true);
    expect(await opened.store.auditHead()).toEqual({ seq: 2, hash: second?.hash });
  });

  test('does not depend on the order of the keys in its payload', async () => {
    await using one = await openTestStore();
    await using other = await openTestStore();
    const append = async (store: typeof one.store, payload: { [key: string]: string }) =>
      await store.transaction(async (unit) => await unit.appendAudit(sampleEntry({ payload })));
    const a = await append(one.store, { x: '1', y: '2' });
    const b = await append(other.store, { y: '2', x: '1' });
    expect(a.hash).toBe(b.hash);
  });

  test('that cannot be written takes its whole transaction with it, even if nobody looks', async () => {
    await using opened = await openTestStore();
    const failing = opened.store.transaction(async (unit) => {
      await unit.writeSetting('order', 'sent');
      await unit.appendAudit(sampleEntry({ payload: { amount: 1.5 } })).catch(() => {});
    });
    await expect(failing).rejects.toMatchObject({ code: 'invalid_value' });
    expect(await opened.store.readSetting('order')).toBeNull();
  });
});

describe('the audit log', () => {
  test('can be listed by account, subject and actions, newest first, page by page', async () => {
    await using opened = await openTestStore();
    const rows: readonly (readonly [AuditAction, string | null, string])[] = [
      ['command', 'core', '/rebalance core'],
      ['proposal', 'core', 'k3f9xa'],
      ['approval', 'core', 'k3f9xa'],
      ['command', null, '/help'],
      ['proposal', 'other', 'aaaaaa'],
      ['rejection', 'other', 'aaaaaa'],
    ];
    await opened.store.transaction(async (unit) => {
      for (const [action, account, subject] of rows) {
        await unit.appendAudit(sampleEntry({ action, account, subject }));
      }
    });
    const seqs = async (filter: Parameters<typeof opened.store.listAudit>[0]): Promise<string> =>
      (await opened.store.listAudit(filter)).map(({ seq }) => seq).join('');
    expect(await seqs({ limit: 100 })).toBe('654321');
    expect(await seqs({ limit: 2 })).toBe('65');
    expect(await seqs({ limit: 2, beforeSeq: 5 })).toBe('43');
    expect(await seqs({ limit: 9, account: 'core' })).toBe('321');
    expect(await seqs({ limit: 9, subject: 'k3f9xa' })).toBe('32');
    expect(await seqs({ limit: 9, actions: ['approval', 'rejection'] })).toBe('63');
    expect(await seqs({ limit: 9, account: 'other', actions: ['proposal'], beforeSeq: 6 })).toBe(
      '5',
    );
    expect(await seqs({ limit: 9, actions: [] })).toBe('');
  });

  test('says which row was damaged', async () => {
    await using opened = await openTestStore();
    await opened.store.transaction(async (unit) => await unit.appendAudit(sampleEntry()));
    const { sqlite } = opened.store.database;
    sqlite.exec('drop trigger audit_log_no_update');
    for (const change of [`payload = '{'`, `payload = '[1]'`, `action = 'theft'`]) {
      sqlite.exec(`update audit_log set payload = '{}', action = 'command'`);
      sqlite.exec(`update audit_log set ${change}`);
      await expect(opened.store.listAudit({ limit: 1 })).rejects.toMatchObject({
        code: 'database_corrupt',
        message: expect.stringContaining('audit row 1'),
      });
    }
  });

  const refused: readonly (readonly [what: string, statement: string])[] = [
    ['changing a row', `update audit_log set actor = 'eve' where seq = 2`],
    ['changing nothing', 'update audit_log set seq = seq'],
    ['deleting a row', 'delete from audit_log where seq = 3'],
    ['deleting all rows', 'delete from audit_log'],
    ['a row that leaves a gap', insertion('5', 'hash')],
    ['a row in front', insertion('0', 'hash')],
    ['a row twice', insertion('3', 'hash')],
    ['a row without a number', insertion('null', 'hash')],
    ['a row that follows another one', insertion('4', 'prev_hash')],
    ['replacing the last row', insertion('3', 'hash').replace('insert', 'insert or replace')],
    ['replacing an earlier row', insertion('2', 'prev_hash').replace('insert', 'replace')],
    [
      'changing a row on a conflict',
      `${insertion('3', 'hash')} on conflict (seq) do update set actor = 'eve'`,
    ],
  ];

  /** The last row once more, under another number, after another row. */
  function insertion(seq: string, previous: string): string {
    return `insert into audit_log select ${seq}, at, actor, platform, action, account, subject,
      payload, ${previous}, hash from audit_log where seq = 3`;
  }

  test.each(refused)('refuses %s, whoever writes', async (_, statement) => {
    await using opened = await openTestStore({ file: true });
    await opened.store.transaction(async (unit) => {
      for (let row = 0; row < 3; row += 1) await unit.appendAudit(sampleEntry());
    });
    // A bare connection, with the defaults that other tools have.
    const sqlite = new BetterSqlite(opened.path);
    sqlite.pragma('recursive_triggers = off');
    const before = sqlite.prepare('select * from audit_log').all();
    expect(() => sqlite.exec(statement)).toThrow('audit_log is append-only');
    expect(sqlite.prepare('select * from audit_log').all()).toEqual(before);
    sqlite.close();
  });

  test('publishes its head as it is in the transaction', async () => {
    await using opened = await openTestStore();
    const published = await opened.store.transaction(async (unit) => {
      await unit.appendAudit(sampleEntry());
      const row = await unit.appendAudit(sampleEntry({ action: 'summary' }));
      const head = await unit.publishAuditHead();
      expect(head).toEqual({ seq: 2, hash: row.hash });
      return head;
    });
    expect(await opened.store.readSetting('audit.published_head')).toBe(`2:${published.hash}`);
  });
});

describe('the key of the audit log', () => {
  const KEY = new Uint8Array(32).fill(1);
  const OTHER = new Uint8Array(32).fill(2);

  async function appendWith(path: string, auditKey: Uint8Array | null): Promise<void> {
    const store = await openStore({ path, auditKey, log: SILENT_LOG });
    try {
      await store.transaction(
        async (unit) => await unit.appendAudit(sampleEntry({ at: later(1) })),
      );
    } finally {
      await store.close();
    }
  }

  test.each([
    ['the same key', KEY, KEY],
    ['no key, as before', null, null],
    ['a key that the log did not have before', null, KEY],
  ])('lets a log be continued with %s', async (_, first, second) => {
    await using opened = await openTestStore({ file: true });
    await appendWith(opened.path, first);
    await appendWith(opened.path, second);
    expect(await opened.store.auditHead()).toMatchObject({ seq: 2 });
  });

  test.each([
    ['another key', KEY, OTHER],
    ['no key any more', KEY, null],
  ])('refuses to continue a log with %s', async (_, first, second) => {
    await using opened = await openTestStore({ file: true });
    await appendWith(opened.path, first);
    await expect(appendWith(opened.path, second)).rejects.toMatchObject({
      code: 'audit_key_mismatch',
    });
    expect(await opened.store.auditHead()).toMatchObject({ seq: 1 });
  });
});
