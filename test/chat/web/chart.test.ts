import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderChart } from '../../../src/chat/web/chart.ts';
import { formatValue, scale } from '../../../src/chat/web/chart-scale.ts';
import { strangeMarkup } from './page-text.ts';

/** Plain decimals of any size that a message may hold. */
const decimals = fc
  .tuple(fc.bigInt(-(10n ** 30n) + 1n, 10n ** 30n - 1n), fc.nat({ max: 20 }))
  .map(([digits, places]) => (places === 0 ? String(digits) : `${digits}.${'5'.repeat(places)}`));

describe('an axis', () => {
  it.each([
    ['money', ['100', '250'], ['100', '200', '300']],
    ['a narrow range', ['217000', '217412.08'], ['217000', '217250', '217500']],
    ['fractions', ['0.12', '0.19'], ['0.12', '0.16', '0.2']],
    ['one value', ['50'], ['49', '50', '51']],
    ['a range over zero', ['-3', '4'], ['-4', '0', '4']],
    ['nothing', [], ['0', '0.5', '1']],
  ])('of a line has round ends around %s', (_name, values, ticks) => {
    expect(scale(values, { fromZero: false }).ticks).toEqual(ticks);
  });

  it.each([
    ['from zero to the largest', ['10', '40'], '20', 50],
    ['from the smallest to zero', ['-40', '-10'], '-10', 75],
    ['over zero', ['-10', '30'], '0', 25],
    ['without a length', ['0', '0'], '0', 0],
  ])('of bars goes %s', (_name, values, value, percent) => {
    expect(scale(values, { fromZero: true }).percentOf(value)).toBe(percent);
  });

  it('holds every value, whatever they are', () => {
    fc.assert(
      fc.property(fc.array(decimals, { maxLength: 12 }), fc.boolean(), (values, fromZero) => {
        const axis = scale(values, { fromZero });
        for (const value of values) {
          const percent = axis.percentOf(value) ?? Number.NaN;
          expect(percent).toBeGreaterThanOrEqual(-1e-9);
          expect(percent).toBeLessThanOrEqual(100 + 1e-9);
        }
      }),
    );
  });

  it('has no place for what is no number', () => {
    const axis = scale(['1', 'n/a', 'Infinity', '1e5', ''], { fromZero: true });
    expect(axis.percentOf('n/a')).toBeNull();
    expect(axis.percentOf('Infinity')).toBeNull();
    expect(axis.percentOf('1')).toBe(100);
  });
});

describe('a value', () => {
  it.each([
    ['38.1', '%', 0, '38.1%'],
    ['30', '%', 2, '30.00%'],
    ['217412.08', '$', 0, '$217,412.08'],
    ['-1234567', '$', 0, '−$1,234,567'],
    ['0.5', '', 0, '0.5'],
    ['1234', 'shares', 0, '1,234 shares'],
    ['-0.5', '€', 1, '−€0.5'],
    ['n/a', '$', 2, 'n/a'],
  ])('%s in %j with %i digits reads %s', (value, unit, digits, text) => {
    expect(formatValue(value, unit, digits)).toBe(text);
  });
});

describe('a chart', () => {
  it('puts what is the case before what is aimed at', () => {
    const html = renderChart({
      type: 'chart',
      title: 'Weight now against target',
      kind: 'bar',
      unit: '%',
      categories: ['AAPL'],
      series: [
        { name: 'Target', values: ['30'] },
        { name: 'Now', values: ['40'] },
      ],
    }).toString();
    expect(
      [...html.matchAll(/<rect class="(series-\S+)" x="(\S+)" y="0" width="(\S+)"/g)].map((match) =>
        match.slice(1),
      ),
    ).toEqual([
      ['series-1', '0%', '100%'],
      ['series-target', '0%', '75%'],
    ]);
  });

  it('is well-formed whatever is in it', () => {
    const text = fc.oneof(
      decimals,
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('', '<b>', '"'),
    );
    fc.assert(
      fc.property(
        fc.constantFrom('bar' as const, 'line' as const),
        text,
        fc.array(text, { maxLength: 5 }),
        fc.array(fc.record({ name: text, values: fc.array(text, { maxLength: 6 }) }), {
          maxLength: 4,
        }),
        (kind, unit, categories, series) => {
          const html = renderChart({
            type: 'chart',
            title: unit,
            kind,
            unit,
            categories,
            series,
          }).toString();
          expect(strangeMarkup(html)).toEqual([]);
          expect(html).not.toMatch(/NaN|Infinity%|undefined/);
        },
      ),
    );
  });
});
