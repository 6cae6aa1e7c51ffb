/** Lets one waiter sleep until something happens; a signal that comes while nobody waits is kept. */
export interface WakeSignal {
  wake(): void;
  /** Resolves at the next wake, or at once when one came since the last wait. */
  wait(): Promise<void>;
}

export function createWakeSignal(): WakeSignal {
  let pending = false;
  let resolveWait: (() => void) | null = null;
  return {
    wake() {
      if (resolveWait === null) {
        pending = true;
        return;
      }
      const resolve = resolveWait;
      resolveWait = null;
      resolve();
    },
    wait() {
      if (pending) {
        pending = false;
        return Promise.resolve();
      }
      return new Promise((resolve) => {
        resolveWait = resolve;
      });
    },
  };
}
