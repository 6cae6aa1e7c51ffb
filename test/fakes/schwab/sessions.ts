import { isBefore } from './clock.ts';

/** When a market is open. */
export interface Window {
  readonly start: Temporal.Instant;
  readonly end: Temporal.Instant;
}

/** The sessions an order can be for. */
export type SessionName = 'NORMAL' | 'AM' | 'PM' | 'SEAMLESS';

export interface DaySessions {
  readonly preMarket: Window;
  readonly regularMarket: Window;
  readonly postMarket: Window;
}

/** The equity market's days, in New York. */
export interface Sessions {
  /** Null on days without a session. */
  on(date: Temporal.PlainDate): DaySessions | null;
  /** The window of a session that is running at an instant, else the next one. */
  next(session: SessionName, at: Temporal.Instant): Window;
  isOpen(session: SessionName, at: Temporal.Instant): boolean;
  /** The trading day after an instant's day: when today's trades settle. */
  settlementOf(at: Temporal.Instant): Temporal.Instant;
  set(at: Temporal.Instant, market: MarketHours): void;
  /** The running session ends at once. */
  close(at: Temporal.Instant): void;
}

export interface MarketHours {
  readonly open: boolean;
  readonly nextOpen: Temporal.Instant;
  readonly nextClose: Temporal.Instant;
}

const zone = 'America/New_York';

export function dateOf(at: Temporal.Instant): Temporal.PlainDate {
  return at.toZonedDateTimeISO(zone).toPlainDate();
}

function instantOn(date: Temporal.PlainDate, time: string): Temporal.Instant {
  return date.toZonedDateTime({ timeZone: zone, plainTime: time }).toInstant();
}

/** An instant as Schwab's market hours write it: local time with New York's offset. */
export function newYorkTime(at: Temporal.Instant): string {
  return at.toZonedDateTimeISO(zone).toString({ timeZoneName: 'never', smallestUnit: 'second' });
}

/** Weekdays from 9:30 to 16:00 but holidays, until `set` says otherwise. */
export function createSessions(holidays: readonly string[]): Sessions {
  const told = new Map<string, Window | null>();

  function regular(date: Temporal.PlainDate): Window | null {
    const override = told.get(date.toString());
    if (override !== undefined) return override;
    if (date.dayOfWeek > 5 || holidays.includes(date.toString())) return null;
    return { start: instantOn(date, '09:30'), end: instantOn(date, '16:00') };
  }

  function on(date: Temporal.PlainDate): DaySessions | null {
    const regularMarket = regular(date);
    if (regularMarket === null) return null;
    return {
      preMarket: { start: instantOn(date, '07:00'), end: regularMarket.start },
      regularMarket,
      postMarket: { start: regularMarket.end, end: instantOn(date, '20:00') },
    };
  }

  function windowOf(session: SessionName, day: DaySessions): Window {
    switch (session) {
      case 'NORMAL':
        return day.regularMarket;
      case 'AM':
        return day.preMarket;
      case 'PM':
        return day.postMarket;
      case 'SEAMLESS':
        return { start: day.preMarket.start, end: day.postMarket.end };
    }
  }

  function next(session: SessionName, at: Temporal.Instant): Window {
    let date = dateOf(at);
    for (let days = 0; days < 400; days += 1) {
      const day = on(date);
      if (day !== null) {
        const window = windowOf(session, day);
        if (isBefore(at, window.end) && isBefore(window.start, window.end)) return window;
      }
      date = date.add({ days: 1 });
    }
    throw new Error('There is no session within a year');
  }

  return {
    on,
    next,
    isOpen: (session, at) => !isBefore(at, next(session, at).start),
    settlementOf: (at) => {
      const following = dateOf(at).add({ days: 1 });
      const { start } = next('NORMAL', instantOn(following, '00:00'));
      return instantOn(dateOf(start), '00:00');
    },
    set: (at, { open, nextOpen, nextClose }) => {
      const today = dateOf(at);
      const opening = dateOf(nextOpen);
      const before = regular(today);
      const isRunning = before !== null && !isBefore(at, before.start) && isBefore(at, before.end);
      for (let date = today; Temporal.PlainDate.compare(date, opening) < 0;) {
        told.set(date.toString(), null);
        date = date.add({ days: 1 });
      }
      if (before !== null && isBefore(before.start, at)) {
        told.set(today.toString(), isRunning ? { start: before.start, end: at } : before);
      }
      if (!open) {
        told.set(opening.toString(), { start: nextOpen, end: nextClose });
        return;
      }
      told.set(today.toString(), { start: isRunning ? before.start : at, end: nextClose });
      if (!opening.equals(today)) {
        told.set(opening.toString(), { start: nextOpen, end: nextOpen.add({ minutes: 390 }) });
      }
    },
    close: (at) => {
      const today = dateOf(at);
      const window = regular(today);
      if (window === null || isBefore(at, window.start) || !isBefore(at, window.end)) return;
      told.set(today.toString(), { start: window.start, end: at });
    },
  };
}
