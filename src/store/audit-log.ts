import type { Database, Statement } from 'better-sqlite3';
import { sql, type Kysely, type Selectable } from 'kysely';
import { z } from 'zod';
import type { AuditAction, AuditEntry, AuditHead, AuditRow } from '../ports/store.ts';
import { GENESIS_HASH, type ChainHash, type ChainedRow } from './audit-chain.ts';
import { canonicalPayload } from './audit-payload.ts';
import { decodeColumn, decodeInstant, decodeJsonColumn, instantColumn } from './columns.ts';
import type { Tables } from './tables.ts';

/** Where the last published head is kept, as `seq:hash`. */
export const PUBLISHED_HEAD_SETTING = 'audit.published_head';

const ACTIONS = {
  command: true,
  denial: true,
  proposal: true,
  approval: true,
  rejection: true,
  expiry: true,
  escalation: true,
  supersession: true,
  execution_started: true,
  execution_finished: true,
  order_intent: true,
  order_submitted: true,
  order_accepted: true,
  order_unknown: true,
  outcome_asked: true,
  outcome_answered: true,
  order_rejected: true,
  order_denied: true,
  order_not_sent: true,
  order_updated: true,
  order_canceled: true,
  order_expired: true,
  cancel_requested: true,
  fill: true,
  fill_corrected: true,
  reconciliation: true,
  foreign_order: true,
  outside_fill: true,
  outside_fill_corrected: true,
  book_agreed: true,
  drill: true,
  halt: true,
  resume_vote: true,
  resume: true,
  configuration: true,
  codes_enrolled: true,
  codes_locked: true,
  codes_reset: true,
  connection: true,
  disconnection: true,
  key_rotation: true,
  summary: true,
  job: true,
  start: true,
  stop: true,
} as const satisfies Record<AuditAction, true>;

const actionSchema = z.custom<AuditAction>(
  (value) => typeof value === 'string' && Object.hasOwn(ACTIONS, value),
  'expected an audit action',
);
const payloadSchema = z.record(z.string(), z.json());

/** Appends within the transaction that runs on the connection. */
export interface AuditAppender {
  /** Forgets the head: another transaction begins. */
  begin(): void;
  append(entry: AuditEntry): AuditRow;
}

/**
 * Appends by prepared statements on the bare connection: the log is written more often than anything
 * else. Within one transaction nobody else can write, so the head is read once and then kept.
 */
export function createAuditAppender(sqlite: Database, chain: ChainHash): AuditAppender {
  let selectHead: Statement<[], AuditHead> | null = null;
  let insert: Statement<(string | number | null)[]> | null = null;
  let head: AuditHead | null = null;
  // Rows of one transaction mostly share their instant, and writing one out takes its time.
  let lastAt: { instant: Temporal.Instant; text: string } | null = null;
  return {
    begin: () => {
      head = null;
    },
    append: (entry) => {
      selectHead ??= sqlite.prepare('select seq, hash from audit_log order by seq desc limit 1');
      insert ??= sqlite.prepare(
        `insert into audit_log (seq, at, actor, platform, action, account, subject, payload, prev_hash, hash)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      );
      head ??= selectHead.get() ?? { seq: 0, hash: GENESIS_HASH };
      const { payload, text } = canonicalPayload(entry.payload);
      if (lastAt?.instant !== entry.at) {
        lastAt = { instant: entry.at, text: instantColumn(entry.at) };
      }
      const row: ChainedRow = {
        seq: head.seq + 1,
        at: lastAt.text,
        actor: entry.actor.toWellFormed(),
        platform: entry.platform.toWellFormed(),
        action: entry.action,
        account: entry.account === null ? null : entry.account.toWellFormed(),
        subject: entry.subject.toWellFormed(),
        payload: text,
        prevHash: head.hash,
      };
      const hash = chain(row);
      insert.run(
        row.seq,
        row.at,
        row.actor,
        row.platform,
        row.action,
        row.account,
        row.subject,
        row.payload,
        row.prevHash,
        hash,
      );
      head = { seq: row.seq, hash };
      return {
        seq: row.seq,
        at: entry.at,
        actor: row.actor,
        platform: row.platform,
        action: entry.action,
        account: row.account,
        subject: row.subject,
        payload,
        prevHash: row.prevHash,
        hash,
      };
    },
  };
}

export async function readAuditHead(database: Kysely<Tables>): Promise<AuditHead> {
  const head = await database
    .selectFrom('audit_log')
    .select(['seq', 'hash'])
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return head ?? { seq: 0, hash: GENESIS_HASH };
}

export async function listAudit(
  database: Kysely<Tables>,
  filter: {
    readonly account?: string;
    readonly subject?: string;
    readonly subjects?: readonly string[];
    readonly actor?: string;
    readonly actions?: readonly AuditAction[];
    readonly beforeSeq?: number;
    readonly limit: number;
  },
): Promise<readonly AuditRow[]> {
  let query = database.selectFrom('audit_log').selectAll();
  if (filter.account !== undefined) query = query.where('account', '=', filter.account);
  if (filter.subject !== undefined) query = query.where('subject', '=', filter.subject);
  if (filter.subjects !== undefined) {
    const subjects = JSON.stringify(filter.subjects);
    query = query.where('subject', 'in', sql<string>`(select value from json_each(${subjects}))`);
  }
  if (filter.actor !== undefined) query = query.where('actor', '=', filter.actor);
  if (filter.actions !== undefined) query = query.where('action', 'in', filter.actions);
  if (filter.beforeSeq !== undefined) query = query.where('seq', '<', filter.beforeSeq);
  const rows = await query.orderBy('seq', 'desc').limit(filter.limit).execute();
  return rows.map(toAuditRow);
}

function toAuditRow(row: Selectable<Tables['audit_log']>): AuditRow {
  const where = `audit row ${row.seq}`;
  return {
    seq: row.seq,
    at: decodeInstant(row.at, where),
    actor: row.actor,
    platform: row.platform,
    action: decodeColumn(actionSchema, row.action, where),
    account: row.account,
    subject: row.subject,
    payload: decodeJsonColumn(payloadSchema, row.payload, where),
    prevHash: row.prev_hash,
    hash: row.hash,
  };
}
