import {
  EXCHANGE_TIME_ZONE,
  exchangeDateOf,
  nextSession,
} from '../../../src/core/market-calendar.ts';
import type { Session } from '../../../src/core/market-calendar.ts';
import { badInput } from './refusal.ts';

const FIRST = Temporal.PlainDate.from('1998-01-01');
const LAST = Temporal.PlainDate.from('2029-12-31');

/** `GET /v2/calendar`: schema `legacy_calendar_day` for every session between two dates, both included. */
export function calendarDays(query: URLSearchParams): readonly unknown[] {
  const start = dateOf(query, 'start') ?? FIRST;
  const end = dateOf(query, 'end') ?? LAST;
  const settlement = query.get('date_type') === 'SETTLEMENT';
  const days: unknown[] = [];
  // Trades settle on the next session: a settlement in the range can belong to a trade just before it.
  let session = sessionFrom(settlement ? start.subtract({ days: 7 }) : start);
  while (Temporal.PlainDate.compare(session.date, end) <= 0) {
    const next = nextSession(session.close);
    const date = settlement ? next.date : session.date;
    const within =
      Temporal.PlainDate.compare(date, start) >= 0 && Temporal.PlainDate.compare(date, end) <= 0;
    if (within) days.push(dayView(session, next));
    session = next;
  }
  return days;
}

function dayView(session: Session, next: Session): unknown {
  return {
    date: session.date.toString(),
    open: wallClock(session.open),
    close: wallClock(session.close),
    session_open: '0400',
    session_close: session.halfDay ? '1700' : '2000',
    settlement_date: next.date.toString(),
  };
}

function sessionFrom(date: Temporal.PlainDate): Session {
  return nextSession(date.toZonedDateTime(EXCHANGE_TIME_ZONE).toInstant());
}

function wallClock(at: Temporal.Instant): string {
  return at
    .toZonedDateTimeISO(EXCHANGE_TIME_ZONE)
    .toPlainTime()
    .toString({ smallestUnit: 'minute' });
}

function dateOf(query: URLSearchParams, name: string): Temporal.PlainDate | null {
  const text = query.get(name);
  if (text === null) return null;
  try {
    return text.includes('T')
      ? exchangeDateOf(Temporal.Instant.from(text))
      : Temporal.PlainDate.from(text);
  } catch {
    throw badInput(`invalid ${name} parameter: ${text}`);
  }
}
