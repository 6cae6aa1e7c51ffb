import { sql, type Kysely } from 'kysely';

/** The feed of the local workspace page and the browsers that may see it. */
const TABLES = [
  `create table web_messages (
    id integer primary key autoincrement,
    -- Where the message stands in the order of all changes: a new message and an edit both take the
    -- next number, so that a page that was away asks for what is above the last number it saw.
    change integer not null unique check (change >= 1),
    channel text not null,
    -- A person's id; null when the bot says it.
    author text,
    -- The only person who sees it; null when everybody does.
    visible_to text,
    -- The id of the delivery that made this row, so that a redelivery makes no second one.
    delivery text unique,
    body text not null,
    posted_at text not null check (length(posted_at) = 30),
    edited_at text check (length(edited_at) = 30)
  ) strict`,

  `create table web_sessions (
    -- SHA-256 of the cookie, in hexadecimal: the database alone opens no session.
    id_hash text primary key check (length(id_hash) = 64),
    -- Whom this browser speaks for; null until somebody was chosen.
    person text,
    created_at text not null check (length(created_at) = 30),
    seen_at text not null check (length(seen_at) = 30)
  ) strict, without rowid`,
] as const;

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const table of TABLES) await sql.raw(table).execute(database);
}

export async function down(database: Kysely<unknown>): Promise<void> {
  await database.schema.dropTable('web_sessions').execute();
  await database.schema.dropTable('web_messages').execute();
}
