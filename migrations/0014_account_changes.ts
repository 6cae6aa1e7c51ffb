import { sql, type Kysely } from 'kysely';

/**
 * How often something changed that the watch compares: the orders and fills on record, and the book at
 * the embedded broker. Triggers count, so that no writer can forget to. `compared` is how far
 * the watch has found that all agrees; who is behind is found without a look at everybody else.
 */
const TABLES: readonly string[] = [
  `create table account_changes (
    account text primary key,
    number integer not null check (number >= 1),
    compared integer not null default 0 check (compared between 0 and number)
  ) strict, without rowid`,
  `create index account_changes_to_compare on account_changes (account, number, compared)
    where number > compared`,
  // What was there before was compared by a process that kept no count.
  `insert into account_changes (account, number)
    select account, 1 from (select account from orders union select account from paper_orders)`,
];

/** A new paper account is no change: nobody has anything to compare it with. */
const COUNTED: readonly string[] = [
  'insert on orders',
  'update on orders',
  'insert on fills',
  'insert on fill_corrections',
  'insert on outside_fills',
  'insert on paper_orders',
  'update on paper_orders',
  'update on paper_accounts',
  'update on paper_positions',
];

const triggerName = (index: number) => `account_changes_count_${index + 1}`;

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of TABLES) await sql.raw(statement).execute(database);
  for (const [index, event] of COUNTED.entries()) {
    await sql
      .raw(
        `create trigger ${triggerName(index)} after ${event} begin
          insert into account_changes (account, number) values (new.account, 1)
            on conflict (account) do update set number = number + 1;
        end`,
      )
      .execute(database);
  }
}

export async function down(database: Kysely<unknown>): Promise<void> {
  for (const index of COUNTED.keys()) {
    await sql.raw(`drop trigger ${triggerName(index)}`).execute(database);
  }
  await database.schema.dropTable('account_changes').execute();
}
