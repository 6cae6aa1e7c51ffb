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

/** When a batch is still worth waiting for. */
export interface Gathering<Item> {
  /** Whether more is about to come that can share a batch with these; asked anew with each that comes. */
  readonly mayWait: (items: readonly Item[]) => boolean;
  /** Calls when a wait has to end, whatever is still to come. @returns a function that takes it back. */
  readonly atLatest: (end: () => void) => () => void;
}

/**
 * @param work gets a batch in the order given and returns an outcome for each of its items; what it
 *   throws is the failure of all of them.
 * @param gathering left out, a batch is what has arrived already.
 */
export function createBatchQueue<Item, Result>(
  work: (items: readonly Item[]) => Promise<readonly PromiseSettledResult<Result>[]>,
  gathering: Gathering<Item> | null = null,
): BatchQueue<Item, Result> {
  let waiting: Waiting<Item, Result>[] = [];
  let running: Promise<void> | null = null;
  /** Ends the wait for more, where there is one. */
  let endWait: (() => void) | null = null;

  const mayWait = (): boolean =>
    gathering !== null && gathering.mayWait(waiting.map(({ item }) => item));

  async function gather(): Promise<void> {
    if (gathering === null || !mayWait()) return;
    const ended = Promise.withResolvers<void>();
    endWait = ended.resolve;
    const cancel = gathering.atLatest(ended.resolve);
    await ended.promise;
    cancel();
    endWait = null;
  }

  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      // What has arrived already, on other sockets, is heard first: it joins this batch.
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      await gather();
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
        if (endWait !== null && !mayWait()) endWait();
      });
    },
    async idle() {
      while (running !== null) await running;
    },
  };
}
