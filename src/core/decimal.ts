import { Big } from 'big.js';

/**
 * Exact decimals for money, prices, quantities and weights.
 *
 * A constructor of our own, so that no library sharing big.js can change our settings. Strict mode
 * refuses binary floats on the way in and inexact conversions on the way out. Only division rounds:
 * to 28 decimal places, half to even.
 */
export const Decimal = Big();
Decimal.strict = true;
Decimal.DP = 28;
Decimal.RM = 2; // half to even
Decimal.NE = -40;
Decimal.PE = 40;

/** An exact decimal number. */
export type Decimal = Big;

/**
 * A plain decimal: optional minus, digits, optional fraction. No exponents, no separators. Long enough
 * for a product such as quantity x price x share, each with the 18 places that brokers go to.
 */
export const DECIMAL_TEXT = /^-?\d{1,64}(\.\d{1,64})?$/;

/**
 * Reads a decimal from text such as `-12.50`.
 * @throws Error when the text is not a plain decimal; parse outside input with a zod schema instead.
 */
export function decimal(text: string): Decimal {
  return new Decimal(text);
}

/** An exact decimal from a safe integer, e.g. a count. */
export function decimalFromInteger(value: number): Decimal {
  if (!Number.isSafeInteger(value)) throw new Error(`not a safe integer: ${value}`);
  return new Decimal(String(value));
}

export const ZERO: Decimal = decimal('0');
export const ONE: Decimal = decimal('1');
export const HUNDRED: Decimal = decimal('100');

/** Plain decimal text without an exponent, as stored and hashed: `12.5`, never `1.25e1`. */
export function toText(value: Decimal): string {
  const text = value.toFixed();
  return text === '-0' ? '0' : text;
}

export function sum(values: Iterable<Decimal>): Decimal {
  let total = 0n;
  let scale = 0;
  for (const value of values) {
    const { digits, places } = toDigits(value);
    if (places > scale) {
      total *= tenToThe(places - scale);
      scale = places;
    }
    total += digits * tenToThe(scale - places);
  }
  return fromScale(total, scale);
}

/** Read off the decimal itself: to compare with zero, big.js copies it each time. */
export function isZero(value: Decimal): boolean {
  return value.c[0] === 0;
}

export function isNegative(value: Decimal): boolean {
  return value.s < 0 && !isZero(value);
}

export function isPositive(value: Decimal): boolean {
  return value.s > 0 && !isZero(value);
}

export function minimum(a: Decimal, b: Decimal): Decimal {
  return a.lte(b) ? a : b;
}

export function maximum(a: Decimal, b: Decimal): Decimal {
  return a.gte(b) ? a : b;
}

/** The largest multiple of `lot` that is not above `quantity` (towards zero for negatives). */
export function roundDownToLot(quantity: Decimal, lot: Decimal): Decimal {
  return quantity.div(lot).round(0, Big.roundDown).times(lot);
}

/** Rounds to cents, half to even: for showing and for cash amounts, never inside a calculation. */
export function roundToCents(value: Decimal): Decimal {
  return value.round(2, Big.roundHalfEven);
}

/** An exact decimal taken apart: `digits` x 10^-`places`. */
export interface Digits {
  readonly digits: bigint;
  readonly places: number;
}

/** Takes a decimal apart, for long calculations on integers: exact as big.js is, and many times faster. */
export function toDigits(value: Decimal): Digits {
  const { c, e, s } = value;
  let digits: bigint;
  if (c.length <= SAFE_DIGITS) {
    let small = 0;
    for (const digit of c) small = small * 10 + digit;
    digits = BigInt(s * small);
  } else {
    digits = BigInt(s) * BigInt(c.join(''));
  }
  const places = c.length - 1 - e;
  return places >= 0 ? { digits, places } : { digits: digits * tenToThe(-places), places: 0 };
}

/** How many decimal places a value has. */
export function placesOf({ c, e }: Decimal): number {
  return Math.max(0, c.length - 1 - e);
}

/** So many decimal digits are exact in a binary float. */
const SAFE_DIGITS = 15;
const CODE_OF_ZERO = 48;
/** As many as hardly any decimal has digits. */
const ZEROS: readonly number[] = Array.from({ length: 100 }, () => 0);

/** The nearest binary float, or one beside it: for ordering and for charts, never for money. */
export function approximately(value: Decimal): number {
  const { c, e, s } = value;
  // Text is what takes its time; few digits are exact without it.
  if (c.length > SAFE_DIGITS || e < -SAFE_DIGITS || e > SAFE_DIGITS) return Number(value.toFixed());
  let digits = 0;
  for (const digit of c) digits = digits * 10 + digit;
  const places = c.length - 1 - e;
  const power = POWERS[Math.abs(places)] ?? 10 ** Math.abs(places);
  return s * (places >= 0 ? digits / power : digits * power);
}

const POWERS = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

/**
 * The value in units of 10^-`scale`.
 * @throws Error when the scale is too coarse to hold it exactly.
 */
export function atScale(value: Digits, scale: number): bigint {
  if (scale < value.places)
    throw new Error(`${value.places} places do not fit a scale of ${scale}`);
  return value.digits * tenToThe(scale - value.places);
}

/** The exact decimal of an integer in units of 10^-`scale`. */
export function fromScale(value: bigint, scale: number): Decimal {
  if (value === 0n) return ZERO;
  const text = (value < 0n ? -value : value).toString();
  let length = text.length;
  while (text.charCodeAt(length - 1) === CODE_OF_ZERO) length -= 1;
  // By its digits (big.js documents c, e and s), since to parse a text costs several times as much; and
  // of the right length from the start, since an array that grows keeps half as much room again.
  const digits = ZEROS.slice(0, length);
  for (let index = 0; index < length; index += 1) {
    digits[index] = text.charCodeAt(index) - CODE_OF_ZERO;
  }
  const result = new Decimal(ZERO);
  result.c = digits;
  result.e = text.length - 1 - scale;
  result.s = value < 0n ? -1 : 1;
  return result;
}

/** `numerator` / `denominator`, rounded as every division here: 28 decimal places, half to even. */
export function ratio(numerator: bigint, denominator: bigint): Decimal {
  const negative = numerator < 0n !== denominator < 0n;
  const divisor = denominator < 0n ? -denominator : denominator;
  const scaled = (numerator < 0n ? -numerator : numerator) * tenToThe(Decimal.DP);
  let quotient = scaled / divisor;
  const twice = 2n * (scaled - quotient * divisor);
  if (twice > divisor || (twice === divisor && quotient % 2n === 1n)) quotient += 1n;
  return fromScale(negative ? -quotient : quotient, Decimal.DP);
}

const powersOfTen: bigint[] = [];

export function tenToThe(exponent: number): bigint {
  return (powersOfTen[exponent] ??= 10n ** BigInt(exponent));
}
