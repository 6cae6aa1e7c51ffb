import { sql, type Kysely } from 'kysely';

/** Announcements that stand under another one: the story in a proposal's thread. */
export async function up(database: Kysely<unknown>): Promise<void> {
  await sql.raw('alter table announcements add column in_thread_of text').execute(database);
}

export async function down(database: Kysely<unknown>): Promise<void> {
  await sql.raw('alter table announcements drop column in_thread_of').execute(database);
}
