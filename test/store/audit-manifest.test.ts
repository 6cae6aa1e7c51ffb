import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { manifestKey, verifyExport, writeSignedExport } from '../../src/store/index.ts';
import { later, NOW } from '../fixtures/sample-account.ts';
import { openTestStore, temporaryFolder } from '../fixtures/test-store.ts';
import { sampleEntry } from './sample-rows.ts';

const KEY = Buffer.from('a key that only the operator has', 'utf8');
const { publicKey } = manifestKey(KEY);

/** An export of a log of five rows, and what the manifest beside it says. */
async function exported(changes: { readonly account?: string } = {}) {
  const opened = await openTestStore({ file: true, auditKey: KEY });
  const folder = temporaryFolder();
  const file = join(folder.path, 'audit.jsonl');
  await opened.store.transaction(async (unit) => {
    for (const index of [1, 2, 3, 4, 5]) {
      const account = index % 2 === 0 ? 'core' : 'other';
      await unit.appendAudit(sampleEntry({ at: later(index), account }));
    }
  });
  const write = () =>
    writeSignedExport({
      path: opened.path,
      format: 'jsonl',
      ...changes,
      auditKey: KEY,
      file,
      createdAt: NOW,
      version: '1.2.3',
    });
  const result = await write();
  return {
    opened,
    folder,
    file,
    result,
    write,
    manifestFile: `${file}.manifest.json`,
    [Symbol.asyncDispose]: async () => {
      folder[Symbol.dispose]();
      await opened[Symbol.asyncDispose]();
    },
  };
}

describe('a signed export', () => {
  test('says which rows it has, of which log, when, and by which program', async () => {
    await using made = await exported({ account: 'core' });
    const text = readFileSync(made.file, 'utf8');
    expect(JSON.parse(readFileSync(made.manifestFile, 'utf8'))).toEqual({
      format: 'evenkeel-audit-export/1',
      file: 'audit.jsonl',
      fileFormat: 'jsonl',
      sha256: createHash('sha256').update(text).digest('hex'),
      bytes: Buffer.byteLength(text),
      rows: 2,
      firstSeq: 2,
      lastSeq: 4,
      head: await made.opened.store.auditHead(),
      filter: { from: null, to: null, account: 'core' },
      createdAt: '2026-11-20T19:02:00.000000000Z',
      version: '1.2.3',
      publicKey,
      signature: expect.stringMatching(/^[0-9a-f]{128}$/),
    });
    expect(text.trimEnd().split('\n')).toHaveLength(2);
    expect(await verifyExport({ file: made.file, publicKey })).toMatchObject({ ok: true });
  });

  test('is checked without the key that made it, by its public half alone', () => {
    expect(publicKey).toMatch(/^[0-9a-f]{64}$/);
    expect(manifestKey(KEY).publicKey).toBe(publicKey);
    expect(manifestKey(Buffer.from('another')).publicKey).not.toBe(publicKey);
  });

  test('never overwrites what is there, and leaves nothing half-written', async () => {
    await using made = await exported();
    const before = readFileSync(made.file, 'utf8');
    expect(await made.write()).toEqual({ type: 'file_exists', file: made.file });
    expect(readFileSync(made.file, 'utf8')).toBe(before);
    expect(readdirSync(made.folder.path).toSorted()).toEqual([
      'audit.jsonl',
      'audit.jsonl.manifest.json',
    ]);
  });

  test('is not made of a log that was changed', async () => {
    await using made = await exported();
    const database = new BetterSqlite(made.opened.path);
    database.exec('drop trigger audit_log_no_update');
    database.exec("update audit_log set actor = 'somebody' where seq = 3");
    database.close();
    const file = join(made.folder.path, 'second.jsonl');
    expect(
      await writeSignedExport({
        path: made.opened.path,
        format: 'csv',
        auditKey: KEY,
        file,
        createdAt: NOW,
        version: '1.2.3',
      }),
    ).toMatchObject({ type: 'log_broken', brokenSeq: 3, kind: 'edited' });
    expect(existsSync(file)).toBe(false);
  });
});

describe('the check of an export finds', () => {
  const manifestSchema = z.record(z.string(), z.unknown());

  test.each<
    [what: string, change: (made: { file: string; manifestFile: string }) => void, found: RegExp]
  >([
    [
      'a file that has one line more',
      ({ file }) => appendFileSync(file, '{}\n'),
      /^The file is not the one that was signed: its SHA-256 is [0-9a-f]{16}/,
    ],
    [
      'a manifest that says something else',
      ({ manifestFile }) => {
        const manifest = manifestSchema.parse(JSON.parse(readFileSync(manifestFile, 'utf8')));
        writeFileSync(manifestFile, JSON.stringify({ ...manifest, lastSeq: 4 }));
      },
      /^The manifest was changed after it was signed\.$/,
    ],
    [
      'a manifest that somebody else signed',
      ({ manifestFile }) => {
        const manifest = manifestSchema.parse(JSON.parse(readFileSync(manifestFile, 'utf8')));
        const other = manifestKey(Buffer.from('another')).publicKey;
        writeFileSync(manifestFile, JSON.stringify({ ...manifest, publicKey: other }));
      },
      /^The manifest was signed by [0-9a-f]{16}, not by [0-9a-f]{16}\.$/,
    ],
    [
      'a manifest that is none',
      ({ manifestFile }) => writeFileSync(manifestFile, '{}'),
      /is no manifest of an export\.$/,
    ],
  ])('%s', async (_, change, found) => {
    await using made = await exported();
    change(made);
    const result = await verifyExport({ file: made.file, publicKey });
    expect(result).toEqual({ ok: false, detail: expect.stringMatching(found) });
  });
});
