/**
 * Times as TWS writes them. Which of the three forms comes depends on its version and settings:
 * `20261120 10:00:00 US/Eastern`, `20261120-15:00:00` (UTC), or `20261120  10:00:00` without a zone,
 * which is the time of the machine that TWS runs on.
 * https://interactivebrokers.github.io/tws-api/ (10.17 release notes: time zones in date/time fields)
 */
const FORM = /^(\d{4})(\d\d)(\d\d)([ -]+)(\d\d):(\d\d):(\d\d)(?: +(\S+))?$/;

/** TWS's own time is known to the quarter of an hour: no zone of the world is finer. */
const QUARTER_MINUTES = 15;

/**
 * @param offsetMinutes what TWS's clock is ahead of UTC, for times without a zone.
 * @returns null for a text of another form, or without a zone where no offset is known.
 */
export function parseTwsTime(text: string, offsetMinutes: number | null): Temporal.Instant | null {
  const parts = FORM.exec(text.trim());
  if (parts === null) return null;
  const [, year, month, day, separator, hour, minute, second, zone] = parts;
  const local = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  try {
    if (zone !== undefined) return inZone(local, zone) ?? withOffset(local, offsetMinutes);
    if (separator === '-') return Temporal.Instant.from(`${local}Z`);
    return withOffset(local, offsetMinutes);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/**
 * How far TWS's clock is ahead of UTC, from the time it tells when a connection begins.
 * @returns null when that text tells no time.
 */
export function twsOffsetMinutes(connectionTime: string, now: Temporal.Instant): number | null {
  const parts = FORM.exec(connectionTime.trim());
  if (parts === null) return null;
  const [, year, month, day, , hour, minute, second] = parts;
  const wall = Temporal.Instant.from(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  const ahead = now.until(wall).total('minutes');
  const offset = Math.round(ahead / QUARTER_MINUTES) * QUARTER_MINUTES;
  return Math.abs(offset) <= 14 * 60 ? offset : null;
}

function inZone(local: string, zone: string): Temporal.Instant | null {
  try {
    return Temporal.PlainDateTime.from(local).toZonedDateTime(zone).toInstant();
  } catch (error) {
    // A zone that this machine does not know.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function withOffset(local: string, offsetMinutes: number | null): Temporal.Instant | null {
  if (offsetMinutes === null) return null;
  return Temporal.Instant.from(`${local}Z`).subtract({ minutes: offsetMinutes });
}
