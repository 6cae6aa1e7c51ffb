import { parse } from 'node-cron';
import type { JobSchedule } from '../core/account.ts';

/** How far back a missed run is looked for. Longer than the longest gap of a weekly schedule. */
const LOOK_BACK_IN_DAYS = 8;

/**
 * The newest time at or before `now` at which a schedule was due; null when there was none within
 * eight days. Times that daylight saving skips run at the time the clocks jump to; times that it
 * repeats run once, the first time.
 * @throws Error when the cron expression is not valid; the configuration checks it first.
 */
export function latestDue(schedule: JobSchedule, now: Temporal.Instant): Temporal.Instant | null {
  const fields = parse(schedule.cron);
  const months = new Set(fields.month);
  const daysOfMonth = new Set(fields.dayOfMonth);
  // Cron counts Sunday as 0 (or 7); Temporal counts Monday as 1 and Sunday as 7.
  const daysOfWeek = new Set(fields.dayOfWeek.map((day) => (Number(day) === 0 ? 7 : Number(day))));
  const descending = (values: readonly number[]) => values.toSorted((a, b) => b - a);
  const hours = descending(fields.hour);
  const minutes = descending(fields.minute);
  const seconds = descending(fields.second);
  const today = now.toZonedDateTimeISO(schedule.timeZone).toPlainDate();
  for (let back = 0; back <= LOOK_BACK_IN_DAYS; back += 1) {
    const date = today.subtract({ days: back });
    const isDueDay =
      months.has(date.month) && daysOfMonth.has(date.day) && daysOfWeek.has(date.dayOfWeek);
    if (!isDueDay) continue;
    const at = (hour: number, minute: number, second: number): Temporal.Instant =>
      date
        .toZonedDateTime({
          timeZone: schedule.timeZone,
          plainTime: Temporal.PlainTime.from({ hour, minute, second }),
        })
        .toInstant();
    for (const hour of hours) {
      // Nothing of an hour that has not begun: a schedule of every minute has 1440 times a day.
      if (Temporal.Instant.compare(at(hour, 0, 0), now) > 0) continue;
      for (const minute of minutes) {
        for (const second of seconds) {
          const due = at(hour, minute, second);
          if (Temporal.Instant.compare(due, now) <= 0) return due;
        }
      }
    }
  }
  return null;
}
