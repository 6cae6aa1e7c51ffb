import { z } from 'zod';
import { decimal, DECIMAL_TEXT, type Decimal, toText } from '../core/decimal.ts';
import { decimalSchema, instantSchema, plainDateSchema } from '../core/schemas.ts';
import { StoreError } from '../ports/store-error.ts';

/**
 * An instant as a column: always 30 characters in UTC, so that text order is time order.
 * @throws StoreError invalid_value for years that do not have four digits.
 */
export function instantColumn(instant: Temporal.Instant): string {
  const text = instant.toString({ fractionalSecondDigits: 9 });
  if (text.length !== 30) {
    throw new StoreError('invalid_value', `An instant outside the years 0 to 9999: ${text}.`);
  }
  return text;
}

/** A decimal as a column: plain text, no more digits than can be read back. */
export function decimalColumn(value: Decimal): string {
  const text = toText(value);
  if (!DECIMAL_TEXT.test(text)) {
    throw new StoreError('invalid_value', `A number with too many digits to store: ${text}.`);
  }
  return text;
}

export function optional<T, U>(value: T | null | undefined, convert: (value: T) => U): U | null {
  return value === null || value === undefined ? null : convert(value);
}

/** JSON text for a value that fits the schema. @throws StoreError when it does not. */
export function jsonColumn<S extends z.ZodType>(
  schema: S,
  value: z.output<S>,
  what: string,
): string {
  const encoded = z.safeEncode(schema, value);
  if (!encoded.success) {
    throw new StoreError(
      'invalid_value',
      `${what} cannot be stored: ${z.prettifyError(encoded.error)}`,
      { cause: encoded.error },
    );
  }
  return JSON.stringify(encoded.data);
}

/**
 * Reads a stored value back through its schema.
 * @param where the row, for the sentence.
 * @throws StoreError database_corrupt when it is not what was once written.
 */
export function decodeColumn<S extends z.ZodType>(
  schema: S,
  value: unknown,
  where: string,
): z.output<S> {
  const decoded = schema.safeParse(value);
  if (!decoded.success) {
    throw new StoreError(
      'database_corrupt',
      `The stored ${where} cannot be read back: ${z.prettifyError(decoded.error)}`,
      { cause: decoded.error },
    );
  }
  return decoded.data;
}

/** Like decodeColumn, for JSON text. */
export function decodeJsonColumn<S extends z.ZodType>(
  schema: S,
  text: string,
  where: string,
): z.output<S> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new StoreError('database_corrupt', `The stored ${where} is not JSON.`, { cause: error });
  }
  return decodeColumn(schema, value, where);
}

export function decodeInstant(text: string, where: string): Temporal.Instant {
  return decodeColumn(instantSchema, text, where);
}

export function decodeDecimal(text: string, where: string): Decimal {
  // Read by the thousand; the schema says the same, and what is wrong.
  return DECIMAL_TEXT.test(text) ? decimal(text) : decodeColumn(decimalSchema, text, where);
}

export function decodePlainDate(text: string, where: string): Temporal.PlainDate {
  return decodeColumn(plainDateSchema, text, where);
}
