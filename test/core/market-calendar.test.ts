import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  exchangeDateOf,
  holidayName,
  marketClockAt,
  nextSession,
  sessionOn,
  tradingDayOf,
} from '../../src/core/market-calendar.ts';
import type { Session } from '../../src/core/market-calendar.ts';

const day = (text: string): Temporal.PlainDate => Temporal.PlainDate.from(text);
const at = (text: string): Temporal.Instant => Temporal.Instant.from(text);

const hours = (session: Session): number =>
  session.open.until(session.close).total({ unit: 'hours' });

function weekdaysOf(year: number): Temporal.PlainDate[] {
  const first = day(`${year}-01-01`);
  return Array.from({ length: first.daysInYear }, (_, days) => first.add({ days })).filter(
    (date) => date.dayOfWeek <= 5,
  );
}

/** Holidays and half-days as nyse.com publishes them, and how many sessions that leaves. */
const PUBLISHED: Readonly<
  Record<number, { holidays: Record<string, string>; halfDays: string[]; sessions: number }>
> = {
  2024: {
    holidays: {
      '2024-01-01': "New Year's Day",
      '2024-01-15': 'Martin Luther King Jr. Day',
      '2024-02-19': "Washington's Birthday",
      '2024-03-29': 'Good Friday',
      '2024-05-27': 'Memorial Day',
      '2024-06-19': 'Juneteenth',
      '2024-07-04': 'Independence Day',
      '2024-09-02': 'Labor Day',
      '2024-11-28': 'Thanksgiving Day',
      '2024-12-25': 'Christmas Day',
    },
    halfDays: ['2024-07-03', '2024-11-29', '2024-12-24'],
    sessions: 252,
  },
  2025: {
    holidays: {
      '2025-01-01': "New Year's Day",
      '2025-01-09': 'Day of mourning for President Carter',
      '2025-01-20': 'Martin Luther King Jr. Day',
      '2025-02-17': "Washington's Birthday",
      '2025-04-18': 'Good Friday',
      '2025-05-26': 'Memorial Day',
      '2025-06-19': 'Juneteenth',
      '2025-07-04': 'Independence Day',
      '2025-09-01': 'Labor Day',
      '2025-11-27': 'Thanksgiving Day',
      '2025-12-25': 'Christmas Day',
    },
    halfDays: ['2025-07-03', '2025-11-28', '2025-12-24'],
    sessions: 250,
  },
  2026: {
    holidays: {
      '2026-01-01': "New Year's Day",
      '2026-01-19': 'Martin Luther King Jr. Day',
      '2026-02-16': "Washington's Birthday",
      '2026-04-03': 'Good Friday',
      '2026-05-25': 'Memorial Day',
      '2026-06-19': 'Juneteenth',
      '2026-07-03': 'Independence Day',
      '2026-09-07': 'Labor Day',
      '2026-11-26': 'Thanksgiving Day',
      '2026-12-25': 'Christmas Day',
    },
    halfDays: ['2026-11-27', '2026-12-24'],
    sessions: 251,
  },
  2027: {
    holidays: {
      '2027-01-01': "New Year's Day",
      '2027-01-18': 'Martin Luther King Jr. Day',
      '2027-02-15': "Washington's Birthday",
      '2027-03-26': 'Good Friday',
      '2027-05-31': 'Memorial Day',
      '2027-06-18': 'Juneteenth',
      '2027-07-05': 'Independence Day',
      '2027-09-06': 'Labor Day',
      '2027-11-25': 'Thanksgiving Day',
      '2027-12-24': 'Christmas Day',
    },
    halfDays: ['2027-11-26'],
    sessions: 251,
  },
};

describe.each(Object.entries(PUBLISHED))('the published calendar of %s', (year, published) => {
  const weekdays = weekdaysOf(Number(year));

  it('closes on exactly the published holidays', () => {
    const closed = weekdays.filter((date) => sessionOn(date) === null);
    expect(Object.fromEntries(closed.map((date) => [date.toString(), holidayName(date)]))).toEqual(
      published.holidays,
    );
  });

  it('closes at 13:00 on exactly the published half-days', () => {
    const halfDays = weekdays.filter((date) => sessionOn(date)?.halfDay === true);
    expect(halfDays.map(String)).toEqual(published.halfDays);
  });

  it(`has ${published.sessions} sessions`, () => {
    expect(weekdays.filter((date) => sessionOn(date) !== null)).toHaveLength(published.sessions);
  });
});

describe('earlier years', () => {
  it.each([
    [2000, 252],
    [2001, 248],
    [2002, 252],
    [2003, 252],
    [2004, 252],
    [2005, 252],
    [2006, 251],
    [2007, 251],
    [2008, 253],
    [2009, 252],
    [2010, 252],
    [2012, 250],
    [2018, 251],
    [2021, 252],
    [2022, 251],
    [2023, 250],
  ])('%i had %i sessions', (year, sessions) => {
    expect(weekdaysOf(year).filter((date) => sessionOn(date) !== null)).toHaveLength(sessions);
  });

  it.each([
    ['2001-09-11', 'Attacks of September 11'],
    ['2001-09-14', 'Attacks of September 11'],
    ['2004-06-11', 'Day of mourning for President Reagan'],
    ['2007-01-02', 'Day of mourning for President Ford'],
    ['2012-10-29', 'Hurricane Sandy'],
    ['2012-10-30', 'Hurricane Sandy'],
    ['2018-12-05', 'Day of mourning for President George H. W. Bush'],
    // Holidays on a weekend.
    ['2004-12-24', 'Christmas Day'],
    ['2005-12-26', 'Christmas Day'],
    ['2006-01-02', "New Year's Day"],
    ['2009-07-03', 'Independence Day'],
    ['2010-07-05', 'Independence Day'],
    ['2022-06-20', 'Juneteenth'],
    // Easter early and late.
    ['2008-03-21', 'Good Friday'],
    ['2011-04-22', 'Good Friday'],
  ])('was closed on %s: %s', (date, name) => {
    expect(sessionOn(day(date))).toBeNull();
    expect(holidayName(day(date))).toBe(name);
  });

  it.each([
    // New Year's Day on a Saturday closes nothing.
    '2004-12-31',
    '2010-12-31',
    '2021-12-31',
    // Juneteenth before it was a holiday of the exchange.
    '2020-06-19',
    '2021-06-18',
    '2001-09-10',
    '2001-09-17',
  ])('was open all day on %s', (date) => {
    expect(sessionOn(day(date))?.halfDay).toBe(false);
    expect(holidayName(day(date))).toBeNull();
  });

  it.each([
    // Independence Day on a Thursday: since 2013 the day before is short, earlier the day after.
    ['2002-07-03', false],
    ['2002-07-05', true],
    ['2013-07-03', true],
    ['2013-07-05', false],
    ['2019-07-03', true],
    ['2000-07-03', true],
    // A Friday after an Independence Day on any other day is ordinary.
    ['2001-07-05', false],
    ['2003-12-26', true],
    ['2008-12-26', false],
    ['1999-12-31', true],
    ['2004-12-23', false],
    ['2009-12-24', true],
  ])('%s: half-day is %s', (date, halfDay) => {
    expect(sessionOn(day(date))?.halfDay).toBe(halfDay);
  });

  it('does not guess before 1998', () => {
    expect(() => sessionOn(day('1997-12-31'))).toThrow(
      new RangeError('the market calendar begins in 1998; asked for 1997-12-31'),
    );
  });
});

describe('hours in UTC', () => {
  it.each([
    // Daylight saving begins on 8 March 2026 and ends on 1 November 2026.
    ['2026-03-06', '2026-03-06T14:30:00Z', '2026-03-06T21:00:00Z'],
    ['2026-03-09', '2026-03-09T13:30:00Z', '2026-03-09T20:00:00Z'],
    ['2026-10-30', '2026-10-30T13:30:00Z', '2026-10-30T20:00:00Z'],
    ['2026-11-02', '2026-11-02T14:30:00Z', '2026-11-02T21:00:00Z'],
    ['2026-11-27', '2026-11-27T14:30:00Z', '2026-11-27T18:00:00Z'],
    ['2025-07-03', '2025-07-03T13:30:00Z', '2025-07-03T17:00:00Z'],
    // Until 2006 it began in April and ended in October.
    ['2006-03-31', '2006-03-31T14:30:00Z', '2006-03-31T21:00:00Z'],
    ['2006-04-03', '2006-04-03T13:30:00Z', '2006-04-03T20:00:00Z'],
    ['2006-10-30', '2006-10-30T14:30:00Z', '2006-10-30T21:00:00Z'],
  ])('%s opens %s and closes %s', (date, open, close) => {
    const session = sessionOn(day(date));
    expect(session?.open.toString()).toBe(open);
    expect(session?.close.toString()).toBe(close);
  });

  it('has no session and no holiday on a weekend, not even on 4 July', () => {
    expect(sessionOn(day('2026-07-04'))).toBeNull();
    expect(holidayName(day('2026-07-04'))).toBeNull();
  });
});

describe('the market clock', () => {
  it.each([
    [
      'before the open',
      '2026-11-20T14:29:59Z',
      false,
      '2026-11-20T14:30:00Z',
      '2026-11-20T21:00:00Z',
    ],
    ['at the open', '2026-11-20T14:30:00Z', true, '2026-11-23T14:30:00Z', '2026-11-20T21:00:00Z'],
    [
      'before the close',
      '2026-11-20T20:59:59Z',
      true,
      '2026-11-23T14:30:00Z',
      '2026-11-20T21:00:00Z',
    ],
    ['at the close', '2026-11-20T21:00:00Z', false, '2026-11-23T14:30:00Z', '2026-11-23T21:00:00Z'],
    ['on a Sunday', '2026-11-22T12:00:00Z', false, '2026-11-23T14:30:00Z', '2026-11-23T21:00:00Z'],
    [
      'on Thanksgiving',
      '2026-11-26T17:00:00Z',
      false,
      '2026-11-27T14:30:00Z',
      '2026-11-27T18:00:00Z',
    ],
    [
      'after a half-day',
      '2026-11-27T18:00:00Z',
      false,
      '2026-11-30T14:30:00Z',
      '2026-11-30T21:00:00Z',
    ],
    // Evening in New York is already the next day in UTC.
    [
      'in the evening',
      '2026-11-24T01:00:00Z',
      false,
      '2026-11-24T14:30:00Z',
      '2026-11-24T21:00:00Z',
    ],
  ])('%s', (_when, instant, open, nextOpen, nextClose) => {
    const clock = marketClockAt(at(instant));
    expect({
      open: clock.open,
      nextOpen: clock.nextOpen?.toString(),
      nextClose: clock.nextClose?.toString(),
    }).toEqual({ open, nextOpen, nextClose });
  });

  it.each([
    ['2026-11-23T15:00:00Z', '2026-11-23', '2026-11-23'],
    ['2026-11-23T06:00:00Z', '2026-11-23', '2026-11-23'],
    ['2026-11-24T02:00:00Z', '2026-11-23', '2026-11-23'],
    ['2026-11-22T15:00:00Z', '2026-11-22', '2026-11-20'],
    ['2026-11-26T15:00:00Z', '2026-11-26', '2026-11-25'],
    ['2001-09-16T15:00:00Z', '2001-09-16', '2001-09-10'],
  ])('%s is %s at the exchange and counts to trading day %s', (instant, date, tradingDay) => {
    expect(exchangeDateOf(at(instant)).toString()).toBe(date);
    expect(tradingDayOf(at(instant)).toString()).toBe(tradingDay);
  });
});

describe('for any instant', () => {
  const instants = fc
    .integer({
      min: at('1998-01-10T00:00:00Z').epochMilliseconds,
      max: at('2199-12-31T00:00:00Z').epochMilliseconds,
    })
    .map((milliseconds) => Temporal.Instant.fromEpochMilliseconds(milliseconds));

  it('the next session opens later, within a week, and closes 3.5 or 6.5 hours after it opens', () => {
    fc.assert(
      fc.property(instants, (instant) => {
        const session = nextSession(instant);
        expect(Temporal.Instant.compare(session.open, instant)).toBe(1);
        expect(instant.until(session.open).total({ unit: 'hours' })).toBeLessThanOrEqual(7 * 24);
        expect(hours(session)).toBe(session.halfDay ? 3.5 : 6.5);
        expect(sessionOn(session.date)).toEqual(session);
      }),
    );
  });

  it('the sessions follow each other without a gap in between and without overlap', () => {
    fc.assert(
      fc.property(instants, (instant) => {
        const session = nextSession(instant);
        const following = nextSession(session.open);
        expect(Temporal.Instant.compare(session.close, following.open)).toBe(-1);
        for (
          let date = session.date.add({ days: 1 });
          Temporal.PlainDate.compare(date, following.date) < 0;
          date = date.add({ days: 1 })
        ) {
          expect(sessionOn(date)).toBeNull();
        }
      }),
    );
  });

  it('the clock agrees with the sessions', () => {
    fc.assert(
      fc.property(instants, (instant) => {
        const clock = marketClockAt(instant);
        const tradingDay = sessionOn(tradingDayOf(instant));
        const inside =
          tradingDay !== null &&
          Temporal.Instant.compare(tradingDay.open, instant) <= 0 &&
          Temporal.Instant.compare(instant, tradingDay.close) < 0;
        expect(clock.open).toBe(inside);
        expect(clock.nextOpen).toEqual(nextSession(instant).open);
      }),
    );
  });
});
