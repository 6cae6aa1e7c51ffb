/** The fake's own clock: real time, plus what a test has skipped. */
export interface FakeClock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Skips ahead, so that deadlines pass without waiting. */
  advance(by: Temporal.DurationLike): void;
}

/** @param read where time comes from, in milliseconds since 1970; the machine's clock when left out */
export function createClock(
  read: () => number = () => performance.timeOrigin + performance.now(),
): FakeClock {
  let skipped = 0;
  return {
    now: () => read() + skipped,
    advance: (by) => {
      skipped += Temporal.Duration.from(by).total('milliseconds');
    },
  };
}

/** As Discord writes times: `2026-11-23T09:30:00.000000+00:00`. */
export function isoTime(milliseconds: number): string {
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(milliseconds))
    .toString({ fractionalSecondDigits: 6 })
    .replace('Z', '+00:00');
}

const discordEpoch = 1_420_070_400_000n;

/** Ids as Discord makes them: the time in the upper bits, so that later is greater. */
export function createSnowflakes(clock: FakeClock): () => string {
  let last = 0n;
  return () => {
    const fresh = (BigInt(Math.floor(clock.now())) - discordEpoch) << 22n;
    last = fresh > last ? fresh : last + 1n;
    return String(last);
  };
}

/** Tells whoever waits that something has changed. */
export interface Changes {
  notify(): void;
  /**
   * Resolves with the predicate's first result that is neither false, null nor undefined; looks again
   * whenever something changes.
   * @throws when `timeoutMilliseconds` of real time pass first; `what` says what was waited for
   */
  waitFor<T>(
    predicate: () => T | false | null | undefined,
    what: string,
    timeoutMilliseconds: number,
  ): Promise<T>;
}

export function createChanges(): Changes {
  const waiting = new Set<() => void>();
  return {
    notify: () => {
      for (const look of waiting) look();
    },
    waitFor: (predicate, what, timeoutMilliseconds) =>
      new Promise((resolve, reject) => {
        const look = () => {
          try {
            const found = predicate();
            if (found === false || found === null || found === undefined) return;
            finish();
            resolve(found);
          } catch (error) {
            finish();
            reject(error);
          }
        };
        const timer = setTimeout(() => {
          finish();
          reject(new Error(`Waited ${timeoutMilliseconds} ms in vain for ${what}`));
        }, timeoutMilliseconds);
        const finish = () => {
          clearTimeout(timer);
          waiting.delete(look);
        };
        waiting.add(look);
        look();
      }),
  };
}
