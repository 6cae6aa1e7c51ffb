import { EXCHANGE_TIME_ZONE } from '../core/market-calendar.ts';
import type { AccountSettings } from '../core/account.ts';

const WEEKDAYS = [
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
  'Sunday',
] as const;
const MONTHS = [
  'Jan',
  'Feb',
  'Mar',
  'Apr',
  'May',
  'Jun',
  'Jul',
  'Aug',
  'Sep',
  'Oct',
  'Nov',
  'Dec',
] as const;

/** The exchange's zone: what an account's times are told in unless its schedule says otherwise. */
export { EXCHANGE_TIME_ZONE };

/** The zone in which an account's people read times: that of its daily summary. */
export function accountTimeZone(account: Pick<AccountSettings, 'schedule'>): string {
  return (
    account.schedule.dailySummary?.timeZone ??
    account.schedule.driftScan?.timeZone ??
    EXCHANGE_TIME_ZONE
  );
}

/** A zone's everyday name at an instant: `ET`, `CET`, `UTC`, or else its offset: `GMT+9`. */
function formatZone(instant: Temporal.Instant, timeZone: string): string {
  const offset = instant.toZonedDateTimeISO(timeZone).offsetNanoseconds;
  const key = `${timeZone} ${offset}`;
  const known = zoneNames.get(key);
  if (known !== undefined) return known;
  const name = findZoneName(instant, timeZone);
  zoneNames.set(key, name);
  return name;
}

/** Asking Intl is slow, and there are few zones: each answer is kept. */
const zoneNames = new Map<string, string>();

function findZoneName(instant: Temporal.Instant, timeZone: string): string {
  // American English knows ET and PT, British English CET, CEST and BST; the rest are offsets.
  const attempts = [
    ['en-US', 'shortGeneric'],
    ['en-GB', 'short'],
    ['en-US', 'short'],
  ] as const;
  let name = timeZone;
  for (const [locale, timeZoneName] of attempts) {
    const parts = new Intl.DateTimeFormat(locale, { timeZone, timeZoneName }).formatToParts(
      instant,
    );
    name = parts.find((part) => part.type === 'timeZoneName')?.value ?? timeZone;
    if (/^[A-Z]{2,5}$/u.test(name)) break;
  }
  return name;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

/** `14:02 ET`. */
export function formatTime(instant: Temporal.Instant, timeZone: string): string {
  const local = instant.toZonedDateTimeISO(timeZone);
  return `${twoDigits(local.hour)}:${twoDigits(local.minute)} ${formatZone(instant, timeZone)}`;
}

/** `14:05:07 ET`: where seconds tell things apart. */
export function formatTimeWithSeconds(instant: Temporal.Instant, timeZone: string): string {
  const local = instant.toZonedDateTimeISO(timeZone);
  const time = [local.hour, local.minute, local.second].map(twoDigits).join(':');
  return `${time} ${formatZone(instant, timeZone)}`;
}

/** An instant seen from `now`: `14:02 ET` today, `20 Nov 14:02 ET` this year, else with the year. */
export function formatMoment(
  instant: Temporal.Instant,
  timeZone: string,
  now: Temporal.Instant,
): string {
  const day = instant.toZonedDateTimeISO(timeZone).toPlainDate();
  const today = now.toZonedDateTimeISO(timeZone).toPlainDate();
  const time = formatTime(instant, timeZone);
  if (day.equals(today)) return time;
  return `${day.year === today.year ? formatDayOfMonth(day) : formatDate(day)} ${time}`;
}

/** An instant whatever the day it is read on: `20 Nov 2026 14:02 ET`. */
export function formatInstant(instant: Temporal.Instant, timeZone: string): string {
  const day = instant.toZonedDateTimeISO(timeZone).toPlainDate();
  return `${formatDate(day)} ${formatTime(instant, timeZone)}`;
}

/** `20 Nov`. */
export function formatDayOfMonth(date: Temporal.PlainDate): string {
  return `${date.day} ${MONTHS[date.month - 1] ?? ''}`;
}

/** `20 Nov 2026`. */
export function formatDate(date: Temporal.PlainDate): string {
  return `${formatDayOfMonth(date)} ${date.year}`;
}

/** `Friday 20 Nov`. */
export function formatDay(date: Temporal.PlainDate): string {
  return `${WEEKDAYS[date.dayOfWeek - 1] ?? ''} ${formatDayOfMonth(date)}`;
}

/** How long: `0.4 s`, `41 s`, `3 min 5 s`, `3 h 12 min`, `2 days 4 h`; at most two units. */
export function formatDuration(duration: Temporal.Duration): string {
  // Days of calendar units are 24 hours here: a runway of "2 days", not a date.
  const seconds = duration
    .abs()
    .total({ unit: 'seconds', relativeTo: '2000-01-01T00:00:00Z[UTC]' });
  if (seconds < 1) return `${Math.round(seconds * 10) / 10} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return twoUnits(whole, 60, 'min', 1, 's');
  if (whole < 86_400) return twoUnits(whole, 3600, 'h', 60, 'min');
  const days = Math.floor(whole / 86_400);
  return twoUnits(whole, 86_400, days === 1 ? 'day' : 'days', 3600, 'h');
}

function twoUnits(
  seconds: number,
  large: number,
  largeName: string,
  small: number,
  smallName: string,
): string {
  const rest = Math.floor((seconds % large) / small);
  const first = `${Math.floor(seconds / large)} ${largeName}`;
  return rest === 0 ? first : `${first} ${rest} ${smallName}`;
}

/** How long from one instant to another. */
export function formatBetween(from: Temporal.Instant, until: Temporal.Instant): string {
  return formatDuration(from.until(until));
}
