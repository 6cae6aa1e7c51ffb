import { AsyncLocalStorage } from 'node:async_hooks';
import type { Kysely } from 'kysely';
import type { Log } from '../ports/log.ts';
import { StoreError } from '../ports/store-error.ts';
import type { AuditVerification, Store, StoreReads, StoreTransaction } from '../ports/store.ts';
import { changeReads, changeWrites } from './account-changes.ts';
import { bookReads, bookWrites } from './agreed-books.ts';
import * as announcements from './announcements.ts';
import { chainHash } from './audit-chain.ts';
import {
  createAuditAppender,
  listAudit,
  PUBLISHED_HEAD_SETTING,
  readAuditHead,
  type AuditAppender,
} from './audit-log.ts';
import { assertAuditKey } from './audit-key.ts';
import { verifyAudit } from './audit-verify.ts';
import { openDatabase, type DatabaseHandle } from './database.ts';
import * as dayUsage from './day-usage.ts';
import * as facts from './facts.ts';
import { loginReads, loginWrites } from './logins.ts';
import { migrateDatabase, type MigrationOptions } from './migrate.ts';
import * as fills from './fills.ts';
import { addToLots, correctLots, lotWrites } from './keep-lots.ts';
import { lotReads } from './lots.ts';
import * as leases from './leases.ts';
import { codeReads, codeWrites } from './one-time-codes.ts';
import { outsideReads, outsideWrites } from './outside-fills.ts';
import * as orders from './orders.ts';
import * as proposals from './proposals.ts';
import { createSealer, type Sealer } from './sealer.ts';
import { readStatistics } from './statistics.ts';
import { rolledBack, toStoreError } from './sqlite-error.ts';
import type { Tables } from './tables.ts';

export interface OpenStoreOptions extends MigrationOptions {
  /** Keys the audit log's hashes (HMAC); null for plain SHA-256. */
  readonly auditKey: Uint8Array | null;
  /**
   * Encrypt stored tokens: 32 bytes each, the first encrypts and all decrypt. Without one, storing and
   * reading tokens fails.
   */
  readonly masterKeys?: readonly Uint8Array[];
  readonly log: Log;
}

/** What is known of a transaction while it runs. */
interface Unit {
  open: boolean;
  auditFailure: { readonly error: unknown } | null;
}

/** The store and the database it keeps, for other tables on the same connection. */
export interface DatabaseStore extends Store {
  readonly database: DatabaseHandle;
}

/**
 * Opens the store on a path (a file that does not exist is created) or on a database that is open
 * already, and migrates it. Closing the store closes the database only when the store opened it.
 * @throws StoreError
 */
export async function openStore(
  options: OpenStoreOptions &
    (
      | { readonly path: string; readonly busyTimeoutMilliseconds?: number }
      | { readonly database: DatabaseHandle }
    ),
): Promise<DatabaseStore> {
  if ('database' in options) return await openOn(options.database, options, async () => {});
  const database = await openDatabase(options);
  try {
    return await openOn(database, options, async () => await database.close());
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function openOn(
  database: DatabaseHandle,
  options: OpenStoreOptions,
  closeDatabase: () => Promise<void>,
): Promise<DatabaseStore> {
  const migrations = await migrateDatabase(database, options);
  // A new database has all of them to begin with; an older one that changes is worth a line.
  if (migrations.includes('0001_initial')) options.log.debug({ migrations }, 'database made');
  else if (migrations.length > 0) options.log.info({ migrations }, 'database migrated');
  const chain = chainHash(options.auditKey);
  await assertAuditKey(database, options.auditKey);
  const sealer = createSealer(options.masterKeys ?? []);
  const appender = createAuditAppender(database.sqlite, chain);
  /** The transaction that the running code is part of. */
  const currentUnit = new AsyncLocalStorage<Unit>();
  let closed = false;
  let verification: Promise<AuditVerification> | null = null;

  /** There is one connection: waiting for it from inside the transaction that has it never ends. */
  function outside(): Kysely<Tables> {
    if (closed) throw new StoreError('database_closed', `The database ${database.path} is closed.`);
    if (currentUnit.getStore()?.open === true) {
      throw new StoreError(
        'misused_transaction',
        'The store was asked from inside a transaction: ask the transaction itself.',
      );
    }
    return database.kysely;
  }

  return {
    database,
    ...reads(outside, sealer),
    transaction: async (work) => {
      const unit: Unit = { open: true, auditFailure: null };
      return await outside()
        .transaction()
        .execute(async (transaction) => {
          appender.begin();
          try {
            const inside = (): Kysely<Tables> => {
              if (unit.open) return transaction;
              throw new StoreError('misused_transaction', 'The transaction has ended already.');
            };
            const result = await currentUnit.run(unit, async () =>
              work({
                ...reads(inside, sealer),
                ...writes(inside, database, appender, sealer, unit),
              }),
            );
            // What could not be recorded must not be kept, even if the work swallowed the error.
            if (unit.auditFailure !== null) throw unit.auditFailure.error;
            return result;
          } finally {
            unit.open = false;
          }
        });
    },
    verifyAudit: async (verify = {}) => {
      if (database.path === ':memory:') {
        throw new StoreError(
          'invalid_value',
          'A database in memory cannot be verified: use a file.',
        );
      }
      const { since } = verify;
      if (since !== undefined) {
        return await verifyAudit({ path: database.path, auditKey: options.auditKey, since });
      }
      // Accounts whose summaries are due together share one reading of the log.
      verification ??= verifyAudit({ path: database.path, auditKey: options.auditKey }).finally(
        () => {
          verification = null;
        },
      );
      return await verification;
    },
    close: async () => {
      if (closed) return;
      // After the transaction that is running and those that wait for it.
      await outside()
        .connection()
        .execute(async () => {});
      closed = true;
      await closeDatabase();
    },
  };
}

function reads(source: () => Kysely<Tables>, sealer: Sealer): StoreReads {
  return {
    ...loginReads(source, sealer),
    ...lotReads(source),
    ...codeReads(source, sealer),
    ...bookReads(source),
    ...outsideReads(source),
    ...changeReads(source),
    findProposal: async (id) => await proposals.findProposal(source(), id),
    listProposals: async (filter) => await proposals.listProposals(source(), filter),
    listProposalHeads: async (filter) => await proposals.listProposalHeads(source(), filter),
    findOrder: async (clientOrderId) => await orders.findOrder(source(), clientOrderId),
    findOrderByBrokerId: async (account, brokerOrderId) =>
      await orders.findOrderByBrokerId(source(), account, brokerOrderId),
    listOrders: async (filter) => await orders.listOrders(source(), filter),
    listFills: async (filter) => await fills.listFills(source(), filter),
    lastTraded: async (account) => await fills.lastTraded(source(), account),
    listProposalUsage: async (since) => await dayUsage.listProposalUsage(source(), since),
    listApprovers: async (ids) => await dayUsage.listApprovers(source(), ids),
    listHalts: async () => await facts.listHalts(source()),
    auditHead: async () => await readAuditHead(source()),
    listAudit: async (filter) => await listAudit(source(), filter),
    listAccountValues: async (account, since) =>
      await facts.listAccountValues(source(), account, since),
    findJobRun: async (job, scope, dueAt) => await facts.findJobRun(source(), job, scope, dueAt),
    lastJobRun: async (job, scope) => await facts.lastJobRun(source(), job, scope),
    listPendingDeliveries: async (platform, now, limit) =>
      await announcements.listPendingDeliveries(source(), platform, now, limit),
    listCopies: async (key, platform) => await announcements.listCopies(source(), key, platform),
    nextDeliveryAt: async (platform) => await announcements.nextDeliveryAt(source(), platform),
    findAnnouncement: async (key) => await announcements.findAnnouncement(source(), key),
    findReply: async (idempotencyKey) => await facts.findReply(source(), idempotencyKey),
    readSetting: async (name) => await facts.readSetting(source(), name),
    readStatistics: async () => await readStatistics(source()),
    findLease: async (name) => await leases.findLease(source(), name),
  };
}

function writes(
  source: () => Kysely<Tables>,
  { sqlite, path }: DatabaseHandle,
  appender: AuditAppender,
  sealer: Sealer,
  unit: Unit,
): Omit<StoreTransaction, keyof StoreReads> {
  return {
    ...loginWrites(source, sealer, sqlite),
    ...codeWrites(source, sealer, sqlite),
    ...lotWrites(source),
    ...bookWrites(source),
    ...outsideWrites(source),
    ...changeWrites(source),
    appendAudit: async (entry) => {
      // The appender works beside the query builder, so it asks by itself whether it still may.
      source();
      if (!sqlite.inTransaction) throw unit.auditFailure?.error ?? rolledBack(path);
      try {
        return appender.append(entry);
      } catch (error) {
        const failure = toStoreError(error, path);
        unit.auditFailure ??= { error: failure };
        throw failure;
      }
    },
    insertProposal: async (proposal) => await proposals.insertProposal(source(), proposal),
    changeProposalStatus: async (id, from, to, change) =>
      await proposals.changeProposalStatus(source(), id, from, to, change),
    insertDecision: async (decision) => await proposals.insertDecision(source(), decision),
    insertOrder: async (intent, status, reason) =>
      await orders.insertOrder(source(), intent, status, reason ?? null),
    updateOrder: async (clientOrderId, from, change) =>
      await orders.updateOrder(source(), clientOrderId, from, change),
    insertFills: async (given) => {
      const isNew: boolean[] = [];
      for (const fill of given) isNew.push(await fills.insertFill(source(), fill));
      await addToLots(
        source(),
        given.filter((_, index) => isNew[index]),
      );
      return isNew;
    },
    correctFill: async (fill, at) => {
      const before = await fills.correctFill(source(), fill, at);
      if (before !== null) await correctLots(source(), before);
      return before;
    },
    insertHalt: async (halt) => await facts.insertHalt(source(), halt),
    deleteHalt: async (scope) => await facts.deleteHalt(source(), scope),
    claimInteraction: async (idempotencyKey, at) =>
      await facts.claimInteraction(source(), idempotencyKey, at),
    saveReply: async (idempotencyKey, reply) =>
      await facts.saveReply(source(), idempotencyKey, reply),
    claimJobRun: async (run) => await facts.claimJobRun(source(), run),
    finishJobRun: async (run) => await facts.finishJobRun(source(), run),
    recordAccountValue: async (value) => await facts.recordAccountValue(source(), value),
    announce: async (announcement, destinations, at) =>
      await announcements.announce(source(), announcement, destinations, at),
    markDelivered: async (key, platform, channel, version, reference) =>
      await announcements.markDelivered(source(), key, platform, channel, version, reference),
    markDeliveryFailed: async (key, platform, channel, reason, nextAttemptAt) =>
      await announcements.markDeliveryFailed(
        source(),
        key,
        platform,
        channel,
        reason,
        nextAttemptAt,
      ),
    writeSetting: async (name, value) => await facts.writeSetting(source(), name, value),
    takeLease: async (name, holder, expiresAt) =>
      await leases.takeLease(source(), name, holder, expiresAt),
    renewLease: async (name, token, expiresAt) =>
      await leases.renewLease(source(), name, token, expiresAt),
    publishAuditHead: async () => {
      const head = await readAuditHead(source());
      await facts.writeSetting(source(), PUBLISHED_HEAD_SETTING, `${head.seq}:${head.hash}`);
      return head;
    },
  };
}
