/** Gathers what comes at about the same time and hands it on together, one batch after the other. */
export interface BatchQueue<Item, Result> {
  /** @returns what the work returned for this item; a failure reaches only its own caller. */
  add(item: Item): Promise<Result>;
  /** Resolves when everything given so far has been worked on. */
  idle(): Promise<void>;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly settle: (outcome: PromiseSettledResult<Result>) => void;
}

/**
 * @param work gets a batch in the order given and returns an outcome for each of its items; what it
 *   throws is the failure of all of them.
 */
export function createBatchQueue<Item, Result>(
  work: (items: readonly Item[]) => Promise<readonly PromiseSettledResult<Result>[]>,
): BatchQueue<Item, Result> {
  let waiting: Waiting<Item, Result>[] = [];
  let running: Promise<void> | null = null;

  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      // What has arrived already, on other sockets, is heard first: it joins this batch.
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      const batch = waiting;
      waiting = [];
      let outcomes: readonly PromiseSettledResult<Result>[] = [];
      let failure: unknown = new Error('the batch came back without this item');
      try {
        outcomes = await work(batch.map(({ item }) => item));
      } catch (error) {
        failure = error;
      }
      for (const [index, { settle }] of batch.entries()) {
        settle(outcomes[index] ?? { status: 'rejected', reason: failure });
      }
    }
    running = null;
  }

  return {
    add(item) {
      return new Promise((resolve, reject) => {
        const settle = (outcome: PromiseSettledResult<Result>): void => {
          if (outcome.status === 'fulfilled') resolve(outcome.value);
          else reject(outcome.reason);
        };
        waiting.push({ item, settle });
        running ??= drain();
      });
    },
    async idle() {
      while (running !== null) await running;
    },
  };
}
