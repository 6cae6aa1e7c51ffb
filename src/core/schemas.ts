import { z } from 'zod';
import { DECIMAL_TEXT, decimal, Decimal, toText } from './decimal.ts';

/** Decimal text on the outside (JSON, database), an exact decimal inside. */
export const decimalSchema = z.codec(
  z.string().regex(DECIMAL_TEXT, 'expected a plain decimal number such as 12.50'),
  z.instanceof(Decimal),
  { decode: (text) => decimal(text), encode: (value) => toText(value) },
);

/** ISO 8601 text with a zone offset on the outside, `Temporal.Instant` inside. */
export const instantSchema = z.codec(
  z.iso.datetime({ offset: true }),
  z.instanceof(Temporal.Instant),
  {
    decode: (text) => Temporal.Instant.from(text),
    encode: (instant) => instant.toString(),
  },
);

/** `YYYY-MM-DD` on the outside, `Temporal.PlainDate` inside. */
export const plainDateSchema = z.codec(z.iso.date(), z.instanceof(Temporal.PlainDate), {
  decode: (text) => Temporal.PlainDate.from(text),
  encode: (date) => date.toString(),
});

/**
 * A ticker symbol as brokers write it: letters, digits and `. - / space`, at most 24 characters,
 * upper case (`BRK.B`, `BF-B`).
 */
export const symbolSchema = z
  .string()
  .regex(/^[A-Z0-9][A-Z0-9.\-/ ]{0,23}$/, 'expected a symbol such as AAPL or BRK.B (upper case)');

/** An account's name in portfolios.yaml. */
export const accountNameSchema = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9_-]{0,31}$/,
    'expected a short name such as core or family-trust (lower case)',
  );
