/** setTimeout counts in 32-bit milliseconds; longer waits are taken in steps. */
const LONGEST_TIMER_MILLISECONDS = 2 ** 31 - 1;

/** The time of this machine. */
export const systemClock = {
  now: () => Temporal.Now.instant(),
  schedule(at: Temporal.Instant, work: () => void): () => void {
    let timer: NodeJS.Timeout;
    const arm = () => {
      const wait = Math.max(0, Math.ceil(Temporal.Now.instant().until(at).total('milliseconds')));
      timer =
        wait > LONGEST_TIMER_MILLISECONDS
          ? setTimeout(arm, LONGEST_TIMER_MILLISECONDS)
          : setTimeout(work, wait);
    };
    arm();
    return () => {
      clearTimeout(timer);
    };
  },
};
