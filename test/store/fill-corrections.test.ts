import { describe, expect, test } from 'vitest';
import { decimal, toText } from '../../src/core/decimal.ts';
import type { Fill } from '../../src/core/order.ts';
import { later } from '../fixtures/sample-account.ts';
import { openTestStore, type TestStore } from '../fixtures/test-store.ts';
import { sampleFill } from './sample-rows.ts';

async function openWithFill(fill: Fill): Promise<TestStore> {
  const opened = await openTestStore();
  await opened.store.transaction(async (unit) => {
    await unit.insertFills([fill]);
  });
  return opened;
}

async function correct({ store }: TestStore, fill: Fill): Promise<string | null> {
  const before = await store.transaction(async (unit) => await unit.correctFill(fill, later(5)));
  return before === null ? null : figures(before);
}

const figures = (fill: Fill | undefined): string =>
  fill === undefined
    ? 'none'
    : [fill.quantity, fill.price, fill.fees].map(toText).join(' ') + ` r${fill.revision ?? 0}`;

async function recorded({ store }: TestStore): Promise<readonly string[]> {
  return (await store.listFills({})).map(figures);
}

describe('a correction of a fill', () => {
  const first = sampleFill({ quantity: decimal('10'), price: decimal('5'), fees: decimal('0') });

  test.each<[string, Partial<Fill>, readonly string[]]>([
    ['replaces the price', { revision: 1, price: decimal('4.9') }, ['10 4.9 0 r1']],
    ['replaces the quantity', { revision: 1, quantity: decimal('9') }, ['9 5 0 r1']],
    ['brings the fees', { revision: 3, fees: decimal('0.35') }, ['10 5 0.35 r3']],
    ['takes the fill back', { revision: 1, quantity: decimal('0') }, ['0 5 0 r1']],
    ['is none without a higher revision', { price: decimal('4.9') }, ['10 5 0 r0']],
    ['is none when nothing is different', { revision: 2 }, ['10 5 0 r0']],
    ['is none for a fill that is not there', { revision: 1, executionId: 'other' }, ['10 5 0 r0']],
    ['is none for another account', { revision: 1, account: 'other' }, ['10 5 0 r0']],
  ])('%s', async (_what, change, expected) => {
    await using opened = await openWithFill(first);
    await correct(opened, { ...first, ...change });
    expect(await recorded(opened)).toEqual(expected);
  });

  test('is recorded once, and an older one that comes later changes nothing', async () => {
    await using opened = await openWithFill(first);
    const second = { ...first, revision: 2, price: decimal('4.8') };
    expect(await correct(opened, second)).toBe('10 5 0 r0');
    expect(await correct(opened, second)).toBeNull();
    expect(await correct(opened, { ...first, revision: 1, price: decimal('4.9') })).toBeNull();
    expect(await correct(opened, { ...first, revision: 4, price: decimal('4.7') })).toBe(
      '10 4.8 0 r2',
    );
    expect(await recorded(opened)).toEqual(['10 4.7 0 r4']);
  });

  test('counts from the revision that the fill was recorded with', async () => {
    await using opened = await openWithFill({ ...first, revision: 3 });
    expect(await correct(opened, { ...first, revision: 2, price: decimal('4.9') })).toBeNull();
    expect(await recorded(opened)).toEqual(['10 5 0 r3']);
  });

  test('leaves what was recorded first in the database, and never changes itself', async () => {
    await using opened = await openWithFill(first);
    await correct(opened, { ...first, revision: 1, price: decimal('4.9') });
    const { sqlite } = opened.store.database;
    expect(sqlite.prepare('select price from fills').pluck().all()).toEqual(['5']);
    expect(() => sqlite.exec(`update fill_corrections set price = '1'`)).toThrow('never changes');
    expect(() => sqlite.exec('delete from fill_corrections')).toThrow('never deleted');
  });
});
