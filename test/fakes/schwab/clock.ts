/** The fake's own clock. */
export interface FakeClock {
  now(): Temporal.Instant;
  /** Time passes at once. */
  advance(seconds: number): void;
}

/**
 * @param mode `stepped` stands still between two `advance`s, `real` runs on from `start`
 * @param speed how many times as fast as real time it runs on
 */
export function createClock(
  start: Temporal.Instant,
  mode: 'real' | 'stepped',
  speed: number,
): FakeClock {
  const begun = performance.now();
  let skipped = 0;
  return {
    now: () => {
      const run = mode === 'real' ? (performance.now() - begun) * speed : 0;
      return start.add({ milliseconds: Math.floor(run + skipped) });
    },
    advance: (seconds) => {
      skipped += seconds * 1000;
    },
  };
}

/** As Schwab writes times in answers: to the second, with an offset without a colon. */
export function schwabTime(instant: Temporal.Instant): string {
  return `${instant.toString({ smallestUnit: 'second' }).slice(0, -1)}+0000`;
}

export function isBefore(a: Temporal.Instant, b: Temporal.Instant): boolean {
  return Temporal.Instant.compare(a, b) < 0;
}
