import { z } from 'zod';
import { Decimal, decimal, toText } from '../../core/decimal.ts';

/**
 * JSON whose numbers stay what they are as text: Schwab writes money, prices and ids of 64 bits as
 * JSON numbers, and a binary float would lose digits of them.
 */

declare global {
  interface JSON {
    /** ECMAScript 2026: text that is written into JSON as it is. */
    rawJSON(text: string): unknown;
  }
}

/** Longer numbers, or far exponents, are no amounts: they would only blow up what is made of them. */
const NUMBER = /^-?\d{1,40}(\.\d{1,60})?([eE][+-]?\d{1,2})?$/;

/**
 * Parses JSON; every number in it becomes an exact decimal.
 * @throws SyntaxError for text that is not JSON or nested too deep, and for numbers that are no amounts.
 */
export function parseExactJson(text: string): unknown {
  try {
    return JSON.parse(text, reviveNumber);
  } catch (error) {
    // Brackets in brackets in brackets: the stack has an end.
    if (error instanceof RangeError) throw new SyntaxError('nested too deep', { cause: error });
    throw error;
  }
}

function reviveNumber(
  _key: string,
  value: unknown,
  context?: { readonly source?: string },
): unknown {
  if (typeof value !== 'number') return value;
  const source = context?.source ?? '';
  if (!NUMBER.test(source))
    throw new SyntaxError(`a number that is no amount: ${source.slice(0, 60)}`);
  return new Decimal(source);
}

/** A decimal that JSON.stringify writes as a number with exactly these digits. */
export function jsonNumber(value: Decimal): unknown {
  return JSON.rawJSON(toText(value));
}

/** A number of the wire. */
export const numberSchema = z.instanceof(Decimal, { error: 'expected a number' });

/** An id of up to 64 bits, which the wire writes as a number or a text; gives its digits. */
export const idSchema = z
  .union([numberSchema, z.string()], 'expected an id')
  .transform((value) => (typeof value === 'string' ? value : toText(value)))
  .refine((text) => /^\d{1,20}$/.test(text), 'expected an id of digits');

/** Milliseconds since 1970, as a number. */
export const epochSchema = numberSchema
  .refine((value) => value.gte(decimal('0')) && value.lt(decimal('1e14')), 'expected a time')
  .transform((value) => Temporal.Instant.fromEpochMilliseconds(Number(value.toFixed(0))));

/** ISO 8601 with an offset, which Schwab writes without its colon: `2026-11-20T15:00:00+0000`. */
export const timeSchema = z.string().transform((text, context) => {
  try {
    return Temporal.Instant.from(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'expected a time with an offset' });
    return z.NEVER;
  }
});
