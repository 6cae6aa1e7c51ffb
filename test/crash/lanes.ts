/** So many things at a time, of all callers together, whoever came first. */
export interface Lanes {
  readonly width: number;
  run<Result>(work: () => Promise<Result>): Promise<Result>;
}

export function createLanes(width: number): Lanes {
  const waiting: (() => void)[] = [];
  let free = width;
  return {
    width,
    async run(work) {
      if (free > 0) free -= 1;
      else {
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
        });
      }
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        if (next === undefined) free += 1;
        else next();
      }
    },
  };
}

/**
 * Does the work of all items, and gives their results in the items' order. Only a few of them stand in
 * line at once, so that lists which are done side by side take turns.
 */
export async function inLanes<Item, Result>(
  items: readonly Item[],
  lanes: Lanes,
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const queue = [...items.entries()];
  const follow = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, item] = next;
      results[index] = await lanes.run(() => work(item));
    }
  };
  await Promise.all(Array.from({ length: lanes.width }, follow));
  return results;
}
