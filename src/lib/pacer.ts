/** What goes first when requests have to wait: what finds out, what reads, what trades, what tidies up. */
export type Urgency = 'recovery' | 'reading' | 'trading' | 'tidying';

const ORDER: readonly Urgency[] = ['recovery', 'reading', 'trading', 'tidying'];

/** Keeps the requests of one broker login under its published limit. Shared by all its accounts. */
export interface Pacer {
  /**
   * Runs the work when its turn has come: by urgency, then in the order given.
   * @param work is given a function to call once the broker has certainly counted it.
   * @param withdrawn ends the wait, and nothing else: work that has begun goes on.
   * @returns what the work returns; a failure reaches only its own caller.
   * @throws PacerClosed when the pacer is closed before the work began; PacerWithdrawn when it was withdrawn.
   */
  run<T>(
    urgency: Urgency,
    work: (counted: () => void) => Promise<T>,
    withdrawn?: AbortSignal,
  ): Promise<T>;
  /** Begins nothing before this time: the broker said so (429 with its waiting time). */
  pauseUntil(at: Temporal.Instant): void;
  /** How many wait for their turn. */
  waiting(): number;
  /** Refuses what waits and what comes; what has begun goes on. */
  close(): void;
}

/** The limit of a login: so many beginnings within any window of this length. */
export interface PacerLimit {
  readonly requests: number;
  readonly window: Temporal.Duration;
  /**
   * How much later than it begins the broker may count a request: it stays in the window for so much longer,
   * unless it is known to have been counted before. Left out: no later.
   */
  readonly lag?: Temporal.Duration;
}

/** The part of a clock that pacing needs. */
interface PacerClock {
  now(): Temporal.Instant;
  schedule(at: Temporal.Instant, work: () => void): () => void;
}

/** The work never began, and so never reached the broker. */
export class PacerClosed extends Error {
  override readonly name = 'PacerClosed';

  constructor() {
    super('the connection is closed; the request was not sent');
  }
}

/** The work never began: whoever gave it wants it no more. */
export class PacerWithdrawn extends Error {
  override readonly name = 'PacerWithdrawn';

  constructor() {
    super('the request was withdrawn before its turn; it was not sent');
  }
}

interface Begun {
  readonly at: Temporal.Instant;
  /** Out of the window. */
  leaves: Temporal.Instant;
}

interface Waiting {
  readonly begin: (own: Begun) => void;
  readonly refuse: () => void;
}

/**
 * A sliding window: a burst of the whole limit may begin at once, and each further request begins when
 * the one that came `requests` before it leaves the window.
 * @throws RangeError for a limit below one.
 */
export function createPacer(clock: PacerClock, limit: PacerLimit): Pacer {
  if (!Number.isInteger(limit.requests) || limit.requests < 1) {
    throw new RangeError(`a limit takes a whole number from 1; found ${limit.requests}`);
  }
  const lanes: Readonly<Record<Urgency, Waiting[]>> = {
    recovery: [],
    reading: [],
    trading: [],
    tidying: [],
  };
  const longest = limit.lag === undefined ? limit.window : limit.window.add(limit.lag);
  /** In the order in which they leave. */
  let begun: Begun[] = [];
  let pausedUntil: Temporal.Instant | null = null;
  let cancelTimer: (() => void) | null = null;
  let closed = false;

  /** When the next request may begin; null for now. */
  function nextTurn(now: Temporal.Instant): Temporal.Instant | null {
    // A time in the future is of a clock that was set back since: it would block for ever.
    const newest = begun.at(-1);
    if (newest !== undefined && Temporal.Instant.compare(newest.at, now) > 0) {
      begun = begun.filter(({ at }) => Temporal.Instant.compare(at, now) <= 0);
    }
    const kept = begun.findIndex(({ leaves }) => Temporal.Instant.compare(leaves, now) > 0);
    if (kept !== 0) begun = kept < 0 ? [] : begun.slice(kept);
    const [oldest] = begun;
    const free = begun.length < limit.requests || oldest === undefined ? null : oldest.leaves;
    if (pausedUntil === null || Temporal.Instant.compare(pausedUntil, now) <= 0) return free;
    if (free === null || Temporal.Instant.compare(free, pausedUntil) < 0) return pausedUntil;
    return free;
  }

  function pump(): void {
    cancelTimer?.();
    cancelTimer = null;
    for (;;) {
      const lane = ORDER.find((urgency) => lanes[urgency].length > 0);
      if (lane === undefined) return;
      const now = clock.now();
      const turn = nextTurn(now);
      if (turn !== null) {
        cancelTimer = clock.schedule(turn, pump);
        return;
      }
      const own = { at: now, leaves: now.add(longest) };
      begun.push(own);
      lanes[lane].shift()?.begin(own);
    }
  }

  function noteCounted(own: Begun): void {
    const leaves = clock.now().add(limit.window);
    if (Temporal.Instant.compare(leaves, own.leaves) >= 0) return;
    own.leaves = leaves;
    begun = begun.toSorted((a, b) => Temporal.Instant.compare(a.leaves, b.leaves));
    pump();
  }

  return {
    run<T>(
      urgency: Urgency,
      work: (counted: () => void) => Promise<T>,
      withdrawn?: AbortSignal,
    ): Promise<T> {
      return new Promise<T>((resolve, reject) => {
        if (closed) {
          reject(new PacerClosed());
          return;
        }
        if (withdrawn?.aborted === true) {
          reject(new PacerWithdrawn());
          return;
        }
        const withdraw = (): void => {
          const lane = lanes[urgency];
          lane.splice(lane.indexOf(waiting), 1);
          reject(new PacerWithdrawn());
        };
        const waiting: Waiting = {
          begin: (own) => {
            withdrawn?.removeEventListener('abort', withdraw);
            work(() => {
              noteCounted(own);
            }).then(resolve, reject);
          },
          refuse: () => {
            withdrawn?.removeEventListener('abort', withdraw);
            reject(new PacerClosed());
          },
        };
        withdrawn?.addEventListener('abort', withdraw, { once: true });
        lanes[urgency].push(waiting);
        pump();
      });
    },
    pauseUntil(at) {
      if (pausedUntil === null || Temporal.Instant.compare(at, pausedUntil) > 0) pausedUntil = at;
      pump();
    },
    waiting: () => ORDER.reduce((count, urgency) => count + lanes[urgency].length, 0),
    close() {
      closed = true;
      cancelTimer?.();
      for (const urgency of ORDER) {
        for (const { refuse } of lanes[urgency].splice(0)) refuse();
      }
    },
  };
}
