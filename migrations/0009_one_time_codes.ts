import { sql, type Kysely } from 'kysely';

/** The secrets that people share with their authenticator apps, encrypted, and what became of codes. */
const TABLE = `create table one_time_codes (
    person text primary key,
    -- Encrypted; see src/store/sealer.ts. Null until a first code confirmed it.
    secret text,
    since text check (length(since) = 30),
    -- Encrypted: shown to the person and not confirmed yet.
    offered_secret text,
    offered_until text check (length(offered_until) = 30),
    -- The time step of the newest code that was accepted (RFC 6238).
    last_step integer,
    -- When codes were wrong lately, as JSON.
    failures text not null default '[]',
    locked_until text check (length(locked_until) = 30),
    check ((secret is null) = (since is null)),
    check ((offered_secret is null) = (offered_until is null))
  ) strict, without rowid`;

export async function up(database: Kysely<unknown>): Promise<void> {
  await sql.raw(TABLE).execute(database);
}

export async function down(database: Kysely<unknown>): Promise<void> {
  await database.schema.dropTable('one_time_codes').execute();
}
