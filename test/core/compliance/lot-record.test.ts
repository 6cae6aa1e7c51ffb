import { describe, expect, it } from 'vitest';
import { gainsOfSale } from '../../../src/core/compliance/realised-gains.ts';
import { decimal, toText } from '../../../src/core/decimal.ts';
import type { TaxLotMethod } from '../../../src/core/guardrail-settings.ts';
import { fill, historyOf, lotText } from './lots-table.ts';

interface Row {
  readonly what: string;
  readonly fills?: readonly string[];
  /** Held at the end of 20 November, and what it cost; null when no book was read. */
  readonly held: readonly [quantity: string, costBasis: string | null] | null;
  readonly method?: TaxLotMethod;
  readonly lots: readonly string[];
  /** Gain of each sale. `?` when part of it is not known. */
  readonly gains?: readonly string[];
}

const ROWS: readonly Row[] = [
  {
    what: 'without fills, all of it is one lot from before, at the cost of the broker',
    held: ['30', '600'],
    lots: ['30 @ 20 before'],
  },
  {
    what: 'a cost that the broker does not tell is not zero but not known',
    held: ['30', null],
    lots: ['30 @ ? before'],
  },
  { what: 'nothing held, nothing traded', held: ['0', null], lots: [] },
  {
    what: 'fees are part of the cost',
    fills: ['buy 10 @ 20 2026-03-02T15:00:00Z fee 5'],
    held: ['10', '205'],
    lots: ['10 @ 20.5 2026-03-02'],
  },
  {
    what: 'what was there before costs what the fills leave of the cost basis',
    fills: ['buy 10 @ 20 2026-03-02T15:00:00Z'],
    held: ['40', '500'],
    lots: ['30 @ 10 before', '10 @ 20 2026-03-02'],
  },
  {
    what: 'and a sale that sold of it knows its gain from that, too',
    fills: ['sell 10 @ 25 2026-03-02T15:00:00Z fee 1'],
    held: ['30', '600'],
    lots: ['30 @ 20 before'],
    gains: ['49'],
  },
  {
    what: 'but not when nothing of it is left to tell',
    fills: ['sell 10 @ 25 2026-03-02T15:00:00Z'],
    held: ['0', null],
    lots: [],
    gains: ['?'],
  },
  {
    what: 'first in, first out, across a partial lot',
    fills: [
      'buy 10 @ 10 2026-03-02T15:00:00Z',
      'buy 10 @ 20 2026-03-03T15:00:00Z',
      'sell 15 @ 30 2026-03-04T15:00:00Z',
    ],
    held: ['5', '100'],
    lots: ['5 @ 20 2026-03-03'],
    gains: ['250'],
  },
  {
    what: 'highest in, first out: only what was there on the day',
    fills: [
      'buy 10 @ 10 2026-03-02T15:00:00Z',
      'sell 5 @ 30 2026-03-03T15:00:00Z',
      'buy 10 @ 20 2026-03-04T15:00:00Z',
    ],
    held: ['15', '250'],
    method: 'hifo',
    lots: ['5 @ 10 2026-03-02', '10 @ 20 2026-03-04'],
    gains: ['100'],
  },
  {
    what: 'an execution that the broker took back is none',
    fills: ['buy 0 @ 10 2026-03-02T15:00:00Z'],
    held: ['0', null],
    lots: [],
  },
  {
    what: 'a cost basis too small for the lots we know (a split) says nothing',
    fills: ['buy 10 @ 100 2026-03-02T15:00:00Z'],
    held: ['40', '1000'],
    lots: ['30 @ ? before', '10 @ 100 2026-03-02'],
  },
  {
    what: 'fills after the book was read come on top',
    fills: ['buy 10 @ 20 2026-11-21T15:00:00Z'],
    held: ['30', '300'],
    lots: ['30 @ 10 before', '10 @ 20 2026-11-21'],
  },
  {
    what: 'no book: sales are taken to sell what was there before, never a purchase of ours',
    fills: ['buy 10 @ 20 2026-03-02T15:00:00Z', 'sell 10 @ 30 2026-03-03T15:00:00Z'],
    held: null,
    lots: ['10 @ 20 2026-03-02'],
    gains: ['?'],
  },
  {
    what: 'the day is the day in New York, in summer',
    fills: ['buy 1 @ 20 2026-10-31T03:59:59Z', 'buy 1 @ 20 2026-10-31T04:00:00Z'],
    held: ['2', '40'],
    lots: ['1 @ 20 2026-10-30', '1 @ 20 2026-10-31'],
  },
  {
    what: 'and in winter, an hour later',
    fills: ['buy 1 @ 20 2026-11-03T04:59:59Z', 'buy 1 @ 20 2026-11-03T05:00:00Z'],
    held: ['2', '40'],
    lots: ['1 @ 20 2026-11-02', '1 @ 20 2026-11-03'],
  },
];

describe('the lots of a symbol', () => {
  it.each(ROWS)('$what', ({ fills = [], held, method = 'fifo', lots, gains = [] }) => {
    const history = historyOf(
      fills.map((text) => fill(text)),
      held === null
        ? null
        : {
            quantity: decimal(held[0]),
            costBasis: held[1] === null ? null : decimal(held[1]),
            at: Temporal.Instant.from('2026-11-20T23:00:00Z'),
          },
      method,
    );
    expect(history.lots.map(lotText)).toEqual(lots);
    expect(
      history.sales.map((sale) => {
        const { shortTerm, longTerm, unknownTerm, unknownCost } = gainsOfSale(sale);
        return unknownCost.gt('0') ? '?' : toText(shortTerm.plus(longTerm).plus(unknownTerm));
      }),
    ).toEqual(gains);
  });
});
