import type { BrokerErrorCode } from '../../ports/broker.ts';

/** Why the exchange refuses a request: its own stable codes. */
export type RefusalCode =
  | 'duplicate_client_order_id'
  | 'extended_hours_not_offered'
  | 'insufficient_buying_power'
  | 'insufficient_quantity'
  | 'invalid_limit_price'
  | 'invalid_quantity'
  | 'market_closed'
  | 'not_tradable'
  | 'refused_in_rehearsal'
  | 'unknown_symbol'
  | 'wrong_account';

/** A refusal in the exchange's own words. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly reason: string;
}

/** What each refusal is called for every broker. */
export const BROKER_ERROR_CODE: Readonly<Record<RefusalCode, BrokerErrorCode>> = {
  duplicate_client_order_id: 'order_rejected',
  extended_hours_not_offered: 'order_rejected',
  insufficient_buying_power: 'insufficient_funds',
  insufficient_quantity: 'order_rejected',
  invalid_limit_price: 'order_rejected',
  invalid_quantity: 'order_rejected',
  market_closed: 'market_closed',
  not_tradable: 'not_tradable',
  refused_in_rehearsal: 'order_rejected',
  unknown_symbol: 'not_tradable',
  wrong_account: 'order_rejected',
};
