import { describe, expect, it } from 'vitest';
import { createJoined } from '../../src/lib/joined.ts';

/** Requests that leave when they are told to. */
function openRequests() {
  const leaving: ((value: undefined) => void)[] = [];
  const left: (readonly string[])[] = [];
  const ask = createJoined<string, string>(async (leave) => {
    await new Promise((resolve) => {
      leaving.push(resolve);
    });
    const questions = leave();
    left.push(questions);
    if (questions.includes('fails')) throw new Error('the request failed');
    return (question) => {
      if (question === 'wrong') throw new Error('only this one');
      return `${question} by request ${left.length}`;
    };
  });
  const next = async (count: number) => {
    while (leaving.length < count) await new Promise(setImmediate);
    leaving[count - 1]?.(undefined);
  };
  return { ask, left, next };
}

describe('questions that one request answers', () => {
  it('join it until it leaves, and no answer was on its way before its question', async () => {
    const { ask, left, next } = openRequests();
    const first = [ask('a'), ask('b')];
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    first.push(ask('c'));
    await next(1);
    while (left.length < 1) await new Promise(setImmediate);
    const second = [ask('a')];
    await next(2);
    expect(await Promise.all(first)).toEqual(['a', 'b', 'c'].map((each) => `${each} by request 1`));
    expect(await Promise.all(second)).toEqual(['a by request 2']);
    expect(left).toEqual([['a', 'b', 'c'], ['a']]);
  });

  it('fail together with their request, and alone where only one cannot be answered', async () => {
    const { ask, next } = openRequests();
    const failed = Promise.allSettled([ask('a'), ask('fails')]);
    await next(1);
    expect((await failed).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const mixed = Promise.allSettled([ask('a'), ask('wrong')]);
    await next(2);
    expect((await mixed).map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    const after = ask('a');
    await next(3);
    expect(await after).toBe('a by request 3');
  });
});
