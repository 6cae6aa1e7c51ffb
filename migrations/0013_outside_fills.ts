import { sql, type Kysely } from 'kysely';

/**
 * What was traded in an account outside Evenkeel: executions of orders that are not ours. They are kept
 * apart from our fills, so that nothing that counts ours counts them; only lots are made of both.
 */
const STATEMENTS: readonly string[] = [
  `create table outside_fills (
    number integer primary key,
    account text not null,
    execution_id text not null,
    revision integer not null check (revision >= 0),
    -- The row that told the execution first; null for that row itself.
    corrects integer references outside_fills (number),
    -- The newest fill of ours when it was recorded: both together are in the order they were recorded in.
    after_fill integer not null check (after_fill >= 0),
    client_order_id text,
    broker_order_id text not null,
    symbol text not null,
    side text not null check (side in ('buy', 'sell')),
    quantity text not null,
    price text not null,
    fees text not null,
    at text not null check (length(at) = 30),
    recorded_at text not null check (length(recorded_at) = 30),
    unique (account, execution_id, revision)
  ) strict`,
  'create index outside_fills_by_account on outside_fills (account, at) where corrects is null',
  'create index outside_fills_by_symbol on outside_fills (account, symbol) where corrects is null',
  'create index outside_fills_by_first on outside_fills (corrects) where corrects is not null',
  `create trigger outside_fills_no_update before update on outside_fills begin
    select raise(abort, 'a fill never changes after it is recorded');
  end`,
  `create trigger outside_fills_no_delete before delete on outside_fills begin
    select raise(abort, 'a fill is never deleted');
  end`,

  'alter table agreed_books add column through_outside integer not null default 0',

  'alter table lots add column outside integer not null default 0 check (outside in (0, 1))',
  'alter table lot_sales add column outside integer not null default 0 check (outside in (0, 1))',
  // With all that is read of a lot, as before.
  'drop index lots_by_cost',
  `create index lots_by_cost on lots (account, symbol, cost_per_share desc, number, bought_on, quantity,
    cost, shares, outside)`,
];

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(database);
}

const UNDO: readonly string[] = [
  'drop index lots_by_cost',
  'alter table lot_sales drop column outside',
  'alter table lots drop column outside',
  `create index lots_by_cost on lots (account, symbol, cost_per_share desc, number, bought_on, quantity,
    cost, shares)`,
  'alter table agreed_books drop column through_outside',
  'drop table outside_fills',
];

export async function down(database: Kysely<unknown>): Promise<void> {
  for (const statement of UNDO) await sql.raw(statement).execute(database);
}
