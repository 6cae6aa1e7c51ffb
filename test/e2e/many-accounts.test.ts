import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const PROGRAM = fileURLToPath(new URL('../../bin/evenkeel.js', import.meta.url));

describe('a portfolios.yaml with hundreds of accounts', () => {
  it('in which each has the same mistakes is answered on one screen', () => {
    const folder = mkdtempSync(join(tmpdir(), 'evenkeel-many-'));
    try {
      const accounts = Array.from(
        { length: 300 },
        (_, index) => `  account-${index}: { broker: paper, targets: { AAPL: 90% }, mode: lve }`,
      );
      writeFileSync(
        join(folder, 'portfolios.yaml'),
        `accounts:\n${accounts.join('\n')}\npeople:\n  ana: { name: Ana, role: admin, web: ana }\n`,
      );
      const { stderr, status } = spawnSync(process.execPath, [PROGRAM, 'start'], {
        cwd: folder,
        env: { PATH: process.env['PATH'], PORT: '0' },
        encoding: 'utf8',
      });
      const lines = stderr.trim().split('\n');
      expect(status).not.toBe(0);
      expect(lines[0]).toContain('portfolios.yaml:2:');
      expect(lines.length).toBeLessThan(50);
      expect(lines.at(-2)).toMatch(/^And [\d,]+ more\.$/u);
      expect(lines.at(-1)).toBe('Nothing was started.');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
