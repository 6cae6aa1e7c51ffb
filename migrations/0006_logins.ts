import { sql, type Kysely } from 'kysely';

/** The logins that people connected, with their tokens encrypted, and the connections being made. */
const TABLES = [
  `create table logins (
    broker text not null,
    person text not null,
    -- Another one after every write of tokens: whoever read an older one changes nothing.
    revision text not null,
    -- Encrypted; see src/store/sealer.ts.
    access_token text not null,
    refresh_token text,
    access_token_expires_at text check (length(access_token_expires_at) = 30),
    connected_at text not null check (length(connected_at) = 30),
    -- When a person must log in again; null when that is not known.
    ends_at text check (length(ends_at) = 30),
    -- When the broker said that the login is over.
    ended_at text check (length(ended_at) = 30),
    -- Until then one process is fetching the next tokens, and the others wait.
    refresh_claimed_until text check (length(refresh_claimed_until) = 30),
    primary key (broker, person)
  ) strict, without rowid`,

  `create table connection_attempts (
    -- SHA-256 of the state, in hexadecimal: the database alone completes no connection.
    state_hash text primary key check (length(state_hash) = 64),
    broker text not null,
    person text not null,
    -- Encrypted.
    code_verifier text not null,
    expires_at text not null check (length(expires_at) = 30)
  ) strict, without rowid`,
] as const;

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const table of TABLES) await sql.raw(table).execute(database);
}

export async function down(database: Kysely<unknown>): Promise<void> {
  await database.schema.dropTable('connection_attempts').execute();
  await database.schema.dropTable('logins').execute();
}
