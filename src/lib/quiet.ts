import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';

/** Tells when what comes in bursts has paused, so that slow work does not delay what is still coming. */
export interface Quiet {
  /** Something came. */
  came(): void;
  /** Resolves when nothing has come for a moment, or has kept coming for long enough. */
  calm(): Promise<void>;
}

/**
 * @param pauseMilliseconds how long nothing must have come.
 * @param longestMilliseconds what keeps coming holds nobody up for longer.
 */
export function createQuiet(pauseMilliseconds: number, longestMilliseconds: number): Quiet {
  let arrivals = 0;
  let waiting: Promise<void> | null = null;

  async function pause(): Promise<void> {
    const end = performance.now() + longestMilliseconds;
    for (;;) {
      const before = arrivals;
      await delay(pauseMilliseconds);
      // A timer that is late says nothing: what came meanwhile is read before the next turn.
      await nextTurn();
      if (arrivals === before || performance.now() >= end) break;
    }
    waiting = null;
  }

  return {
    came() {
      arrivals += 1;
    },
    calm() {
      waiting ??= pause();
      return waiting;
    },
  };
}
