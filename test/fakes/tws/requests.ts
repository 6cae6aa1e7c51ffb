import type { Decimal } from '../../../src/core/decimal.ts';

/** A contract as a client describes it; empty where it said nothing. */
export interface ContractQuery {
  readonly conId: number;
  readonly symbol: string;
  readonly secType: string;
  readonly exchange: string;
  readonly primaryExchange: string;
  readonly currency: string;
  readonly localSymbol: string;
  readonly tradingClass: string;
  readonly secIdType: string;
  readonly secId: string;
}

/** An order as a client writes it, what this fake plays of it. */
export interface OrderTicket {
  readonly action: string;
  readonly quantity: Decimal | null;
  readonly orderType: string;
  readonly limitPrice: Decimal | null;
  readonly timeInForce: string;
  readonly account: string;
  readonly orderRef: string;
  readonly transmit: boolean;
  readonly outsideRth: boolean;
  readonly whatIf: boolean;
  readonly eTradeOnly: boolean;
  readonly firmQuoteOnly: boolean;
  /** Attributes that were set and that this fake does not play. */
  readonly notModelled: readonly string[];
}

export interface ExecutionQuery {
  readonly clientId: number;
  readonly account: string;
  readonly time: string;
  readonly symbol: string;
  readonly secType: string;
  readonly exchange: string;
  readonly side: string;
}

/** What a client asks for, by the name of its message. */
export type Request =
  | { readonly type: 'start_api'; readonly clientId: number }
  | {
      readonly type: 'market_data';
      readonly id: number;
      readonly contract: ContractQuery;
      readonly genericTicks: string;
      readonly snapshot: boolean;
    }
  | { readonly type: 'cancel_market_data'; readonly id: number }
  | { readonly type: 'market_data_type'; readonly marketDataType: number }
  | {
      readonly type: 'place_order';
      readonly id: number;
      readonly contract: ContractQuery;
      readonly ticket: OrderTicket;
    }
  | { readonly type: 'cancel_order'; readonly id: number }
  | { readonly type: 'global_cancel' }
  | { readonly type: 'open_orders' }
  | { readonly type: 'all_open_orders' }
  | { readonly type: 'auto_open_orders'; readonly bind: boolean }
  | { readonly type: 'completed_orders'; readonly apiOnly: boolean }
  | { readonly type: 'executions'; readonly id: number; readonly filter: ExecutionQuery }
  | { readonly type: 'next_ids' }
  | { readonly type: 'managed_accounts' }
  | { readonly type: 'current_time' }
  | { readonly type: 'server_log_level' }
  | { readonly type: 'contract_details'; readonly id: number; readonly contract: ContractQuery }
  | { readonly type: 'market_rule'; readonly rule: number }
  | { readonly type: 'account_updates'; readonly subscribe: boolean; readonly account: string }
  | {
      readonly type: 'account_updates_multi';
      readonly id: number;
      readonly account: string;
      readonly model: string;
      readonly ledgerOnly: boolean;
    }
  | { readonly type: 'cancel_account_updates_multi'; readonly id: number }
  | {
      readonly type: 'account_summary';
      readonly id: number;
      readonly group: string;
      readonly tags: readonly string[];
    }
  | { readonly type: 'cancel_account_summary'; readonly id: number }
  | { readonly type: 'positions' }
  | { readonly type: 'cancel_positions' }
  | {
      readonly type: 'positions_multi';
      readonly id: number;
      readonly account: string;
      readonly model: string;
    }
  | { readonly type: 'cancel_positions_multi'; readonly id: number };
