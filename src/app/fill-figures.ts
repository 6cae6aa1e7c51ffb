import { toText } from '../core/decimal.ts';
import type { Fill } from '../core/order.ts';

/** What a fill came to, for the audit log: shares, price and fees as text. */
export function figuresOf(fill: Fill): { quantity: string; price: string; fees: string } {
  return {
    quantity: toText(fill.quantity),
    price: toText(fill.price),
    fees: toText(fill.fees),
  };
}
