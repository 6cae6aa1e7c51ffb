import { array, assert, asyncProperty, constantFrom, integer, nat, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectedBook } from '../../src/core/agreed-book.ts';
import { decimal, decimalFromInteger, toText, ZERO } from '../../src/core/decimal.ts';
import type { StoredBook } from '../../src/ports/book-store.ts';
import type { Store } from '../../src/ports/store.ts';
import { later, NOW } from '../fixtures/sample-account.ts';
import { openTestStore } from '../fixtures/test-store.ts';
import { sampleFill } from './sample-rows.ts';

const BOOK: StoredBook = {
  broker: 'paper',
  number: 1,
  agreedAt: NOW,
  agreedBy: null,
  cash: decimal('1000.25'),
  positions: [{ symbol: 'AAPL', quantity: decimal('42.5') }],
  mark: { fills: 0, corrections: 0, outside: 0 },
};

const save = (store: Store, from: number, book: StoredBook) =>
  store.transaction((unit) => unit.saveAgreedBook('core', from, book));

describe('an agreed book', () => {
  it('comes back as it was, and is none of another account', async () => {
    await using test = await openTestStore();
    expect(await save(test.store, 0, BOOK)).toBe(true);
    expect(await test.store.findAgreedBook('core')).toEqual(BOOK);
    expect(await test.store.findAgreedBook('growth')).toBeNull();
  });

  it('is followed by one that knows it, and by no other', async () => {
    await using test = await openTestStore();
    await save(test.store, 0, BOOK);
    expect(await save(test.store, 0, { ...BOOK, cash: ZERO })).toBe(false);
    const next = { ...BOOK, number: 2, agreedAt: later(1), agreedBy: 'ben' };
    expect(await save(test.store, 1, next)).toBe(true);
    expect(await save(test.store, 1, { ...next, agreedBy: 'chloe' })).toBe(false);
    expect(await test.store.findAgreedBook('core')).toEqual(next);
  });

  it('does not go back to an older one', async () => {
    await using test = await openTestStore();
    const newer = { ...BOOK, mark: { fills: 9, corrections: 2, outside: 0 } };
    await save(test.store, 0, newer);
    expect(
      await save(test.store, 1, { ...BOOK, mark: { fills: 8, corrections: 2, outside: 0 } }),
    ).toBe(false);
    expect(
      await save(test.store, 1, { ...BOOK, mark: { fills: 9, corrections: 1, outside: 0 } }),
    ).toBe(false);
    expect(await test.store.findAgreedBook('core')).toEqual(newer);
  });
});

/** A fill of one of three executions in one of two accounts, or a correction of it. */
const stepArbitrary = record({
  account: constantFrom('core', 'growth'),
  execution: integer({ min: 1, max: 3 }),
  revision: integer({ min: 0, max: 4 }),
  quantity: integer({ min: 0, max: 9 }),
  price: integer({ min: 1, max: 9 }),
  fees: integer({ min: 0, max: 2 }),
});

describe('what came since a mark', () => {
  it('makes the book of any mark into the book of now', async () => {
    let runs = 0;
    await assert(
      asyncProperty(
        array(stepArbitrary, { maxLength: 12 }),
        nat({ max: 12 }),
        async (steps, markAt) => {
          runs += 1;
          await using test = await openTestStore();
          const { store } = test;
          const begin = { cash: decimal('100'), positions: [] };
          const bookNow = async () =>
            expectedBook(
              begin,
              await store.listBookChanges('core', { fills: 0, corrections: 0, outside: 0 }),
            );
          let mark = { fills: 0, corrections: 0, outside: 0 };
          let atMark = await bookNow();
          for (const [index, step] of steps.entries()) {
            const fill = sampleFill({
              account: step.account,
              executionId: `e-${step.execution}`,
              symbol: step.execution === 3 ? 'IBM' : 'AAPL',
              side: step.execution === 2 ? 'sell' : 'buy',
              quantity: decimalFromInteger(step.quantity),
              price: decimalFromInteger(step.price),
              fees: decimalFromInteger(step.fees),
              revision: step.revision,
            });
            await store.transaction(async (unit) => {
              const [isNew] = await unit.insertFills([fill]);
              if (isNew === false) await unit.correctFill(fill, NOW);
            });
            if (index + 1 !== markAt) continue;
            mark = await store.readFillMark();
            atMark = await bookNow();
          }
          const rolled = expectedBook(atMark, await store.listBookChanges('core', mark));
          const whole = await bookNow();
          expect(textOf(rolled)).toEqual(textOf(whole));
          // And the whole is what the fills as they stand now come to.
          const fills = await store.listFills({ account: 'core' });
          const direct = expectedBook(
            begin,
            fills.map((fill) => ({ ...fill, before: null })),
          );
          expect(textOf(whole)).toEqual(textOf(direct));
        },
      ),
      { numRuns: 60 },
    );
    expect(runs).toBe(60);
  });
});

const textOf = ({ cash, positions }: Pick<StoredBook, 'cash' | 'positions'>) => ({
  cash: toText(cash),
  positions: Object.fromEntries(
    positions.map(({ symbol, quantity }) => [symbol, toText(quantity)]),
  ),
});
