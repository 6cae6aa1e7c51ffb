import { describe, expect, it } from 'vitest';
import { createBatchQueue } from '../../src/lib/batch-queue.ts';

function gathering() {
  const batches: (readonly string[])[] = [];
  let hold: Promise<void> | null = null;
  const queue = createBatchQueue(async (items: readonly string[]) => {
    batches.push(items);
    await hold;
    if (items.includes('all fail')) throw new Error('the work failed');
    return items.map((item): PromiseSettledResult<string> =>
      item === 'fails'
        ? { status: 'rejected', reason: new Error('it failed') }
        : { status: 'fulfilled', value: item.toUpperCase() },
    );
  });
  return {
    queue,
    batches,
    holdUntil: (until: Promise<void>) => {
      hold = until;
    },
  };
}

describe('a batch queue', () => {
  it('hands on together what came together, in order, and answers each with its own result', async () => {
    const { queue, batches } = gathering();
    const first = queue.add('a');
    // Heard on another socket in the same turn of the loop.
    const later = Promise.resolve().then(() => queue.add('c'));
    expect(await Promise.all([first, queue.add('b'), later])).toEqual(['A', 'B', 'C']);
    expect(batches).toEqual([['a', 'b', 'c']]);
  });

  it('keeps what comes during a batch for the next, and never runs two at once', async () => {
    const { queue, batches, holdUntil } = gathering();
    const { promise, resolve } = Promise.withResolvers<void>();
    holdUntil(promise);
    const first = queue.add('a');
    await expect.poll(() => batches).toEqual([['a']]);
    const others = Promise.all([queue.add('b'), queue.add('c')]);
    expect(batches).toEqual([['a']]);
    resolve();
    expect(await first).toBe('A');
    expect(await others).toEqual(['B', 'C']);
    expect(batches).toEqual([['a'], ['b', 'c']]);
  });

  it('lets a failure reach its own caller only, and goes on', async () => {
    const { queue } = gathering();
    const outcomes = await Promise.allSettled([queue.add('a'), queue.add('fails'), queue.add('b')]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    await expect(queue.add('all fail')).rejects.toThrow('the work failed');
    expect(await queue.add('c')).toBe('C');
  });

  it('is idle when everything has been worked on', async () => {
    const { queue, batches } = gathering();
    void queue.add('a');
    await queue.idle();
    expect(batches).toEqual([['a']]);
  });

  describe('that may wait for more', () => {
    function waiting() {
      const batches: (readonly string[])[] = [];
      const ends: (() => void)[] = [];
      const queue = createBatchQueue(
        async (items: readonly string[]) => {
          batches.push(items);
          return items.map((value) => ({ status: 'fulfilled', value }) as const);
        },
        {
          mayWait: (items) => !items.includes('urgent') && items.length < 3,
          atLatest: (end) => {
            ends.push(end);
            return () => ends.splice(ends.indexOf(end), 1);
          },
        },
      );
      return { queue, batches, ends };
    }

    it('hands on when nothing more is to come', async () => {
      const { queue, batches, ends } = waiting();
      const first = queue.add('a');
      await expect.poll(() => ends).toHaveLength(1);
      expect(batches).toEqual([]);
      await Promise.all([first, queue.add('b'), queue.add('c')]);
      expect(batches).toEqual([['a', 'b', 'c']]);
      expect(ends).toEqual([]);
    });

    it('hands all of it on with what cannot wait', async () => {
      const { queue, batches, ends } = waiting();
      const first = queue.add('a');
      await expect.poll(() => ends).toHaveLength(1);
      await Promise.all([first, queue.add('urgent')]);
      expect(batches).toEqual([['a', 'urgent']]);
    });

    it('hands on what it has when the wait has been long enough', async () => {
      const { queue, batches, ends } = waiting();
      const first = queue.add('a');
      await expect.poll(() => ends).toHaveLength(1);
      ends[0]?.();
      expect(await first).toBe('a');
      expect(batches).toEqual([['a']]);
    });
  });
});
