import BetterSqlite, { type Database } from 'better-sqlite3';
import * as fc from 'fast-check';
import { copyFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chainHash, GENESIS_HASH } from '../../src/store/audit-chain.ts';
import type { AuditVerification } from '../../src/ports/store.ts';
import { openStore, verifyAudit } from '../../src/store/index.ts';
import { later } from '../fixtures/sample-account.ts';
import { openTestStore, SILENT_LOG, temporaryFolder } from '../fixtures/test-store.ts';
import { sampleEntry } from './sample-rows.ts';

const KEY = new Uint8Array(32).fill(7);
const ROWS = 12;
const folder = temporaryFolder();
let copies = 0;

/** A log of 12 rows whose head was published at row 10. */
async function writeLog(name: string, auditKey: Uint8Array | null): Promise<string> {
  const path = join(folder.path, name);
  const store = await openStore({ path, auditKey, log: SILENT_LOG });
  for (let seq = 1; seq <= ROWS; seq += 1) {
    await store.transaction(async (unit) => {
      await unit.appendAudit(
        sampleEntry({
          at: later(seq),
          actor: seq % 3 === 0 ? 'ben' : 'ana',
          account: seq % 4 === 0 ? null : 'core',
          subject: `subject ${seq}`,
          payload: { number: seq, text: `payload "${seq}"` },
        }),
      );
      if (seq === 10) await unit.publishAuditHead();
    });
  }
  await store.close();
  return path;
}

let plainLog = '';
let keyedLog = '';
beforeAll(async () => {
  plainLog = await writeLog('plain.db', null);
  keyedLog = await writeLog('keyed.db', KEY);
});
afterAll(() => folder[Symbol.dispose]());

/** A copy of a log, changed by somebody who has the file and knows how to drop the triggers. */
function tamper(log: string, change: (sqlite: Database) => void): string {
  copies += 1;
  const path = join(folder.path, `copy-${copies}.db`);
  copyFileSync(log, path);
  const sqlite = new BetterSqlite(path);
  sqlite.pragma('synchronous = off');
  for (const trigger of ['no_update', 'no_delete', 'in_order']) {
    sqlite.exec(`drop trigger audit_log_${trigger}`);
  }
  change(sqlite);
  sqlite.close();
  return path;
}

function sql(...statements: readonly string[]): (sqlite: Database) => void {
  return (sqlite) => {
    for (const statement of statements) sqlite.exec(statement);
  };
}

type Row = Parameters<ReturnType<typeof chainHash>>[0];

/** Recomputes all hashes from a row on, without any key: what a thorough forger does. */
function rechain(sqlite: Database, from: number, hashOf = chainHash(null)): void {
  const before = sqlite
    .prepare<[number], string>('select hash from audit_log where seq = ?')
    .pluck();
  const update = sqlite.prepare('update audit_log set prev_hash = ?, hash = ? where seq = ?');
  const rows = sqlite
    .prepare<[number], Row>('select * from audit_log where seq >= ? order by seq')
    .all(from);
  let prevHash = before.get(from - 1) ?? GENESIS_HASH;
  for (const row of rows) {
    const hash = hashOf({ ...row, prevHash });
    update.run(prevHash, hash, row.seq);
    prevHash = hash;
  }
}

const swap = sql(
  'update audit_log set seq = 99 where seq = 4',
  'update audit_log set seq = 4 where seq = 6',
  'update audit_log set seq = 6 where seq = 99',
);
const removeAndRenumber = sql(
  'delete from audit_log where seq = 5',
  'update audit_log set seq = seq - 1 where seq > 5',
);

describe('an untouched log', () => {
  test.each([
    ['without a key', () => plainLog, null, null],
    ['with its key', () => keyedLog, KEY, 1],
  ] as const)('is found whole %s', async (_, log, auditKey, keyedFrom) => {
    const path = log();
    const result = await verifyAudit({ path, auditKey });
    expect(result).toEqual({
      ok: true,
      rows: 12,
      head: expect.stringMatching(/^[0-9a-f]{64}$/),
      keyedFrom,
    });
    const head = result.ok ? result.head : '';
    for (const expectedHead of [`12:${head}`, head, head.slice(0, 8), `12:${head.slice(0, 8)}`]) {
      expect(await verifyAudit({ path, auditKey, expectedHead })).toEqual(result);
    }
  });

  test('is found whole when it is empty', async () => {
    await using opened = await openTestStore({ file: true });
    const empty = { ok: true, rows: 0, head: '0'.repeat(64), keyedFrom: null };
    expect(await verifyAudit({ path: opened.path, auditKey: null })).toEqual(empty);
    expect(await verifyAudit({ path: opened.path, auditKey: KEY })).toEqual(empty);
  });

  test('is found whole while it is written to, as far as it was when the check began', async () => {
    await using opened = await openTestStore({ file: true });
    const append = async (): Promise<void> => {
      await opened.store.transaction(async (unit) => {
        for (let row = 0; row < 500; row += 1) await unit.appendAudit(sampleEntry());
        await unit.publishAuditHead();
      });
    };
    for (let turn = 0; turn < 5; turn += 1) await append();
    const verifying = verifyAudit({ path: opened.path, auditKey: null });
    await append();
    expect(await verifying).toMatchObject({ ok: true, rows: 2500 });
    expect(await verifyAudit({ path: opened.path, auditKey: null })).toMatchObject({ rows: 3000 });
  });

  test('is found whole when it got its key on the way: the first keyed row seals the rest', async () => {
    await using opened = await openTestStore({ file: true });
    await opened.store.transaction(async (unit) => {
      for (let row = 0; row < 3; row += 1) await unit.appendAudit(sampleEntry());
    });
    expect(await verifyAudit({ path: opened.path, auditKey: KEY })).toMatchObject({
      ok: false,
      detail: 'No row of the log was written with this AUDIT_KEY.',
    });
    await opened.store.close();
    const keyed = await openStore({ path: opened.path, auditKey: KEY, log: SILENT_LOG });
    await keyed.transaction(async (unit) => await unit.appendAudit(sampleEntry()));
    await keyed.close();
    const verify = async (path: string): Promise<AuditVerification> =>
      await verifyAudit({ path, auditKey: KEY });
    expect(await verify(opened.path)).toMatchObject({ ok: true, rows: 4, keyedFrom: 4 });
    const forged = tamper(opened.path, (sqlite) => {
      sqlite.exec(`update audit_log set actor = 'eve' where seq = 2`);
      rechain(sqlite, 2, (row) => (row.seq === 4 ? 'f'.repeat(64) : chainHash(null)(row)));
    });
    expect(await verify(forged)).toMatchObject({ ok: false, brokenSeq: 4 });
    const unkeyed = tamper(opened.path, (sqlite) => {
      rechain(sqlite, 4);
    });
    expect(await verify(unkeyed)).toMatchObject({ ok: false });
  });
});

describe('a log that was tampered with', () => {
  /** What was done, by what, and the answer; the same with and without a key. */
  const cases: readonly (readonly [
    name: string,
    change: (sqlite: Database) => void,
    kind: string,
    brokenSeq: number,
  ])[] = [
    ['a payload edited', sql(`update audit_log set payload = '{}' where seq = 5`), 'edited', 5],
    ['an actor edited', sql(`update audit_log set actor = 'eve' where seq = 1`), 'edited', 1],
    ['the last row edited', sql(`update audit_log set actor = 'eve' where seq = 12`), 'edited', 12],
    [
      'an account taken away',
      sql(`update audit_log set account = null where seq = 7`),
      'edited',
      7,
    ],
    [
      'a time moved',
      sql(`update audit_log set at = replace(at, '.000', '.001') where seq = 3`),
      'edited',
      3,
    ],
    ['all rows edited', sql(`update audit_log set actor = 'eve'`), 'edited', 1],
    ['two rows edited', sql(`update audit_log set actor = 'eve' where seq in (9, 4)`), 'edited', 4],
    ['a hash edited', sql(`update audit_log set hash = prev_hash where seq = 8`), 'edited', 8],
    ['a link edited', sql(`update audit_log set prev_hash = hash where seq = 8`), 'edited', 8],
    ['a row deleted', sql('delete from audit_log where seq = 5'), 'deleted', 5],
    ['the first rows deleted', sql('delete from audit_log where seq <= 3'), 'deleted', 1],
    ['all but the last deleted', sql('delete from audit_log where seq < 12'), 'deleted', 1],
    ['a row deleted, the rest renumbered', removeAndRenumber, 'deleted', 5],
    ['two rows swapped', swap, 'reordered', 4],
    ['a row moved to the end', sql('update audit_log set seq = 13 where seq = 6'), 'deleted', 6],
    [
      'a row slipped in at the end',
      sql(
        `insert into audit_log select 13, at, 'eve', platform, action, account, subject, payload, hash, hash from audit_log where seq = 12`,
      ),
      'edited',
      13,
    ],
    [
      'a row slipped in before the first',
      sql(
        `insert into audit_log select 0, at, actor, platform, action, account, subject, payload, prev_hash, hash from audit_log where seq = 1`,
      ),
      'edited',
      1,
    ],
    [
      'a row with a huge number',
      sql('update audit_log set seq = 9223372036854775807 where seq = 12'),
      'deleted',
      12,
    ],
    ['the last rows cut off', sql('delete from audit_log where seq > 8'), 'truncated', 9],
    ['all rows cut off', sql('delete from audit_log'), 'truncated', 1],
    ['the published head damaged', sql(`update settings set value = 'x'`), 'unreadable', 1],
    [
      'the published head changed',
      sql(`update settings set value = '10:${'ab'.repeat(32)}'`),
      'edited',
      10,
    ],
    ['the table dropped', sql('drop table audit_log'), 'unreadable', 1],
    ['the settings dropped', sql('drop table settings'), 'unreadable', 1],
  ];

  test.each(cases)('is found: %s', async (_, change, kind, brokenSeq) => {
    for (const [log, auditKey] of [
      [plainLog, null],
      [keyedLog, KEY],
    ] as const) {
      const result = await verifyAudit({ path: tamper(log, change), auditKey });
      expect(result).toEqual({ ok: false, kind, brokenSeq, detail: expect.stringMatching(/\.$/) });
    }
  });

  test('is found, whatever single field of whatever row was changed to whatever else', async () => {
    const columns = [
      'seq',
      'at',
      'actor',
      'platform',
      'action',
      'account',
      'subject',
      'payload',
      'prev_hash',
      'hash',
    ] as const;
    const mutations = fc.record({
      keyed: fc.boolean(),
      seq: fc.integer({ min: 1, max: ROWS }),
      column: fc.constantFrom(...columns),
      value: fc.string({ unit: 'grapheme' }),
      position: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(mutations, async ({ keyed, seq, column, value, position }) => {
        let changed = true;
        const path = tamper(keyed ? keyedLog : plainLog, (sqlite) => {
          const old = sqlite
            .prepare<[number], string | number | null>(
              `select ${column} from audit_log where seq = ?`,
            )
            .pluck()
            .get(seq);
          const text = String(old);
          const at = position % text.length;
          // One character changed keeps the lengths that the table insists on.
          const character = text[at] === '5' ? '6' : '5';
          const next =
            column === 'seq'
              ? ROWS + 1 + position
              : text.length === 30 || text.length === 64
                ? text.slice(0, at) + character + text.slice(at + 1)
                : value;
          changed = next !== old;
          sqlite.prepare(`update audit_log set ${column} = ? where seq = ?`).run(next, seq);
        });
        const result = await verifyAudit({ path, auditKey: keyed ? KEY : null });
        expect(result).toMatchObject(changed ? { ok: false, brokenSeq: seq } : { ok: true });
        rmSync(path);
      }),
      { numRuns: 150 },
    );
  });
});

describe('a forger who recomputes all hashes after a change', () => {
  const forge =
    (seq: number): ((sqlite: Database) => void) =>
    (sqlite) => {
      sqlite.exec(`update audit_log set actor = 'eve' where seq = ${seq}`);
      rechain(sqlite, seq);
    };

  test('is found at once when the log has a key', async () => {
    for (const seq of [1, 5, 12]) {
      const path = tamper(keyedLog, forge(seq));
      expect(await verifyAudit({ path, auditKey: KEY })).toMatchObject({ ok: false });
    }
  });

  test('is found without a key by the head that was published last', async () => {
    expect(await verifyAudit({ path: tamper(plainLog, forge(5)), auditKey: null })).toMatchObject({
      ok: false,
      kind: 'edited',
      brokenSeq: 10,
      detail: expect.stringContaining('the last head that was published'),
    });
  });

  test('who also forges the published head is found only by the head in a chat message', async () => {
    const original = await verifyAudit({ path: plainLog, auditKey: null });
    const head = original.ok ? original.head : '';
    const path = tamper(plainLog, (sqlite) => {
      forge(5)(sqlite);
      sqlite.exec(
        `update settings set value = (select seq || ':' || hash from audit_log where seq = 10)`,
      );
    });
    expect(await verifyAudit({ path, auditKey: null })).toMatchObject({ ok: true, rows: 12 });
    expect(await verifyAudit({ path, auditKey: null, expectedHead: `12:${head}` })).toMatchObject({
      ok: false,
      kind: 'edited',
      brokenSeq: 12,
    });
    expect(
      await verifyAudit({ path, auditKey: null, expectedHead: head.slice(0, 8) }),
    ).toMatchObject({ ok: false, kind: 'truncated', brokenSeq: 13 });
  });

  test('rewriting one row and its own hash only is found at that row', async () => {
    const path = tamper(plainLog, (sqlite) => {
      sqlite.exec(`update audit_log set actor = 'eve' where seq = 5`);
      const row = sqlite
        .prepare<[], Row & { prev_hash: string }>('select * from audit_log where seq = 5')
        .get();
      if (row === undefined) throw new Error('no row');
      sqlite
        .prepare('update audit_log set hash = ? where seq = 5')
        .run(chainHash(null)({ ...row, prevHash: row.prev_hash }));
    });
    expect(await verifyAudit({ path, auditKey: null })).toMatchObject({
      ok: false,
      kind: 'edited',
      brokenSeq: 5,
    });
  });
});

describe('rows cut off the end, with the published head taken back as well', () => {
  test('are found only by a head from outside', async () => {
    for (const [log, auditKey] of [
      [plainLog, null],
      [keyedLog, KEY],
    ] as const) {
      const whole = await verifyAudit({ path: log, auditKey });
      const head = whole.ok ? whole.head : '';
      const path = tamper(log, sql('delete from audit_log where seq > 8', 'delete from settings'));
      expect(await verifyAudit({ path, auditKey })).toMatchObject({ ok: true, rows: 8 });
      for (const expectedHead of [`12:${head}`, head, head.slice(0, 8)]) {
        expect(await verifyAudit({ path, auditKey, expectedHead })).toMatchObject({
          ok: false,
          kind: 'truncated',
          brokenSeq: 9,
        });
      }
    }
  });
});

describe('a log that cannot be read', () => {
  test('under the wrong key is broken from its first row, with a hint', async () => {
    expect(await verifyAudit({ path: keyedLog, auditKey: null })).toMatchObject({
      ok: false,
      kind: 'edited',
      brokenSeq: 1,
      detail: expect.stringContaining('AUDIT_KEY'),
    });
  });

  test.each([
    ['is not there', () => {}],
    ['is no database', (path: string) => writeFileSync(path, 'Dear diary, '.repeat(500))],
    ['is empty', (path: string) => writeFileSync(path, '')],
    [
      'was cut in the middle',
      (path: string) => {
        copyFileSync(plainLog, path);
        truncateSync(path, 20_000);
      },
    ],
  ])('because it %s', async (_, prepare) => {
    copies += 1;
    const path = join(folder.path, `unreadable-${copies}.db`);
    prepare(path);
    expect(await verifyAudit({ path, auditKey: null })).toEqual({
      ok: false,
      kind: 'unreadable',
      brokenSeq: expect.any(Number),
      detail: expect.stringContaining(path),
    });
  });

  test('in the middle tells how far it is good', async () => {
    await using opened = await openTestStore({ file: true });
    await opened.store.transaction(async (unit) => {
      for (let row = 0; row < 3000; row += 1) await unit.appendAudit(sampleEntry());
    });
    await opened.store.close();
    const bytes = new BetterSqlite(opened.path).serialize();
    bytes.fill(0xff, Math.floor(bytes.length / 2));
    writeFileSync(opened.path, bytes);
    const result = await verifyAudit({ path: opened.path, auditKey: null });
    expect(result).toMatchObject({ ok: false, kind: 'unreadable' });
    expect(result.ok ? 0 : result.brokenSeq).toBeGreaterThan(0);
  });

  test('a head that makes no sense is refused before anything is read', async () => {
    await expect(
      verifyAudit({ path: plainLog, auditKey: null, expectedHead: 'yesterday' }),
    ).rejects.toMatchObject({ code: 'invalid_value', message: expect.stringContaining('846:') });
  });
});
