/** The fake's own time: real from a given beginning, or standing still between steps. */
export interface FakeClock {
  now(): Temporal.Instant;
  /** @returns a function that cancels. */
  schedule(at: Temporal.Instant, work: () => void): () => void;
  /** Time passes at once; what is due meanwhile runs in its order. */
  advance(by: Temporal.Duration): void;
  /** From now on nothing happens by itself. */
  stop(): void;
}

interface Due {
  readonly at: Temporal.Instant;
  readonly work: () => void;
}

export function createFakeClock(
  kind: 'real' | 'stepped',
  beginning: Temporal.Instant | undefined,
): FakeClock {
  const started = performance.now();
  let base = beginning ?? Temporal.Now.instant();
  let due: Due[] = [];
  const elapsed = () => (kind === 'real' ? Math.floor((performance.now() - started) * 1000) : 0);
  const now = () => base.add({ microseconds: elapsed() });

  function runUntil(limit: Temporal.Instant): void {
    for (;;) {
      const [next] = due
        .filter((entry) => Temporal.Instant.compare(entry.at, limit) <= 0)
        .toSorted((a, b) => Temporal.Instant.compare(a.at, b.at));
      if (next === undefined) return;
      due = due.filter((entry) => entry !== next);
      const wait = now().until(next.at);
      if (wait.sign > 0) base = base.add(wait);
      next.work();
    }
  }

  // Real time also lets what is due happen; unreferenced, so that it holds no process open.
  const ticking = kind === 'real' ? setInterval(() => runUntil(now()), 5).unref() : undefined;

  return {
    now,
    schedule(at, work) {
      const entry = { at, work };
      due.push(entry);
      return () => {
        due = due.filter((other) => other !== entry);
      };
    },
    advance(by) {
      const target = now().add(by);
      runUntil(target);
      const rest = now().until(target);
      if (rest.sign > 0) base = base.add(rest);
    },
    stop() {
      clearInterval(ticking);
    },
  };
}
