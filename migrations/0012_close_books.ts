import { sql, type Kysely } from 'kysely';

/**
 * The book that each value was made of, and when it was read: what was paid in or out since can then be
 * told from what was gained or lost. Null for values that were recorded before this.
 */
const COLUMNS = [
  'book_at text check (length(book_at) = 30)',
  'book_cash text',
  'book_positions text',
];

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const column of COLUMNS) {
    await sql.raw(`alter table account_values add column ${column}`).execute(database);
  }
}

export async function down(database: Kysely<unknown>): Promise<void> {
  for (const column of ['book_positions', 'book_cash', 'book_at']) {
    await sql.raw(`alter table account_values drop column ${column}`).execute(database);
  }
}
