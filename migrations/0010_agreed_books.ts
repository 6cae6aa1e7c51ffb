import { sql, type Kysely } from 'kysely';

/**
 * What broker and record agree that each account holds, and up to which fill and which correction of a
 * fill that counts. What is expected now is this and what was recorded since.
 */
const TABLE = `create table agreed_books (
    account text primary key,
    -- The broker that it was agreed with: another one's book is another book.
    broker text not null,
    -- Which agreement it is: 1, 2, 3 ... Fills that are added to the book later do not change it.
    number integer not null check (number >= 1),
    agreed_at text not null check (length(agreed_at) = 30),
    -- The person who took the broker's book as agreed; null for the book that was found first.
    agreed_by text,
    cash text not null,
    -- JSON: [{"symbol": "AAPL", "quantity": "42"}]
    positions text not null,
    through_fill integer not null check (through_fill >= 0),
    through_correction integer not null check (through_correction >= 0)
  ) strict, without rowid`;

export async function up(database: Kysely<unknown>): Promise<void> {
  await sql.raw(TABLE).execute(database);
}

export async function down(database: Kysely<unknown>): Promise<void> {
  await database.schema.dropTable('agreed_books').execute();
}
