import type { WakeSignal } from '../lib/wake-signal.ts';

/** Work that a loop has begun and does not wait for. */
export interface UnderWay {
  /** Wakes the loop when it has ended. */
  add(work: Promise<void>): void;
  /** @throws the first failure of what has ended, once. */
  rethrow(): void;
  /** Resolves when all of it has ended, however. */
  settled(): Promise<void>;
}

export function createUnderWay(signal: WakeSignal): UnderWay {
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];
  return {
    add(work) {
      const ended = work
        .catch((error: unknown) => {
          failures.push(error);
        })
        .finally(() => {
          running.delete(ended);
          signal.wake();
        });
      running.add(ended);
    },
    rethrow() {
      const [first] = failures.splice(0);
      if (first !== undefined) throw first;
    },
    async settled() {
      while (running.size > 0) await Promise.all(running);
    },
  };
}
