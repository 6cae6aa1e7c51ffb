import { sql, type Kysely } from 'kysely';

/**
 * Some brokers correct an execution after they told it. A fill never changes after it is recorded, so
 * what it came to stands beside it: one row for each revision that changed a number, the newest counts.
 */
const STATEMENTS: readonly string[] = [
  'alter table fills add column revision integer not null default 0',
  `create table fill_corrections (
    number integer primary key,
    account text not null,
    execution_id text not null,
    revision integer not null check (revision > 0),
    quantity text not null,
    price text not null,
    fees text not null,
    recorded_at text not null check (length(recorded_at) = 30),
    unique (account, execution_id, revision),
    foreign key (account, execution_id) references fills (account, execution_id)
  ) strict`,
  `create trigger fill_corrections_no_update before update on fill_corrections begin
    select raise(abort, 'a correction of a fill never changes after it is recorded');
  end`,
  `create trigger fill_corrections_no_delete before delete on fill_corrections begin
    select raise(abort, 'a correction of a fill is never deleted');
  end`,
];

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(database);
}

export async function down(database: Kysely<unknown>): Promise<void> {
  await database.schema.dropTable('fill_corrections').execute();
  await sql.raw('alter table fills drop column revision').execute(database);
}
