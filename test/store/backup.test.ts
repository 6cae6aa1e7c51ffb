import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BACKUP_SETTING } from '../../src/core/automatic-halts.ts';
import { backUpDatabase, openStore, restoreDatabase, verifyAudit } from '../../src/store/index.ts';
import { SILENT_LOG, temporaryFolder } from '../fixtures/test-store.ts';
import { sampleEntry } from './sample-rows.ts';

async function writeRows(path: string, count: number): Promise<void> {
  const store = await openStore({ path, auditKey: null, log: SILENT_LOG });
  for (let row = 0; row < count; row += 1) {
    await store.transaction(async (unit) => await unit.appendAudit(sampleEntry()));
  }
  await store.close();
}

const head = async (path: string) => await verifyAudit({ path, auditKey: null });

describe('a backup', () => {
  it('is one state of a database that is being written to, and verifies', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'evenkeel.db');
    const store = await openStore({ path, auditKey: null, log: SILENT_LOG });
    let going = true;
    let written = 0;
    const writer = (async () => {
      while (going) {
        await store.transaction(async (unit) => await unit.appendAudit(sampleEntry()));
        written += 1;
      }
    })();
    const to = join(folder.path, 'backups', 'copy.db');
    const backup = await backUpDatabase({ path, to, auditKey: null });
    going = false;
    await writer;
    await store.close();
    expect(backup.verification.rows).toBeLessThanOrEqual(written);
    expect(await head(to)).toEqual(backup.verification);
    expect(readdirSync(join(folder.path, 'backups'))).toEqual(['copy.db']);
  });

  it('is refused where a file is, and leaves it as it was', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'evenkeel.db');
    await writeRows(path, 1);
    const to = join(folder.path, 'mine.txt');
    writeFileSync(to, 'mine');
    await expect(backUpDatabase({ path, to, auditKey: null })).rejects.toThrow(
      'is there already; nothing was written',
    );
    expect(readFileSync(to, 'utf8')).toBe('mine');
  });

  it('of what is no database of ours leaves nothing behind', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'evenkeel.db');
    writeFileSync(path, 'not a database at all, but long enough to be looked at');
    const to = join(folder.path, 'copy.db');
    await expect(backUpDatabase({ path, to, auditKey: null })).rejects.toThrow('is not a database');
    expect(readdirSync(folder.path)).toEqual(['evenkeel.db']);
    await expect(
      backUpDatabase({ path: join(folder.path, 'none.db'), to, auditKey: null }),
    ).rejects.toThrow('There is no file');
  });
});

describe('restoring', () => {
  it('brings back what was backed up and keeps what was there', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'evenkeel.db');
    const copy = join(folder.path, 'copy.db');
    const former = join(folder.path, 'former.db');
    await writeRows(path, 3);
    await backUpDatabase({ path, to: copy, auditKey: null });
    await writeRows(path, 2);
    const before = await head(path);
    const restored = await restoreDatabase({ from: copy, path, keepAs: former, auditKey: null });
    expect(restored.verification.rows).toBe(3);
    expect(await head(path)).toEqual(restored.verification);
    expect(await head(former)).toEqual(before);
    await writeRows(path, 1);
    expect(await head(path)).toMatchObject({ ok: true, rows: 4 });
  });

  it('says when the record ends, also for a plain copy of a file', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'evenkeel.db');
    const recordEnds = async () => {
      const store = await openStore({ path, auditKey: null, log: SILENT_LOG });
      await using _ = { [Symbol.asyncDispose]: () => store.close() };
      const [last] = await store.listAudit({ limit: 1 });
      return [await store.readSetting(BACKUP_SETTING), last?.at.toString()];
    };
    await writeRows(path, 2);
    const plain = join(folder.path, 'plain.db');
    copyFileSync(path, plain);
    const copy = join(folder.path, 'copy.db');
    await backUpDatabase({ path, to: copy, auditKey: null });
    expect((await recordEnds())[0]).toBeNull();
    for (const from of [copy, plain]) {
      await restoreDatabase({ from, path, keepAs: `${from}.former`, auditKey: null });
      const [said, last] = await recordEnds();
      expect(said).toBe(Temporal.Instant.from(last ?? '').toString({ fractionalSecondDigits: 9 }));
    }
  });

  it('works where there is no database yet', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'evenkeel.db');
    const copy = join(folder.path, 'copy.db');
    await writeRows(path, 2);
    await backUpDatabase({ path, to: copy, auditKey: null });
    const elsewhere = join(folder.path, 'new', 'evenkeel.db');
    const restored = await restoreDatabase({
      from: copy,
      path: elsewhere,
      keepAs: `${elsewhere}.before`,
      auditKey: null,
    });
    expect(restored.former).toBeNull();
    expect(await head(elsewhere)).toMatchObject({ ok: true, rows: 2 });
  });

  it('refuses a backup that was changed, and changes nothing', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'evenkeel.db');
    const copy = join(folder.path, 'copy.db');
    await writeRows(path, 3);
    await backUpDatabase({ path, to: copy, auditKey: null });
    const bytes = readFileSync(copy);
    const at = bytes.indexOf(Buffer.from(sampleEntry().subject, 'utf8'));
    expect(at).toBeGreaterThan(0);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(copy, bytes);
    const before = await head(path);
    await expect(
      restoreDatabase({ from: copy, path, keepAs: `${path}.before`, auditKey: null }),
    ).rejects.toThrow(/The backup is not good: row \d of its audit log is edited/);
    expect(await head(path)).toEqual(before);
    expect(existsSync(`${path}.before`)).toBe(false);
    expect(existsSync(`${path}.partial`)).toBe(false);
  });
});
