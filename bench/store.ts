import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log } from '../src/ports/log.ts';
import type { AuditEntry } from '../src/ports/store.ts';
import { openStore, verifyAudit } from '../src/store/index.ts';
import type { DatabaseStore } from '../src/store/index.ts';
import type { BenchRow } from './bench-row.ts';

const SILENT: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const KEY = new Uint8Array(32).fill(7);
/** Turns and rows in each transaction of a turn. */
const MANY = { turns: 30, rows: 4000 };
const SINGLE = { turns: 1500, rows: 1 };
const ROWS_TO_VERIFY = 200_000;
const VERIFY_TURNS = 3;
const START = Temporal.Instant.from('2026-11-20T21:05:00Z');

/**
 * The audit log against bare better-sqlite3: the same rows into the same table (indexes and triggers
 * included) under the same pragmas, transaction by transaction in turns, the median turn of each. A
 * second comparison goes into a table without indexes and triggers, which no append-only log can
 * reach.
 */
export async function benchStore(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-bench-'));
  try {
    const many = await compareAppend(folder, 'many', MANY);
    const single = await compareAppend(folder, 'single', SINGLE);
    return [
      row('audit append, many rows a transaction', many.ours, 'rows/s'),
      share('  of bare better-sqlite3', many.ours / many.raw, 60),
      share('  of bare better-sqlite3, no indexes or triggers', many.ours / many.bare, null),
      row('audit append, one row a transaction', single.ours, 'rows/s'),
      share('  of bare better-sqlite3', single.ours / single.raw, 60),
      share('  of bare better-sqlite3, no indexes or triggers', single.ours / single.bare, null),
      ...(await benchVerify(folder)),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Median rates in rows a second. */
async function compareAppend(
  folder: string,
  name: string,
  { turns, rows }: { readonly turns: number; readonly rows: number },
): Promise<{ ours: number; raw: number; bare: number }> {
  const store = await open(join(folder, `${name}.db`), null);
  const raw = await open(join(folder, `${name}-raw.db`), null);
  const bare = await open(join(folder, `${name}-bare.db`), null);
  dropRules(bare);
  const rates = { ours: new Array<number>(), raw: new Array<number>(), bare: new Array<number>() };
  let written: readonly (readonly unknown[])[] = [];
  for (let turn = 0; turn < turns; turn += 1) {
    // The first of three writes after a pause is the slowest on most disks: everybody is it in turn.
    const contenders = [
      async () => {
        const entries = Array.from({ length: rows }, (_, number) => entry(turn * rows + number));
        rates.ours.push(await rate(rows, async () => await append(store, entries)));
      },
      async () => rates.raw.push(await insertRaw(raw, written)),
      async () => rates.bare.push(await insertRaw(bare, written)),
    ];
    const first = turn % contenders.length;
    for (const contender of [...contenders.slice(first), ...contenders.slice(0, first)]) {
      await contender();
    }
    written = store.database.sqlite
      .prepare<[number], unknown[]>('select * from audit_log where seq > ? order by seq')
      .raw()
      .all(turn * rows);
  }
  for (const each of [store, raw, bare]) await each.close();
  return {
    ours: median(rates.ours),
    // Nothing was there to repeat in the first turn.
    raw: median(rates.raw.slice(1)),
    bare: median(rates.bare.slice(1)),
  };
}

async function benchVerify(folder: string): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const [name, auditKey] of [
    ['audit verify', null],
    ['audit verify with a key', KEY],
  ] as const) {
    const path = join(folder, `verify-${auditKey === null ? 'plain' : 'keyed'}.db`);
    const store = await open(path, auditKey);
    await append(
      store,
      Array.from({ length: ROWS_TO_VERIFY }, (_, number) => entry(number)),
    );
    await store.close();
    let best = 0;
    for (let turn = 0; turn < VERIFY_TURNS; turn += 1) {
      best = Math.max(
        best,
        await rate(ROWS_TO_VERIFY, async () => {
          const result = await verifyAudit({ path, auditKey });
          if (!result.ok) throw new Error(result.detail);
        }),
      );
    }
    rows.push(row(name, best, 'rows/s', 200_000));
  }
  return rows;
}

async function open(path: string, auditKey: Uint8Array | null): Promise<DatabaseStore> {
  return await openStore({ path, auditKey, log: SILENT });
}

async function append(store: DatabaseStore, entries: Iterable<AuditEntry>): Promise<void> {
  await store.transaction(async (unit) => {
    for (const each of entries) await unit.appendAudit(each);
  });
}

function entry(number: number): AuditEntry {
  return {
    at: START,
    actor: 'ana',
    platform: 'broker',
    action: 'order_accepted',
    account: 'core',
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

async function insertRaw(
  store: DatabaseStore,
  rows: readonly (readonly unknown[])[],
): Promise<number> {
  const { sqlite } = store.database;
  const insert = sqlite.prepare('insert into audit_log values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  return await rate(rows.length, async () => {
    sqlite.exec('begin immediate');
    for (const values of rows) insert.run(...values);
    sqlite.exec('commit');
  });
}

function dropRules(store: DatabaseStore): void {
  const { sqlite } = store.database;
  const rules = sqlite
    .prepare<[], { type: string; name: string }>(
      `select type, name from sqlite_schema
       where tbl_name = 'audit_log' and type in ('index', 'trigger')`,
    )
    .all();
  for (const { type, name } of rules) sqlite.exec(`drop ${type} ${name}`);
}

async function rate(count: number, work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return (count / (performance.now() - start)) * 1000;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function row(name: string, value: number, unit: string, atLeast: number | null = null): BenchRow {
  return {
    name,
    value: Math.round(value).toLocaleString('en-US'),
    unit,
    bound: atLeast === null ? '' : `>= ${atLeast.toLocaleString('en-US')}`,
    met: atLeast === null ? null : value >= atLeast,
  };
}

function share(name: string, value: number, atLeast: number | null): BenchRow {
  return row(name, value * 100, '%', atLeast);
}
