import { sql, type Kysely } from 'kysely';

/**
 * The tables of the bot itself. Decimals are plain decimal text. Instants are ISO 8601 text in UTC
 * with nine fraction digits, always 30 characters, so that they sort as text.
 */
const TABLES = [
  `create table proposals (
    number integer primary key,
    id text not null unique,
    account text not null,
    mode text not null check (mode in ('paper', 'live')),
    broker text not null,
    digest text not null,
    status text not null check (status in ('pending', 'approved', 'rejected', 'expired',
      'superseded', 'executing', 'executed', 'partially_executed', 'failed')),
    created_at text not null check (length(created_at) = 30),
    expires_at text not null check (length(expires_at) = 30),
    finished_at text check (length(finished_at) = 30),
    superseded_by text references proposals (id) deferrable initially deferred,
    outcome text,
    document text not null
  ) strict`,
  `create index proposals_by_account on proposals (account, created_at)`,
  `create index proposals_by_status on proposals (status, created_at)`,
  `create index proposals_by_age on proposals (created_at)`,
  // One execution per account at a time, whatever the program believes.
  `create unique index proposals_one_executing on proposals (account) where status = 'executing'`,

  `create table decisions (
    number integer primary key,
    proposal_id text not null references proposals (id),
    person text not null,
    platform text not null,
    verdict text not null check (verdict in ('approve', 'reject')),
    reason text,
    digest text not null,
    at text not null check (length(at) = 30),
    unique (proposal_id, person, verdict)
  ) strict`,

  `create table orders (
    number integer primary key,
    client_order_id text not null unique check (length(client_order_id) between 1 and 48),
    proposal_id text not null references proposals (id),
    leg integer not null check (leg >= 1),
    attempt integer not null check (attempt >= 1),
    account text not null,
    side text not null check (side in ('buy', 'sell')),
    symbol text not null,
    quantity text not null,
    order_type text not null check (order_type in ('market', 'limit')),
    limit_price text check ((order_type = 'limit') = (limit_price is not null)),
    time_in_force text not null check (time_in_force = 'day'),
    extended_hours integer not null check (extended_hours in (0, 1)),
    created_at text not null check (length(created_at) = 30),
    status text not null check (status in ('created', 'denied', 'submitted', 'unknown',
      'accepted', 'partially_filled', 'filled', 'canceled', 'rejected', 'expired')),
    broker_order_id text,
    filled_quantity text not null,
    average_fill_price text,
    reason_code text,
    reason text,
    submitted_at text check (length(submitted_at) = 30),
    updated_at text not null check (length(updated_at) = 30),
    unique (proposal_id, leg, attempt)
  ) strict`,
  `create index orders_by_proposal on orders (proposal_id, created_at)`,
  `create index orders_by_account on orders (account, created_at)`,
  `create index orders_by_status on orders (status, created_at)`,
  `create index orders_by_broker_id on orders (account, broker_order_id)`,
  `create index orders_by_age on orders (created_at)`,

  // client_order_id is no foreign key: a fill may belong to an order that somebody placed by hand.
  `create table fills (
    number integer primary key,
    account text not null,
    execution_id text not null,
    client_order_id text,
    broker_order_id text not null,
    symbol text not null,
    side text not null check (side in ('buy', 'sell')),
    quantity text not null,
    price text not null,
    fees text not null,
    at text not null check (length(at) = 30),
    unique (account, execution_id)
  ) strict`,
  `create index fills_by_account on fills (account, at)`,
  `create index fills_by_symbol on fills (account, symbol, at)`,
  `create index fills_by_order on fills (client_order_id)`,
  `create index fills_by_age on fills (at)`,

  `create table halts (
    scope text primary key,
    by text not null,
    reason text not null,
    at text not null check (length(at) = 30)
  ) strict, without rowid`,

  `create table interactions (
    idempotency_key text primary key,
    at text not null check (length(at) = 30),
    reply text
  ) strict`,

  `create table job_runs (
    job text not null,
    scope text not null,
    due_at text not null check (length(due_at) = 30),
    started_at text not null check (length(started_at) = 30),
    finished_at text check (length(finished_at) = 30),
    outcome text,
    primary key (job, scope, due_at)
  ) strict, without rowid`,

  // change_number counts all changes of all announcements: what fell behind first goes out first.
  `create table announcements (
    key text primary key,
    account text,
    message text not null,
    version integer not null check (version >= 1),
    change_number integer not null unique
  ) strict`,

  // wanted_version repeats the announcement's version, so that one partial index finds what is behind.
  `create table deliveries (
    announcement_key text not null references announcements (key),
    platform text not null,
    channel text not null,
    reference_channel text,
    reference_message_id text,
    delivered_version integer not null default 0,
    wanted_version integer not null,
    behind_since_change integer not null,
    attempts integer not null default 0,
    next_attempt_at text not null check (length(next_attempt_at) = 30),
    last_failure text,
    primary key (announcement_key, platform, channel)
  ) strict`,
  `create index deliveries_due on deliveries (platform, next_attempt_at)
    where delivered_version < wanted_version`,

  `create table account_values (
    account text not null,
    date text not null check (length(date) = 10),
    value text not null,
    cash text not null,
    drift text not null,
    primary key (account, date)
  ) strict, without rowid`,

  `create table settings (
    name text primary key,
    value text not null
  ) strict, without rowid`,

  `create table audit_log (
    seq integer primary key,
    at text not null check (length(at) = 30),
    actor text not null,
    platform text not null,
    action text not null,
    account text,
    subject text not null,
    payload text not null,
    prev_hash text not null check (length(prev_hash) = 64),
    hash text not null check (length(hash) = 64)
  ) strict`,
  `create index audit_log_by_account on audit_log (account)`,
  `create index audit_log_by_subject on audit_log (subject)`,
  `create index audit_log_by_action on audit_log (action)`,
];

const TRIGGERS = [
  `create trigger audit_log_no_update before update on audit_log begin
    select raise(abort, 'audit_log is append-only: its rows are never changed');
  end`,
  `create trigger audit_log_no_delete before delete on audit_log begin
    select raise(abort, 'audit_log is append-only: its rows are never deleted');
  end`,
  `create trigger audit_log_in_order before insert on audit_log
    when coalesce(
      (select seq is not new.seq - 1 or hash is not new.prev_hash
        from audit_log order by seq desc limit 1),
      new.seq is not 1 or new.prev_hash is not '${'0'.repeat(64)}')
  begin
    select raise(abort, 'audit_log is append-only: a row must follow the last one');
  end`,
  // What was proposed, voted, intended and filled is history.
  `create trigger proposals_keep_document
    before update of id, account, mode, broker, digest, created_at, expires_at, document on proposals
  begin
    select raise(abort, 'a proposal never changes after it is made');
  end`,
  `create trigger decisions_no_update before update on decisions begin
    select raise(abort, 'a decision never changes after it is made');
  end`,
  `create trigger decisions_no_delete before delete on decisions begin
    select raise(abort, 'a decision is never deleted');
  end`,
  `create trigger orders_keep_intent
    before update of client_order_id, proposal_id, leg, attempt, account, side, symbol, quantity,
      order_type, limit_price, time_in_force, extended_hours, created_at on orders
  begin
    select raise(abort, 'an order intent never changes after it is committed');
  end`,
  `create trigger orders_no_delete before delete on orders begin
    select raise(abort, 'an order is never deleted');
  end`,
  `create trigger fills_no_update before update on fills begin
    select raise(abort, 'a fill never changes after it is recorded');
  end`,
  `create trigger fills_no_delete before delete on fills begin
    select raise(abort, 'a fill is never deleted');
  end`,
];

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of [...TABLES, ...TRIGGERS]) {
    await sql.raw(statement).execute(database);
  }
}

export async function down(database: Kysely<unknown>): Promise<void> {
  const tables = [
    'audit_log',
    'settings',
    'account_values',
    'deliveries',
    'announcements',
    'job_runs',
    'interactions',
    'halts',
    'fills',
    'orders',
    'decisions',
    'proposals',
  ];
  for (const table of tables) await database.schema.dropTable(table).execute();
}
