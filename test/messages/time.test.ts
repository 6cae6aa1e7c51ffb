import { describe, expect, test } from 'vitest';
import type { JobSchedule } from '../../src/core/account.ts';
import {
  accountTimeZone,
  formatBetween,
  formatDate,
  formatDay,
  formatDuration,
  formatInstant,
  formatMoment,
  formatTime,
  formatTimeWithSeconds,
} from '../../src/messages/time.ts';
import { sampleAccount } from '../fixtures/sample-account.ts';

const at = Temporal.Instant.from('2026-11-20T19:02:07Z');

describe('times name their zone', () => {
  test.each([
    ['America/New_York', '14:02 ET'],
    ['America/Chicago', '13:02 CT'],
    ['America/Los_Angeles', '11:02 PT'],
    ['Europe/Berlin', '20:02 CET'],
    ['Europe/London', '19:02 GMT'],
    ['UTC', '19:02 UTC'],
    ['Asia/Tokyo', '04:02 GMT+9'],
    ['Asia/Kolkata', '00:32 GMT+5:30'],
  ])('%s', (zone, expected) => {
    expect(formatTime(at, zone)).toBe(expected);
  });

  test('a zone has its name of the season', () => {
    const summer = Temporal.Instant.from('2026-07-01T12:00:00Z');
    expect(formatTime(summer, 'Europe/Berlin')).toBe('14:00 CEST');
    expect(formatTime(summer, 'Europe/London')).toBe('13:00 BST');
    expect(formatTime(at, 'Europe/London')).toBe('19:02 GMT');
  });

  test('seconds where they tell things apart', () => {
    expect(formatTimeWithSeconds(at, 'America/New_York')).toBe('14:02:07 ET');
  });
});

describe('a moment says as much of its date as the reader needs', () => {
  const zone = 'America/New_York';
  test.each([
    ['today', '2026-11-20T23:59:00Z', '14:02 ET'],
    ['the same evening, already tomorrow in UTC', '2026-11-21T02:00:00Z', '14:02 ET'],
    ['the next day', '2026-11-21T14:00:00Z', '20 Nov 14:02 ET'],
    ['the next year', '2027-01-04T14:00:00Z', '20 Nov 2026 14:02 ET'],
  ])('%s', (_, now, expected) => {
    expect(formatMoment(at, zone, Temporal.Instant.from(now))).toBe(expected);
  });

  test('and all of it where it is read at any time', () => {
    expect(formatInstant(at, zone)).toBe('20 Nov 2026 14:02 ET');
  });
});

test('days', () => {
  expect(formatDay(Temporal.PlainDate.from('2026-11-20'))).toBe('Friday 20 Nov');
  expect(formatDay(Temporal.PlainDate.from('2028-02-29'))).toBe('Tuesday 29 Feb');
  expect(formatDate(Temporal.PlainDate.from('2010-03-01'))).toBe('1 Mar 2010');
});

describe('durations have at most two units', () => {
  test.each([
    ['PT0S', '0 s'],
    ['PT0.44S', '0.4 s'],
    ['PT0.98S', '1 s'],
    ['PT41S', '41 s'],
    ['PT59.6S', '1 min'],
    ['PT3M5S', '3 min 5 s'],
    ['PT1H', '1 h'],
    ['PT3H12M40S', '3 h 12 min'],
    ['P1DT1H', '1 day 1 h'],
    ['PT52H', '2 days 4 h'],
    ['-PT20S', '20 s'],
  ])('%s', (duration, expected) => {
    expect(formatDuration(Temporal.Duration.from(duration))).toBe(expected);
  });

  test('between two instants', () => {
    expect(formatBetween(at, at.add({ seconds: 41 }))).toBe('41 s');
  });
});

const job = (timeZone: string): JobSchedule => ({ cron: '0 9 * * *', timeZone });

function zoneOf(dailySummary: string | null, driftScan: string | null): string {
  return accountTimeZone(
    sampleAccount({
      schedule: {
        dailySummary: dailySummary === null ? null : job(dailySummary),
        driftScan: driftScan === null ? null : job(driftScan),
      },
    }),
  );
}

test('an account is told the time of its daily summary, else of its drift scan, else of the exchange', () => {
  expect(zoneOf('Europe/Berlin', 'UTC')).toBe('Europe/Berlin');
  expect(zoneOf(null, 'UTC')).toBe('UTC');
  expect(zoneOf(null, null)).toBe('America/New_York');
});
