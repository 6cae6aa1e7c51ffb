/**
 * Works on many items, so many at a time and begun in their order: all at once a thousand would fill the
 * memory, and one after the other each would wait for every round trip before it.
 * @returns what the work returned, in the order of the items.
 * @throws what the first work to fail throws; nothing is begun after that, and what has begun has ended.
 */
export async function mapAtATime<Item, Result>(
  items: readonly Item[],
  most: number,
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: { readonly index: number; readonly result: Result }[] = [];
  const left = items.entries();
  let failed = false;
  const lane = async (): Promise<void> => {
    // All lanes take from the same iterator.
    for (const [index, item] of left) {
      if (failed) return;
      try {
        results.push({ index, result: await work(item) });
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: Math.max(1, most) }, lane));
  for (const outcome of lanes) if (outcome.status === 'rejected') throw outcome.reason;
  return results.toSorted((a, b) => a.index - b.index).map(({ result }) => result);
}
