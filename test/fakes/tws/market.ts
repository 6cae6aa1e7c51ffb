import type { FakeClock } from './clock.ts';
import type { Settings } from './options.ts';

const NEW_YORK = 'America/New_York';
const OPENS = Temporal.PlainTime.from('09:30');
const CLOSES = Temporal.PlainTime.from('16:00');

export interface MarketHours {
  readonly open: boolean;
  readonly nextOpen: Temporal.Instant;
  readonly nextClose: Temporal.Instant;
}

/** The regular sessions of the one market there is. */
export interface Market {
  hours(): MarketHours;
  /** Whether trading outside regular hours goes on: weekdays from 4:00 to 20:00. */
  extended(): boolean;
  set(hours: MarketHours): void;
  /** Ends the session now. */
  close(): void;
  /** The sessions ahead, as ContractDetails.liquidHours has them, for a week. */
  liquidHours(): string;
  tradingHours(): string;
}

/** @param changed called when a session begins or ends. */
export function createMarket(settings: Settings, clock: FakeClock, changed: () => void): Market {
  const local = (instant: Temporal.Instant) => instant.toZonedDateTimeISO(NEW_YORK);
  let hours = beginning();
  let cancelTimer = watch();

  function isTradingDay(date: Temporal.PlainDate): boolean {
    return date.dayOfWeek <= 5 && !settings.holidays.includes(date.toString());
  }
  /** The first time after this instant that a trading day shows this time of day. */
  function nextAt(after: Temporal.Instant, time: Temporal.PlainTime): Temporal.Instant {
    let date = local(after).toPlainDate();
    for (;;) {
      const at = date.toZonedDateTime({ timeZone: NEW_YORK, plainTime: time }).toInstant();
      if (isTradingDay(date) && Temporal.Instant.compare(at, after) > 0) return at;
      date = date.add({ days: 1 });
    }
  }

  function beginning(): MarketHours {
    const now = clock.now();
    const nextOpen = nextAt(now, OPENS);
    const nextClose = nextAt(now, CLOSES);
    if (settings.market === 'calendar') {
      return { open: Temporal.Instant.compare(nextClose, nextOpen) < 0, nextOpen, nextClose };
    }
    const open = settings.market === 'open';
    return open
      ? { open, nextOpen: nextAt(nextClose, OPENS), nextClose }
      : { open, nextOpen, nextClose: nextAt(nextOpen, CLOSES) };
  }

  function watch(): () => void {
    const at = hours.open ? hours.nextClose : hours.nextOpen;
    return clock.schedule(at, () => {
      const { nextOpen, nextClose } = hours;
      hours = hours.open
        ? { open: false, nextOpen, nextClose: nextAt(nextOpen, CLOSES) }
        : { open: true, nextOpen: nextAt(nextClose, OPENS), nextClose };
      cancelTimer = watch();
      changed();
    });
  }

  function set(next: MarketHours): void {
    cancelTimer();
    hours = next;
    cancelTimer = watch();
    changed();
  }

  function sessions(opens: string, closes: string): string {
    const now = local(clock.now());
    const stamp = (at: Temporal.ZonedDateTime) =>
      `${at.toPlainDate().toString().replaceAll('-', '')}:${clockTime(at)}`;
    const parts: string[] = [];
    for (let ahead = 0; ahead < 7; ahead += 1) {
      const date = now.toPlainDate().add({ days: ahead });
      const at = (time: string) =>
        date.toZonedDateTime({ timeZone: NEW_YORK, plainTime: Temporal.PlainTime.from(time) });
      const day = date.toString().replaceAll('-', '');
      const [start, end] = sessionOf(date) ?? [];
      if (start === undefined || end === undefined) parts.push(`${day}:CLOSED`);
      else {
        // The wider hours reach beyond a session that was told.
        const from = Temporal.ZonedDateTime.compare(at(opens), start) < 0 ? at(opens) : start;
        const to = Temporal.ZonedDateTime.compare(at(closes), end) > 0 ? at(closes) : end;
        parts.push(`${stamp(from)}-${stamp(to)}`);
      }
    }
    return parts.join(';');
  }

  /** The regular session that begins on this day: the one told, else the calendar's. */
  function sessionOf(
    date: Temporal.PlainDate,
  ): readonly [Temporal.ZonedDateTime, Temporal.ZonedDateTime] | null {
    const opens = date.toZonedDateTime({ timeZone: NEW_YORK, plainTime: OPENS });
    const closes = date.toZonedDateTime({ timeZone: NEW_YORK, plainTime: CLOSES });
    const now = local(clock.now());
    const nextOpen = local(hours.nextOpen);
    const nextClose = local(hours.nextClose);
    if (hours.open && date.equals(now.toPlainDate())) {
      const start = Temporal.ZonedDateTime.compare(now, opens) < 0 ? now : opens;
      return [start.round({ smallestUnit: 'minute', roundingMode: 'floor' }), nextClose];
    }
    if (date.equals(nextOpen.toPlainDate())) {
      return [nextOpen, hours.open ? closes : nextClose];
    }
    const before = Temporal.PlainDate.compare(date, nextOpen.toPlainDate()) < 0;
    return before || !isTradingDay(date) ? null : [opens, closes];
  }

  return {
    hours: () => hours,
    extended() {
      const now = local(clock.now());
      return isTradingDay(now.toPlainDate()) && now.hour >= 4 && now.hour < 20;
    },
    set,
    close() {
      const nextOpen = nextAt(clock.now(), OPENS);
      set({ open: false, nextOpen, nextClose: nextAt(nextOpen, CLOSES) });
    },
    liquidHours: () => sessions('09:30', '16:00'),
    tradingHours: () => sessions('04:00', '20:00'),
  };
}

const clockTime = (at: Temporal.ZonedDateTime) =>
  `${String(at.hour).padStart(2, '0')}${String(at.minute).padStart(2, '0')}`;
