import type { Decimal } from '../../core/decimal.ts';
import type { OrderIntent } from '../../core/order.ts';

/** How the exchange treats one order; for rehearsing what can go wrong. */
export type OrderBehaviour =
  | { readonly type: 'ordinary' }
  | { readonly type: 'reject'; readonly reason: string }
  /** Only so many shares find a counterparty; the remainder works until it is cancelled or expires. */
  | { readonly type: 'fill_partly'; readonly quantity: Decimal }
  /** No answer comes, whether or not the order reached the exchange. */
  | { readonly type: 'lose_answer'; readonly reached: boolean };

/** Decides for every order, once, when it is sent. */
export type DecideBehaviour = (intent: OrderIntent) => OrderBehaviour;

export const ORDINARY: OrderBehaviour = { type: 'ordinary' };
