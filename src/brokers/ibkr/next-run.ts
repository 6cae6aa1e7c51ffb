/**
 * Work whose result many may share: whoever asks while it runs gets the run after it, so that nobody gets
 * an answer that was on its way before the question.
 */
export function createNextRun<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<unknown> | null = null;
  let next: Promise<T> | null = null;

  function start(): Promise<T> {
    const run = work();
    const ended = run
      .then(
        () => undefined,
        () => undefined,
      )
      .then(() => {
        if (running === ended) running = null;
      });
    running = ended;
    return run;
  }

  return () => {
    if (running === null) return start();
    next ??= running.then(() => {
      next = null;
      return start();
    });
    return next;
  };
}
