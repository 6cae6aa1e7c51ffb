import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditEntry, Store } from '../src/ports/store.ts';
import { openStore } from '../src/store/index.ts';
import type { BenchRow } from './bench-row.ts';
import { runProgram } from './program.ts';
import type { ProgramRun } from './program.ts';
import { SILENT } from './silent-log.ts';

/** Node lets its heap grow to what it is comfortable with; from here on nothing may be added to that. */
const SMALL = 200_000;
const LARGE = 1_000_000;
const ROWS_A_TRANSACTION = 4000;
const FLAT_WITHIN_MEBIBYTES = 32;
const FIRST = Temporal.Instant.from('2016-01-04T14:30:00Z');

/**
 * A million audit rows: appended by the store, and verified by `evenkeel audit verify` as a process of its
 * own, whose memory is compared with what it took when there were a fifth of them.
 */
export async function benchAudit(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-bench-'));
  const path = join(folder, 'audit.db');
  try {
    const store = await openStore({ path, auditKey: null, log: SILENT });
    const before = process.memoryUsage.rss();
    const first = await append(store, 0, SMALL);
    const small = await verify(folder, path, SMALL);
    const second = await append(store, SMALL, LARGE);
    await store.close();
    const large = await verify(folder, path, LARGE);
    const growth = large.peakMebibytes - small.peakMebibytes;
    // What starting the program takes is in both.
    const seconds = (large.milliseconds - small.milliseconds) / 1000;
    const all = LARGE.toLocaleString('en-US');
    return [
      plain(`${all} audit rows appended`, rate(LARGE, first.seconds + second.seconds), 'rows/s'),
      plain('  memory of the process grew meanwhile by', mebibytes(second.most - before), 'MiB'),
      plain('  evenkeel audit verify of them', (large.milliseconds / 1000).toFixed(1), 's'),
      plain('  rate, without its start', rate(LARGE - SMALL, seconds), 'rows/s'),
      plain('  peak memory of the verification', large.peakMebibytes.toFixed(0), 'MiB'),
      {
        name: `  more than that of ${SMALL.toLocaleString('en-US')} rows`,
        value: growth.toFixed(0),
        unit: 'MiB',
        bound: `<= ${FLAT_WITHIN_MEBIBYTES}`,
        met: growth <= FLAT_WITHIN_MEBIBYTES,
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @returns seconds, and the most memory that the process had, in bytes. */
async function append(store: Store, from: number, to: number) {
  const begun = performance.now();
  let most = process.memoryUsage.rss();
  for (let first = from; first < to; first += ROWS_A_TRANSACTION) {
    await store.transaction(async (unit) => {
      const end = Math.min(to, first + ROWS_A_TRANSACTION);
      for (let number = first; number < end; number += 1) await unit.appendAudit(entry(number));
    });
    most = Math.max(most, process.memoryUsage.rss());
  }
  return { seconds: (performance.now() - begun) / 1000, most };
}

async function verify(folder: string, path: string, rows: number): Promise<ProgramRun> {
  const run = await runProgram(folder, ['audit', 'verify'], { DATABASE_URL: path });
  if (!run.output.startsWith(`ok ${rows} rows`)) throw new Error(run.output);
  return run;
}

/** An order somewhere in some years of trading. */
function entry(number: number): AuditEntry {
  return {
    at: FIRST.add({ seconds: number * 30 }),
    actor: 'evenkeel',
    platform: 'broker',
    action: 'order_accepted',
    account: `account-${number % 1000}`,
    subject: `k3f9xa-${number}-1`,
    payload: {
      brokerOrderId: 'b0f1c9a0-4e8b-4b7a-9a9c-1234567890ab',
      symbol: 'MSFT',
      side: 'buy',
      quantity: '12',
      price: '412.50',
    },
  };
}

function rate(count: number, seconds: number): string {
  return Math.round(count / seconds).toLocaleString('en-US');
}

function mebibytes(bytes: number): string {
  return (bytes / 1_048_576).toFixed(0);
}

function plain(name: string, value: string, unit: string): BenchRow {
  return { name, value, unit, bound: '', met: null };
}
