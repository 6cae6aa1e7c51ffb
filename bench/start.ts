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
const BOUND_MEGABYTES = 120;
/** Turns off what the first start leaves compiled on the disk. */
const NOTHING_COMPILED = { NODE_DISABLE_COMPILE_CACHE: '1' };

/**
 * `evenkeel start` with nothing configured: from the process's birth to the line with the page's
 * address, on a database of its own each time; how much memory it then keeps (MB are 10^6 bytes), and how
 * much once a browser has opened the page. And the same once with nothing compiled, as where the folder
 * for it cannot be written.
 */
export async function benchStart(): Promise<BenchRow[]> {
  const starts: Start[] = [];
  for (let start = 0; start < STARTS; start += 1) starts.push(await startOnce());
  const uncompiled = await startOnce(NOTHING_COMPILED);
  const median = middle(starts.map(({ milliseconds }) => milliseconds));
  return [
    {
      name: 'start to ready, web and paper only',
      value: median.toFixed(0),
      unit: 'ms',
      bound: `< ${BOUND_MILLISECONDS}`,
      met: median < BOUND_MILLISECONDS,
    },
    memoryRow('  resident memory two seconds later', middleOfKnown(starts, 'idle'), true),
    memoryRow('  and with the page opened', middleOfKnown(starts, 'visited'), true),
    {
      name: '  start to ready with nothing compiled, once',
      value: uncompiled.milliseconds.toFixed(0),
      unit: 'ms',
      bound: '',
      met: null,
    },
    memoryRow('  and its resident memory two seconds later', uncompiled.idle, false),
  ];
}

/** Memory in MB; null where it cannot be read. */
interface Start {
  readonly milliseconds: number;
  /** Two seconds after the bot is ready. */
  readonly idle: number | null;
  /** After a browser has opened the page. */
  readonly visited: number | null;
}

function memoryRow(name: string, megabytes: number | null, isBound: boolean): BenchRow {
  return {
    name,
    value: megabytes === null ? 'not readable on this system' : megabytes.toFixed(1),
    unit: megabytes === null ? '' : 'MB',
    bound: isBound ? `< ${BOUND_MEGABYTES}` : '',
    met: isBound && megabytes !== null ? megabytes < BOUND_MEGABYTES : null,
  };
}

async function startOnce(environment: Readonly<Record<string, string>> = {}): Promise<Start> {
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-bench-'));
  const begun = performance.now();
  const bot = spawn(process.execPath, [PROGRAM, 'start'], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      DATABASE_URL: join(folder, 'bench.db'),
      PORT: '0',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => bot.once('exit', resolve));
  try {
    let link = '';
    for await (const line of createInterface({ input: bot.stdout })) {
      if (!line.includes('Evenkeel is running')) continue;
      link = /http:\S+/u.exec(line)?.[0] ?? '';
      break;
    }
    const milliseconds = performance.now() - begun;
    await pause(2000);
    const idle = residentMegabytes(bot.pid);
    await visit(link);
    await pause(500);
    return { milliseconds, idle, visited: residentMegabytes(bot.pid) };
  } finally {
    bot.kill('SIGINT');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What a browser does with the link: it is sent on with a cookie, and loads the page and its three tabs. */
async function visit(link: string): Promise<void> {
  const opened = await fetch(link, { redirect: 'manual' });
  const cookie = opened.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  for (const path of ['/', '/views/portfolio', '/views/orders', '/views/audit']) {
    const answer = await fetch(new URL(path, link), { headers: { cookie } });
    if (!answer.ok) throw new Error(`the page answered ${answer.status} at ${path}`);
    await answer.arrayBuffer();
  }
}

/** Null where there is no /proc. */
function residentMegabytes(pid: number | undefined): number | null {
  if (pid === undefined || process.platform !== 'linux') return null;
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  // The kernel says kB and means 1024 bytes.
  const kibibytes = /^VmRSS:\s+(\d+) kB$/mu.exec(status)?.[1];
  return kibibytes === undefined ? null : (Number(kibibytes) * 1024) / 1e6;
}

function middleOfKnown(starts: readonly Start[], when: 'idle' | 'visited'): number | null {
  const known = starts.map((start) => start[when]).filter((size) => size !== null);
  return known.length === 0 ? null : middle(known);
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
