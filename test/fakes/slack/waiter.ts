/** Waiting for something to be so, without polling: whoever changes the state says so. */
export interface Waiter {
  changed(): void;
  waitFor<T>(
    predicate: () => T | null | undefined | false,
    timeoutMilliseconds: number | undefined,
    describe: () => string,
  ): Promise<T>;
}

export function createWaiter(): Waiter {
  const looks = new Set<() => void>();
  return {
    changed: () => {
      for (const look of looks) look();
    },
    waitFor: <T>(
      predicate: () => T | null | undefined | false,
      timeoutMilliseconds = 2000,
      describe: () => string,
    ) =>
      new Promise<T>((resolve, reject) => {
        const timer = setTimeout(() => {
          looks.delete(look);
          reject(new Error(`waited ${timeoutMilliseconds} ms in vain; ${describe()}`));
        }, timeoutMilliseconds);
        function look(): void {
          try {
            const value = predicate();
            if (value === null || value === undefined || value === false) return;
            resolve(value);
          } catch (error) {
            reject(error);
          }
          looks.delete(look);
          clearTimeout(timer);
        }
        looks.add(look);
        look();
      }),
  };
}
