import { z } from 'zod';
import { sideSchema } from './plan-types.ts';
import { accountNameSchema, decimalSchema, instantSchema, symbolSchema } from './schemas.ts';

export const orderStatusSchema = z.enum([
  'created',
  'denied',
  'submitted',
  'unknown',
  'accepted',
  'partially_filled',
  'filled',
  'canceled',
  'rejected',
  'expired',
]);
export type OrderStatus = z.output<typeof orderStatusSchema>;

/** What we decided to send; committed before it is sent and never changed. */
export const orderIntentSchema = z.object({
  /** Derived from proposal, leg and attempt; at most 48 characters; never used twice. */
  clientOrderId: z.string().min(1).max(48),
  proposalId: z.string(),
  /** The leg's number within the plan. */
  leg: z.int().min(1),
  attempt: z.int().min(1),
  account: accountNameSchema,
  side: sideSchema,
  symbol: symbolSchema,
  /** Shares. */
  quantity: decimalSchema,
  orderType: z.enum(['market', 'limit']),
  /** Present exactly when orderType is limit. */
  limitPrice: decimalSchema.nullable(),
  timeInForce: z.literal('day'),
  extendedHours: z.boolean(),
  createdAt: instantSchema,
});
export type OrderIntent = z.output<typeof orderIntentSchema>;

/** An intent with what became of it. */
export interface Order {
  readonly intent: OrderIntent;
  readonly status: OrderStatus;
  readonly brokerOrderId: string | null;
  readonly filledQuantity: Decimal;
  readonly averageFillPrice: Decimal | null;
  /** The broker's code and words for a rejection, ours for a denial. */
  readonly reasonCode: string | null;
  readonly reason: string | null;
  /** When the request was handed to the broker; null while created or denied. */
  readonly submittedAt: Temporal.Instant | null;
  readonly updatedAt: Temporal.Instant;
}
type Decimal = z.output<typeof decimalSchema>;

/** One execution at the broker. */
export const fillSchema = z.object({
  /** The broker's id of this execution; unique within a broker account, the same after a correction. */
  executionId: z.string().min(1),
  /**
   * Which telling of this execution it is, for brokers that correct what they told: a higher revision
   * replaces quantity, price and fees of a lower one. Left out: 0.
   */
  revision: z.int().min(0).optional(),
  clientOrderId: z.string().nullable(),
  brokerOrderId: z.string(),
  account: accountNameSchema,
  symbol: symbolSchema,
  side: sideSchema,
  /** Shares; zero when the broker took the execution back. */
  quantity: decimalSchema,
  price: decimalSchema,
  /** Commission and fees in account currency; zero when none. */
  fees: decimalSchema,
  at: instantSchema,
});
export type Fill = z.output<typeof fillSchema>;
