import { z } from 'zod';
import { epochSchema, idSchema, numberSchema, timeSchema } from './exact-json.ts';

/**
 * What Schwab answers, as far as it is used. After the Trader API's OpenAPI document
 * (developer.schwab.com, "Trader API - Individual", Accounts and Trading Production and Market Data
 * Production); only what every answer needs is required, because the document requires nothing. Texts
 * that come from lists are read as texts: a word that was added there must not end trading.
 */

/** GET /trader/v1/accounts/accountNumbers */
export const accountNumbersSchema = z.array(
  z.object({ accountNumber: z.string().min(1), hashValue: z.string().min(1) }),
);

const positionSchema = z.object({
  longQuantity: numberSchema.optional(),
  shortQuantity: numberSchema.optional(),
  averagePrice: numberSchema.optional(),
  instrument: z.object({ assetType: z.string(), symbol: z.string().optional() }),
});
export type WirePosition = z.output<typeof positionSchema>;

const balancesSchema = z.object({
  /** Not in the document, but in the answers for both types of account. */
  cashBalance: numberSchema.optional(),
  totalCash: numberSchema.optional(),
  unsettledCash: numberSchema.optional(),
  cashAvailableForTrading: numberSchema.optional(),
  availableFundsNonMarginableTrade: numberSchema.optional(),
  buyingPower: numberSchema.optional(),
  marginBalance: numberSchema.optional(),
});

/** GET /trader/v1/accounts/{hash} */
export const accountSchema = z.object({
  securitiesAccount: z.object({
    type: z.enum(['CASH', 'MARGIN']),
    positions: z.array(positionSchema).default([]),
    currentBalances: balancesSchema,
    /** As if working orders were done. */
    projectedBalances: balancesSchema.optional(),
  }),
});
export type WireAccount = z.output<typeof accountSchema>['securitiesAccount'];

const executionLegSchema = z.object({
  legId: idSchema.optional(),
  price: numberSchema,
  quantity: numberSchema,
  time: timeSchema,
});

const activitySchema = z.object({
  activityType: z.string().optional(),
  executionType: z.string().optional(),
  /** Not in the document, but in the answers. */
  activityId: idSchema.optional(),
  orderRemainingQuantity: numberSchema.optional(),
  executionLegs: z.array(executionLegSchema).default([]),
});

const orderLegSchema = z.object({
  legId: idSchema.optional(),
  orderLegType: z.string().optional(),
  instrument: z.object({ assetType: z.string().optional(), symbol: z.string().optional() }),
  instruction: z.string(),
  quantity: numberSchema,
});
export type WireOrderLeg = z.output<typeof orderLegSchema>;

/** An order; those that stand around others (OCO, TRIGGER) have children and no legs. */
export const orderSchema = z.object({
  orderId: idSchema,
  status: z.string(),
  enteredTime: timeSchema,
  closeTime: timeSchema.optional(),
  orderType: z.string().optional(),
  price: numberSchema.optional(),
  quantity: numberSchema.optional(),
  filledQuantity: numberSchema.optional(),
  statusDescription: z.string().optional(),
  orderLegCollection: z.array(orderLegSchema).default([]),
  orderActivityCollection: z.array(activitySchema).default([]),
  get childOrderStrategies() {
    return z.array(orderSchema).default([]);
  },
});
export type WireOrder = z.output<typeof orderSchema>;

/** GET /trader/v1/accounts/{hash}/orders */
export const ordersSchema = z.array(orderSchema);

const quoteEntrySchema = z.object({
  assetMainType: z.string(),
  quote: z.object({
    bidPrice: numberSchema.optional(),
    askPrice: numberSchema.optional(),
    lastPrice: numberSchema.optional(),
    mark: numberSchema.optional(),
    tradeTime: epochSchema.optional(),
    quoteTime: epochSchema.optional(),
    securityStatus: z.string().optional(),
  }),
  fundamental: z.object({ avg10DaysVolume: numberSchema.optional() }).optional(),
});
export type WireQuote = z.output<typeof quoteEntrySchema>;

/** GET /marketdata/v1/quotes: an entry for each symbol, and beside them what was not understood. */
export const quotesSchema = z
  .record(z.string(), z.unknown())
  .transform((answer) =>
    Object.fromEntries(Object.entries(answer).filter(([symbol]) => symbol !== 'errors')),
  )
  .pipe(z.record(z.string(), quoteEntrySchema));

const hoursSchema = z.array(z.object({ start: timeSchema, end: timeSchema })).default([]);

/** GET /marketdata/v1/markets: by market, then by product (`EQ`; `equity` on days without a session). */
export const marketsSchema = z.object({
  equity: z.record(
    z.string(),
    z.object({
      isOpen: z.boolean(),
      sessionHours: z.object({ regularMarket: hoursSchema }).nullish(),
    }),
  ),
});
export type WireMarkets = z.output<typeof marketsSchema>;

/** What stands in an error's body; the two APIs write it differently. */
export const problemSchema = z.object({
  message: z.string().optional(),
  error: z.string().optional(),
  errors: z
    .array(
      z.union([
        z.string(),
        z.object({
          id: z.string().optional(),
          title: z.string().optional(),
          detail: z.string().optional(),
          message: z.string().optional(),
        }),
      ]),
    )
    .optional(),
});
