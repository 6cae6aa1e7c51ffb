import { EXCHANGE_TIME_ZONE } from '../../../src/core/market-calendar.ts';

/** The fake's own time. */
export interface FakeClock {
  now(): Temporal.Instant;
  /** The time of something that happens now: never twice the same, so that what came first sorts first. */
  stamp(): Temporal.Instant;
  /** Goes to an instant that is not in the past. */
  goTo(instant: Temporal.Instant): void;
}

/**
 * @param startsAt null: the real time
 * @param speed how many times as fast as real time a real clock runs
 */
export function createClock(
  startsAt: string | null,
  mode: 'real' | 'stepped',
  speed: number,
): FakeClock {
  const start = startsAt === null ? Temporal.Now.instant() : Temporal.Instant.from(startsAt);
  let base = start.epochNanoseconds;
  let realBase = realNanoseconds();
  let last = 0n;
  const now = () =>
    mode === 'stepped' ? base : base + (realNanoseconds() - realBase) * BigInt(speed);
  return {
    now: () => Temporal.Instant.fromEpochNanoseconds(now()),
    stamp: () => {
      const at = now();
      last = at > last ? at : last + 1n;
      return Temporal.Instant.fromEpochNanoseconds(last);
    },
    goTo: (instant) => {
      base = instant.epochNanoseconds;
      realBase = realNanoseconds();
    },
  };
}

function realNanoseconds(): bigint {
  return process.hrtime.bigint();
}

/** As the Trading API writes times: UTC, as many of nine decimal places as needed. */
export function rfc3339(instant: Temporal.Instant): string {
  return instant.toString();
}

/** As the clock writes them: `2025-06-24T14:15:22-04:00`, in the exchange's zone. */
export function exchangeTime(instant: Temporal.Instant): string {
  return instant.toZonedDateTimeISO(EXCHANGE_TIME_ZONE).toString({ timeZoneName: 'never' });
}
