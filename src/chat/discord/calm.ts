/** Counts what is urgent and tells when none of it is under way. */
export interface Calm {
  /** Counts a piece of urgent work until it has ended. */
  during<T>(work: Promise<T>): Promise<T>;
  /** Resolves when nothing urgent is under way. */
  calm(): Promise<void>;
}

export function createCalm(): Calm {
  let underWay = 0;
  let waiting: (() => void)[] = [];
  return {
    async during(work) {
      underWay += 1;
      try {
        return await work;
      } finally {
        underWay -= 1;
        if (underWay === 0) for (const resolve of waiting.splice(0)) resolve();
      }
    },
    async calm() {
      if (underWay === 0) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting = [...waiting, resolve];
      await promise;
    },
  };
}
