import { z } from 'zod';
import { Decimal } from '../../core/decimal.ts';
import { symbolSchema } from '../../core/schemas.ts';

/**
 * What Alpaca answers, as far as it is used: https://docs.alpaca.markets/reference and, for prices,
 * https://docs.alpaca.markets/reference/stocksnapshots-1. Every number arrives as the text that was
 * sent, whether Alpaca wrote it as text or as a bare number.
 */

export const amount = z
  .string()
  .regex(/^-?\d{1,40}(\.\d{1,40})?([eE][+-]?\d{1,2})?$/, 'expected a decimal number')
  .transform((text) => new Decimal(text));

export const time = z.string().transform((text, context) => {
  try {
    return Temporal.Instant.from(text);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    context.addIssue({ code: 'custom', message: 'expected a time with its zone' });
    return z.NEVER;
  }
});

const side = z.enum(['buy', 'sell']);

/** Fields of pattern day trading are gone since 2026-07-06 and are not looked at. */
export const accountAnswer = z.object({
  status: z.string(),
  cash: amount,
  buying_power: amount,
  currency: z.string().optional(),
  account_number: z.string().optional(),
  account_blocked: z.boolean().optional(),
  trading_blocked: z.boolean().optional(),
  trade_suspended_by_user: z.boolean().optional(),
});
export type AccountAnswer = z.output<typeof accountAnswer>;

export const configurationAnswer = z.object({
  suspend_trade: z.boolean().optional(),
  fractional_trading: z.boolean().optional(),
});

export const positionsAnswer = z.array(
  z.object({ symbol: symbolSchema, qty: amount, side: z.string(), cost_basis: amount }),
);
export type PositionAnswer = z.output<typeof positionsAnswer>[number];

export const orderStatus = z.enum([
  'new',
  'partially_filled',
  'filled',
  'done_for_day',
  'canceled',
  'expired',
  'replaced',
  'pending_cancel',
  'pending_replace',
  'accepted',
  'pending_new',
  'accepted_for_bidding',
  'stopped',
  'rejected',
  'suspended',
  'calculated',
  'held',
]);
export type AlpacaOrderStatus = z.output<typeof orderStatus>;

export const orderAnswer = z.object({
  id: z.string().min(1),
  client_order_id: z.string().nullish(),
  symbol: symbolSchema,
  side,
  /** Null for an order of an amount of money, which then is `notional`. */
  qty: amount.nullish(),
  notional: amount.nullish(),
  filled_qty: amount,
  filled_avg_price: amount.nullish(),
  limit_price: amount.nullish(),
  status: orderStatus,
  created_at: time,
  submitted_at: time.nullish(),
  updated_at: time.nullish(),
  replaced_by: z.string().nullish(),
});
export type OrderAnswer = z.output<typeof orderAnswer>;
export const ordersAnswer = z.array(orderAnswer);

export const fillsAnswer = z.array(
  z.object({
    id: z.string().min(1),
    order_id: z.string().min(1),
    /** `fill` and `partial_fill` are all that there are; another kind would be no execution. */
    type: z.string().optional(),
    symbol: symbolSchema,
    /** `sell_short` where a sale opened a short position. */
    side: z.enum(['buy', 'sell', 'sell_short']),
    qty: amount,
    price: amount,
    transaction_time: time,
  }),
);
export type FillAnswer = z.output<typeof fillsAnswer>[number];

export const clockAnswer = z.object({
  timestamp: time,
  is_open: z.boolean(),
  next_open: time,
  next_close: time,
});

export const assetAnswer = z.object({
  class: z.string(),
  symbol: z.string(),
  status: z.string(),
  tradable: z.boolean(),
  fractionable: z.boolean(),
});
export type AssetAnswer = z.output<typeof assetAnswer>;
export const assetsAnswer = z.array(assetAnswer);

/** By symbol; a symbol without data is left out or null, and so is each part of what is known. */
export const snapshotsAnswer = z.record(
  z.string(),
  z
    .object({
      latestTrade: z.object({ p: amount, t: time }).nullish(),
      latestQuote: z.object({ bp: amount, ap: amount, t: time }).nullish(),
    })
    .nullable(),
);
export type SnapshotAnswer = z.output<typeof snapshotsAnswer>[string];

/** Daily bars by symbol, of which the volume is used: https://docs.alpaca.markets/reference/stockbars */
export const barsAnswer = z.object({
  bars: z.record(z.string(), z.array(z.object({ v: amount }))).nullable(),
  next_page_token: z.string().nullish(),
});

/** What stands in an error's body; the code as text. Alpaca's gateway leaves the code out. */
export const errorAnswer = z.object({ code: z.string().optional(), message: z.string() });

/** https://docs.alpaca.markets/docs/websocket-streaming */
export const streamMessage = z.discriminatedUnion('stream', [
  z.object({
    stream: z.literal('authorization'),
    data: z.object({ status: z.string() }),
  }),
  z.object({
    stream: z.literal('listening'),
    data: z.object({ streams: z.array(z.string()).optional(), error: z.string().optional() }),
  }),
  z.object({
    stream: z.literal('trade_updates'),
    data: z.object({ event: z.string(), order: orderAnswer }),
  }),
]);
