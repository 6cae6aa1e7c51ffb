/** Runs asynchronous work one after the other, in the order it was given. */
export interface SerialQueue {
  /** @returns what the work returns; a failure reaches only its own caller. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves when everything given so far has ended. */
  idle(): Promise<void>;
}

export function createSerialQueue(): SerialQueue {
  let tail: Promise<unknown> = Promise.resolve();
  return {
    run<T>(work: () => Promise<T>): Promise<T> {
      const result = tail.then(work);
      // The chain goes on whatever became of this work; its caller has the failure.
      tail = result.then(
        () => undefined,
        () => undefined,
      );
      return result;
    },
    async idle() {
      await tail;
    },
  };
}
