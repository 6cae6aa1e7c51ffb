/** The fake's own clock. */
export interface FakeClock {
  now(): Temporal.Instant;
  /** Time passes at once. */
  advance(seconds: number): void;
}

/** @param mode `stepped` stands still between two `advance`s, `real` runs on from `start` */
export function createClock(start: Temporal.Instant, mode: 'real' | 'stepped'): FakeClock {
  const begun = performance.now();
  let skipped = 0;
  return {
    now: () => {
      const run = mode === 'real' ? performance.now() - begun : 0;
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
