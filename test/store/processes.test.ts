import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { openStore, verifyAudit } from '../../src/store/index.ts';
import { SILENT_LOG, temporaryFolder } from '../fixtures/test-store.ts';

const HAMMER = fileURLToPath(new URL('./hammer.ts', import.meta.url));
const APPEND = fileURLToPath(new URL('./append-until-killed.ts', import.meta.url));
const RUNS = 60;

async function hammer(path: string, name: string): Promise<readonly number[]> {
  const child = spawn(process.execPath, [HAMMER, path, name, String(RUNS)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    output += part;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(`${name} ended with ${String(code)}`);
  return z.array(z.int()).parse(JSON.parse(output));
}

describe('processes on one database', () => {
  test('start together on a file that does not exist yet, and never run a job twice', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'evenkeel.db');
    const names = ['one', 'two', 'three'];
    const won = await Promise.all(names.map(async (name) => await hammer(path, name)));
    expect(won.flat().toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: RUNS }, (_, run) => run),
    );
    // The log they wrote in turns is one chain, with a row for each run by the one who won it.
    expect(await verifyAudit({ path, auditKey: null })).toMatchObject({ ok: true, rows: RUNS });
    const store = await openStore({ path, auditKey: null, log: SILENT_LOG });
    const rows = await store.listAudit({ limit: RUNS });
    await store.close();
    for (const row of rows) {
      expect(won[names.indexOf(row.actor)]).toContain(Number(row.subject));
    }
  });

  test('killed at any moment, keep all that was confirmed and nothing by halves', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'evenkeel.db');
    for (const rowsBeforeTheEnd of [1, 7, 40]) {
      const child = spawn(process.execPath, [APPEND, path], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let confirmed = 0;
      let rows = 0;
      for await (const line of createInterface({ input: child.stdout })) {
        confirmed = Number(line);
        rows += 1;
        if (rows === rowsBeforeTheEnd) child.kill('SIGKILL');
      }
      const result = await verifyAudit({ path, auditKey: null, expectedHead: '0:00000000' });
      const kept = result.ok ? result.rows : 0;
      expect(kept).toBeGreaterThanOrEqual(confirmed);
      const store = await openStore({ path, auditKey: null, log: SILENT_LOG });
      expect(await store.readSetting('last')).toBe(String(kept));
      await store.close();
    }
  });
});
