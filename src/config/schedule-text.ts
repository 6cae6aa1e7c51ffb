import { z } from 'zod';
import type { JobSchedule } from '../core/account.ts';
import { shown } from './issues.ts';

const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

const EXPECTED = 'expected a time such as weekdays at 16:05, monday, friday at 9:30, or off';

const ZONE_EXPECTED = 'expected a time zone by its IANA name, such as America/New_York';

/** The five fields of cron and what each may hold. */
const CRON_FIELDS = [
  { name: 'minute', from: 0, to: 59 },
  { name: 'hour', from: 0, to: 23 },
  { name: 'day of the month', from: 1, to: 31 },
  { name: 'month', from: 1, to: 12 },
  { name: 'day of the week', from: 0, to: 7 },
] as const;

/** `weekdays at 16:05`, `daily at 9:30`, `monday, friday at 10:00`, five cron fields, or `off` (null). */
export const scheduleTextSchema = z.string(EXPECTED).transform((text, context): string | null => {
  if (text === 'off') return null;
  const cron = readWords(text) ?? (text.split(/\s+/).length === 5 ? text : null);
  const problem = cron === null ? EXPECTED : findCronProblem(cron);
  if (cron !== null && problem === null) return cron;
  context.addIssue({ code: 'custom', message: `${problem ?? EXPECTED}; found ${shown(text)}` });
  return z.NEVER;
});

/** An IANA time zone that this runtime knows. */
export const timeZoneSchema = z.string(ZONE_EXPECTED).transform((name, context): string => {
  if (isTimeZone(name)) return name;
  context.addIssue({ code: 'custom', message: `${ZONE_EXPECTED}; found ${shown(name)}` });
  return z.NEVER;
});

/** A job's schedule, or null when it is off. */
export function jobSchedule(cron: string | null, timeZone: string): JobSchedule | null {
  return cron === null ? null : { cron, timeZone };
}

function isTimeZone(name: string): boolean {
  // Offsets such as +02:00 do not know daylight saving.
  if (!/^[A-Za-z][\w+-]*(\/[\w+-]+)*$/.test(name)) return false;
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Days and a time as cron fields; null when the text is not of that form. */
function readWords(text: string): string | null {
  const match = /^([a-z, ]+) at (\d{1,2}):(\d{2})$/.exec(text.toLowerCase());
  const [, dayWords = '', hour = '', minute = ''] = match ?? [];
  const days = match === null ? null : dayField(dayWords);
  return days === null ? null : `${Number(minute)} ${Number(hour)} * * ${days}`;
}

function dayField(words: string): string | null {
  if (words === 'daily') return '*';
  if (words === 'weekdays') return '1-5';
  const numbers = words.split(/[, ]+/).map((word) => {
    const index = DAYS.findIndex((day) => day === word || day.slice(0, 3) === word);
    return index === -1 ? null : String(index);
  });
  return numbers.includes(null) ? null : numbers.join(',');
}

function findCronProblem(cron: string): string | null {
  const fields = cron.split(/\s+/);
  for (const [index, { name, from, to }] of CRON_FIELDS.entries()) {
    const valid = (fields[index] ?? '').split(',').every((item) => isCronItem(item, from, to));
    if (!valid) return `expected the ${name} to be from ${from} to ${to}`;
  }
  return null;
}

/** `*`, `5`, `1-5`, each with an optional step such as `/15`. */
function isCronItem(item: string, from: number, to: number): boolean {
  const match = /^(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:\/(\d{1,2}))?$/.exec(item);
  if (match === null) return false;
  const [, first, last, step] = match;
  const low = Number(first ?? from);
  const high = Number(last ?? first ?? to);
  return low >= from && high <= to && low <= high && step !== '0' && step !== '00';
}
