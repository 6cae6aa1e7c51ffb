import type { Generated } from 'kysely';
import type { TaxLotMethod } from '../core/guardrail-settings.ts';
import type { OrderStatus } from '../core/order.ts';
import type { Side } from '../core/plan-types.ts';
import type { ProposalStatus } from '../core/proposal.ts';

/** The columns as migrations/ made them: decimals and instants are text (see columns.ts). */
export interface Tables {
  account_changes: {
    account: string;
    number: number;
    compared: number;
  };
  leases: {
    name: string;
    holder: string;
    token: number;
    expires_at: string;
  };
  proposals: {
    number: Generated<number>;
    id: string;
    account: string;
    mode: 'paper' | 'live';
    broker: string;
    digest: string;
    status: ProposalStatus;
    created_at: string;
    expires_at: string;
    finished_at: string | null;
    superseded_by: string | null;
    outcome: string | null;
    /** The proposal as JSON. */
    document: string;
  };
  decisions: {
    number: Generated<number>;
    proposal_id: string;
    person: string;
    platform: string;
    verdict: 'approve' | 'reject';
    reason: string | null;
    digest: string;
    at: string;
  };
  orders: {
    number: Generated<number>;
    client_order_id: string;
    proposal_id: string;
    leg: number;
    attempt: number;
    account: string;
    side: Side;
    symbol: string;
    quantity: string;
    order_type: 'market' | 'limit';
    limit_price: string | null;
    time_in_force: 'day';
    extended_hours: number;
    created_at: string;
    status: OrderStatus;
    broker_order_id: string | null;
    filled_quantity: string;
    average_fill_price: string | null;
    reason_code: string | null;
    reason: string | null;
    submitted_at: string | null;
    updated_at: string;
  };
  fills: {
    number: Generated<number>;
    account: string;
    execution_id: string;
    client_order_id: string | null;
    broker_order_id: string;
    symbol: string;
    side: Side;
    quantity: string;
    price: string;
    fees: string;
    at: string;
    revision: Generated<number>;
  };
  fill_corrections: {
    number: Generated<number>;
    account: string;
    execution_id: string;
    revision: number;
    quantity: string;
    price: string;
    fees: string;
    recorded_at: string;
  };
  outside_fills: {
    number: Generated<number>;
    account: string;
    execution_id: string;
    revision: number;
    corrects: number | null;
    after_fill: number;
    client_order_id: string | null;
    broker_order_id: string;
    symbol: string;
    side: Side;
    quantity: string;
    price: string;
    fees: string;
    at: string;
    recorded_at: string;
  };
  agreed_books: {
    account: string;
    broker: string;
    number: number;
    agreed_at: string;
    agreed_by: string | null;
    cash: string;
    /** Symbols and quantities as JSON. */
    positions: string;
    through_fill: number;
    through_correction: number;
    through_outside: Generated<number>;
  };
  lot_records: {
    account: string;
    symbol: string;
    /** Null: yet to be made of the fills. */
    method: TaxLotMethod | null;
    held_quantity: string | null;
    held_cost: string | null;
    held_at: string | null;
    opening: string;
    opening_cost: string | null;
    opening_shares: string | null;
    bought: string;
    sold: string;
    trades: number;
    until: string | null;
  };
  halts: { scope: string; by: string; reason: string; at: string };
  interactions: { idempotency_key: string; at: string; reply: string | null };
  job_runs: {
    job: string;
    scope: string;
    due_at: string;
    started_at: string;
    finished_at: string | null;
    outcome: string | null;
  };
  announcements: {
    key: string;
    account: string | null;
    /** The message as JSON. */
    message: string;
    version: number;
    /** Counts every change of every announcement. */
    change_number: number;
    in_thread_of: string | null;
  };
  deliveries: {
    announcement_key: string;
    platform: string;
    channel: string;
    reference_channel: string | null;
    reference_message_id: string | null;
    /** 0 when it was never posted. */
    delivered_version: Generated<number>;
    /** The announcement's version. */
    wanted_version: number;
    /** The change that this copy was the first to miss. */
    behind_since_change: number;
    attempts: Generated<number>;
    next_attempt_at: string;
    last_failure: Generated<string | null>;
  };
  account_values: {
    account: string;
    date: string;
    value: string;
    cash: string;
    drift: string;
    book_at: string | null;
    book_cash: string | null;
    /** Symbols and quantities as JSON. */
    book_positions: string | null;
  };
  settings: { name: string; value: string };
  logins: {
    broker: string;
    person: string;
    revision: string;
    /** Sealed, as are the other secrets. */
    access_token: string;
    refresh_token: string | null;
    access_token_expires_at: string | null;
    connected_at: string;
    ends_at: string | null;
    ended_at: string | null;
    refresh_claimed_until: string | null;
  };
  connection_attempts: {
    state_hash: string;
    broker: string;
    person: string;
    code_verifier: string;
    expires_at: string;
  };
  one_time_codes: {
    person: string;
    /** Sealed, as is the one that is offered. */
    secret: string | null;
    since: string | null;
    offered_secret: string | null;
    offered_until: string | null;
    last_step: number | null;
    /** Instants, as JSON. */
    failures: string;
    locked_until: string | null;
  };
  audit_log: {
    seq: number;
    at: string;
    actor: string;
    platform: string;
    action: string;
    account: string | null;
    subject: string;
    /** Canonical JSON. */
    payload: string;
    prev_hash: string;
    hash: string;
  };
}
