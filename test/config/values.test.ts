import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { decimal, HUNDRED, toText } from '../../src/core/decimal.ts';
import { Decimal } from '../../src/core/decimal.ts';
import { scheduleTextSchema, timeZoneSchema } from '../../src/config/schedule-text.ts';
import {
  basisPointsSchema,
  countSchema,
  durationSchema,
  lotSchema,
  moneyOrShareSchema,
  moneySchema,
  percentageSchema,
  targetWeightSchema,
} from '../../src/config/values.ts';

/** Decimals and durations as text, to compare. */
function plain(value: unknown): unknown {
  if (value instanceof Decimal) return toText(value);
  if (value instanceof Temporal.Duration) return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

const REFUSED = Symbol('refused');

function valueOf(schema: z.ZodType, text: unknown): unknown {
  const parsed = schema.safeParse(text);
  return parsed.success ? plain(parsed.data) : REFUSED;
}

const NOT_PLAIN = [
  '',
  ' ',
  '-1',
  '+1',
  '1e3',
  '0x10',
  '.nan',
  '.inf',
  'Infinity',
  'NaN',
  '1.',
  '.5',
  '1_000',
  '٣',
  '1 0',
  '--1',
  null,
  true,
  5,
  [],
  {},
];

const duration = durationSchema('1 second', '30 days');

describe.each<{ name: string; schema: z.ZodType; good: [string, unknown][]; bad: unknown[] }>([
  {
    name: 'a target',
    schema: targetWeightSchema,
    good: [
      ['30', '0.3'],
      ['30%', '0.3'],
      ['30 %', '0.3'],
      ['33.34', '0.3334'],
      ['33.3333333333%', '0.333333333333'],
      ['0', '0'],
      ['100', '1'],
    ],
    bad: [...NOT_PLAIN, '100.01', '101%', '1000', '30%%', '33.33333333333'],
  },
  {
    name: 'a percentage',
    schema: percentageSchema,
    good: [
      ['5%', '0.05'],
      ['0.25%', '0.0025'],
      ['0%', '0'],
      ['100 %', '1'],
    ],
    bad: [...NOT_PLAIN, '5', '0.05', '101%', '-5%', '5 percent'],
  },
  {
    name: 'money',
    schema: moneySchema,
    good: [
      ['1000', '1000'],
      ['1,000', '1000'],
      ['$1,000', '1000'],
      ['$ 1,234,567.89', '1234567.89'],
      ['0.10', '0.1'],
      ['0', '0'],
    ],
    bad: [
      ...NOT_PLAIN,
      '1,00',
      '1,0000',
      '10,00,000',
      ',100',
      '€5',
      '$',
      '1.000,50',
      '5%',
      '-$5',
      '$-5',
    ],
  },
  {
    name: 'money or a share',
    schema: moneyOrShareSchema,
    good: [
      ['$500', { type: 'amount', amount: '500' }],
      ['500', { type: 'amount', amount: '500' }],
      ['2%', { type: 'share', share: '0.02' }],
      ['0.5 %', { type: 'share', share: '0.005' }],
    ],
    bad: [...NOT_PLAIN, '$2%', '101%', '1,00%'],
  },
  {
    name: 'basis points',
    schema: basisPointsSchema,
    good: [
      ['50 bp', '50'],
      ['50bp', '50'],
      ['0.5%', '50'],
      ['0.005%', '0.5'],
      ['1000 bp', '1000'],
    ],
    bad: [...NOT_PLAIN, '50', '1001 bp', '10.01%', '-5 bp'],
  },
  {
    name: 'a lot',
    schema: lotSchema,
    good: [
      ['whole', '1'],
      ['fractional', '0.0001'],
      ['0.01', '0.01'],
      ['100', '100'],
    ],
    bad: [...NOT_PLAIN, '0', '0.0', 'half', '0.0000000001'],
  },
  {
    name: 'a count',
    schema: countSchema(1, 20),
    good: [
      ['1', 1],
      ['20', 20],
      ['007', 7],
    ],
    bad: [...NOT_PLAIN, '0', '21', '1.5', '1.0'],
  },
  {
    name: 'a duration',
    schema: duration,
    good: [
      ['60 minutes', 'PT1H'],
      ['1 hour', 'PT1H'],
      ['1 hour 30 minutes', 'PT1H30M'],
      ['90 seconds', 'PT1M30S'],
      // Hours at most: days cannot be added to an instant.
      ['2 days', 'PT48H'],
      ['PT1H', 'PT1H'],
      ['P1DT12H', 'PT36H'],
      ['PT90S', 'PT1M30S'],
    ],
    bad: [
      ...NOT_PLAIN,
      '1',
      '60',
      '1h',
      'an hour',
      '-1 hour',
      '1.5 hours',
      '0 seconds',
      '31 days',
      '1 month',
      '1 week',
      'P1M',
      'P1Y',
      'PT',
      'P',
      'P1DT',
      '-PT1H',
      '1 hour, 5 minutes',
    ],
  },
  {
    name: 'a schedule',
    schema: scheduleTextSchema,
    good: [
      ['weekdays at 16:05', '5 16 * * 1-5'],
      ['daily at 9:30', '30 9 * * *'],
      ['Daily at 00:00', '0 0 * * *'],
      ['monday, friday at 9:30', '30 9 * * 1,5'],
      ['mon at 9:30', '30 9 * * 1'],
      ['5 16 * * 1-5', '5 16 * * 1-5'],
      ['*/15 9-16 1,15 * *', '*/15 9-16 1,15 * *'],
      ['0 0 1 1 7', '0 0 1 1 7'],
      ['off', null],
    ],
    bad: [
      ...NOT_PLAIN,
      'never',
      'weekdays',
      'weekdays at 24:00',
      'weekdays at 16:60',
      'at 16:05',
      '16:05',
      'someday at 9:30',
      '60 * * * *',
      '* 24 * * *',
      '* * 0 * *',
      '* * * 13 *',
      '* * * * 8',
      '*/0 * * * *',
      '5-1 * * * *',
      '* * * *',
      '* * * * * *',
      '@daily',
    ],
  },
  {
    name: 'a time zone',
    schema: timeZoneSchema,
    good: [
      ['America/New_York', 'America/New_York'],
      ['Europe/Berlin', 'Europe/Berlin'],
      ['UTC', 'UTC'],
    ],
    bad: ['', 'Mars/Olympus', '+02:00', '-05:00', 'New York', 'EDT', null],
  },
])('$name', ({ schema, good, bad }) => {
  it.each(good)('%j is %j', (text, value) => {
    expect(valueOf(schema, text)).toEqual(value);
  });

  it.each(bad.map((text) => [text]))('%j is refused', (text) => {
    expect(valueOf(schema, text)).toBe(REFUSED);
  });
});

describe('exactness', () => {
  it('a weight times a hundred is the percentage that was written', () => {
    const percentages = fc
      .tuple(fc.integer({ min: 0, max: 99 }), fc.stringMatching(/^\d{1,10}$/))
      .map(([whole, fraction]) => `${whole}.${fraction}`);
    fc.assert(
      fc.property(percentages, (text) => {
        expect(targetWeightSchema.parse(text).times(HUNDRED).eq(decimal(text))).toBe(true);
      }),
    );
  });

  it('every duration can be added to an instant', () => {
    const units = fc.constantFrom('seconds', 'minutes', 'hours');
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 700 }), units, (count, unit) => {
        const start = Temporal.Instant.fromEpochMilliseconds(0);
        const end = start.add(duration.parse(`${count} ${unit}`));
        expect(start.until(end).total({ unit })).toBe(count);
      }),
    );
  });
});
