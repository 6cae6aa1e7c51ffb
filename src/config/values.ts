import { z } from 'zod';
import { decimal, HUNDRED, ZERO } from '../core/decimal.ts';
import type { Decimal } from '../core/decimal.ts';
import { listed, shown } from './issues.ts';

/**
 * What people write in portfolios.yaml, as text, and the exact value it stands for. Every schema says
 * what it expects in one sentence; issues.ts adds what was found.
 */

/** Marks texts that editors should also take as a bare number. */
export const MAY_BE_NUMBER = { mayBeNumber: true } as const;

/** A text of a form, turned into a value. `parse` may answer with a sentence where it cannot. */
function written<T>(
  expected: string,
  pattern: RegExp,
  parse: (text: string) => { readonly value: T } | { readonly problem: string },
) {
  return z
    .string(expected)
    .regex(pattern, expected)
    .transform((text, context): T => {
      const parsed = parse(text);
      if ('value' in parsed) return parsed.value;
      context.addIssue({ code: 'custom', message: `${parsed.problem}; found ${shown(text)}` });
      return z.NEVER;
    });
}

function shareOf(text: string): { readonly value: Decimal } | { readonly problem: string } {
  const percent = decimal(text.replace('%', '').trim());
  return percent.gt(HUNDRED)
    ? { problem: 'expected at most 100%' }
    : { value: percent.div(HUNDRED) };
}

/** `5%` -> 0.05. The sign is required: a bare 0.05 could mean either. */
export const percentageSchema = written(
  'expected a percentage with its sign, such as 5%',
  /^\d{1,3}(\.\d{1,10})? ?%$/,
  shareOf,
);

/** `30`, `33.34` or `30%` -> 0.3. Targets are always in percent, so the sign may be left out. */
export const targetWeightSchema = written(
  'expected a percentage such as 30% or 33.34',
  /^\d{1,3}(\.\d{1,10})? ?%?$/,
  shareOf,
).meta(MAY_BE_NUMBER);

const MONEY = /^\$? ?(\d{1,15}|\d{1,3}(,\d{3}){1,4})(\.\d{1,10})?$/;

function moneyOf(text: string): { readonly value: Decimal } {
  return { value: decimal(text.replaceAll(/[$, ]/g, '')) };
}

/** `1000`, `$1,000` or `1000.50` -> 1000.5, in account currency; never negative. */
export const moneySchema = written(
  'expected an amount of money such as $1,000 or 250.50',
  MONEY,
  moneyOf,
).meta(MAY_BE_NUMBER);

/** `$500` or `2%`: an amount of money or a share of the account. */
export const moneyOrShareSchema = written<
  | { readonly type: 'amount'; readonly amount: Decimal }
  | { readonly type: 'share'; readonly share: Decimal }
>(
  'expected an amount of money or a percentage, such as $500 or 2%',
  new RegExp(`${MONEY.source}|${/^\d{1,3}(\.\d{1,10})? ?%$/.source}`),
  (text) => {
    if (!text.endsWith('%')) return { value: { type: 'amount', amount: moneyOf(text).value } };
    const share = shareOf(text);
    return 'problem' in share ? share : { value: { type: 'share', share: share.value } };
  },
).meta(MAY_BE_NUMBER);

/** `50 bp` or `0.5%` -> 50 basis points, at most 10%. */
export const basisPointsSchema = written(
  'expected basis points or a percentage, such as 50 bp or 0.5%',
  /^\d{1,4}(\.\d{1,10})? ?(bp|%)$/,
  (text) => {
    const number = decimal(text.replace(/ ?(bp|%)$/, ''));
    const basisPoints = text.endsWith('%') ? number.times(HUNDRED) : number;
    return basisPoints.gt(decimal('1000'))
      ? { problem: 'expected at most 10% (1000 bp)' }
      : { value: basisPoints };
  },
);

/** `whole` -> 1, `fractional` -> 0.0001, or a step such as `0.01`. */
export const lotSchema = written(
  'expected whole, fractional or a step such as 0.01',
  /^(whole|fractional|\d{1,9}(\.\d{1,9})?)$/,
  (text) => {
    if (text === 'whole') return { value: decimal('1') };
    if (text === 'fractional') return { value: decimal('0.0001') };
    const lot = decimal(text);
    return lot.gt(ZERO) ? { value: lot } : { problem: 'expected a step above 0' };
  },
).meta(MAY_BE_NUMBER);

/** A whole number within limits, e.g. a count of votes. */
export function countSchema(minimum: number, maximum: number) {
  return written(`expected a whole number from ${minimum} to ${maximum}`, /^\d{1,9}$/, (text) => {
    const count = Number(text);
    return count < minimum || count > maximum
      ? { problem: `expected a whole number from ${minimum} to ${maximum}` }
      : { value: count };
  }).meta(MAY_BE_NUMBER);
}

const SECONDS_IN: Readonly<Record<string, number>> = {
  second: 1,
  minute: 60,
  hour: 3600,
  day: 86_400,
};

const DURATION_WORDS = /^\d{1,6} (second|minute|hour|day)s?( \d{1,6} (second|minute|hour|day)s?)*$/;
const DURATION_ISO = /^P(\d{1,4}D)?(T(?=\d)(\d{1,6}H)?(\d{1,6}M)?(\d{1,6}S)?)?$/;

/**
 * `90 seconds`, `1 hour 30 minutes`, `2 days` or ISO 8601 `PT1H30M` -> a duration in hours and
 * smaller, which can be added to an instant. A day is 24 hours.
 */
export function durationSchema(minimum: string, maximum: string) {
  return written(
    'expected a duration such as 90 seconds, 1 hour or 2 days',
    new RegExp(`${DURATION_WORDS.source}|${DURATION_ISO.source}`),
    (text) => {
      const seconds = secondsOf(text);
      return seconds < secondsOf(minimum) || seconds > secondsOf(maximum)
        ? { problem: `expected a duration from ${minimum} to ${maximum}` }
        : { value: Temporal.Duration.from({ seconds }).round({ largestUnit: 'hours' }) };
    },
  );
}

function secondsOf(text: string): number {
  if (text.startsWith('P')) {
    const parts = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(text) ?? [];
    const [, days, hours, minutes, seconds] = parts;
    return (
      Number(days ?? 0) * 86_400 +
      Number(hours ?? 0) * 3600 +
      Number(minutes ?? 0) * 60 +
      Number(seconds ?? 0)
    );
  }
  return [...text.matchAll(/(\d+) (second|minute|hour|day)/g)]
    .map(([, count, unit]) => Number(count) * (SECONDS_IN[unit ?? ''] ?? 0))
    .reduce((total, seconds) => total + seconds, 0);
}

/** One of a few words. The sentence and a suggestion come from issues.ts. */
export function choiceSchema<const T extends readonly [string, ...string[]]>(words: T) {
  return z.enum(words, `expected ${listed(words)}`);
}

export const switchSchema = z.boolean('expected true or false');
