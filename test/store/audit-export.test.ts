import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { AuditRow } from '../../src/ports/store.ts';
import { exportAudit, type AuditExportOptions } from '../../src/store/index.ts';
import { later } from '../fixtures/sample-account.ts';
import { openTestStore, temporaryFolder, type TestStore } from '../fixtures/test-store.ts';
import { sampleEntry } from './sample-rows.ts';

const AWKWARD = [
  '/rebalance core',
  '=1+1',
  '+1',
  '-1',
  '@SUM(A1)',
  "'quoted",
  '\ttab',
  '\rreturn',
  'comma, quote " and\r\nline break',
  '',
  '😀 ä \u0000 \u2028',
];

async function openLog(auditKey: Uint8Array | null = null): Promise<TestStore> {
  const opened = await openTestStore({ file: true, auditKey });
  await opened.store.transaction(async (unit) => {
    for (const [index, subject] of AWKWARD.entries()) {
      await unit.appendAudit(
        sampleEntry({
          at: later(index),
          subject,
          account: index % 3 === 0 ? null : index % 3 === 1 ? 'core' : 'other',
          payload: { text: subject, number: index },
        }),
      );
    }
  });
  return opened;
}

async function collect(options: AuditExportOptions): Promise<string> {
  let text = '';
  for await (const part of exportAudit(options)) text += part;
  return text;
}

async function rowsOf(opened: TestStore): Promise<readonly AuditRow[]> {
  return (await opened.store.listAudit({ limit: 100 })).toReversed();
}

const csvSchema = z.array(z.record(z.string(), z.string()));
const lineSchema = z.record(z.string(), z.unknown());

function lines(text: string): readonly Record<string, unknown>[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => lineSchema.parse(JSON.parse(line)));
}

describe('an export as CSV', () => {
  test('gives every value back exactly, less one leading apostrophe', async () => {
    await using opened = await openLog();
    const text = await collect({ path: opened.path, format: 'csv' });
    const records = csvSchema.parse(parse(text, { columns: true, record_delimiter: '\r\n' }));
    const plain = records.map((record) =>
      Object.fromEntries(
        Object.entries(record).map(([column, value]) => [column, value.replace(/^'/, '')]),
      ),
    );
    expect(plain).toEqual(
      (await rowsOf(opened)).map((row) => ({
        seq: String(row.seq),
        at: row.at.toString({ fractionalSecondDigits: 9 }),
        actor: row.actor,
        platform: row.platform,
        action: row.action,
        account: row.account ?? '',
        subject: row.subject,
        payload: JSON.stringify({ number: row.payload['number'], text: row.payload['text'] }),
        prev_hash: row.prevHash,
        hash: row.hash,
      })),
    );
  });

  test('has nothing in it that a spreadsheet would run', async () => {
    await using opened = await openLog();
    const text = await collect({ path: opened.path, format: 'csv' });
    const cells = z.array(z.array(z.string())).parse(parse(text, { record_delimiter: '\r\n' }));
    for (const cell of cells.flat()) expect(cell).not.toMatch(/^[=+\-@\t\r\n]/);
  });
});

describe('an export as JSON lines', () => {
  test('is one canonical object a row, with everything in it', async () => {
    await using opened = await openLog();
    const text = await collect({ path: opened.path, format: 'jsonl' });
    expect(lines(text)).toEqual(
      (await rowsOf(opened)).map((row) => ({
        ...row,
        at: row.at.toString({ fractionalSecondDigits: 9 }),
      })),
    );
  });

  test('stops at a payload that was tampered with, instead of breaking its lines', async () => {
    await using opened = await openLog();
    const sqlite = new BetterSqlite(opened.path);
    sqlite.exec('drop trigger audit_log_no_update');
    for (const payload of ['{"a":1}\n{"b":2}', 'nonsense']) {
      sqlite.prepare('update audit_log set payload = ? where seq = 3').run(payload);
      await expect(collect({ path: opened.path, format: 'jsonl' })).rejects.toMatchObject({
        code: 'database_corrupt',
        message: expect.stringContaining('audit row 3'),
      });
      expect(await collect({ path: opened.path, format: 'csv' })).toContain('hash');
    }
    sqlite.close();
  });

  /** The verifier that docs/audit-format.md gives to third parties, run as it stands there. */
  const document = readFileSync(new URL('../../docs/audit-format.md', import.meta.url), 'utf8');
  const verifier = /```js\n([\s\S]*?)```/.exec(document)?.[1] ?? '';

  function verifyByThirdParty(text: string, key = ''): { status: number | null; output: string } {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, 'verify.mjs'), verifier);
    writeFileSync(join(folder.path, 'audit.jsonl'), text);
    const result = spawnSync(process.execPath, ['verify.mjs', 'audit.jsonl'], {
      cwd: folder.path,
      encoding: 'utf8',
      env: { ...(key !== '' && { AUDIT_KEY_HEX: key }) },
    });
    return { status: result.status, output: result.stdout + result.stderr };
  }

  test.each([
    ['without a key', null],
    ['with a key', new Uint8Array(32).fill(7)],
  ])('can be verified by third parties %s', async (_, auditKey) => {
    await using opened = await openLog(auditKey);
    const key = auditKey === null ? '' : Buffer.from(auditKey).toString('hex');
    const text = await collect({ path: opened.path, format: 'jsonl' });
    const { hash } = await opened.store.auditHead();
    expect(verifyByThirdParty(text, key)).toEqual({
      status: 0,
      output: `ok ${AWKWARD.length} rows, head ${hash}\n`,
    });
    const edited = text.replace('"actor":"ana"', '"actor":"eve"');
    expect(verifyByThirdParty(edited, key)).toMatchObject({
      status: 1,
      output: expect.stringContaining('row 1'),
    });
    const shortened = text.split('\n').toSpliced(4, 1).join('\n');
    expect(verifyByThirdParty(shortened, key)).toMatchObject({
      status: 1,
      output: expect.stringContaining('row 6'),
    });
  });
});

describe('an export', () => {
  test('can be narrowed: from inclusive, to exclusive, one account', async () => {
    await using opened = await openLog();
    const seqs = async (options: Omit<AuditExportOptions, 'path' | 'format'>): Promise<unknown> =>
      lines(await collect({ path: opened.path, format: 'jsonl', ...options })).map(
        ({ seq }) => seq,
      );
    expect(await seqs({ from: later(2), to: later(5) })).toEqual([3, 4, 5]);
    expect(await seqs({ account: 'core' })).toEqual([2, 5, 8, 11]);
    expect(await seqs({ account: 'core', from: later(4) })).toEqual([5, 8, 11]);
    expect(await seqs({ account: 'nobody' })).toEqual([]);
  });

  test('of an empty log is a header, or nothing', async () => {
    await using opened = await openTestStore({ file: true });
    expect(await collect({ path: opened.path, format: 'csv' })).toBe(
      'seq,at,actor,platform,action,account,subject,payload,prev_hash,hash\r\n',
    );
    expect(await collect({ path: opened.path, format: 'jsonl' })).toBe('');
  });

  test('of a long log comes in parts, whole lines each, while the log grows', async () => {
    await using opened = await openTestStore({ file: true });
    const append = async (rows: number): Promise<void> => {
      await opened.store.transaction(async (unit) => {
        for (let row = 0; row < rows; row += 1) await unit.appendAudit(sampleEntry());
      });
    };
    await append(2500);
    let parts = 0;
    let rows = 0;
    for await (const part of exportAudit({ path: opened.path, format: 'jsonl' })) {
      parts += 1;
      expect(part.endsWith('\n')).toBe(true);
      rows += lines(part).length;
      if (parts === 1) await append(10);
    }
    expect([parts, rows]).toEqual([3, 2510]);
  });

  test('of a database that is not there is refused', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'none.db');
    await expect(collect({ path, format: 'csv' })).rejects.toMatchObject({
      code: 'database_unavailable',
      message: expect.stringContaining(path),
    });
  });
});
