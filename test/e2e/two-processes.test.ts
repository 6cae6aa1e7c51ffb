import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const PROGRAM = fileURLToPath(new URL('../../bin/evenkeel.js', import.meta.url));

/** A bot as a process of its own, and what it has printed. */
function startProcess(folder: string) {
  const child = spawn(process.execPath, [PROGRAM, 'start'], {
    cwd: folder,
    env: { PATH: process.env['PATH'], DATABASE_URL: join(folder, 'bot.db'), PORT: '0' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return {
    ended,
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    /** Reads on until a line holds the words. */
    async until(words: string): Promise<void> {
      for (;;) {
        const { done, value } = await lines.next();
        if (done === true) throw new Error(`it ended without saying: ${words}`);
        if (value.includes(words)) return;
      }
    },
  };
}

it('a second bot on the same database stands by, and takes over when the first is killed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'evenkeel-two-'));
  const first = startProcess(folder);
  try {
    await first.until('Evenkeel is running');
    const second = startProcess(folder);
    try {
      await second.until('stands by and takes over');
      const killedAt = performance.now();
      first.kill('SIGKILL');
      await first.ended;
      await second.until('Evenkeel is running');
      expect(performance.now() - killedAt).toBeLessThan(15_000);
      second.kill('SIGINT');
      expect(await second.ended).toBe(0);
    } finally {
      second.kill('SIGKILL');
      await second.ended;
    }
  } finally {
    first.kill('SIGKILL');
    await first.ended;
    await rm(folder, { recursive: true, force: true });
  }
});
