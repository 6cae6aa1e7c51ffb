import { describe, expect, it } from 'vitest';
import { isLongTerm, relieveLots } from '../../../src/core/compliance/tax-lots.ts';
import { decimal, toText } from '../../../src/core/decimal.ts';
import type { TaxLotMethod } from '../../../src/core/guardrail-settings.ts';
import { lot, lotText } from './lots-table.ts';

const LOTS = {
  before: '10 @ 20 before',
  old: '10 @ 10 2024-05-01',
  dear: '10 @ 40 2025-06-01',
  young: '10 @ 30 2026-10-01',
} as const;

function sell(
  method: TaxLotMethod,
  quantity: string,
  lots: readonly string[] = Object.values(LOTS),
): { readonly taken: readonly string[]; readonly left: readonly string[]; readonly short: string } {
  const relief = relieveLots(
    lots.map((text) => lot(text)),
    decimal(quantity),
    method,
    Temporal.PlainDate.from('2026-11-20'),
  );
  return {
    taken: relief.taken.map((part) => `${toText(part.quantity)} of ${lotText(part.lot)}`),
    left: relief.left.map(lotText),
    short: toText(relief.uncovered),
  };
}

describe('a sale of 25 out of four lots of 10', () => {
  it.each<[TaxLotMethod, readonly (keyof typeof LOTS)[]]>([
    ['fifo', ['before', 'old', 'dear', 'young']],
    ['hifo', ['dear', 'young', 'before', 'old']],
    ['lowest_gain', ['dear', 'young', 'before', 'old']],
    // Bought before our record: nobody knows, so after what is certainly long-term.
    ['long_term_first', ['old', 'dear', 'before', 'young']],
  ])('%s takes %s', (method, [first, second, third, last]) => {
    if (first === undefined || second === undefined) throw new Error('a row has four lots');
    if (third === undefined || last === undefined) throw new Error('a row has four lots');
    const { taken, left } = sell(method, '25');
    expect(taken).toEqual([`10 of ${LOTS[first]}`, `10 of ${LOTS[second]}`, `5 of ${LOTS[third]}`]);
    expect(left).toEqual([LOTS[third].replace('10 ', '5 '), LOTS[last]]);
  });
});

describe('a sale', () => {
  it.each<[what: string, method: TaxLotMethod, lots: readonly string[], first: string]>([
    ['hifo, same cost: the older', 'hifo', ['1 @ 5 2026-01-01', '1 @ 5 2026-02-01'], '2026-01-01'],
    [
      'lowest gain, same gain: the long-term',
      'lowest_gain',
      ['1 @ 5 before', '1 @ 5 2024-01-01'],
      '2024-01-01',
    ],
    [
      'hifo, same cost: the oldest, known or not',
      'hifo',
      ['1 @ 5 before', '1 @ 5 2024-01-01'],
      'before',
    ],
    [
      'hifo, a cost that is not known: last',
      'hifo',
      ['1 @ ? before', '1 @ 5 2026-01-01'],
      '2026-01-01',
    ],
    [
      'hifo by the share, not by the lot',
      'hifo',
      ['100 @ 5 2026-01-01', '1 @ 6 2026-02-01'],
      '2026-02-01',
    ],
  ])('%s', (_, method, lots, first) => {
    expect(sell(method, '1', lots).taken[0]).toContain(first);
  });

  it('of more than there is says how much is not covered', () => {
    expect(sell('fifo', '12.5', ['10 @ 5 2026-01-01'])).toMatchObject({ left: [], short: '2.5' });
  });

  it('of a fraction leaves the rest of the lot at the same cost of a share', () => {
    expect(sell('fifo', '0.0001', ['1 @ 3 2026-01-01']).left).toEqual(['0.9999 @ 3 2026-01-01']);
  });
});

describe('long-term', () => {
  it.each([
    ['2025-11-19', '2026-11-20', true],
    ['2025-11-20', '2026-11-20', false],
    ['2025-11-21', '2026-11-20', false],
    // The holding period begins on 1 March, and ends when that day comes again.
    ['2023-02-28', '2024-02-29', false],
    ['2023-02-28', '2024-03-01', true],
    ['2024-02-29', '2025-02-28', false],
    ['2024-02-29', '2025-03-01', true],
  ])('bought %s, sold %s: %s', (bought, sold, expected) => {
    const day = (text: string) => Temporal.PlainDate.from(text);
    expect(isLongTerm(day(bought), day(sold))).toBe(expected);
  });

  it('is not known of what was there before our record', () => {
    expect(isLongTerm(null, Temporal.PlainDate.from('2026-11-20'))).toBeNull();
  });
});
