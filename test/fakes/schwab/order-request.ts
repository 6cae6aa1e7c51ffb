import { z } from 'zod';
import { decimal } from '../../../src/core/decimal.ts';
import type { Decimal } from '../../../src/core/decimal.ts';
import { requestErrors } from './spec.ts';
import type { OperationName } from './spec.ts';
import type { OrderTicket, World } from './world.ts';

export type ReadTicket =
  | { readonly type: 'read'; readonly ticket: OrderTicket }
  | { readonly type: 'wrong'; readonly errors: readonly string[] };

/**
 * A number that is written out plainly: what Schwab calls a double, and people mean exactly.
 * @returns null for numbers so large or small that JSON writes them with an exponent
 */
function plain(value: number): Decimal | null {
  const text = String(value);
  return /^-?\d{1,15}(\.\d{1,10})?$/.test(text) ? decimal(text) : null;
}

const servedInstruction = z.enum(['BUY', 'SELL'], 'This fake serves BUY and SELL of shares only.');

/** What the fake serves of Schwab's orders; the rest is refused, not passed over. */
const orderSchema = z.object({
  orderType: z.enum(['MARKET', 'LIMIT'], 'orderType is required: MARKET or LIMIT here.'),
  session: z.enum(['NORMAL', 'AM', 'PM', 'SEAMLESS'], 'session is required.'),
  duration: z.enum(
    ['DAY', 'GOOD_TILL_CANCEL'],
    'duration is required: DAY or GOOD_TILL_CANCEL here.',
  ),
  orderStrategyType: z.literal('SINGLE', 'orderStrategyType is required: SINGLE here.'),
  complexOrderStrategyType: z.literal('NONE').optional(),
  price: z.number().optional(),
  quantity: z.number().optional(),
  orderLegCollection: z
    .array(
      z.object({
        instruction: servedInstruction,
        quantity: z.number('The quantity of the leg is required.'),
        quantityType: z.literal('SHARES', 'Only SHARES can be ordered.').optional(),
        instrument: z.object({
          symbol: z.string('The symbol of the instrument is required.'),
          assetType: z.literal('EQUITY', 'This fake trades EQUITY (shares and ETFs) only.'),
        }),
      }),
    )
    .length(1, 'A SINGLE order has exactly one leg.'),
  // Named by the document, but a plain order has none of them.
  stopPrice: z.undefined('A stopPrice is for stop orders.').optional(),
  childOrderStrategies: z.undefined('A SINGLE order has no children.').optional(),
});

/** Whole cents from a dollar on, four places below it: Regulation NMS, Rule 612. */
function isPriceStep(price: Decimal): boolean {
  return price.round(price.gte(decimal('1')) ? 2 : 4).eq(price);
}

/** Reads the body of an order: against Schwab's document first, then against Schwab's rules. */
export function readOrder(world: World, operation: OperationName, body: unknown): ReadTicket {
  const wrongShape = requestErrors(operation, body);
  if (wrongShape.length > 0) return { type: 'wrong', errors: wrongShape };
  const parsed = orderSchema.safeParse(body);
  if (!parsed.success) {
    return { type: 'wrong', errors: parsed.error.issues.map(({ message }) => message) };
  }
  const order = parsed.data;
  const [leg] = order.orderLegCollection;
  if (leg === undefined) return { type: 'wrong', errors: ['A SINGLE order has exactly one leg.'] };
  const quantity = plain(leg.quantity);
  const price = order.price === undefined ? null : plain(order.price);
  const symbol = world.symbols.get(leg.instrument.symbol);
  const errors: string[] = [];
  if (quantity === null || quantity.lte('0') || quantity.gt('999999')) {
    errors.push('Quantity must be between 1 and 999999.');
  } else if (!quantity.round(0).eq(quantity)) {
    errors.push('Quantity must be a whole number of shares.');
  }
  if (order.quantity !== undefined && order.quantity !== leg.quantity) {
    errors.push('The quantity of the order differs from its leg.');
  }
  if (order.orderType === 'LIMIT') {
    if (price === null || price.lte('0')) errors.push('A limit order needs a price above 0.');
    else if (!isPriceStep(price)) errors.push('The price has too many decimal places.');
  } else if (order.price !== undefined) {
    errors.push('A market order has no price.');
  }
  if (order.orderType === 'MARKET' && order.session !== 'NORMAL') {
    errors.push('Only limit orders are accepted outside the regular session.');
  }
  if (order.orderType === 'MARKET' && order.duration !== 'DAY') {
    errors.push('A market order is good for the day only.');
  }
  if (symbol === undefined) errors.push(`Symbol ${leg.instrument.symbol} was not found.`);
  else if (symbol.asset !== 'EQUITY' && symbol.asset !== 'ETF') {
    errors.push(`${leg.instrument.symbol} is not traded as EQUITY.`);
  }
  if (errors.length > 0 || quantity === null) return { type: 'wrong', errors };
  return {
    type: 'read',
    ticket: {
      symbol: leg.instrument.symbol,
      instruction: leg.instruction,
      orderType: order.orderType,
      price,
      quantity,
      session: order.session,
      duration: order.duration,
    },
  };
}
