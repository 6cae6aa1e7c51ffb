import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createPriceReader } from '../../../src/brokers/paper/read-files.ts';

function folderWith(files: Readonly<Record<string, string>>) {
  const path = mkdtempSync(join(tmpdir(), 'evenkeel-prices-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

describe('the prices of many accounts', () => {
  test('are read once for all that name the same source', async () => {
    using folder = folderWith({ 'mine.csv': 'date,symbol,close\n2026-11-20,AAPL,223.10\n' });
    const read = createPriceReader();
    const [first, second, otherName, mine, mineAgain] = await Promise.all([
      read('a', 'builtin', folder.path),
      read('b', 'builtin', '/somewhere/else'),
      read('c', 'builtin', folder.path),
      read('d', 'mine.csv', folder.path),
      read('e', join(folder.path, 'mine.csv'), '/'),
    ]);
    expect(second.history).toBe(first.history);
    expect(otherName.history).toBe(first.history);
    expect(mine.history).not.toBe(first.history);
    expect(mineAgain.history).toBe(mine.history);
  });

  test('that are built in are read once a process, for readers of their own too', async () => {
    const [first, second] = [createPriceReader(), createPriceReader()];
    const { history } = await first('a', 'builtin', '.');
    expect((await second('b', 'builtin', '.')).history).toBe(history);
  });

  test('that cannot be read fail for each by its own name, and are read once they can', async () => {
    using folder = folderWith({});
    const read = createPriceReader();
    await expect(read('first', 'late.csv', folder.path)).rejects.toThrow(/first/u);
    await expect(read('second', 'late.csv', folder.path)).rejects.toThrow(/second/u);
    writeFileSync(join(folder.path, 'late.csv'), 'date,symbol,close\n2026-11-20,AAPL,1\n');
    await expect(read('third', 'late.csv', folder.path)).resolves.toMatchObject({
      source: join(folder.path, 'late.csv'),
    });
  });
});
