import { setImmediate as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createSameTurn } from '../../src/lib/same-turn.ts';

describe('work that those share who ask in the same turn', () => {
  it('runs once for each question, after all of them have asked', async () => {
    const begun: string[] = [];
    const ask = createSameTurn(
      (question: string) => question,
      async (question) => {
        begun.push(question);
        await pause();
        return `${question} ${begun.length}`;
      },
    );
    const first = [ask('a'), ask('b'), ask('a')];
    expect(begun).toEqual([]);
    expect(await Promise.all(first)).toEqual(['a 2', 'b 2', 'a 2']);
    expect(begun).toEqual(['a', 'b']);
  });

  it('gives nobody an answer that was on its way before the question', async () => {
    let runs = 0;
    const { promise: held, resolve: release } = Promise.withResolvers<undefined>();
    const ask = createSameTurn(
      () => '',
      async () => {
        runs += 1;
        const run = runs;
        await held;
        return run;
      },
    );
    const before = ask(null);
    while (runs === 0) await pause();
    const after = ask(null);
    release(undefined);
    expect(await Promise.all([before, after])).toEqual([1, 2]);
  });

  it('passes a failure to all who asked, and asks anew afterwards', async () => {
    let fails = true;
    const ask = createSameTurn(
      () => '',
      () => (fails ? Promise.reject(new Error('away')) : Promise.resolve('here')),
    );
    const outcomes = await Promise.allSettled([ask(null), ask(null)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    fails = false;
    expect(await ask(null)).toBe('here');
  });
});
