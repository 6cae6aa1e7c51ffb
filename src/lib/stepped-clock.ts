/** A clock that runs with the machine's and can be moved forward by hand: for the demo. */
export interface SteppedClock {
  now(): Temporal.Instant;
  schedule(at: Temporal.Instant, work: () => void): () => void;
  /** Moves on; whatever became due runs at once. */
  jump(by: Temporal.Duration): void;
}

interface Waiting {
  readonly at: Temporal.Instant;
  readonly work: () => void;
  cancel: () => void;
}

/** @param base the clock that it runs with. */
export function createSteppedClock(base: {
  now(): Temporal.Instant;
  schedule(at: Temporal.Instant, work: () => void): () => void;
}): SteppedClock {
  let ahead = new Temporal.Duration();
  const waiting = new Set<Waiting>();
  const arm = (entry: Waiting) => {
    entry.cancel = base.schedule(entry.at.subtract(ahead), () => {
      waiting.delete(entry);
      entry.work();
    });
  };
  return {
    now: () => base.now().add(ahead),
    schedule(at, work) {
      const entry: Waiting = { at, work, cancel: () => {} };
      waiting.add(entry);
      arm(entry);
      return () => {
        waiting.delete(entry);
        entry.cancel();
      };
    },
    jump(by) {
      ahead = ahead.add(by);
      for (const entry of waiting) {
        entry.cancel();
        arm(entry);
      }
    },
  };
}
