import type { Decimal } from './decimal.ts';
import { decimal, HUNDRED, roundToCents, toText } from './decimal.ts';

/** Figures in words, the same in checks, messages and charts. Rounded for showing, never for reckoning. */

const SMALLEST_PERCENT = decimal('0.1');

/** Groups the digits before the decimal point by thousands. */
export function group(text: string): string {
  const [whole = '', fraction] = text.split('.');
  const grouped = whole.replace(/\B(?=(?:\d{3})+$)/gu, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** Fixed digits, half to even, without a negative zero. */
function fixed(value: Decimal, digits: number): string {
  const text = value.round(digits, 2).toFixed(digits);
  return /^-0(?:\.0*)?$/u.test(text) ? text.slice(1) : text;
}

function withSign(text: string, prefix: string): string {
  return text.startsWith('-') ? `-${prefix}${text.slice(1)}` : `${prefix}${text}`;
}

/** Money in account currency, to the cent: `$24,310.12`, `-$3.41`. */
export function formatMoney(value: Decimal): string {
  return withSign(group(fixed(roundToCents(value), 2)), '$');
}

/** Money that someone set, without needless cents: `$20,000`, `$99.50`. */
export function formatAmount(value: Decimal): string {
  return formatMoney(value).replace(/\.00$/u, '');
}

/** Money as a change: `+$24.10`, `-$3.41`, `$0.00`. */
export function formatSignedMoney(value: Decimal): string {
  const text = formatMoney(value);
  return roundToCents(value).gt('0') ? `+${text}` : text;
}

/** Money that was paid in or, negative, out: `$5,000.00 in`. */
export function formatPayment(value: Decimal): string {
  return value.lt('0') ? `${formatMoney(value.neg())} out` : `${formatMoney(value)} in`;
}

/** A price: at least cents, up to four digits where the price has them: `$223.10`, `$0.1234`. */
export function formatPrice(value: Decimal): string {
  const text = fixed(value, 4).replace(/0{1,2}$/u, '');
  return withSign(group(text), '$');
}

/** A number of shares, exact: `1,042` or `12.3456`. */
export function formatQuantity(value: Decimal): string {
  return group(toText(value));
}

/**
 * A fraction as percent: 0.068 is `6.8%`. What is not zero never shows as zero: `<0.1%`.
 * @param digits after the decimal point.
 */
export function formatPercent(fraction: Decimal, digits = 1): string {
  const percent = fraction.times(HUNDRED);
  const text = fixed(percent, digits);
  if (digits === 1 && text === '0.0' && percent.gt('0') && percent.lt(SMALLEST_PERCENT)) {
    return '<0.1%';
  }
  return `${group(text)}%`;
}

/** A fraction as percent without needless digits: `30%`, `12.5%`, `33.33%`. For targets and limits. */
export function formatShortPercent(fraction: Decimal): string {
  return `${group(toText(fraction.times(HUNDRED).round(2, 2)))}%`;
}

/** A fraction as a change in percent: `+0.42%`, `-1.90%`, `0.00%`. */
export function formatSignedPercent(fraction: Decimal, digits = 2): string {
  const text = fixed(fraction.times(HUNDRED), digits);
  const positive = !text.startsWith('-') && /[1-9]/u.test(text);
  return `${positive ? '+' : ''}${group(text)}%`;
}

/** Basis points as a signed figure: 1.42 is `+1.4 bp`. */
export function formatBasisPoints(basisPoints: Decimal): string {
  const text = fixed(basisPoints, 1);
  const positive = !text.startsWith('-') && /[1-9]/u.test(text);
  return `${positive ? '+' : ''}${group(text)} bp`;
}

/** A chart's value from a fraction: percent as plain decimal text, at most two digits. */
export function chartPercent(fraction: Decimal): string {
  return toText(fraction.times(HUNDRED).round(2, 2));
}

/** `1 order`, `5 orders`, `1,204 orders`. */
export function formatCount(count: number, singular: string, plural = `${singular}s`): string {
  return `${group(String(count))} ${count === 1 ? singular : plural}`;
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** A day near enough to need no year: `21 Dec`. */
export function formatDay(day: Temporal.PlainDate): string {
  return `${day.day} ${MONTHS[day.month - 1] ?? ''}`;
}
