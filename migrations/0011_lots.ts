import { sql, type Kysely } from 'kysely';

/**
 * What the fills of each symbol left: kept beside them, so that years of fills need not be replayed for
 * every question. Derived: src/store/keep-lots.ts changes it with every fill, and it can be made anew from
 * the fills at any time. A record whose method is null has yet to be made.
 */
const STATEMENTS: readonly string[] = [
  `create table lot_records (
    account text not null,
    symbol text not null,
    method text check (method in ('fifo', 'hifo', 'lowest_gain', 'long_term_first')),
    -- What the broker said was held, of which what was there before our record follows.
    held_quantity text,
    held_cost text,
    held_at text check (length(held_at) = 30),
    opening text not null default '0',
    opening_cost text,
    opening_shares text,
    bought text not null default '0',
    sold text not null default '0',
    trades integer not null default 0,
    until text check (length(until) = 30),
    primary key (account, symbol),
    check ((method is null) = (held_at is null)),
    check ((held_at is null) = (held_quantity is null)),
    check ((opening_cost is null) = (opening_shares is null))
  ) strict, without rowid`,
  'create index lot_records_by_method on lot_records (account, method)',

  // Numbered by the trade that bought it; 0 is what was there before.
  `create table lots (
    account text not null,
    symbol text not null,
    number integer not null,
    bought_on text check (length(bought_on) = 10),
    quantity text not null,
    cost text,
    shares text,
    -- Of fixed length, so that text order is the order of the numbers.
    cost_per_share text,
    primary key (account, symbol, number),
    check ((number = 0) = (bought_on is null)),
    check ((cost is null) = (shares is null)),
    check ((cost is null) = (cost_per_share is null))
  ) strict, without rowid`,
  // With all that is read of a lot, which saves a look at the table for each.
  `create index lots_by_cost on lots (account, symbol, cost_per_share desc, number, bought_on, quantity,
    cost, shares)`,
  'create index lots_by_day on lots (account, bought_on)',

  `create table lot_sales (
    account text not null,
    symbol text not null,
    number integer not null,
    sold_on text not null check (length(sold_on) = 10),
    quantity text not null,
    proceeds text not null,
    uncovered text not null,
    -- JSON: the lots that it sold.
    parts text not null,
    primary key (account, symbol, number)
  ) strict, without rowid`,
  'create index lot_sales_by_day on lot_sales (account, sold_on)',

  'insert into lot_records (account, symbol) select distinct account, symbol from fills',
];

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(database);
}

export async function down(database: Kysely<unknown>): Promise<void> {
  for (const table of ['lot_sales', 'lots', 'lot_records']) {
    await database.schema.dropTable(table).execute();
  }
}
