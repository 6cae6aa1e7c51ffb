import { z } from 'zod';
import { DECIMAL_TEXT, decimal } from '../../../src/core/decimal.ts';

/** A plain decimal as text, so that no money passes through a binary float. */
export const decimalText = z
  .string()
  .regex(DECIMAL_TEXT, 'write a plain decimal as text, such as "12.50"')
  .transform((text) => decimal(text));

const instantText = z.string().transform((text, context) => {
  try {
    return Temporal.Instant.from(text);
  } catch {
    context.addIssue({ code: 'custom', message: `not an ISO instant: ${text}` });
    return z.NEVER;
  }
});

/** What the login may see of a contract's prices. */
const marketDataAccess = z.enum(['live', 'delayed', 'none', 'competing']);
export type MarketDataAccess = z.infer<typeof marketDataAccess>;

const contractOption = z.strictObject({
  symbol: z.string().min(1),
  conId: z.int().positive(),
  primaryExchange: z.string().default('NASDAQ'),
  currency: z.string().default('USD'),
  longName: z.string().default(''),
  isin: z.string().default(''),
  minTick: decimalText.default(decimal('0.01')),
  fractional: z.boolean().default(false),
  last: decimalText,
  bid: decimalText.optional(),
  ask: decimalText.optional(),
  marketData: marketDataAccess.optional(),
  averageVolume: z.int().min(0).multipleOf(100).default(1_000_000),
});

const accountOption = z.strictObject({
  id: z.string().regex(/^[A-Z]{1,2}\d{5,9}$/, 'an account is written like DU1234567'),
  type: z.enum(['cash', 'margin']).default('margin'),
  cash: decimalText,
  positions: z
    .array(z.strictObject({ symbol: z.string(), quantity: decimalText, averageCost: decimalText }))
    .default([]),
});

/** What the process takes as its one argument. */
export const optionsSchema = z.strictObject({
  now: instantText.optional(),
  clock: z.enum(['real', 'stepped']).default('real'),
  fills: z.enum(['told', 'automatic']).default('told'),
  fillAfterMilliseconds: z.int().nonnegative().default(0),
  /** The newest version this gateway speaks; a client that only knows older ones gets theirs. */
  serverVersion: z.int().min(176).max(193).default(193),
  port: z.int().min(0).max(65_535).default(0),
  accounts: z
    .array(accountOption)
    .min(1)
    .default([{ id: 'DU1234567', type: 'margin', cash: decimal('100000'), positions: [] }]),
  /** More contracts; one with the symbol, currency and primary exchange of a known one replaces it. */
  contracts: z.array(contractOption).default([]),
  marketData: marketDataAccess.default('live'),
  /** `calendar`: weekdays from 9:30 to 16:00 in New York, without the days in `holidays`. */
  market: z.enum(['open', 'closed', 'calendar']).default('open'),
  holidays: z.array(z.string()).default([]),
  /** What becomes of an order for a closed market: 399 and held, or 201. */
  closedMarket: z.enum(['hold', 'reject']).default('hold'),
  /** `fixed`: IB's fixed pricing. `none`: reports of zero. */
  commissions: z.enum(['fixed', 'none']).default('fixed'),
  pacing: z.enum(['enforced', 'off']).default('enforced'),
  /** `documented`: 135 and 161. `observed`: 10147 and 10148, which newer gateways send instead. */
  cancelErrors: z.enum(['documented', 'observed']).default('documented'),
  /** "Read-Only API" in the gateway's settings. */
  readOnly: z.boolean().default(false),
  /** The zone that the gateway writes times in. */
  timeZone: z.string().default('US/Eastern'),
});

export type TwsFakeOptions = z.input<typeof optionsSchema>;
export type Settings = z.output<typeof optionsSchema>;
export type ContractSettings = Settings['contracts'][number];
