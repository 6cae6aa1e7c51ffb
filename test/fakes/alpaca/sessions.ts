import {
  EXCHANGE_TIME_ZONE,
  exchangeDateOf,
  nextSession,
  sessionOn,
} from '../../../src/core/market-calendar.ts';

/** What the market does: open or not, and when that changes. */
export interface SessionState {
  readonly open: boolean;
  readonly nextOpen: Temporal.Instant;
  readonly nextClose: Temporal.Instant;
}

/** The regular sessions of the exchange, unless a test says otherwise. */
export interface Sessions {
  state(): SessionState;
  /** The next opening or closing. */
  nextChange(): Temporal.Instant;
  /** The time has come to a change: the market opens or closes. */
  change(at: Temporal.Instant): void;
  /** From now on the market is as told, until the change after the two times given; then the calendar goes on. */
  set(state: SessionState): void;
}

export function createSessions(now: Temporal.Instant): Sessions {
  let state = byCalendar(now);
  return {
    state: () => state,
    nextChange: () => (state.open ? state.nextClose : state.nextOpen),
    change: (at) => {
      state = state.open ? closed(at, state.nextOpen) : opened(at, state.nextClose);
    },
    set: (told) => {
      state = told;
    },
  };
}

function byCalendar(at: Temporal.Instant): SessionState {
  const today = sessionOn(exchangeDateOf(at));
  const next = nextSession(at);
  const running =
    today !== null &&
    Temporal.Instant.compare(today.open, at) <= 0 &&
    Temporal.Instant.compare(at, today.close) < 0;
  return { open: running, nextOpen: next.open, nextClose: running ? today.close : next.close };
}

/** Closes; the next opening is the one foreseen, or the calendar's when that has passed. */
function closed(at: Temporal.Instant, foreseen: Temporal.Instant): SessionState {
  const session = nextSession(at);
  if (Temporal.Instant.compare(foreseen, at) <= 0) {
    return { open: false, nextOpen: session.open, nextClose: session.close };
  }
  return { open: false, nextOpen: foreseen, nextClose: byCalendar(foreseen).nextClose };
}

function opened(at: Temporal.Instant, foreseen: Temporal.Instant): SessionState {
  const nextClose =
    Temporal.Instant.compare(foreseen, at) > 0 ? foreseen : at.add({ hours: 6, minutes: 30 });
  return { open: true, nextOpen: nextSession(nextClose).open, nextClose };
}

/**
 * When a day order that trades outside regular hours too ends: at 20:00 of its day at the exchange, or of
 * the next trading day when that has passed.
 */
export function extendedSessionEnd(at: Temporal.Instant): Temporal.Instant {
  const today = eveningOf(exchangeDateOf(at));
  const trades = sessionOn(exchangeDateOf(at)) !== null;
  if (trades && Temporal.Instant.compare(at, today) < 0) return today;
  return eveningOf(nextSession(at).date);
}

function eveningOf(date: Temporal.PlainDate): Temporal.Instant {
  const plainTime = Temporal.PlainTime.from('20:00');
  return date.toZonedDateTime({ timeZone: EXCHANGE_TIME_ZONE, plainTime }).toInstant();
}

/** Whether orders marked for extended hours trade: from 4:00 to 20:00 on a trading day. */
export function inExtendedHours(at: Temporal.Instant): boolean {
  const { hour } = at.toZonedDateTimeISO(EXCHANGE_TIME_ZONE);
  return sessionOn(exchangeDateOf(at)) !== null && hour >= 4 && hour < 20;
}
