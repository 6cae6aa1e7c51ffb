import { setTimeout as delay } from 'node:timers/promises';
import type { Database, Statement } from 'better-sqlite3';
import {
  type CompiledQuery,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
} from 'kysely';
import { StoreError } from '../ports/store-error.ts';
import { isBusy, rolledBack, toStoreError } from './sqlite-error.ts';

/** More than the program has different statements; lists of varying length stay out by their number. */
const CACHED_STATEMENTS = 256;
const CACHEABLE = /^\s*(select|insert|update|delete|with)\b/i;

/** SQLite can roll back its schema; with this, Kysely runs all migrations in one transaction. */
class TransactionalSchemaAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }

  /**
   * Not so, but Kysely's own lock wakes everybody who waits whenever the connection is free, so that a
   * thousand who wait cost a thousand times a thousand wake-ups. The driver below hands it on in turn.
   */
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

/**
 * Kysely's SQLite dialect with five differences:
 * transactions begin IMMEDIATE, so that all their reads see the newest state and no write in them
 * fails half way because another process wrote; statements are prepared once; a busy database is
 * waited for without blocking the event loop; the one connection goes from hand to hand in the order in
 * which it was asked for; errors are StoreErrors.
 */
export function createDialect(
  sqlite: Database,
  options: { readonly path: string; readonly busyTimeoutMilliseconds: number },
): Dialect {
  return {
    createDriver: () => createDriver(sqlite, options),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new TransactionalSchemaAdapter(),
    createIntrospector: (database) => new SqliteIntrospector(database),
  };
}

function createDriver(
  sqlite: Database,
  { path, busyTimeoutMilliseconds }: { path: string; busyTimeoutMilliseconds: number },
): Driver {
  const prepare = statementCache(sqlite);
  const turns = createTurns();
  /** True between BEGIN and the end that we asked for. */
  let transactionBegun = false;
  /** The error that made SQLite end the transaction by itself. */
  let rollbackCause: unknown = null;

  async function retryWhileBusy<T>(work: () => T): Promise<T> {
    const deadline = performance.now() + busyTimeoutMilliseconds;
    for (let wait = 1; ; wait = Math.min(wait * 2, 50)) {
      try {
        return work();
      } catch (error) {
        const left = deadline - performance.now();
        if (!isBusy(error) || left <= 0) {
          const failure = toStoreError(error, path);
          if (transactionBegun && !sqlite.inTransaction) rollbackCause ??= failure;
          throw failure;
        }
        await delay(Math.min(wait, left));
      }
    }
  }

  const connection: DatabaseConnection = {
    executeQuery: async <R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> => {
      assertTransactionAlive();
      return await retryWhileBusy(() => {
        const statement = prepare(sql);
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- typed by the query builder
        if (statement.reader) return { rows: statement.all(...parameters) as R[] };
        const { changes, lastInsertRowid } = statement.run(...parameters);
        return {
          rows: [],
          numAffectedRows: BigInt(changes),
          insertId: BigInt(lastInsertRowid),
        };
      });
    },
    // A running iteration locks the one connection against writes: read in pages instead.
    streamQuery: () => {
      throw new StoreError('misused_transaction', 'Streaming is not supported on this connection.');
    },
  };

  /**
   * Some errors (a full disk, an I/O error) make SQLite end the transaction by itself. What came
   * after would be kept row by row, so nothing more is let through.
   */
  function assertTransactionAlive(): void {
    if (transactionBegun && !sqlite.inTransaction) {
      throw rollbackCause ?? rolledBack(path);
    }
  }

  return {
    init: async () => {},
    acquireConnection: async () => {
      await turns.take();
      return connection;
    },
    releaseConnection: async () => {
      turns.pass();
    },
    beginTransaction: async () => {
      await retryWhileBusy(() => sqlite.exec('begin immediate'));
      transactionBegun = true;
      rollbackCause = null;
    },
    commitTransaction: async () => {
      assertTransactionAlive();
      await retryWhileBusy(() => sqlite.exec('commit'));
      transactionBegun = false;
    },
    rollbackTransaction: async () => {
      transactionBegun = false;
      if (sqlite.inTransaction) await retryWhileBusy(() => sqlite.exec('rollback'));
    },
    destroy: async () => {
      sqlite.close();
    },
  };
}

/** One holder at a time, first come first served. */
function createTurns(): { take(): Promise<void>; pass(): void } {
  let taken = false;
  const waiting: (() => void)[] = [];
  /** What was handed out is dropped now and then, and not for each: taking off the front moves the rest. */
  let next = 0;
  return {
    take() {
      if (!taken) {
        taken = true;
        return Promise.resolve();
      }
      return new Promise((resolve) => {
        waiting.push(resolve);
      });
    },
    pass() {
      const turn = waiting[next];
      if (turn === undefined) {
        waiting.length = 0;
        next = 0;
        taken = false;
        return;
      }
      next += 1;
      if (next > 1000 && next * 2 > waiting.length) {
        waiting.splice(0, next);
        next = 0;
      }
      turn();
    },
  };
}

/** Prepares each statement once. The schema changes only in migrations, which are not cached. */
function statementCache(sqlite: Database): (sql: string) => Statement {
  const cache = new Map<string, Statement>();
  return (sql) => {
    const known = cache.get(sql);
    if (known !== undefined) return known;
    const statement = sqlite.prepare(sql);
    if (cache.size < CACHED_STATEMENTS && CACHEABLE.test(sql)) cache.set(sql, statement);
    return statement;
  };
}
