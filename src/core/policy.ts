import { z } from 'zod';
import { decimalSchema, symbolSchema } from './schemas.ts';

/** How an account is rebalanced. Part of what a proposal's digest covers. */
export const rebalancePolicySchema = z.object({
  /**
   * A symbol is left alone while its weight is within the band around its target. `absolute` is in
   * weight (0.05 = five points), `relative` in shares of the target (0.25 = a quarter of it). With
   * both, leaving either breaks the band ("5/25"). With neither, every deviation breaks it.
   */
  toleranceBand: z.object({
    absolute: decimalSchema.nullable(),
    relative: decimalSchema.nullable(),
  }),
  /** Bring what left its band back to the target itself, or only to the band's edge. */
  rebalanceTo: z.enum(['target', 'band']),
  /** Cash that no plan invests: an amount of money or a share of the account's total value. */
  cashBuffer: z.discriminatedUnion('type', [
    z.object({ type: z.literal('amount'), amount: decimalSchema }),
    z.object({ type: z.literal('share'), share: decimalSchema }),
  ]),
  /** Legs with a smaller notional are skipped. */
  minimumTrade: decimalSchema,
  /** Quantities are multiples of the symbol's lot: 1 for whole shares, 0.0001 for fractions. */
  lots: z.object({
    default: decimalSchema,
    bySymbol: z.array(z.object({ symbol: symbolSchema, lot: decimalSchema })),
  }),
  mode: z.enum(['both', 'buy_only', 'sell_only']),
  /** Only spend this much new cash, on what is under target first; nothing is sold. */
  contribution: decimalSchema.nullable(),
  /** Never traded; what is held of them is not part of the investable value unless targeted. */
  untouchable: z.array(symbolSchema),
  /** The account's restricted list as it was when planning: never traded, held or not. Left out: empty. */
  restricted: z.array(symbolSchema).optional(),
  /** Whether a ready-made list may buy with borrowed money, up to the buying power. Left out: no. */
  borrowing: z.boolean().optional(),
  /** A symbol that we traded fewer than this many days ago is left alone. */
  cooldownDays: z.int().min(0),
});
export type RebalancePolicy = z.output<typeof rebalancePolicySchema>;

/** What a request may change about the policy, for one proposal. */
export const rebalanceRequestSchema = z.object({
  buyOnly: z.boolean(),
  toBand: z.boolean(),
  contribution: decimalSchema.nullable(),
});
export type RebalanceRequest = z.output<typeof rebalanceRequestSchema>;
