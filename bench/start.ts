import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { BenchRow } from './bench-row.ts';

const PROGRAM = fileURLToPath(new URL('../bin/evenkeel.js', import.meta.url));
const STARTS = 5;
const BOUND_MILLISECONDS = 1000;
const BOUND_MEBIBYTES = 120;

/**
 * `evenkeel start` with nothing configured: from the process's birth to the line with the page's
 * address, on a database of its own each time, and how much memory it then keeps.
 */
export async function benchStart(): Promise<BenchRow[]> {
  const times: number[] = [];
  const sizes: number[] = [];
  for (let start = 0; start < STARTS; start += 1) {
    const { milliseconds, mebibytes } = await startOnce();
    times.push(milliseconds);
    if (mebibytes !== null) sizes.push(mebibytes);
  }
  const median = middle(times);
  const resident = sizes.length === 0 ? null : middle(sizes);
  return [
    {
      name: 'start to ready, web and paper only',
      value: median.toFixed(0),
      unit: 'ms',
      bound: `< ${BOUND_MILLISECONDS}`,
      met: median < BOUND_MILLISECONDS,
    },
    {
      name: '  resident memory two seconds later',
      value: resident === null ? 'not readable on this system' : resident.toFixed(1),
      unit: resident === null ? '' : 'MiB',
      bound: `< ${BOUND_MEBIBYTES}`,
      met: resident === null ? null : resident < BOUND_MEBIBYTES,
    },
  ];
}

async function startOnce(): Promise<{
  readonly milliseconds: number;
  readonly mebibytes: number | null;
}> {
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-bench-'));
  const begun = performance.now();
  const bot = spawn(process.execPath, [PROGRAM, 'start'], {
    cwd: folder,
    env: { PATH: process.env['PATH'], DATABASE_URL: join(folder, 'bench.db'), PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => bot.once('exit', resolve));
  try {
    for await (const line of createInterface({ input: bot.stdout })) {
      if (line.includes('Evenkeel is running')) break;
    }
    const milliseconds = performance.now() - begun;
    await pause(2000);
    return { milliseconds, mebibytes: residentMebibytes(bot.pid) };
  } finally {
    bot.kill('SIGINT');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Null where there is no /proc. */
function residentMebibytes(pid: number | undefined): number | null {
  if (pid === undefined || process.platform !== 'linux') return null;
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kilobytes = /^VmRSS:\s+(\d+) kB$/mu.exec(status)?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) / 1024;
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
