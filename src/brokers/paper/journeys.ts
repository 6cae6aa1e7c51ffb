import type { Clock } from '../../ports/clock.ts';

/** Orders on their way to the exchange, which takes them as long as the latency says. */
export interface Journeys {
  /** @returns false when the journey was abandoned: what was sent never arrives. */
  travel(): Promise<boolean>;
  /** Ends all journeys under way. */
  abandon(): void;
}

export function createJourneys(clock: Clock, latency: Temporal.Duration): Journeys {
  const underWay = new Set<() => void>();
  return {
    travel: async () => {
      if (latency.blank) return true;
      return await new Promise<boolean>((resolve) => {
        const abandonOne = (): void => {
          cancel();
          resolve(false);
        };
        const cancel = clock.schedule(clock.now().add(latency), () => {
          underWay.delete(abandonOne);
          resolve(true);
        });
        underWay.add(abandonOne);
      });
    },
    abandon: () => {
      for (const abandonOne of underWay) abandonOne();
      underWay.clear();
    },
  };
}
