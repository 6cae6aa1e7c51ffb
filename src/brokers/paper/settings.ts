import { z } from 'zod';
import { parseAccountSettings } from '../account-settings.ts';
import { DECIMAL_TEXT, decimal, ZERO } from '../../core/decimal.ts';
import { symbolSchema } from '../../core/schemas.ts';

/**
 * The `paper:` section of an account. Its values are plain text, so that no number passes through a
 * binary float. All of it may be left out: that is an account a demo can begin with.
 */

const amountSchema = z
  .string()
  .regex(DECIMAL_TEXT, 'expected an amount such as 25000 or 0.35, without separators')
  .transform(decimal)
  .refine((value) => value.gte(ZERO), 'expected an amount that is not negative');

const quantitySchema = z
  .string()
  .regex(/^\d{1,15}(\.\d{1,9})?$/, 'expected a number of shares such as 120 or 0.5')
  .transform(decimal)
  .refine((value) => value.gt(ZERO), 'expected more than zero shares');

const basisPointsSchema = z
  .string()
  .regex(/^\d{1,4}(\.\d{1,4})?$/, 'expected basis points such as 2 or 0.5')
  .transform(decimal)
  .refine((value) => value.lte('1000'), 'expected at most 1000 basis points (10%)');

/** No delay of the exchange is longer than this. */
const LONGEST_DELAY = Temporal.Duration.from({ hours: 1 });

const delaySchema = z.string().transform((text, context) => {
  const delay = readDelay(text);
  if (delay !== null) return delay;
  context.addIssue({
    code: 'custom',
    message: 'expected a time of at most an hour such as "50 ms", "2 s" or PT0.05S',
  });
  return z.NEVER;
});

const UNITS: Readonly<Record<string, 'milliseconds' | 'seconds' | 'minutes'>> = {
  ms: 'milliseconds',
  s: 'seconds',
  min: 'minutes',
};

function readDelay(text: string): Temporal.Duration | null {
  const simple = /^(\d{1,7})\s*(ms|s|min)$/.exec(text.trim());
  const unit = UNITS[simple?.[2] ?? ''];
  const delay =
    simple !== null && unit !== undefined
      ? Temporal.Duration.from({ [unit]: Number(simple[1]) })
      : /^PT\d/.test(text)
        ? isoDuration(text)
        : null;
  return delay !== null && Temporal.Duration.compare(delay, LONGEST_DELAY) <= 0 ? delay : null;
}

function isoDuration(text: string): Temporal.Duration | null {
  try {
    return Temporal.Duration.from(text);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

const monthSchema = z
  .string()
  .regex(/^(1999|20\d\d)-(0[1-9]|1[0-2])$/, 'expected a month such as 2006-01, from 1999 on')
  .transform((text) => Temporal.PlainYearMonth.from(text));

const slicesSchema = z
  .string()
  .regex(/^([1-9]|1\d|20)$/, 'expected a whole number of fills, 1 to 20')
  .transform(Number);

const switchSchema = z.union([
  z.boolean(),
  z.enum(['true', 'false']).transform((text) => text === 'true'),
]);

export const paperSettingsSchema = z
  .strictObject({
    /** The first cash. Left out with a positions file: the cash of that file. */
    cash: amountSchema.optional(),
    /** What the account begins with: `{ AAPL: '120' }`. */
    positions: z.record(symbolSchema, quantitySchema).optional(),
    /** Instead of `positions`: a CSV as brokers export it. */
    positionsFile: z.string().min(1).optional(),
    /** `builtin`: real monthly closes of five stocks; otherwise a CSV of date,symbol,close. */
    prices: z.string().min(1).default('builtin'),
    /** The month that the replay begins with. Left out with prices of one's own: their last month. */
    start: monthSchema.optional(),
    /** `ignore`: orders are taken at any time, and a day is 24 hours. */
    marketHours: z.enum(['observe', 'ignore']).default('ignore'),
    /** How long an order is on its way to the exchange. */
    latency: delaySchema.prefault('50 ms'),
    /** In how many executions an order fills, and how long before each. */
    partialFills: slicesSchema.prefault('2'),
    fillInterval: delaySchema.prefault('150 ms'),
    slippageBasisPoints: basisPointsSchema.prefault('2'),
    /** The whole distance between bid and ask. */
    spreadBasisPoints: basisPointsSchema.prefault('2'),
    feePerOrder: amountSchema.prefault('0'),
    feePerShare: amountSchema.prefault('0'),
    /** What the exchange lends for buys at most, where `funds.allowMargin` lets the account borrow. */
    margin: amountSchema.prefault('0'),
    fractional: switchSchema.default(false),
  })
  .refine((settings) => settings.positions === undefined || settings.positionsFile === undefined, {
    path: ['positionsFile'],
    message: 'give positions or positionsFile, not both',
  });

export type PaperSettings = z.output<typeof paperSettingsSchema>;

/** The settings of an account at the paper broker. @throws Error that names each place that does not fit. */
export function readPaperSettings(account: {
  readonly name: string;
  readonly brokerSettings: Readonly<Record<string, unknown>>;
}): PaperSettings {
  const { name, brokerSettings } = account;
  return parseAccountSettings('paper', name, paperSettingsSchema, brokerSettings);
}
