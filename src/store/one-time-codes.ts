import type { Database } from 'better-sqlite3';
import type { Kysely, Selectable } from 'kysely';
import { z } from 'zod';
import { NO_CODES } from '../core/one-time-code.ts';
import type { CodeHistory } from '../core/one-time-code.ts';
import { instantSchema } from '../core/schemas.ts';
import { reveal } from '../lib/secret.ts';
import type { CodeEnrolment, CodeReads, CodeWrites } from '../ports/code-store.ts';
import { decodeInstant, decodeJsonColumn, instantColumn, jsonColumn, optional } from './columns.ts';
import type { SealedFor, Sealer } from './sealer.ts';
import type { Tables } from './tables.ts';

const failuresSchema = z.array(instantSchema);

/** The secret that is offered opens as the current one, and no other way: confirming it does not touch it. */
const sealedFor = (person: string): SealedFor => ({
  broker: 'evenkeel',
  person,
  purpose: 'one-time code secret',
});

export function codeReads(source: () => Kysely<Tables>, sealer: Sealer): CodeReads {
  return {
    async codesSince(person) {
      const row = await source()
        .selectFrom('one_time_codes')
        .select('since')
        .where('person', '=', person)
        .executeTakeFirst();
      return optional(row?.since, (text) => decodeInstant(text, `one-time codes of ${person}`));
    },
    async findCodeEnrolment(person) {
      const row = await findRow(source(), person);
      return row === undefined ? null : toEnrolment(row, sealer);
    },
  };
}

export function codeWrites(
  source: () => Kysely<Tables>,
  sealer: Sealer,
  sqlite: Database,
): CodeWrites {
  return {
    async saveCodeSecrets(person, { current, offered }) {
      const before = await findRow(source(), person);
      const history = before === undefined ? NO_CODES : toHistory(before);
      await erase(source(), sqlite, person);
      await source()
        .insertInto('one_time_codes')
        .values({
          person,
          secret: optional(current, ({ secret }) => sealer.seal(reveal(secret), sealedFor(person))),
          since: optional(current, ({ since }) => instantColumn(since)),
          offered_secret: optional(offered, ({ secret }) =>
            sealer.seal(reveal(secret), sealedFor(person)),
          ),
          offered_until: optional(offered, ({ until }) => instantColumn(until)),
          ...historyColumns(history),
        })
        .execute();
    },
    async saveCodeHistory(person, history) {
      await source()
        .updateTable('one_time_codes')
        .set(historyColumns(history))
        .where('person', '=', person)
        .execute();
    },
    deleteCodeEnrolment: async (person) => await erase(source(), sqlite, person),
  };
}

/** Encrypts the secrets of all people anew. @param again encrypts one of them under the first key. */
export async function resealCodeSecrets(
  database: Kysely<Tables>,
  again: (sealed: string, sealedFor: SealedFor) => string,
): Promise<void> {
  const rows = await database.selectFrom('one_time_codes').selectAll().execute();
  for (const { person, ...row } of rows) {
    const reseal = (sealed: string): string => again(sealed, sealedFor(person));
    await database
      .updateTable('one_time_codes')
      .set({
        secret: optional(row.secret, reseal),
        offered_secret: optional(row.offered_secret, reseal),
      })
      .where('person', '=', person)
      .execute();
  }
}

type Row = Selectable<Tables['one_time_codes']>;

async function findRow(database: Kysely<Tables>, person: string): Promise<Row | undefined> {
  return await database
    .selectFrom('one_time_codes')
    .selectAll()
    .where('person', '=', person)
    .executeTakeFirst();
}

/** Removes the secrets of a person, and their bytes from the file. */
async function erase(database: Kysely<Tables>, sqlite: Database, person: string): Promise<boolean> {
  sqlite.pragma('secure_delete = on');
  try {
    const result = await database
      .deleteFrom('one_time_codes')
      .where('person', '=', person)
      .executeTakeFirst();
    return result.numDeletedRows === 1n;
  } finally {
    sqlite.pragma('secure_delete = off');
  }
}

function historyColumns(history: CodeHistory) {
  return {
    last_step: history.lastStep,
    failures: jsonColumn(failuresSchema, [...history.failures], 'The wrong codes of a person'),
    locked_until: optional(history.lockedUntil, instantColumn),
  };
}

function toHistory(row: Row): CodeHistory {
  const where = `one-time codes of ${row.person}`;
  return {
    lastStep: row.last_step,
    failures: decodeJsonColumn(failuresSchema, row.failures, where),
    lockedUntil: optional(row.locked_until, (text) => decodeInstant(text, where)),
  };
}

function toEnrolment(row: Row, sealer: Sealer): CodeEnrolment {
  const where = `one-time codes of ${row.person}`;
  const open = (sealed: string) => sealer.open(sealed, sealedFor(row.person));
  const { secret, since, offered_secret: offered, offered_until: until } = row;
  return {
    current:
      secret === null || since === null
        ? null
        : { secret: open(secret), since: decodeInstant(since, where) },
    offered:
      offered === null || until === null
        ? null
        : { secret: open(offered), until: decodeInstant(until, where) },
    history: toHistory(row),
  };
}
