import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decimal } from '../../src/core/decimal.ts';
import {
  chartPercent,
  formatAmount,
  formatBasisPoints,
  formatCount,
  formatMoney,
  formatPercent,
  formatPrice,
  formatQuantity,
  formatShortPercent,
  formatSignedMoney,
  formatSignedPercent,
  joinNames,
  listSome,
  sentence,
  shortHash,
} from '../../src/messages/format.ts';

describe('numbers', () => {
  test.each([
    ['money', formatMoney, '24310.12', '$24,310.12'],
    ['money of millions', formatMoney, '1234567.8', '$1,234,567.80'],
    ['money, half a cent to even', formatMoney, '0.125', '$0.12'],
    ['money, negative', formatMoney, '-1234.5', '-$1,234.50'],
    ['money, almost nothing', formatMoney, '-0.001', '$0.00'],
    ['money beyond floats', formatMoney, '90071992547409931.07', '$90,071,992,547,409,931.07'],
    ['an amount someone set', formatAmount, '20000', '$20,000'],
    ['an amount with cents', formatAmount, '99.5', '$99.50'],
    ['a gain', formatSignedMoney, '24.1', '+$24.10'],
    ['a loss', formatSignedMoney, '-3.41', '-$3.41'],
    ['neither', formatSignedMoney, '0.004', '$0.00'],
    ['a price', formatPrice, '223.1', '$223.10'],
    ['a price of fractions of cents', formatPrice, '0.1234', '$0.1234'],
    ['an average price', formatPrice, '223.05493670886', '$223.0549'],
    ['a price of three digits', formatPrice, '1.125', '$1.125'],
    ['shares', formatQuantity, '1042', '1,042'],
    ['parts of shares', formatQuantity, '1234.5678', '1,234.5678'],
    ['percent', formatPercent, '0.068', '6.8%'],
    ['percent, half to even', formatPercent, '0.0685', '6.8%'],
    ['nothing in percent', formatPercent, '0', '0.0%'],
    ['almost nothing in percent', formatPercent, '0.0004', '<0.1%'],
    ['just enough to show', formatPercent, '0.0006', '0.1%'],
    ['a target', formatShortPercent, '0.3', '30%'],
    ['a target with a fraction', formatShortPercent, '0.125', '12.5%'],
    ['a third', formatShortPercent, '0.3333333', '33.33%'],
    ['a rise', formatSignedPercent, '0.0042', '+0.42%'],
    ['a fall', formatSignedPercent, '-0.019', '-1.90%'],
    ['neither rise nor fall', formatSignedPercent, '-0.00001', '0.00%'],
    ['basis points', formatBasisPoints, '1.42', '+1.4 bp'],
    ['basis points against us', formatBasisPoints, '-12.05', '-12.0 bp'],
    ['no basis points', formatBasisPoints, '0.01', '0.0 bp'],
    ['a value of a chart', chartPercent, '0.381234', '38.12'],
  ] as const)('%s', (_, format, value, expected) => {
    expect(format(decimal(value))).toBe(expected);
  });

  test('money reads back as exactly what it was, to the cent', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), (cents) => {
        const digits = String(cents < 0n ? -cents : cents).padStart(3, '0');
        const text = `${cents < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
        expect(formatMoney(decimal(text)).replaceAll(/[$,]/gu, '')).toBe(text);
      }),
    );
  });
});

describe('words', () => {
  test.each([
    [0, '0 orders'],
    [1, '1 order'],
    [2, '2 orders'],
    [1204, '1,204 orders'],
  ])('%d is counted', (count, expected) => {
    expect(formatCount(count, 'order')).toBe(expected);
  });

  test.each([
    [[], 'nobody'],
    [['Ben'], 'Ben'],
    [['Ben', 'Chloe'], 'Ben and Chloe'],
    [['Ben', 'Chloe', 'Dev'], 'Ben, Chloe and Dev'],
  ])('%j are joined', (names, expected) => {
    expect(joinNames(names)).toBe(expected);
  });

  test('a choice is joined with or', () => {
    expect(joinNames(['Ben', 'Chloe', 'Dev'], 'or')).toBe('Ben, Chloe or Dev');
  });

  test('a long list says how much it leaves out', () => {
    expect(listSome(['a', 'b', 'c'], 3)).toBe('a, b, c');
    expect(listSome(['a', 'b', 'c', 'd'], 2)).toBe('a, b and 2 more');
  });

  test('words become a sentence once', () => {
    expect(sentence('the market is closed')).toBe('The market is closed.');
    expect(sentence('Why?')).toBe('Why?');
  });

  test('a hash is shown by its first eight digits', () => {
    expect(shortHash('9c1e77d0aa11')).toBe('9c1e77d0');
  });
});
