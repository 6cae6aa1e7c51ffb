import { z } from 'zod';
import { decimalSchema, symbolSchema } from './schemas.ts';

export const sideSchema = z.enum(['buy', 'sell']);
export type Side = z.output<typeof sideSchema>;

/** One line of a plan: an order that is proposed. */
export const legSchema = z.object({
  /** 1, 2, 3 ... in the order of execution: sells first. */
  number: z.int().min(1),
  side: sideSchema,
  symbol: symbolSchema,
  /** Shares, a positive multiple of the symbol's lot. */
  quantity: decimalSchema,
  /** The price the plan was made at. */
  referencePrice: decimalSchema,
  /** quantity x referencePrice. */
  notional: decimalSchema,
  weightBefore: decimalSchema,
  weightAfter: decimalSchema,
  targetWeight: decimalSchema,
});
export type Leg = z.output<typeof legSchema>;

export const skipReasonSchema = z.enum([
  'inside_band',
  'below_minimum_trade',
  'not_tradable',
  'cooldown',
  'untouchable',
  'restricted',
  'buy_only',
  'sell_only',
  'working_order',
  'insufficient_cash',
  'below_one_lot',
  /** Trading it would leave as much drift as leaving it alone, e.g. because the proceeds would lie idle. */
  'no_improvement',
  'adjusted_away',
]);
export type SkipReason = z.output<typeof skipReasonSchema>;

/** A symbol that is off its target and is nevertheless not traded. */
export const skippedLegSchema = z.object({
  symbol: symbolSchema,
  side: sideSchema,
  reason: skipReasonSchema,
  weight: decimalSchema,
  targetWeight: decimalSchema,
  /** What would have been traded. */
  notional: decimalSchema,
});
export type SkippedLeg = z.output<typeof skippedLegSchema>;

/** Something an approver should know; worded by the presenter, from these facts. */
export const planWarningSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('held_without_target'),
    symbol: symbolSchema,
    notional: decimalSchema,
  }),
  z.object({
    type: z.literal('not_tradable_target'),
    symbol: symbolSchema,
    targetWeight: decimalSchema,
  }),
  z.object({
    type: z.literal('contribution_exceeds_cash'),
    requested: decimalSchema,
    available: decimalSchema,
  }),
  z.object({
    type: z.literal('cash_below_buffer'),
    cashAfter: decimalSchema,
    buffer: decimalSchema,
  }),
  z.object({ type: z.literal('open_order'), symbol: symbolSchema }),
  z.object({ type: z.literal('stale_price'), symbol: symbolSchema, at: z.string() }),
  z.object({
    type: z.literal('drift_increases'),
    driftBefore: decimalSchema,
    driftAfter: decimalSchema,
  }),
]);
export type PlanWarning = z.output<typeof planWarningSchema>;

/** One symbol before and after, for tables and charts. */
export const weightRowSchema = z.object({
  symbol: symbolSchema,
  targetWeight: decimalSchema,
  weightBefore: decimalSchema,
  weightAfter: decimalSchema,
});
export type WeightRow = z.output<typeof weightRowSchema>;

/** The trades that bring an account back to its targets, and what they do. */
export const planSchema = z.object({
  /** Half the sum of absolute deviations from the targets, cash beyond the buffer included: 0..1. */
  driftBefore: decimalSchema,
  driftAfter: decimalSchema,
  /** Sells first, then buys. Empty when there is nothing to do. */
  legs: z.array(legSchema),
  skipped: z.array(skippedLegSchema),
  warnings: z.array(planWarningSchema),
  weights: z.array(weightRowSchema),
  /** Sum of the legs' notionals. */
  notional: decimalSchema,
  /** Traded notional over the account's total value. */
  turnover: decimalSchema,
  /** Positions at their prices plus cash. */
  totalValue: decimalSchema,
  /** The cash that no plan invests, as an amount. */
  cashBuffer: decimalSchema,
  cashBefore: decimalSchema,
  cashAfter: decimalSchema,
});
export type Plan = z.output<typeof planSchema>;

/** Why no plan could be made. Nothing is traded on any of these. */
export const planRefusalSchema = z.discriminatedUnion('code', [
  z.object({ code: z.literal('empty_book') }),
  z.object({ code: z.literal('price_missing'), symbols: z.array(symbolSchema) }),
  z.object({ code: z.literal('short_position'), symbols: z.array(symbolSchema) }),
  z.object({ code: z.literal('duplicate_position'), symbols: z.array(symbolSchema) }),
  z.object({ code: z.literal('targets_not_whole'), sum: decimalSchema }),
  z.object({
    code: z.literal('buffer_exceeds_value'),
    buffer: decimalSchema,
    totalValue: decimalSchema,
  }),
  z.object({ code: z.literal('invalid_policy'), reason: z.string() }),
  z.object({ code: z.literal('invalid_recommendation'), index: z.int(), reason: z.string() }),
]);
export type PlanRefusal = z.output<typeof planRefusalSchema>;

export type PlanResult =
  | { readonly type: 'planned'; readonly plan: Plan }
  | { readonly type: 'refused'; readonly refusal: PlanRefusal };
