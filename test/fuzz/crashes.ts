/** What would have ended the program: a rejection that nobody handles, an error that nobody catches. */
export interface Crashes extends Disposable {
  readonly found: readonly string[];
}

/** Listens from now on, so that the input that did it is known. */
export function watchForCrashes(): Crashes {
  const found: string[] = [];
  const note = (error: unknown) => {
    found.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  };
  process.on('unhandledRejection', note);
  process.on('uncaughtException', note);
  return {
    found,
    [Symbol.dispose]() {
      process.off('unhandledRejection', note);
      process.off('uncaughtException', note);
    },
  };
}

/** Far more than anything takes that is not stuck. */
const DEADLINE_MILLISECONDS = 30_000;

/** @throws Error when it has not come to its end by then: it hangs. */
export async function withinDeadline<T>(
  what: string,
  work: Promise<T>,
  deadline: number = DEADLINE_MILLISECONDS,
): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new Error(`${what} hangs`));
  }, deadline);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
