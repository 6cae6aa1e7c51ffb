import { z } from 'zod';
import { decimalSchema, instantSchema, symbolSchema, accountNameSchema } from './schemas.ts';

/** What an account holds of one symbol. Short positions have a negative quantity. */
export const positionSchema = z.object({
  symbol: symbolSchema,
  /** Shares; may be fractional. */
  quantity: decimalSchema,
  /** What the whole position cost in account currency, where the broker knows it. */
  costBasis: decimalSchema.nullable(),
});
export type Position = z.output<typeof positionSchema>;

/** One symbol's price and whether it can be traded, as the broker says. */
export const quoteSchema = z.object({
  symbol: symbolSchema,
  /** The price that planning uses: the last trade or the midpoint. Null when the broker has none. */
  price: decimalSchema.nullable(),
  bid: decimalSchema.nullable(),
  ask: decimalSchema.nullable(),
  /** When the price was made. */
  at: instantSchema,
  /** Shares a day on average, where the broker knows it. */
  averageDailyVolume: decimalSchema.nullable().optional(),
  tradable: z.boolean(),
  fractionable: z.boolean(),
});
export type Quote = z.output<typeof quoteSchema>;

/** Money in an account, in account currency. */
export const accountBalanceSchema = z.object({
  cash: decimalSchema,
  /** Cash that trades have settled into, where the broker knows it. */
  settledCash: decimalSchema.nullable(),
  buyingPower: decimalSchema,
});
export type AccountBalance = z.output<typeof accountBalanceSchema>;

/** An exchange session as the broker or the market calendar tells it. */
export const marketClockSchema = z.object({
  open: z.boolean(),
  /** The next time the regular session opens; null when orders are taken at any time. */
  nextOpen: instantSchema.nullable(),
  /** When the running (or next) session closes; null when orders are taken at any time. */
  nextClose: instantSchema.nullable(),
});
export type MarketClock = z.output<typeof marketClockSchema>;

/** An order that is working at the broker while we plan. */
export const openOrderSchema = z.object({
  brokerOrderId: z.string(),
  clientOrderId: z.string().nullable(),
  symbol: symbolSchema,
  side: z.enum(['buy', 'sell']),
  remainingQuantity: decimalSchema,
});

/** An account at one instant: everything that planning may look at. */
export const snapshotSchema = z.object({
  account: accountNameSchema,
  takenAt: instantSchema,
  balance: accountBalanceSchema,
  positions: z.array(positionSchema),
  quotes: z.array(quoteSchema),
  openOrders: z.array(openOrderSchema),
  /** When we last traded a symbol of this account; for the cooldown. */
  lastTraded: z.array(z.object({ symbol: symbolSchema, at: instantSchema })),
  market: marketClockSchema,
});
export type Snapshot = z.output<typeof snapshotSchema>;

/** Target weights as fractions of the investable value; they add up to exactly 1. */
export const targetsSchema = z.array(z.object({ symbol: symbolSchema, weight: decimalSchema }));
export type Targets = z.output<typeof targetsSchema>;
