import { describe, expect, it } from 'vitest';
import { giveBackMemory, sparingMemory } from '../../src/lib/spare-memory.ts';

const MEGABYTE = 1e6;

/** Fills a hundred megabytes of the heap and lets go of them, but for one object in every page. */
function leaveGarbage(): readonly object[] {
  const all = Array.from({ length: 1_000_000 }, (_, index) => ({ index, next: [index] }));
  return all.filter((_, index) => index % 4096 === 0);
}

describe('sparing memory', () => {
  it('gives back garbage, and pages of which hardly anything is used', () => {
    const kept = leaveGarbage();
    const before = process.memoryUsage().heapTotal;
    giveBackMemory();
    expect(before - process.memoryUsage().heapTotal).toBeGreaterThan(60 * MEGABYTE);
    expect(kept.length).toBeGreaterThan(200);
  });

  it('hands on what the work comes to, good or bad', async () => {
    await expect(sparingMemory(async () => 'done')).resolves.toBe('done');
    await expect(sparingMemory(() => Promise.reject(new Error('failed')))).rejects.toThrow(
      'failed',
    );
  });
});
