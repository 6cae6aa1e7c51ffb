import BetterSqlite from 'better-sqlite3';
import { Kysely, type DatabaseConnection, type Dialect, type Driver } from 'kysely';
import type { PaperDatabase } from '../../../src/brokers/paper/index.ts';
import { createDialect } from '../../../src/store/dialect.ts';

/** A process's connection to a database file, which can be made to end between any two statements. */
export interface KillableDatabase {
  readonly kysely: Kysely<PaperDatabase>;
  /**
   * The process ends at the n-th statement from now, BEGIN and COMMIT counted: that one and all later
   * ones do not happen. A COMMIT may also be the last thing that happens, its answer not arriving.
   */
  killAt(statement: number, commitArrives: boolean): void;
  /** True once it has happened. */
  isDead(): boolean;
  /** What the operating system does when a process is gone. */
  bury(): void;
}

export function openKillableDatabase(path: string): KillableDatabase {
  const sqlite = new BetterSqlite(path);
  sqlite.pragma('journal_mode = wal');
  sqlite.pragma('foreign_keys = on');
  // Power cuts are not simulated here.
  sqlite.pragma('synchronous = off');
  let left = Infinity;
  let commitArrives = false;

  async function statement<T>(work: () => Promise<T>, isCommit = false): Promise<T> {
    left -= 1;
    if (left > 0) return await work();
    if (left === 0 && isCommit && commitArrives) await work();
    throw new Error('the process was killed');
  }

  const connectionOf = (connection: DatabaseConnection): DatabaseConnection => ({
    executeQuery: async (query) => await statement(() => connection.executeQuery(query)),
    streamQuery: (query, size) => connection.streamQuery(query, size),
  });

  function mortal(driver: Driver): Driver {
    return {
      init: async () => await driver.init(),
      acquireConnection: async () => connectionOf(await driver.acquireConnection()),
      beginTransaction: async (connection, settings) =>
        await statement(() => driver.beginTransaction(connection, settings)),
      commitTransaction: async (connection) =>
        await statement(() => driver.commitTransaction(connection), true),
      rollbackTransaction: async (connection) =>
        await statement(() => driver.rollbackTransaction(connection)),
      releaseConnection: async (connection) => await driver.releaseConnection(connection),
      destroy: async () => await driver.destroy(),
    };
  }

  const dialect = createDialect(sqlite, { path, busyTimeoutMilliseconds: 0 });
  const mortalDialect: Dialect = {
    createDriver: () => mortal(dialect.createDriver()),
    createQueryCompiler: () => dialect.createQueryCompiler(),
    createAdapter: () => dialect.createAdapter(),
    createIntrospector: (database) => dialect.createIntrospector(database),
  };
  return {
    kysely: new Kysely<PaperDatabase>({ dialect: mortalDialect }),
    killAt: (at, arrives) => {
      left = at;
      commitArrives = arrives;
    },
    isDead: () => left <= 0,
    bury: () => {
      sqlite.close();
    },
  };
}
