import type { MarketClock } from './portfolio.ts';

/**
 * The sessions of the New York Stock Exchange by rule: holidays, half-days and daylight saving.
 *
 * Sources: NYSE Rule 7.2 (holidays; a holiday on a Sunday closes the Monday after, one on a Saturday
 * closes the Friday before unless an accounting period ends there, which is why New Year's Day on a
 * Saturday closes nothing), the exchange's yearly holiday and early closing announcements, and its
 * list of special closings. The rules hold from 1998, when Martin Luther King Jr. Day was added;
 * closings that nobody could have known beforehand are a table below.
 */
export const EXCHANGE_TIME_ZONE = 'America/New_York';

const OPENS_AT = Temporal.PlainTime.from('09:30');
const CLOSES_AT = Temporal.PlainTime.from('16:00');
const CLOSES_EARLY_AT = Temporal.PlainTime.from('13:00');

const MONDAY = 1;
const WEDNESDAY = 3;
const THURSDAY = 4;
const FRIDAY = 5;
const SATURDAY = 6;
const SUNDAY = 7;

/** The first year the rules below are right for. */
const FIRST_YEAR = 1998;

/** Full closings that follow no rule, by date. */
const SPECIAL_CLOSINGS: ReadonlyMap<string, string> = new Map([
  ['2001-09-11', 'Attacks of September 11'],
  ['2001-09-12', 'Attacks of September 11'],
  ['2001-09-13', 'Attacks of September 11'],
  ['2001-09-14', 'Attacks of September 11'],
  ['2004-06-11', 'Day of mourning for President Reagan'],
  ['2007-01-02', 'Day of mourning for President Ford'],
  ['2012-10-29', 'Hurricane Sandy'],
  ['2012-10-30', 'Hurricane Sandy'],
  ['2018-12-05', 'Day of mourning for President George H. W. Bush'],
  ['2025-01-09', 'Day of mourning for President Carter'],
]);

/** Half-days that follow no rule. */
const SPECIAL_HALF_DAYS: ReadonlySet<string> = new Set(['1999-12-31', '2003-12-26']);

/** One regular session of the exchange. */
export interface Session {
  /** In the exchange's zone. */
  readonly date: Temporal.PlainDate;
  readonly open: Temporal.Instant;
  readonly close: Temporal.Instant;
  /** True when the session ends at 13:00. */
  readonly halfDay: boolean;
}

/**
 * The session of a day in the exchange's zone; null on weekends and holidays.
 * @throws RangeError before 1998, where other rules held.
 */
export function sessionOn(date: Temporal.PlainDate): Session | null {
  if (isWeekend(date) || holidayName(date) !== null) return null;
  const halfDay = isHalfDay(date);
  return {
    date,
    open: exchangeInstant(date, OPENS_AT),
    close: exchangeInstant(date, halfDay ? CLOSES_EARLY_AT : CLOSES_AT),
    halfDay,
  };
}

/**
 * Why the exchange is closed on a weekday, e.g. `Good Friday`; null on sessions and on weekends.
 * @throws RangeError before 1998, where other rules held.
 */
export function holidayName(date: Temporal.PlainDate): string | null {
  if (date.year < FIRST_YEAR) {
    throw new RangeError(
      `the market calendar begins in ${FIRST_YEAR}; asked for ${date.toString()}`,
    );
  }
  if (isWeekend(date)) return null;
  const text = date.toString();
  return SPECIAL_CLOSINGS.get(text) ?? holidaysOf(date.year).get(text) ?? null;
}

/** The first session that opens after an instant. */
export function nextSession(after: Temporal.Instant): Session {
  let date = exchangeDateOf(after);
  for (;;) {
    const session = sessionOn(date);
    if (session !== null && Temporal.Instant.compare(session.open, after) > 0) return session;
    date = date.add({ days: 1 });
  }
}

/** Whether the exchange is open, when it opens next, and when the running or next session closes. */
export function marketClockAt(instant: Temporal.Instant): MarketClock {
  const today = sessionOn(exchangeDateOf(instant));
  const next = nextSession(instant);
  const open =
    today !== null &&
    Temporal.Instant.compare(today.open, instant) <= 0 &&
    Temporal.Instant.compare(instant, today.close) < 0;
  return { open, nextOpen: next.open, nextClose: open ? today.close : next.close };
}

/** The date on the wall of the exchange, session or not. */
export function exchangeDateOf(instant: Temporal.Instant): Temporal.PlainDate {
  return instant.toZonedDateTimeISO(EXCHANGE_TIME_ZONE).toPlainDate();
}

/**
 * The trading day that an instant counts to, e.g. for a day's limit: the exchange's date when it has
 * a session, from midnight to midnight; otherwise the last day before that had one.
 */
export function tradingDayOf(instant: Temporal.Instant): Temporal.PlainDate {
  let date = exchangeDateOf(instant);
  while (sessionOn(date) === null) date = date.subtract({ days: 1 });
  return date;
}

/**
 * Whether orders for extended hours are taken: from 4:00 to 20:00 on days that have a session, to 17:00
 * on half-days (NYSE Arca: early and late trading sessions).
 */
export function extendedHoursAt(instant: Temporal.Instant): boolean {
  const session = sessionOn(exchangeDateOf(instant));
  if (session === null) return false;
  const begins = exchangeInstant(session.date, Temporal.PlainTime.from('04:00'));
  const ends = exchangeInstant(
    session.date,
    Temporal.PlainTime.from(session.halfDay ? '17:00' : '20:00'),
  );
  return (
    Temporal.Instant.compare(begins, instant) <= 0 && Temporal.Instant.compare(instant, ends) < 0
  );
}

/** When the trading day of an instant began: what a day's limits count from. */
export function tradingDayStart(instant: Temporal.Instant): Temporal.Instant {
  return exchangeInstant(tradingDayOf(instant), Temporal.PlainTime.from('00:00'));
}

function exchangeInstant(
  date: Temporal.PlainDate,
  plainTime: Temporal.PlainTime,
): Temporal.Instant {
  return date.toZonedDateTime({ timeZone: EXCHANGE_TIME_ZONE, plainTime }).toInstant();
}

function isWeekend(date: Temporal.PlainDate): boolean {
  return date.dayOfWeek === SATURDAY || date.dayOfWeek === SUNDAY;
}

/** Half-days by rule. Only asked about days that have a session. */
function isHalfDay(date: Temporal.PlainDate): boolean {
  if (SPECIAL_HALF_DAYS.has(date.toString())) return true;
  const { year, month, day, dayOfWeek } = date;
  if (month === 7) {
    // The day before Independence Day. Until 2012, when that was a Wednesday, the Friday after.
    if (day === 3) return dayOfWeek !== WEDNESDAY || year >= 2013;
    return day === 5 && dayOfWeek === FRIDAY && year < 2013;
  }
  if (month === 11) return date.equals(thanksgiving(year).add({ days: 1 }));
  // On a Friday it is Christmas Day observed, and so not a session.
  return month === 12 && day === 24;
}

const holidaysByYear = new Map<number, ReadonlyMap<string, string>>();

/** The holidays of a year as observed, by date; computed once a year. */
function holidaysOf(year: number): ReadonlyMap<string, string> {
  const known = holidaysByYear.get(year);
  if (known !== undefined) return known;
  const holidays = new Map<string, string>();
  const add = (date: Temporal.PlainDate, name: string): void => {
    holidays.set(date.toString(), name);
  };

  const newYearsDay = Temporal.PlainDate.from({ year, month: 1, day: 1 });
  // On a Saturday it would close the year's last Friday, when the books are made up: not observed.
  if (newYearsDay.dayOfWeek !== SATURDAY) add(observed(newYearsDay), "New Year's Day");
  add(nthDayOfWeek(year, 1, MONDAY, 3), 'Martin Luther King Jr. Day');
  add(nthDayOfWeek(year, 2, MONDAY, 3), "Washington's Birthday");
  add(easterSunday(year).subtract({ days: 2 }), 'Good Friday');
  add(lastMonday(year, 5), 'Memorial Day');
  if (year >= 2022)
    add(observed(Temporal.PlainDate.from({ year, month: 6, day: 19 })), 'Juneteenth');
  add(observed(Temporal.PlainDate.from({ year, month: 7, day: 4 })), 'Independence Day');
  add(nthDayOfWeek(year, 9, MONDAY, 1), 'Labor Day');
  add(thanksgiving(year), 'Thanksgiving Day');
  add(observed(Temporal.PlainDate.from({ year, month: 12, day: 25 })), 'Christmas Day');

  holidaysByYear.set(year, holidays);
  return holidays;
}

/** The weekday on which a fixed date is kept: Saturday on the Friday before, Sunday on the Monday after. */
function observed(date: Temporal.PlainDate): Temporal.PlainDate {
  if (date.dayOfWeek === SATURDAY) return date.subtract({ days: 1 });
  if (date.dayOfWeek === SUNDAY) return date.add({ days: 1 });
  return date;
}

function thanksgiving(year: number): Temporal.PlainDate {
  return nthDayOfWeek(year, 11, THURSDAY, 4);
}

function nthDayOfWeek(
  year: number,
  month: number,
  dayOfWeek: number,
  nth: number,
): Temporal.PlainDate {
  const first = Temporal.PlainDate.from({ year, month, day: 1 });
  const toFirst = (dayOfWeek - first.dayOfWeek + 7) % 7;
  return first.add({ days: toFirst + 7 * (nth - 1) });
}

function lastMonday(year: number, month: number): Temporal.PlainDate {
  const first = Temporal.PlainDate.from({ year, month, day: 1 });
  const last = first.with({ day: first.daysInMonth });
  return last.subtract({ days: last.dayOfWeek - MONDAY });
}

/** Easter Sunday by the anonymous Gregorian computus (Meeus, Astronomical Algorithms, chapter 8). */
function easterSunday(year: number): Temporal.PlainDate {
  const goldenYear = year % 19;
  const century = Math.floor(year / 100);
  const yearOfCentury = year % 100;
  const leapCenturies = Math.floor(century / 4);
  const moonCorrection = Math.floor((century - Math.floor((century + 8) / 25) + 1) / 3);
  const epact = (19 * goldenYear + century - leapCenturies - moonCorrection + 15) % 30;
  const toSunday =
    (32 + 2 * (century % 4) + 2 * Math.floor(yearOfCentury / 4) - epact - (yearOfCentury % 4)) % 7;
  const lateMoon = Math.floor((goldenYear + 11 * epact + 22 * toSunday) / 451);
  const days = epact + toSunday - 7 * lateMoon + 114;
  return Temporal.PlainDate.from({ year, month: Math.floor(days / 31), day: (days % 31) + 1 });
}
