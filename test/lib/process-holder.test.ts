import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isProcessGone, processHolder } from '../../src/lib/process-holder.ts';

const MODULE = new URL('../../src/lib/process-holder.ts', import.meta.url).href;

/** Another process of this machine, and the name that it gives itself. */
async function startOther() {
  const program = `import(${JSON.stringify(MODULE)}).then((m) => { process.stdout.write(m.processHolder()); setInterval(() => {}, 1000); })`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [printed] = await once(child.stdout, 'data');
  return {
    holder: String(printed),
    async kill() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

/** A holder's name with some of its parts replaced. */
function renamed(
  parts: Partial<Record<'host' | 'boot' | 'pid' | 'started' | 'namespace', string>>,
): string {
  const [host, boot, pid, started, namespace] = processHolder().split('/');
  return Object.values({ host, boot, pid, started, namespace, ...parts }).join('/');
}

// Without /proc nothing about another process is certain.
describe.runIf(existsSync('/proc/self/ns/pid'))('a process that holds the lease', () => {
  it('is not gone while it runs, and is once it was killed', async () => {
    const other = await startOther();
    expect(isProcessGone(other.holder)).toBe(false);
    await other.kill();
    expect(isProcessGone(other.holder)).toBe(true);
    expect(isProcessGone(processHolder())).toBe(false);
  });

  it.each([
    ['gone when its number was given to a later process', { started: '1' }, true],
    ['not certainly gone on another host', { host: 'elsewhere', pid: '4194305' }, false],
    ['not certainly gone when the machine is another of that name', { boot: 'b' }, false],
    [
      'not certainly gone in another container, where it is process 1 as well',
      { started: '1', namespace: 'pid:[1]' },
      false,
    ],
    [
      'not certainly gone when it did not say in which container it runs',
      { started: '1', namespace: '' },
      false,
    ],
  ])('is %s', (_what, parts, gone) => {
    expect(isProcessGone(renamed(parts))).toBe(gone);
  });
});
