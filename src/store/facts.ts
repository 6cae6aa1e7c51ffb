import type { Kysely, Selectable } from 'kysely';
import type { Reply } from '../ports/chat.ts';
import { StoreError } from '../ports/store-error.ts';
import type { AccountValue, Halt, JobRun } from '../ports/store.ts';
import {
  decimalColumn,
  decodeDecimal,
  decodeInstant,
  decodeJsonColumn,
  decodePlainDate,
  instantColumn,
  jsonColumn,
  optional,
} from './columns.ts';
import { positionsSchema } from './agreed-books.ts';
import { replySchema } from './reply-schema.ts';
import type { Tables } from './tables.ts';

/** Halts, interactions, job runs, account values and settings: small tables with little to say. */

export async function listHalts(database: Kysely<Tables>): Promise<readonly Halt[]> {
  const rows = await database
    .selectFrom('halts')
    .selectAll()
    .orderBy('at')
    .orderBy('scope')
    .execute();
  return rows.map(({ scope, by, reason, at }) => ({
    scope,
    by,
    reason,
    at: decodeInstant(at, `halt of ${scope}`),
  }));
}

export async function insertHalt(database: Kysely<Tables>, halt: Halt): Promise<boolean> {
  const result = await database
    .insertInto('halts')
    .values({ scope: halt.scope, by: halt.by, reason: halt.reason, at: instantColumn(halt.at) })
    .onConflict((conflict) => conflict.column('scope').doNothing())
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}

export async function deleteHalt(database: Kysely<Tables>, scope: string): Promise<boolean> {
  const result = await database.deleteFrom('halts').where('scope', '=', scope).executeTakeFirst();
  return result.numDeletedRows === 1n;
}

export async function findReply(
  database: Kysely<Tables>,
  idempotencyKey: string,
): Promise<{ readonly reply: Reply | null } | null> {
  const row = await database
    .selectFrom('interactions')
    .select('reply')
    .where('idempotency_key', '=', idempotencyKey)
    .executeTakeFirst();
  if (row === undefined) return null;
  const where = `reply to ${idempotencyKey}`;
  return { reply: optional(row.reply, (text) => decodeJsonColumn(replySchema, text, where)) };
}

export async function claimInteraction(
  database: Kysely<Tables>,
  idempotencyKey: string,
  at: Temporal.Instant,
): Promise<boolean> {
  const result = await database
    .insertInto('interactions')
    .values({ idempotency_key: idempotencyKey, at: instantColumn(at), reply: null })
    .onConflict((conflict) => conflict.column('idempotency_key').doNothing())
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}

export async function saveReply(
  database: Kysely<Tables>,
  idempotencyKey: string,
  reply: Reply,
): Promise<void> {
  const result = await database
    .updateTable('interactions')
    .set({ reply: jsonColumn(replySchema, reply, `The reply to ${idempotencyKey}`) })
    .where('idempotency_key', '=', idempotencyKey)
    .executeTakeFirst();
  if (result.numUpdatedRows !== 1n) {
    throw new StoreError('invalid_value', `Interaction ${idempotencyKey} was never claimed.`);
  }
}

export async function findJobRun(
  database: Kysely<Tables>,
  job: string,
  scope: string,
  dueAt: Temporal.Instant,
): Promise<JobRun | null> {
  const row = await database
    .selectFrom('job_runs')
    .selectAll()
    .where('job', '=', job)
    .where('scope', '=', scope)
    .where('due_at', '=', instantColumn(dueAt))
    .executeTakeFirst();
  return row === undefined ? null : toJobRun(row);
}

export async function lastJobRun(
  database: Kysely<Tables>,
  job: string,
  scope: string,
): Promise<JobRun | null> {
  const row = await database
    .selectFrom('job_runs')
    .selectAll()
    .where('job', '=', job)
    .where('scope', '=', scope)
    .orderBy('due_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? null : toJobRun(row);
}

function toJobRun(row: Selectable<Tables['job_runs']>): JobRun {
  const where = `run of ${row.job} for ${row.scope}`;
  return {
    job: row.job,
    scope: row.scope,
    dueAt: decodeInstant(row.due_at, where),
    startedAt: decodeInstant(row.started_at, where),
    finishedAt: optional(row.finished_at, (text) => decodeInstant(text, where)),
    outcome: row.outcome,
  };
}

export async function claimJobRun(
  database: Kysely<Tables>,
  run: { job: string; scope: string; dueAt: Temporal.Instant; startedAt: Temporal.Instant },
): Promise<boolean> {
  const result = await database
    .insertInto('job_runs')
    .values({
      job: run.job,
      scope: run.scope,
      due_at: instantColumn(run.dueAt),
      started_at: instantColumn(run.startedAt),
      finished_at: null,
      outcome: null,
    })
    .onConflict((conflict) => conflict.columns(['job', 'scope', 'due_at']).doNothing())
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}

export async function finishJobRun(
  database: Kysely<Tables>,
  run: {
    job: string;
    scope: string;
    dueAt: Temporal.Instant;
    finishedAt: Temporal.Instant;
    outcome: string;
  },
): Promise<void> {
  const result = await database
    .updateTable('job_runs')
    .set({ finished_at: instantColumn(run.finishedAt), outcome: run.outcome })
    .where('job', '=', run.job)
    .where('scope', '=', run.scope)
    .where('due_at', '=', instantColumn(run.dueAt))
    .executeTakeFirst();
  if (result.numUpdatedRows !== 1n) {
    throw new StoreError(
      'invalid_value',
      `The run of ${run.job} for ${run.scope} was never claimed.`,
    );
  }
}

export async function listAccountValues(
  database: Kysely<Tables>,
  account: string,
  since: Temporal.PlainDate,
): Promise<readonly AccountValue[]> {
  const rows = await database
    .selectFrom('account_values')
    .selectAll()
    .where('account', '=', account)
    .where('date', '>=', since.toString())
    .orderBy('date')
    .execute();
  return rows.map((row) => {
    const where = `value of ${row.account} on ${row.date}`;
    return {
      account: row.account,
      date: decodePlainDate(row.date, where),
      value: decodeDecimal(row.value, where),
      cash: decodeDecimal(row.cash, where),
      drift: decodeDecimal(row.drift, where),
      book: toBook(row, where),
    };
  });
}

function toBook(row: Selectable<Tables['account_values']>, where: string): AccountValue['book'] {
  const { book_at: readAt, book_cash: cash, book_positions: positions } = row;
  if (readAt === null || cash === null || positions === null) return null;
  return {
    readAt: decodeInstant(readAt, where),
    cash: decodeDecimal(cash, where),
    positions: decodeJsonColumn(positionsSchema, positions, where),
  };
}

export async function recordAccountValue(
  database: Kysely<Tables>,
  value: AccountValue,
): Promise<void> {
  const columns = {
    value: decimalColumn(value.value),
    cash: decimalColumn(value.cash),
    drift: decimalColumn(value.drift),
    book_at: optional(value.book, ({ readAt }) => instantColumn(readAt)),
    book_cash: optional(value.book, ({ cash }) => decimalColumn(cash)),
    book_positions: optional(value.book, ({ positions }) =>
      jsonColumn(positionsSchema, [...positions], 'The positions of a close'),
    ),
  };
  await database
    .insertInto('account_values')
    .values({ account: value.account, date: value.date.toString(), ...columns })
    .onConflict((conflict) => conflict.columns(['account', 'date']).doUpdateSet(columns))
    .execute();
}

export async function readSetting(database: Kysely<Tables>, name: string): Promise<string | null> {
  const row = await database
    .selectFrom('settings')
    .select('value')
    .where('name', '=', name)
    .executeTakeFirst();
  return row?.value ?? null;
}

export async function writeSetting(
  database: Kysely<Tables>,
  name: string,
  value: string,
): Promise<void> {
  await database
    .insertInto('settings')
    .values({ name, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute();
}
