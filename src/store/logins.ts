import { randomBytes } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import type { Kysely, Selectable } from 'kysely';
import { reveal, type Secret } from '../lib/secret.ts';
import type {
  ConnectionAttempt,
  IssuedTokens,
  LoginFacts,
  LoginReads,
  LoginVersion,
  LoginWrites,
  StoredLogin,
} from '../ports/login-store.ts';
import { decodeInstant, instantColumn, optional } from './columns.ts';
import { resealCodeSecrets } from './one-time-codes.ts';
import type { Sealer } from './sealer.ts';
import type { Tables } from './tables.ts';

/** Tells the versions of a login apart, whatever is deleted and made anew between them. */
function newRevision(): string {
  return randomBytes(12).toString('hex');
}

export function loginReads(source: () => Kysely<Tables>, sealer: Sealer): LoginReads {
  return {
    async findLogin(broker, person) {
      const row = await source()
        .selectFrom('logins')
        .selectAll()
        .where('broker', '=', broker)
        .where('person', '=', person)
        .executeTakeFirst();
      return row === undefined ? null : toLogin(row, sealer);
    },
    async listLogins() {
      const rows = await source()
        .selectFrom('logins')
        .selectAll()
        .orderBy('broker')
        .orderBy('person')
        .execute();
      return rows.map(toFacts);
    },
  };
}

export function loginWrites(
  source: () => Kysely<Tables>,
  sealer: Sealer,
  sqlite: Database,
): LoginWrites {
  /** The row of a login as it was read. */
  const update = (login: LoginVersion) =>
    source()
      .updateTable('logins')
      .where('broker', '=', login.broker)
      .where('person', '=', login.person)
      .where('revision', '=', login.revision);
  return {
    async saveLogin(login) {
      await erase(source(), sqlite, login.broker, login.person);
      await source()
        .insertInto('logins')
        .values({
          broker: login.broker,
          person: login.person,
          ...tokenColumns(sealer, login, login),
          connected_at: instantColumn(login.connectedAt),
          ends_at: optional(login.endsAt, instantColumn),
          ended_at: null,
        })
        .execute();
    },
    deleteLogin: async (broker, person) => await erase(source(), sqlite, broker, person),
    async claimLoginRefresh(login, now, until) {
      const claimed = await update(login)
        .where((is) =>
          is.or([
            is('refresh_claimed_until', 'is', null),
            is('refresh_claimed_until', '<=', instantColumn(now)),
          ]),
        )
        .set({ refresh_claimed_until: instantColumn(until) })
        .executeTakeFirst();
      if (claimed.numUpdatedRows === 1n) return 'claimed';
      const row = await source()
        .selectFrom('logins')
        .select('revision')
        .where('broker', '=', login.broker)
        .where('person', '=', login.person)
        .executeTakeFirst();
      return row?.revision === login.revision ? 'busy' : 'changed';
    },
    async releaseLoginRefresh(login) {
      await update(login).set({ refresh_claimed_until: null }).execute();
    },
    async saveRefreshedTokens(login, tokens) {
      const result = await update(login)
        .set(tokenColumns(sealer, login, tokens))
        .executeTakeFirst();
      return result.numUpdatedRows === 1n;
    },
    async endLogin(login, at) {
      const result = await update(login)
        .set({ ended_at: instantColumn(at), refresh_claimed_until: null })
        .executeTakeFirst();
      return result.numUpdatedRows === 1n;
    },
    async saveConnectionAttempt({ stateHash, broker, person, codeVerifier, expiresAt }) {
      const purpose = `code verifier ${stateHash}` as const;
      await source()
        .insertInto('connection_attempts')
        .values({
          state_hash: stateHash,
          broker,
          person,
          code_verifier: sealer.seal(reveal(codeVerifier), { broker, person, purpose }),
          expires_at: instantColumn(expiresAt),
        })
        .execute();
    },
    async takeConnectionAttempt(stateHash) {
      const row = await source()
        .deleteFrom('connection_attempts')
        .where('state_hash', '=', stateHash)
        .returningAll()
        .executeTakeFirst();
      return row === undefined ? null : toAttempt(row, sealer);
    },
    async deleteExpiredConnectionAttempts(now) {
      await source()
        .deleteFrom('connection_attempts')
        .where('expires_at', '<=', instantColumn(now))
        .execute();
    },
    resealSecrets: async () => await reseal(source(), sealer),
  };
}

/** Removes a login, and its bytes from the file: SQLite by itself only marks the space as free. */
async function erase(
  database: Kysely<Tables>,
  sqlite: Database,
  broker: string,
  person: string,
): Promise<boolean> {
  sqlite.pragma('secure_delete = on');
  try {
    const result = await database
      .deleteFrom('logins')
      .where('broker', '=', broker)
      .where('person', '=', person)
      .executeTakeFirst();
    return result.numDeletedRows === 1n;
  } finally {
    sqlite.pragma('secure_delete = off');
  }
}

function tokenColumns(
  sealer: Sealer,
  { broker, person }: Pick<LoginFacts, 'broker' | 'person'>,
  { accessToken, accessTokenExpiresAt, refreshToken }: IssuedTokens,
) {
  const seal = (value: Secret, purpose: 'access token' | 'refresh token') =>
    sealer.seal(reveal(value), { broker, person, purpose });
  return {
    revision: newRevision(),
    access_token: seal(accessToken, 'access token'),
    refresh_token: optional(refreshToken, (token) => seal(token, 'refresh token')),
    access_token_expires_at: optional(accessTokenExpiresAt, instantColumn),
    refresh_claimed_until: null,
  };
}

async function reseal(
  database: Kysely<Tables>,
  sealer: Sealer,
): Promise<{ secrets: number; changed: number }> {
  let secrets = 0;
  let changed = 0;
  const again = (sealed: string, sealedFor: Parameters<Sealer['seal']>[1]): string => {
    secrets += 1;
    // What is current already is opened too: a rotation that succeeded means that all can be read.
    const text = reveal(sealer.open(sealed, sealedFor));
    if (sealer.isCurrent(sealed)) return sealed;
    changed += 1;
    return sealer.seal(text, sealedFor);
  };
  for (const { broker, person, ...row } of await database
    .selectFrom('logins')
    .selectAll()
    .execute()) {
    await database
      .updateTable('logins')
      .where('broker', '=', broker)
      .where('person', '=', person)
      .set({
        access_token: again(row.access_token, { broker, person, purpose: 'access token' }),
        refresh_token: optional(row.refresh_token, (sealed) =>
          again(sealed, { broker, person, purpose: 'refresh token' }),
        ),
      })
      .execute();
  }
  const attempts = await database.selectFrom('connection_attempts').selectAll().execute();
  for (const { broker, person, state_hash: stateHash, code_verifier: sealed } of attempts) {
    const purpose = `code verifier ${stateHash}` as const;
    await database
      .updateTable('connection_attempts')
      .where('state_hash', '=', stateHash)
      .set({ code_verifier: again(sealed, { broker, person, purpose }) })
      .execute();
  }
  await resealCodeSecrets(database, again);
  return { secrets, changed };
}

function toFacts(row: Selectable<Tables['logins']>): LoginFacts {
  const where = `${row.broker} login of ${row.person}`;
  return {
    broker: row.broker,
    person: row.person,
    connectedAt: decodeInstant(row.connected_at, where),
    accessTokenExpiresAt: optional(row.access_token_expires_at, (text) =>
      decodeInstant(text, where),
    ),
    endsAt: optional(row.ends_at, (text) => decodeInstant(text, where)),
    endedAt: optional(row.ended_at, (text) => decodeInstant(text, where)),
    revision: row.revision,
  };
}

function toLogin(row: Selectable<Tables['logins']>, sealer: Sealer): StoredLogin {
  const { broker, person } = row;
  return {
    ...toFacts(row),
    accessToken: sealer.open(row.access_token, { broker, person, purpose: 'access token' }),
    refreshToken: optional(row.refresh_token, (sealed) =>
      sealer.open(sealed, { broker, person, purpose: 'refresh token' }),
    ),
  };
}

function toAttempt(
  row: Selectable<Tables['connection_attempts']>,
  sealer: Sealer,
): ConnectionAttempt {
  const { broker, person } = row;
  const purpose = `code verifier ${row.state_hash}` as const;
  return {
    stateHash: row.state_hash,
    broker,
    person,
    codeVerifier: sealer.open(row.code_verifier, { broker, person, purpose }),
    expiresAt: decodeInstant(row.expires_at, 'connection attempt'),
  };
}
