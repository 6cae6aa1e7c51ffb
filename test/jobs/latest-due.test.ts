import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { latestDue } from '../../src/jobs/latest-due.ts';

const due = (cron: string, timeZone: string, now: string): string | null =>
  latestDue({ cron, timeZone }, Temporal.Instant.from(now))
    ?.toZonedDateTimeISO(timeZone)
    .toString({ timeZoneName: 'never' }) ?? null;

const NEW_YORK = 'America/New_York';

describe('the newest due time', () => {
  it.each([
    ['just due', '5 16 * * 1-5', '2026-11-20T16:05:00-05:00', '2026-11-20T16:05:00-05:00'],
    ['a second early', '5 16 * * 1-5', '2026-11-20T16:04:59-05:00', '2026-11-19T16:05:00-05:00'],
    ['over a weekend', '5 16 * * 1-5', '2026-11-22T12:00:00-05:00', '2026-11-20T16:05:00-05:00'],
    ['Sunday as 0', '0 9 * * 0', '2026-11-23T12:00:00-05:00', '2026-11-22T09:00:00-05:00'],
    ['Sunday as 7', '0 9 * * 7', '2026-11-23T12:00:00-05:00', '2026-11-22T09:00:00-05:00'],
    ['by name', '0 9 * * mon', '2026-11-24T12:00:00-05:00', '2026-11-23T09:00:00-05:00'],
    [
      'every two seconds',
      '*/2 * * * * *',
      '2026-11-20T16:04:59-05:00',
      '2026-11-20T16:04:58-05:00',
    ],
    ['the first of a month', '0 9 1 * *', '2026-11-05T12:00:00-05:00', '2026-11-01T09:00:00-05:00'],
    [
      'a time that clocks skip',
      '30 2 * * *',
      '2026-03-08T12:00:00-04:00',
      '2026-03-08T03:30:00-04:00',
    ],
    [
      'the first of two such times',
      '30 1 * * *',
      '2026-11-01T12:00:00-05:00',
      '2026-11-01T01:30:00-04:00',
    ],
    [
      'across the spring change',
      '5 16 * * 1-5',
      '2026-03-09T09:00:00-04:00',
      '2026-03-06T16:05:00-05:00',
    ],
  ])('%s', (_, cron, now, expected) => {
    expect(due(cron, NEW_YORK, now)).toBe(expected);
  });

  it('is none when the schedule has not come round for more than a week', () => {
    expect(due('0 9 1 1 *', NEW_YORK, '2026-11-20T12:00:00-05:00')).toBeNull();
  });

  it('is that of the schedule’s zone and not of the machine’s', () => {
    expect(due('0 9 * * *', 'Asia/Tokyo', '2026-11-20T00:00:00Z')).toBe(
      '2026-11-20T09:00:00+09:00',
    );
    expect(due('0 9 * * *', NEW_YORK, '2026-11-20T00:00:00Z')).toBe('2026-11-19T09:00:00-05:00');
  });

  it('never lies ahead, and never falls back as time goes on', () => {
    const instant = fc
      .integer({ min: 1_700_000_000, max: 1_900_000_000 })
      .map((seconds) => Temporal.Instant.fromEpochMilliseconds(seconds * 1000));
    const schedule = fc.record({
      cron: fc.constantFrom(
        '5 16 * * 1-5',
        '30 1 * * *',
        '30 2 * * *',
        '0 10 * * 1',
        '*/7 * * * *',
      ),
      timeZone: fc.constantFrom(NEW_YORK, 'Europe/London', 'UTC', 'Australia/Lord_Howe'),
    });
    fc.assert(
      fc.property(
        schedule,
        instant,
        fc.integer({ min: 0, max: 200_000 }),
        (planned, now, ahead) => {
          const first = latestDue(planned, now);
          const second = latestDue(planned, now.add({ seconds: ahead }));
          if (first === null || second === null)
            throw new Error('each of them is due within a week');
          expect(Temporal.Instant.compare(first, now)).toBeLessThanOrEqual(0);
          expect(Temporal.Instant.compare(first, second)).toBeLessThanOrEqual(0);
        },
      ),
    );
  });
});
