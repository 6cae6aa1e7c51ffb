import { type Kysely, sql } from 'kysely';

/**
 * The embedded exchange: its accounts, their holdings and orders, and the replayed market. Decimals,
 * instants, months and durations are text. Instants have nine fractional digits, so that their text
 * sorts as they do.
 */
export async function up(database: Kysely<unknown>): Promise<void> {
  // One row a price source: every account on it sees the same prices.
  await sql`
    create table paper_market (
      source text primary key not null,
      month text not null,
      -- Raised by every step; an account that has seen a lower one must match its orders again.
      revision integer not null
    ) strict
  `.execute(database);

  await sql`
    create table paper_accounts (
      account text primary key not null,
      source text not null references paper_market (source),
      market_revision integer not null,
      cash text not null,
      -- What was put in: the first cash and every deposit. Cash is this plus all fills.
      deposited text not null,
      orders_taken integer not null,
      opened_at text not null
    ) strict
  `.execute(database);

  await sql`
    create table paper_positions (
      account text not null references paper_accounts (account),
      symbol text not null,
      quantity text not null,
      cost_basis text,
      primary key (account, symbol)
    ) strict, without rowid
  `.execute(database);

  await sql`
    create table paper_orders (
      broker_order_id text primary key not null,
      account text not null references paper_accounts (account),
      number integer not null,
      client_order_id text not null,
      symbol text not null,
      side text not null check (side in ('buy', 'sell')),
      order_type text not null check (order_type in ('market', 'limit')),
      limit_price text,
      quantity text not null,
      status text not null check (
        status in ('accepted', 'partially_filled', 'filled', 'canceled', 'rejected', 'expired')
      ),
      reason_code text,
      reason text,
      filled_quantity text not null,
      filled_notional text not null,
      -- What a working buy sets aside a share; null for sells.
      reserve_price text,
      -- How much of the quantity will find a counterparty, in how many slices, how far apart.
      fillable_quantity text not null,
      slices integer not null,
      slices_filled integer not null,
      fill_interval text not null,
      next_fill_at text,
      expires_at text,
      submitted_at text not null,
      updated_at text not null,
      unique (account, number),
      unique (account, client_order_id)
    ) strict
  `.execute(database);
  await sql`
    create index paper_orders_working on paper_orders (account, number)
    where status in ('accepted', 'partially_filled')
  `.execute(database);
  await sql`
    create index paper_orders_updated on paper_orders (account, updated_at, number)
  `.execute(database);

  await sql`
    create table paper_fills (
      execution_id text primary key not null,
      broker_order_id text not null references paper_orders (broker_order_id),
      account text not null references paper_accounts (account),
      quantity text not null,
      price text not null,
      fees text not null,
      at text not null
    ) strict
  `.execute(database);
  await sql`create index paper_fills_at on paper_fills (account, at)`.execute(database);
}

export async function down(database: Kysely<unknown>): Promise<void> {
  for (const table of [
    'paper_fills',
    'paper_orders',
    'paper_positions',
    'paper_accounts',
    'paper_market',
  ]) {
    await sql`drop table ${sql.table(table)}`.execute(database);
  }
}
