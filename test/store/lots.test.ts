import * as fc from 'fast-check';
import { expect, it, test } from 'vitest';
import { rememberBook } from '../../src/app/remember-book.ts';
import { heldIn, readLots } from '../../src/app/remembered-lots.ts';
import { pastSale, replayTrades } from '../../src/core/compliance/lot-record.ts';
import type { HeldThen, Trade } from '../../src/core/compliance/lot-record.ts';
import { relieveLots } from '../../src/core/compliance/tax-lots.ts';
import type { LotPart, TaxLot } from '../../src/core/compliance/tax-lots.ts';
import { decimal, decimalFromInteger, toText, ZERO } from '../../src/core/decimal.ts';
import type { TaxLotMethod } from '../../src/core/guardrail-settings.ts';
import type { Fill } from '../../src/core/order.ts';
import type { Snapshot } from '../../src/core/portfolio.ts';
import type { StoreReads, StoreTransaction } from '../../src/ports/store.ts';
import type { DatabaseStore } from '../../src/store/index.ts';
import { lotText } from '../core/compliance/lots-table.ts';
import type { LotHistory } from '../core/compliance/lots-table.ts';
import { replayAll } from '../core/compliance/replay-all.ts';
import { sampleAccount } from '../fixtures/sample-account.ts';
import { openTestStore } from '../fixtures/test-store.ts';

const SYMBOLS = ['AAA', 'BBB'] as const;
const METHODS: readonly TaxLotMethod[] = ['fifo', 'hifo', 'lowest_gain', 'long_term_first'];
const BEGIN = Temporal.Instant.from('2025-01-02T15:00:00Z');
const LAST_DAY = 800;

interface Write {
  /** `outside`: of an order that is not ours; `retraction`: of one that was taken for one of those. */
  readonly type: 'fill' | 'correction' | 'outside' | 'outside_correction' | 'retraction';
  readonly symbol: (typeof SYMBOLS)[number];
  readonly side: 'buy' | 'sell';
  /** Zero: an execution that the broker took back. */
  readonly quantity: number;
  readonly price: number;
  readonly day: number;
}

type Step =
  | {
      readonly type: 'fills';
      readonly writes: readonly Write[];
      /** Fills that follow one another are inserted together. */
      readonly together: boolean;
      readonly undone: boolean;
    }
  /** What the broker tells of the account; `others`: shares that did not come from our fills. */
  | {
      readonly type: 'book';
      readonly day: number;
      readonly others: number;
      readonly cost: number;
      readonly method: TaxLotMethod;
      readonly undone: boolean;
    };

const write: fc.Arbitrary<Write> = fc.record({
  type: fc.constantFrom(
    ...(['fill', 'fill', 'fill', 'fill', 'correction'] as const),
    ...(['outside', 'outside', 'outside_correction', 'retraction'] as const),
  ),
  symbol: fc.constantFrom(...SYMBOLS),
  side: fc.constantFrom('buy', 'sell'),
  quantity: fc.integer({ min: 0, max: 9 }),
  price: fc.integer({ min: 1, max: 4 }),
  day: fc.integer({ min: 0, max: LAST_DAY }),
});

const step = (method: TaxLotMethod): fc.Arbitrary<Step> =>
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        type: fc.constant('fills'),
        writes: fc.oneof(
          fc.array(write, { minLength: 1, maxLength: 12 }),
          // As they mostly come: each later than those before it.
          fc
            .array(write, { minLength: 1, maxLength: 12 })
            .map((writes) => writes.toSorted((a, b) => a.day - b.day)),
        ),
        together: fc.boolean(),
        undone: fc.constantFrom(false, false, false, true),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        type: fc.constant('book'),
        // Mostly before or after all fills.
        day: fc.constantFrom(-1, -1, LAST_DAY + 1, 300),
        others: fc.constantFrom(0, 20, 20, 20, 3),
        cost: fc.constantFrom(0, 60, 60, 200),
        method: fc.constantFrom(method, method, method, 'fifo' as const),
        undone: fc.constantFrom(false, false, false, true),
      }),
    },
  );

const at = (day: number) => BEGIN.add({ hours: 24 * day });

function bookOf(told: Extract<Step, { type: 'book' }>, fills: readonly PlacedTrade[]): Snapshot {
  const takenAt = at(told.day);
  return {
    account: 'core',
    takenAt,
    balance: { cash: ZERO, settledCash: null, buyingPower: ZERO },
    positions: SYMBOLS.map((symbol) => ({
      symbol,
      quantity: fills
        .filter((fill) => fill.symbol === symbol && Temporal.Instant.compare(fill.at, takenAt) <= 0)
        .reduce(
          (held, { side, quantity }) =>
            side === 'buy' ? held.plus(quantity) : held.minus(quantity),
          decimalFromInteger(told.others),
        ),
      costBasis: told.cost === 0 ? null : decimalFromInteger(told.cost),
    })),
    quotes: [],
    openOrders: [],
    lastTraded: [],
    market: { open: true, nextOpen: null, nextClose: null },
  };
}

function partText({ lot, quantity }: LotPart): string {
  // Where what was sold came from is told by its lot, and not kept with the sale.
  return `${toText(quantity)} of ${lotText({ ...lot, quantity, outside: false })}`;
}

function words({ lots, sales }: LotHistory): unknown {
  return [
    lots.map(lotText),
    sales.map((sale) => [
      sale.soldOn.toString(),
      toText(sale.quantity),
      toText(sale.proceeds),
      sale.outside === true,
      sale.parts.map(partText),
    ]),
  ];
}

type PlacedTrade = Trade & Pick<Fill, 'symbol'>;

/** When each was recorded, by its execution: the numbers grow with every write. */
const recordedAs = (fill: Fill): number => Number(fill.executionId.slice(1));

/** Ours and those made outside, oldest first; of one time, those that were recorded first. */
async function allTrades(store: StoreReads, account: string): Promise<readonly PlacedTrade[]> {
  const ours = await store.listFills({ account });
  const outside = await store.listOutsideFills({ account });
  return [...ours, ...outside.map((fill) => ({ ...fill, outside: true }))].toSorted(
    (a, b) => Temporal.Instant.compare(a.at, b.at) || recordedAs(a) - recordedAs(b),
  );
}

/** What is kept is what a replay of all fills tells, the plain way, whatever is in the tables. */
async function expectAsReplayed(store: StoreReads, account: string): Promise<void> {
  const fills = await allTrades(store, account);
  const records = await store.listLotRecords(account);
  for (const { symbol, made } of records) {
    if (made === null) continue;
    const { held, method } = made;
    const trades = fills.filter((fill) => fill.symbol === symbol);
    const expected = replayAll(symbol, trades, held, method);
    const everything = new Map([[symbol, decimal('1000000000')]]);
    const lots = await store.listLotsToSell(account, method, everything);
    const sales = await store.listLotSalesSince(account, BEGIN_DAY, [symbol]);
    expect(words({ lots: lots.get(symbol) ?? [], sales })).toEqual(words(expected));
    const record = replayTrades(symbol, trades, { held, method });
    expect(records.find((kept) => kept.symbol === symbol)).toEqual({
      symbol,
      made,
      opening: record.opening,
      openingBasis: record.openingBasis,
      bought: record.bought,
      sold: record.sold,
      trades: record.trades,
      until: record.until,
    });
    await expectEnough(store, account, { symbol, method, lots: expected.lots });
  }
}

const BEGIN_DAY = Temporal.PlainDate.from('2024-12-01');

/** Of a sale of any size, what it would take is told, and of late purchases all. */
async function expectEnough(
  store: StoreReads,
  account: string,
  { symbol, method, lots }: { symbol: string; method: TaxLotMethod; lots: readonly TaxLot[] },
): Promise<void> {
  const on = Temporal.PlainDate.from('2026-06-01');
  for (const shares of [1, 5, 20, 30]) {
    const quantity = decimalFromInteger(shares);
    const some = await store.listLotsToSell(account, method, new Map([[symbol, quantity]]));
    const take = (of: readonly TaxLot[]) => {
      const { taken, uncovered } = relieveLots(of, quantity, method, on);
      return [taken.map(partText), toText(uncovered)];
    };
    expect(take(some.get(symbol) ?? [])).toEqual(take(lots));
  }
  const since = Temporal.PlainDate.from('2026-01-01');
  const recent = await store.listLotsSince(account, since, [symbol]);
  expect(recent.map(lotText)).toEqual(
    lots
      .filter(
        ({ boughtOn }) => boughtOn !== null && Temporal.PlainDate.compare(boughtOn, since) >= 0,
      )
      .map(lotText),
  );
}

/** Applies one step; an undone one leaves nothing. */
async function apply(
  store: DatabaseStore,
  account: string,
  action: Step,
  next: () => number,
): Promise<void> {
  const undo = new Error('undone');
  const done = store.transaction(async (unit) => {
    if (action.type === 'book') {
      const book = bookOf(action, await allTrades(unit, account));
      const sample = sampleAccount({ name: account });
      const compliance = { ...sample.compliance, taxLots: action.method };
      await rememberBook(unit, { ...sample, compliance }, book, [...SYMBOLS]);
    } else {
      const waiting: Fill[] = [];
      for (const each of action.writes) {
        const number = next();
        if (action.together && each.type === 'fill') {
          waiting.push(fillOf(account, each, number));
          continue;
        }
        await unit.insertFills(waiting.splice(0));
        await recordWrite(unit, account, each, number);
      }
      await unit.insertFills(waiting);
    }
    await expectAsReplayed(unit, account);
    if (action.undone) throw undo;
  });
  await done.catch((error: unknown) => {
    if (error !== undo) throw error;
  });
}

function figuresOf({ quantity, price }: Write): Pick<Fill, 'quantity' | 'price' | 'fees'> {
  return {
    quantity: decimalFromInteger(quantity),
    price: decimalFromInteger(price),
    fees: ZERO,
  };
}

function fillOf(account: string, each: Write, number: number): Fill {
  return {
    executionId: `e${number}`,
    clientOrderId: null,
    brokerOrderId: `b${number}`,
    account,
    symbol: each.symbol,
    side: each.side,
    at: at(each.day),
    ...figuresOf(each),
  };
}

async function recordWrite(
  unit: StoreTransaction,
  account: string,
  each: Write,
  number: number,
): Promise<void> {
  const figures = figuresOf(each);
  if (each.type === 'outside_correction' || each.type === 'retraction') {
    const outside = await unit.listOutsideFills({ account });
    const fill = outside[each.day % Math.max(outside.length, 1)];
    if (fill === undefined) return;
    if (each.type === 'retraction') {
      await unit.retractOutsideFill(account, fill.executionId, BEGIN);
    } else await unit.recordOutsideFill({ ...fill, ...figures, revision: number }, BEGIN);
    return;
  }
  if (each.type === 'correction') {
    const fills = await unit.listFills({ account });
    const fill = fills[each.day % Math.max(fills.length, 1)];
    if (fill !== undefined)
      await unit.correctFill({ ...fill, ...figures, revision: number }, BEGIN);
    return;
  }
  const fill = fillOf(account, each, number);
  if (each.type === 'outside') await unit.recordOutsideFill(fill, BEGIN);
  else await unit.insertFills([fill]);
}

it.each(METHODS)(
  'the lots that are kept are those of all fills replayed, whatever was told, corrected and undone: %s',
  async (method) => {
    await using opened = await openTestStore();
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step(method), { maxLength: 8 }), async (steps) => {
        const account = `core-${(runs += 1)}`;
        let number = 0;
        for (const action of steps) {
          await apply(opened.store, account, action, () => (number += 1));
          await expectAsReplayed(opened.store, account);
        }
      }),
      { numRuns: 50 },
    );
  },
  120_000,
);

const trade = (side: 'buy' | 'sell', quantity: number, price: number, day: number): Write => ({
  type: 'fill',
  symbol: 'AAA',
  side,
  quantity,
  price,
  day,
});

test.each<[string, readonly Write[]]>([
  ['in order', [trade('buy', 5, 2, 1), trade('buy', 5, 3, 2)]],
  [
    'with sales of what was bought among them',
    [trade('buy', 5, 2, 1), trade('sell', 8, 3, 2), trade('buy', 9, 4, 3), trade('sell', 9, 1, 4)],
  ],
  ['out of order', [trade('buy', 5, 2, 4), trade('sell', 9, 3, 2), trade('buy', 9, 4, 6)]],
])(
  'fills that are inserted together, %s, leave the lots that a replay leaves',
  async (_, writes) => {
    for (const method of METHODS) {
      await using opened = await openTestStore();
      const book = { day: -1, others: 4, cost: 60, method, undone: false } as const;
      let number = 0;
      for (const action of [
        { type: 'book', ...book } as const,
        { type: 'fills', writes: [trade('buy', 1, 1, 0)], together: true, undone: false } as const,
        { type: 'book', ...book } as const,
        { type: 'fills', writes, together: true, undone: false } as const,
      ]) {
        await apply(opened.store, 'core', action, () => (number += 1));
        await expectAsReplayed(opened.store, 'core');
      }
    }
  },
);

test('lots that are not kept yet, or by another method, are answered from the fills', async () => {
  await using opened = await openTestStore();
  const { store } = opened;
  const account = sampleAccount();
  const buy = (number: number, price: string): Fill => ({
    executionId: `e${number}`,
    clientOrderId: null,
    brokerOrderId: `b${number}`,
    account: account.name,
    symbol: 'AAA',
    side: 'buy',
    quantity: decimal('10'),
    price: decimal(price),
    fees: ZERO,
    at: at(number),
  });
  const fills = [buy(1, '50'), buy(2, '70'), buy(3, '60')];
  const told = {
    type: 'book',
    day: 9,
    others: 5,
    cost: 2000,
    method: 'fifo',
    undone: false,
  } as const;
  const book = bookOf(told, fills);
  const held: HeldThen | null = heldIn(book, 'AAA');
  const ask = async (taxLots: TaxLotMethod) =>
    await readLots(
      store,
      { ...account, compliance: { ...account.compliance, taxLots } },
      {
        toSell: new Map([['AAA', decimal('8')]]),
        bought: new Set(),
        sold: new Set(['AAA']),
        since: BEGIN_DAY,
        book: async () => book,
      },
    );
  await store.transaction(async (unit) => {
    await unit.insertFills(fills);
  });
  const replayed = (taxLots: TaxLotMethod) => {
    const record = replayTrades('AAA', fills, { held, method: taxLots });
    return {
      lots: record.lots,
      sales: record.sales.map((sale) => pastSale('AAA', sale, record.openingBasis)),
    };
  };
  expect(await ask('fifo')).toEqual(replayed('fifo'));
  await store.transaction(async (unit) => {
    await rememberBook(unit, account, book, []);
  });
  expect((await ask('fifo')).lots.map(lotText)).toEqual(['5 @ 40 before', '10 @ 50 2025-01-03']);
  expect(await ask('hifo')).toEqual(replayed('hifo'));
});
