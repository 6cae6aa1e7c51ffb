import { describe, expect, it } from 'vitest';
import { estimateRealisedGains } from '../../../src/core/compliance/realised-gains.ts';
import { decimal, toText } from '../../../src/core/decimal.ts';
import type { TaxLotMethod } from '../../../src/core/guardrail-settings.ts';
import { NOW } from '../../fixtures/sample-account.ts';
import { planOf } from './plan-of.ts';
import { lot } from './lots-table.ts';

interface Row {
  readonly what: string;
  readonly legs: readonly string[];
  readonly lots: readonly string[];
  readonly method?: TaxLotMethod;
  readonly short?: string;
  readonly long?: string;
  readonly unknownTerm?: string;
  readonly unknownCost?: readonly string[];
  /** Null: not known, which is not zero. */
  readonly total: string | null;
}

const ROWS: readonly Row[] = [
  { what: 'buys realise nothing', legs: ['buy 10 VTI @ 50'], lots: [], total: '0' },
  {
    what: 'short-term',
    legs: ['sell 10 VTI @ 50'],
    lots: ['10 @ 40 2026-01-05'],
    short: '100',
    total: '100',
  },
  {
    what: 'long-term, one day more than a year',
    legs: ['sell 10 VTI @ 50'],
    lots: ['10 @ 40 2025-11-19'],
    long: '100',
    total: '100',
  },
  {
    what: 'gains and losses of both kinds in one sale',
    legs: ['sell 15 VTI @ 50'],
    lots: ['10 @ 40 2025-01-05', '10 @ 62.5 2026-01-05'],
    long: '100',
    short: '-62.5',
    total: '37.5',
  },
  {
    what: 'the same sale with the highest cost first',
    method: 'hifo',
    legs: ['sell 15 VTI @ 50'],
    lots: ['10 @ 40 2025-01-05', '10 @ 62.5 2026-01-05'],
    long: '50',
    short: '-125',
    total: '-75',
  },
  {
    what: 'a known cost of an unknown day has no term',
    legs: ['sell 3 VTI @ 50'],
    lots: ['10 @ 40 before'],
    unknownTerm: '30',
    total: '30',
  },
  {
    what: 'an unknown cost is said and makes the total unknown, not zero',
    legs: ['sell 15 VTI @ 50'],
    lots: ['10 @ 40 2026-01-05', '10 @ ? before'],
    method: 'hifo',
    short: '100',
    unknownCost: ['VTI'],
    total: null,
  },
  {
    what: 'what no lot covers has an unknown cost',
    legs: ['sell 15 VTI @ 50'],
    lots: ['10 @ 40 2026-01-05'],
    short: '100',
    unknownCost: ['VTI'],
    total: null,
  },
  {
    what: 'a lot of another symbol is not touched',
    legs: ['sell 10 ITOT @ 50'],
    lots: ['10 @ 40 2026-01-05'],
    unknownCost: ['ITOT'],
    total: null,
  },
  {
    what: 'exact to the last digit where floats are not',
    legs: ['sell 0.3 VTI @ 0.1'],
    lots: ['0.3 @ 0.2 2026-01-05'],
    short: '-0.03',
    total: '-0.03',
  },
];

describe('the estimated gains of a proposal', () => {
  it.each(ROWS)('$what', (row) => {
    const gains = estimateRealisedGains(
      { plan: planOf(row.legs) },
      row.lots.map((text) => lot(text)),
      row.method ?? 'fifo',
      NOW,
    );
    expect({
      short: toText(gains.shortTerm),
      long: toText(gains.longTerm),
      unknownTerm: toText(gains.unknownTerm),
      unknownCost: gains.unknownCost,
      total: gains.total === null ? null : toText(gains.total),
    }).toEqual({
      short: row.short ?? '0',
      long: row.long ?? '0',
      unknownTerm: row.unknownTerm ?? '0',
      unknownCost: row.unknownCost ?? [],
      total: row.total,
    });
  });

  it('tells each sell with the lots it is taken to sell', () => {
    const gains = estimateRealisedGains(
      { plan: planOf(['sell 15 VTI @ 50', 'buy 1 ITOT @ 50']) },
      [lot('10 @ 40 2025-01-05'), lot('10 @ 62.5 2026-01-05')],
      'fifo',
      NOW,
    );
    expect(gains.legs).toHaveLength(1);
    expect(gains.legs[0]?.parts.map(({ quantity }) => quantity)).toEqual([
      decimal('10'),
      decimal('5'),
    ]);
  });
});
