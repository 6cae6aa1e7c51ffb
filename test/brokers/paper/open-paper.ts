import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Migrator } from 'kysely/migration';
import { decimal } from '../../../src/core/decimal.ts';
import type { OrderIntent } from '../../../src/core/order.ts';
import {
  openPaperBroker,
  paperSettingsSchema,
  type DecideBehaviour,
  type PaperBroker,
  type PaperDatabase,
} from '../../../src/brokers/paper/index.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import type { Log } from '../../../src/ports/log.ts';
import { openDatabase, type DatabaseHandle } from '../../../src/store/database.ts';
import * as migration from '../../../migrations/0002_paper_broker.ts';
import { createTestClock, type TestClock } from '../../fixtures/test-clock.ts';
import { SILENT_LOG } from '../../fixtures/test-store.ts';

/** An exchange for tests, on a database and in a folder of its own. */
export interface PaperWorld extends AsyncDisposable {
  readonly clock: TestClock;
  readonly database: DatabaseHandle;
  /** Where relative paths in the settings start from. */
  readonly folder: string;
  /** Writes a file into the folder. */
  write(name: string, text: string | Uint8Array): void;
  /** Opens an account; `closed` when the test is over. */
  open(settings?: PaperInput, options?: OpenOptions): Promise<PaperBroker>;
  /**
   * The process ends at once: nothing of it is closed, what it had scheduled never runs. Later calls
   * of `open` are a new process on the same database file.
   */
  kill(): Promise<void>;
}

export type PaperInput = Readonly<Record<string, unknown>>;

interface OpenOptions {
  readonly account?: string;
  readonly behaviour?: DecideBehaviour;
  readonly log?: Log;
}

/** No latency, one fill at once, no costs: what a test is not about does not get in its way. */
export const PLAIN: PaperInput = {
  latency: '0 ms',
  partialFills: '1',
  fillInterval: '0 ms',
  slippageBasisPoints: '0',
  spreadBasisPoints: '0',
};

export async function openPaperWorld(
  options: { readonly start?: string; readonly memory?: boolean } = {},
): Promise<PaperWorld> {
  const clock = createTestClock(options.start);
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-paper-'));
  const path = options.memory === false ? join(folder, 'evenkeel.db') : ':memory:';
  let database = await openDatabase({ path });
  await migratePaper(database);
  let process = createMortalClock(clock);
  let brokers: PaperBroker[] = [];
  return {
    clock,
    get database() {
      return database;
    },
    folder,
    write: (name, text) => {
      writeFileSync(join(folder, name), text);
    },
    open: async (settings = {}, { account = 'core', behaviour, log = SILENT_LOG } = {}) => {
      const broker = await openPaperBroker({
        account,
        settings: paperSettingsSchema.parse({ ...PLAIN, ...settings }),
        database: database.kysely.withTables<PaperDatabase>(),
        clock: process.clock,
        log,
        directory: folder,
        ...(behaviour === undefined ? {} : { behaviour }),
      });
      brokers.push(broker);
      return broker;
    },
    kill: async () => {
      process.kill();
      brokers = [];
      // What is in flight in this process meets a closed connection, as it would meet nothing at all.
      const { sqlite } = database;
      if (sqlite.inTransaction) sqlite.exec('rollback');
      if (path === ':memory:') {
        await clock.settle();
      } else {
        sqlite.close();
        database = await openDatabase({ path });
      }
      process = createMortalClock(clock);
    },
    [Symbol.asyncDispose]: async () => {
      for (const broker of brokers) await broker.close();
      await database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Knows the exchange's own tables and no others. */
export function paperMigrator({ kysely }: DatabaseHandle): Migrator {
  const provider = { getMigrations: async () => ({ '0002_paper_broker': migration }) };
  return new Migrator({ db: kysely, provider });
}

export async function migratePaper(database: DatabaseHandle): Promise<void> {
  const { error } = await paperMigrator(database).migrateToLatest();
  if (error !== undefined) throw error;
}

/** The clock of one process: once killed, nothing it has scheduled runs. */
export function createMortalClock(clock: Clock): {
  readonly clock: Clock;
  kill(): void;
  /** The log of the same process: the dead say nothing. */
  speaking(log: Log): Log;
} {
  let alive = true;
  return {
    speaking: (log) => ({
      debug: (...said) => alive && log.debug(...said),
      info: (...said) => alive && log.info(...said),
      warn: (...said) => alive && log.warn(...said),
      error: (...said) => alive && log.error(...said),
    }),
    clock: {
      now: () => clock.now(),
      schedule: (at, work) =>
        clock.schedule(at, () => {
          if (alive) work();
        }),
    },
    kill: () => {
      alive = false;
    },
  };
}

let ordersMade = 0;

/** An order as the bot would send it; `limitPrice` makes it a limit order. */
export function order(
  side: 'buy' | 'sell',
  symbol: string,
  quantity: string,
  rest: { readonly limitPrice?: string; readonly account?: string } & Partial<
    Omit<OrderIntent, 'limitPrice'>
  > = {},
): OrderIntent {
  ordersMade += 1;
  const { limitPrice, ...others } = rest;
  return {
    clientOrderId: `ek-test-${ordersMade}`,
    proposalId: 'k3f9xa',
    leg: 1,
    attempt: 1,
    account: 'core',
    side,
    symbol,
    quantity: decimal(quantity),
    orderType: limitPrice === undefined ? 'market' : 'limit',
    limitPrice: limitPrice === undefined ? null : decimal(limitPrice),
    timeInForce: 'day',
    extendedHours: false,
    createdAt: Temporal.Instant.from('2026-11-20T15:00:00Z'),
    ...others,
  };
}
