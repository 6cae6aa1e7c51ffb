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
const ROUNDS = 5;
const ROWS_IN_ONE_TRANSACTION = 30_000;
const TRANSACTIONS_OF_ONE_ROW = 400;
const ROWS_TO_VERIFY = 200_000;
const START = Temporal.Instant.from('2026-11-20T21:05:00Z');

/**
 * The audit log against bare better-sqlite3: the same rows into the same table (indexes and triggers
 * included) under the same pragmas, in turns, the best round of each. A second comparison goes into
 * a table without indexes and triggers, which no append-only log can reach.
 */
export async function benchStore(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-bench-'));
  try {
    return [...(await benchAppend(folder)), ...(await benchVerify(folder))];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function benchAppend(folder: string): Promise<BenchRow[]> {
  const best = { many: 0, manyRaw: 0, manyBare: 0, single: 0, singleRaw: 0 };
  for (let round = 0; round < ROUNDS; round += 1) {
    const store = await open(join(folder, `append-${round}.db`), null);
    const entries = Array.from({ length: ROWS_IN_ONE_TRANSACTION }, (_, number) => entry(number));
    best.many = Math.max(
      best.many,
      await rate(entries.length, async () => {
        await append(store, entries);
      }),
    );
    best.single = Math.max(
      best.single,
      await rate(TRANSACTIONS_OF_ONE_ROW, async () => {
        for (let done = 0; done < TRANSACTIONS_OF_ONE_ROW; done += 1) {
          await append(store, [entry(done)]);
        }
      }),
    );
    const rows = store.database.sqlite
      .prepare<[], unknown[]>('select * from audit_log order by seq')
      .raw()
      .all();
    await store.close();
    const many = rows.slice(0, ROWS_IN_ONE_TRANSACTION);
    const single = rows.slice(ROWS_IN_ONE_TRANSACTION);

    const raw = await open(join(folder, `raw-${round}.db`), null);
    best.manyRaw = Math.max(best.manyRaw, await insertRaw(raw, many, true));
    best.singleRaw = Math.max(best.singleRaw, await insertRaw(raw, single, false));
    await raw.close();

    const bare = await open(join(folder, `bare-${round}.db`), null);
    dropRules(bare);
    best.manyBare = Math.max(best.manyBare, await insertRaw(bare, many, true));
    await bare.close();
  }
  return [
    row('audit append, many rows a transaction', best.many, 'rows/s'),
    share('  of bare better-sqlite3', best.many / best.manyRaw, 60),
    share('  of bare better-sqlite3 without indexes and triggers', best.many / best.manyBare, null),
    row('audit append, one row a transaction', best.single, 'rows/s'),
    share('  of bare better-sqlite3', best.single / best.singleRaw, 60),
  ];
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
    for (let round = 0; round < ROUNDS; round += 1) {
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
    at: START.add({ milliseconds: number }),
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
  inOneTransaction: boolean,
): Promise<number> {
  const { sqlite } = store.database;
  const insert = sqlite.prepare('insert into audit_log values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  return await rate(rows.length, async () => {
    if (inOneTransaction) sqlite.exec('begin immediate');
    for (const values of rows) insert.run(...values);
    if (inOneTransaction) sqlite.exec('commit');
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
