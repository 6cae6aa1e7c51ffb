import { sql, type Kysely } from 'kysely';

/** Which process may act on this database. The token rises with every taking, and never falls. */
export async function up(database: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `create table leases (
        name text primary key,
        holder text not null,
        token integer not null check (token >= 1),
        expires_at text not null check (length(expires_at) = 30)
      ) strict, without rowid`,
    )
    .execute(database);
}

export async function down(database: Kysely<unknown>): Promise<void> {
  await database.schema.dropTable('leases').execute();
}
