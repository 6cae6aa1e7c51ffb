import { describe, expect, it } from 'vitest';
import { createPacer, PacerClosed, PacerWithdrawn } from '../../src/lib/pacer.ts';
import type { Urgency } from '../../src/lib/pacer.ts';
import { createTestClock } from '../fixtures/test-clock.ts';

const SECOND = Temporal.Duration.from({ seconds: 1 });

function pacing(requests: number) {
  const clock = createTestClock();
  const pacer = createPacer(clock, { requests, window: SECOND });
  const begun: string[] = [];
  const run = (name: string, urgency: Urgency = 'trading') =>
    pacer.run(urgency, async () => {
      begun.push(name);
      return name;
    });
  return { clock, pacer, begun, run };
}

describe('a pacer', () => {
  it('lets a burst of the whole limit begin at once and answers with the result', async () => {
    const { begun, run } = pacing(3);
    expect(await Promise.all([run('a'), run('b'), run('c')])).toEqual(['a', 'b', 'c']);
    expect(begun).toEqual(['a', 'b', 'c']);
  });

  it('never begins more within any window than the limit', async () => {
    const { clock, begun, run } = pacing(2);
    void run('a');
    await clock.advance({ milliseconds: 600 });
    for (const name of ['b', 'c', 'd']) void run(name);
    await clock.settle();
    expect(begun).toEqual(['a', 'b']);
    await clock.advance({ milliseconds: 399 });
    expect(begun).toEqual(['a', 'b']);
    await clock.advance({ milliseconds: 1 });
    expect(begun).toEqual(['a', 'b', 'c']);
    await clock.advance({ milliseconds: 599 });
    expect(begun).toEqual(['a', 'b', 'c']);
    await clock.advance({ milliseconds: 1 });
    expect(begun).toEqual(['a', 'b', 'c', 'd']);
  });

  it('takes recovery before reading before trading, each in its order', async () => {
    const { clock, begun, run } = pacing(1);
    void run('first');
    void run('order 1');
    void run('order 2');
    void run('quote', 'reading');
    void run('look-up', 'recovery');
    await clock.advance({ seconds: 5 });
    expect(begun).toEqual(['first', 'look-up', 'quote', 'order 1', 'order 2']);
  });

  it('begins nothing while the broker wants it to wait', async () => {
    const { clock, pacer, begun, run } = pacing(5);
    pacer.pauseUntil(clock.now().add({ seconds: 3 }));
    void run('a');
    await clock.advance({ milliseconds: 2999 });
    expect(begun).toEqual([]);
    expect(pacer.waiting()).toBe(1);
    await clock.advance({ milliseconds: 1 });
    expect(begun).toEqual(['a']);
  });

  it('is not blocked by a clock that is set back', async () => {
    const { clock, begun, run } = pacing(1);
    await run('a');
    await clock.set(clock.now().subtract({ hours: 1 }));
    await run('b');
    expect(begun).toEqual(['a', 'b']);
  });

  it('passes a failure to its own caller and goes on', async () => {
    const { pacer, run } = pacing(5);
    await expect(pacer.run('trading', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await run('b')).toBe('b');
  });

  it('refuses what had not begun when it is closed', async () => {
    const { pacer, begun, run } = pacing(1);
    await run('a');
    const waiting = run('b');
    pacer.close();
    await expect(waiting).rejects.toThrow(PacerClosed);
    await expect(run('c')).rejects.toThrow(PacerClosed);
    expect(begun).toEqual(['a']);
  });

  it('takes no limit below one', () => {
    expect(() => createPacer(createTestClock(), { requests: 0, window: SECOND })).toThrow(
      'a whole number from 1; found 0',
    );
  });

  it('ends the wait of what is withdrawn, uses no turn for it, and leaves what has begun alone', async () => {
    const { clock, pacer, begun, run } = pacing(1);
    const withdrawn = new AbortController();
    const give = (name: string) =>
      pacer.run(
        'trading',
        async () => {
          begun.push(name);
          return name;
        },
        withdrawn.signal,
      );
    const first = give('first');
    const waits = [give('second'), give('third')];
    const other = run('other');
    expect(pacer.waiting()).toBe(3);
    withdrawn.abort();
    for (const each of waits) await expect(each).rejects.toThrow(PacerWithdrawn);
    expect(pacer.waiting()).toBe(1);
    await expect(give('late')).rejects.toThrow(PacerWithdrawn);
    expect(await first).toBe('first');
    await clock.advance({ seconds: 1 });
    expect(await other).toBe('other');
    expect(begun).toEqual(['first', 'other']);
  });
});

describe('a pacer whose broker may count late', () => {
  const LAG = Temporal.Duration.from({ milliseconds: 200 });

  /** Two requests fill the window, and a third waits; each can be said to have been counted. */
  function pacingLate() {
    const clock = createTestClock();
    const pacer = createPacer(clock, { requests: 2, window: SECOND, lag: LAG });
    const begun: string[] = [];
    const counted = new Map<string, () => void>();
    for (const name of ['a', 'b', 'c', 'd']) {
      void pacer.run('trading', async (count) => {
        begun.push(name);
        counted.set(name, count);
      });
    }
    const count = (name: string) => counted.get(name)?.();
    return { clock, begun, count };
  }

  it('keeps a request in the window for so much longer', async () => {
    const { clock, begun } = pacingLate();
    await clock.advance({ milliseconds: 1199 });
    expect(begun).toEqual(['a', 'b']);
    await clock.advance({ milliseconds: 1 });
    expect(begun).toEqual(['a', 'b', 'c', 'd']);
  });

  it('keeps one that is known to have been counted for the window from then', async () => {
    const { clock, begun, count } = pacingLate();
    await clock.advance({ milliseconds: 50 });
    count('b');
    await clock.advance({ milliseconds: 999 });
    expect(begun).toEqual(['a', 'b']);
    await clock.advance({ milliseconds: 1 });
    expect(begun).toEqual(['a', 'b', 'c']);
    await clock.advance({ milliseconds: 149 });
    expect(begun).toEqual(['a', 'b', 'c']);
    await clock.advance({ milliseconds: 1 });
    expect(begun).toEqual(['a', 'b', 'c', 'd']);
  });

  it('keeps none for longer because it was counted later than that, or twice', async () => {
    const { clock, begun, count } = pacingLate();
    await clock.advance({ milliseconds: 100 });
    count('a');
    await clock.advance({ milliseconds: 800 });
    for (const name of ['a', 'b']) count(name);
    await clock.advance({ milliseconds: 200 });
    expect(begun).toEqual(['a', 'b', 'c']);
    await clock.advance({ milliseconds: 100 });
    expect(begun).toEqual(['a', 'b', 'c', 'd']);
  });
});
