import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { createLotRecords } from '../../src/app/lot-records.ts';
import type { HeldThen, LotHistory } from '../../src/core/compliance/lot-record.ts';
import { ZERO, decimal, decimalFromInteger, toText } from '../../src/core/decimal.ts';
import type { TaxLotMethod } from '../../src/core/guardrail-settings.ts';
import type { Fill } from '../../src/core/order.ts';
import type { StoreReads, StoreTransaction } from '../../src/ports/store.ts';
import { lotText } from '../core/compliance/lots-table.ts';
import { replayAll } from '../core/compliance/replay-all.ts';
import { sampleAccount } from '../fixtures/sample-account.ts';
import { openTestStore } from '../fixtures/test-store.ts';

const SYMBOLS = ['AAA', 'BBB'] as const;
const BEGIN = Temporal.Instant.from('2025-01-02T15:00:00Z');

interface Write {
  readonly type: 'fill' | 'correction';
  readonly symbol: (typeof SYMBOLS)[number];
  readonly side: 'buy' | 'sell';
  readonly quantity: number;
  readonly price: number;
  readonly day: number;
}

/** A question about both symbols. */
interface Ask {
  /** Null: no book was read. `surprise`: shares that did not come from our fills. */
  readonly book: { readonly day: number; readonly surprise: number; readonly cost: number } | null;
}

type Step =
  | {
      readonly type: 'transaction';
      readonly writes: readonly Write[];
      readonly undone: boolean;
      readonly asksBefore: boolean;
    }
  | { readonly type: 'restart' }
  | { readonly type: 'nothing' };

const write: fc.Arbitrary<Write> = fc.record({
  type: fc.constantFrom('fill', 'fill', 'fill', 'correction'),
  symbol: fc.constantFrom(...SYMBOLS),
  side: fc.constantFrom('buy', 'sell'),
  quantity: fc.integer({ min: 0, max: 9 }),
  price: fc.integer({ min: 1, max: 4 }),
  day: fc.integer({ min: 0, max: 800 }),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('transaction'),
      writes: fc.array(write, { minLength: 1, maxLength: 4 }),
      undone: fc.boolean(),
      asksBefore: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ type: 'restart' } as const) },
  { weight: 2, arbitrary: fc.constant({ type: 'nothing' } as const) },
);

const ask: fc.Arbitrary<Ask> = fc.record({
  book: fc.option(
    fc.record({
      // Mostly of now, as the book of a proposal is.
      day: fc.oneof(fc.constant(900), fc.integer({ min: 0, max: 900 })),
      surprise: fc.constantFrom(20, 20, 20, 3),
      cost: fc.constantFrom(0, 60, 60, 200),
    }),
    { freq: 6 },
  ),
});

function words({ lots, sales }: LotHistory): unknown {
  return [
    lots.map(lotText),
    sales.map((sale) => [
      sale.soldOn.toString(),
      toText(sale.quantity),
      toText(sale.proceeds),
      sale.parts.map((part) => `${toText(part.quantity)} of ${lotText(part.lot)}`),
    ]),
  ];
}

const at = (day: number) => BEGIN.add({ hours: 24 * day });

/** What a broker would tell that had `surprise` shares before our fills. */
function heldOf(book: NonNullable<Ask['book']>, fills: readonly Fill[]): HeldThen {
  const quantity = fills
    .filter((fill) => Temporal.Instant.compare(fill.at, at(book.day)) <= 0)
    .reduce(
      (held, fill) => (fill.side === 'buy' ? held.plus(fill.quantity) : held.minus(fill.quantity)),
      decimalFromInteger(book.surprise),
    );
  return {
    quantity: quantity.lt(ZERO) ? ZERO : quantity,
    costBasis: book.cost === 0 ? null : decimalFromInteger(book.cost),
    at: at(book.day),
  };
}

it.each<TaxLotMethod>(['fifo', 'hifo', 'lowest_gain', 'long_term_first'])(
  'the lots that are kept are those of all fills replayed, whatever was written, undone and restarted: %s',
  async (taxLots) => {
    const account = sampleAccount();
    const settings = { ...account, compliance: { ...account.compliance, taxLots } };
    await using opened = await openTestStore();
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(step, ask, ask), { maxLength: 8 }), async (steps) => {
        const name = `core-${(runs += 1)}`;
        const mine = { ...settings, name };
        let records = createLotRecords();
        let number = 0;
        let revision = 0;
        const check = async (store: StoreReads, { book }: Ask): Promise<void> => {
          const fills = await store.listFills({ account: name });
          const of = (symbol: string) => fills.filter((fill) => fill.symbol === symbol);
          const heldThen = (symbol: string) => (book === null ? null : heldOf(book, of(symbol)));
          const told = await records.read(store, mine, SYMBOLS, {
            heldOf: heldThen,
            salesSince: null,
          });
          const expected = SYMBOLS.map((symbol) =>
            replayAll(symbol, of(symbol), heldThen(symbol), taxLots),
          );
          expect(told.map(words)).toEqual(expected.map(words));
        };
        const apply = async (unit: StoreTransaction, each: Write): Promise<void> => {
          const figures = {
            quantity: decimalFromInteger(each.quantity),
            price: decimalFromInteger(each.price),
            fees: decimal('0'),
          };
          if (each.type === 'correction') {
            const fills = await unit.listFills({ account: name });
            const fill = fills[each.day % Math.max(fills.length, 1)];
            if (fill === undefined) return;
            revision += 1;
            await unit.correctFill({ ...fill, ...figures, revision }, BEGIN);
            return;
          }
          number += 1;
          await unit.insertFill({
            executionId: `e${number}`,
            clientOrderId: null,
            brokerOrderId: `b${number}`,
            account: name,
            symbol: each.symbol,
            side: each.side,
            at: at(each.day),
            ...figures,
          });
        };
        for (const [action, first, second] of steps) {
          if (action.type === 'restart') records = createLotRecords();
          if (action.type === 'transaction') {
            const undo = new Error('undone');
            const done = opened.store.transaction(async (unit) => {
              if (action.asksBefore) await check(unit, first);
              for (const each of action.writes) await apply(unit, each);
              await check(unit, first);
              if (action.undone) throw undo;
            });
            await done.catch((error: unknown) => {
              if (error !== undo) throw error;
            });
            // So that the next one gets the numbers of what was undone before anybody notices.
            if (action.undone) continue;
          }
          await check(opened.store, first);
          await check(opened.store, second);
        }
      }),
      { numRuns: 100 },
    );
  },
  120_000,
);
