import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createQuiet } from '../../src/lib/quiet.ts';

it('is calm a moment after the last of a burst', async () => {
  const quiet = createQuiet(20, 10_000);
  let calm = false;
  quiet.came();
  const waited = quiet.calm().then(() => {
    calm = true;
  });
  for (let count = 0; count < 6; count += 1) {
    await delay(10);
    quiet.came();
    expect(calm).toBe(false);
  }
  await waited;
  expect(calm).toBe(true);
});

it('is calm at last when things never stop coming', async () => {
  const quiet = createQuiet(5, 40);
  const coming = setInterval(() => quiet.came(), 1);
  await expect(quiet.calm()).resolves.toBeUndefined();
  clearInterval(coming);
});

it('answers everybody who waits, and those who come later anew', async () => {
  const quiet = createQuiet(1, 100);
  const first = quiet.calm();
  expect(quiet.calm()).toBe(first);
  await first;
  expect(quiet.calm()).not.toBe(first);
});
