/** The fake's own time. Real by default; a test that waits for Slack's deadlines brings a manual one. */
export interface SlackClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs once after so many milliseconds; answers how to cancel. */
  after(milliseconds: number, run: () => void): () => void;
}

export function realClock(): SlackClock {
  return {
    now: () => Temporal.Now.instant().epochMilliseconds,
    after: (milliseconds, run) => {
      const timer = setTimeout(run, milliseconds);
      timer.unref();
      return () => clearTimeout(timer);
    },
  };
}

export interface ManualSlackClock extends SlackClock {
  /** Moves time on and runs what falls due, in order. */
  advance(milliseconds: number): void;
}

/** A clock that stands still until it is advanced. It starts at the real time unless told. */
export function manualClock(
  start: number = Temporal.Now.instant().epochMilliseconds,
): ManualSlackClock {
  let now = start;
  let due: { readonly at: number; readonly run: () => void }[] = [];
  return {
    now: () => now,
    after: (milliseconds, run) => {
      const timer = { at: now + milliseconds, run };
      due.push(timer);
      return () => {
        due = due.filter((each) => each !== timer);
      };
    },
    advance: (milliseconds) => {
      const until = now + milliseconds;
      for (;;) {
        const next = due.filter(({ at }) => at <= until).toSorted((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        due = due.filter((each) => each !== next);
        now = Math.max(now, next.at);
        next.run();
      }
      now = until;
    },
  };
}
