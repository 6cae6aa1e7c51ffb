import { expect, it } from 'vitest';
import { createOnTheWay } from '../../../src/brokers/ibkr/on-the-way.ts';

function sendThree() {
  const onTheWay = createOnTheWay();
  const read: string[] = [];
  const count = (name: string) => () => {
    read.push(name);
  };
  const [first, second, third] = ['first', 'second', 'third'].map((name) =>
    onTheWay.add(count(name)),
  );
  return { onTheWay, read, answers: { first, second, third } };
}

it('takes what was answered for read, and what was sent before it', () => {
  const { read, answers } = sendThree();
  answers.second?.();
  expect(read).toEqual(['first', 'second']);
});

it('takes nothing for read twice, whatever is answered and how often', () => {
  const { read, answers } = sendThree();
  answers.second?.();
  answers.second?.();
  answers.first?.();
  expect(read).toEqual(['first', 'second']);
  answers.third?.();
  expect(read).toEqual(['first', 'second', 'third']);
});

it('takes nothing for read of which the connection has ended', () => {
  const { onTheWay, read, answers } = sendThree();
  onTheWay.clear();
  answers.third?.();
  expect(read).toEqual([]);
});
