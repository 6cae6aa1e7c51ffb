import type { Clock } from '../../ports/clock.ts';

/** A wait that can be ended early: `ended` resolves either way. */
export interface Wait {
  readonly ended: Promise<'waited' | 'canceled'>;
  cancel(): void;
}

export function waitFor(clock: Clock, duration: Temporal.Duration): Wait {
  const { promise, resolve } = Promise.withResolvers<'waited' | 'canceled'>();
  const cancel = clock.schedule(clock.now().add(duration), () => resolve('waited'));
  return {
    ended: promise,
    cancel: () => {
      cancel();
      resolve('canceled');
    },
  };
}

/** 1, 2, 4 ... seconds, at most `longest`. */
export function backoff(attempts: number, longest: number): Temporal.Duration {
  return Temporal.Duration.from({ seconds: Math.min(2 ** Math.min(attempts, 20), longest) });
}
