import type { BrokerOrder } from '../../ports/broker.ts';
import type { Side } from '../../core/plan-types.ts';

/**
 * Decimals, instants, months and durations are text; see the migration. Type aliases, because Kysely's
 * `withTables` takes no interfaces.
 */
export type PaperDatabase = {
  paper_market: PaperMarketTable;
  paper_accounts: PaperAccountsTable;
  paper_positions: PaperPositionsTable;
  paper_orders: PaperOrdersTable;
  paper_fills: PaperFillsTable;
};

type PaperMarketTable = {
  source: string;
  month: string;
  revision: number;
};

type PaperAccountsTable = {
  account: string;
  source: string;
  market_revision: number;
  cash: string;
  deposited: string;
  orders_taken: number;
  opened_at: string;
};

type PaperPositionsTable = {
  account: string;
  symbol: string;
  quantity: string;
  cost_basis: string | null;
};

export type PaperOrdersTable = {
  broker_order_id: string;
  account: string;
  number: number;
  client_order_id: string;
  symbol: string;
  side: Side;
  order_type: 'market' | 'limit';
  limit_price: string | null;
  quantity: string;
  status: BrokerOrder['status'];
  reason_code: string | null;
  reason: string | null;
  filled_quantity: string;
  filled_notional: string;
  reserve_price: string | null;
  fillable_quantity: string;
  slices: number;
  slices_filled: number;
  fill_interval: string;
  next_fill_at: string | null;
  expires_at: string | null;
  submitted_at: string;
  updated_at: string;
};

type PaperFillsTable = {
  execution_id: string;
  broker_order_id: string;
  account: string;
  quantity: string;
  price: string;
  fees: string;
  at: string;
};
