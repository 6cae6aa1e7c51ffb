import { setImmediate as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { mapAtATime } from '../../src/lib/at-a-time.ts';

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

describe('work on many items', () => {
  it.each([
    [1, 100, 1],
    [16, 100, 16],
    [16, 3, 3],
    [16, 0, 0],
  ])('runs %i at a time of %i', async (most, count, expected) => {
    let running = 0;
    let busiest = 0;
    const results = await mapAtATime(numbers(count), most, async (item) => {
      running += 1;
      busiest = Math.max(busiest, running);
      // Later items end earlier.
      for (let turn = count - item; turn > 0; turn -= 1) await pause();
      running -= 1;
      return item * 2;
    });
    expect(busiest).toBe(expected);
    expect(results).toEqual(numbers(count).map((item) => item * 2));
  });

  it('begins nothing after a failure, and waits for what has begun', async () => {
    const begun: number[] = [];
    const ended: number[] = [];
    const work = mapAtATime(numbers(10), 3, async (item) => {
      begun.push(item);
      await pause();
      if (item === 1) throw new Error('item 1 failed');
      for (let turn = 0; turn < 5; turn += 1) await pause();
      ended.push(item);
    });
    await expect(work).rejects.toThrow('item 1 failed');
    expect(begun).toEqual([0, 1, 2]);
    expect(ended).toEqual([0, 2]);
  });
});
