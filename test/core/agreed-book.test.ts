import { describe, expect, it } from 'vitest';
import { expectedBook, findBookDifferences } from '../../src/core/agreed-book.ts';
import type { Book, BookChange } from '../../src/core/agreed-book.ts';
import { decimal, toText } from '../../src/core/decimal.ts';

/** `1000 AAPL:42 IBM:61`: the cash, then the positions. */
function book(text: string): Book {
  const [cash = '0', ...held] = text.split(' ');
  const positions = held.map((each) => {
    const [symbol = '', quantity = '0'] = each.split(':');
    return { symbol, quantity: decimal(quantity) };
  });
  return { cash: decimal(cash), positions };
}

const textOf = ({ cash, positions }: Book): string =>
  [toText(cash), ...positions.map(({ symbol, quantity }) => `${symbol}:${toText(quantity)}`)].join(
    ' ',
  );

/** `buy AAPL 10 5 0.35`: quantity, price and fees; after `was`, what is counted already. */
function change(text: string): BookChange {
  const [now = '', was] = text.split(' was ');
  const [side, symbol = '', ...figures] = now.split(' ');
  const read = ([quantity = '0', price = '0', fees = '0']: readonly string[]) => ({
    quantity: decimal(quantity),
    price: decimal(price),
    fees: decimal(fees),
  });
  return {
    side: side === 'sell' ? 'sell' : 'buy',
    symbol,
    ...read(figures),
    before: was === undefined ? null : read(was.split(' ')),
  };
}

describe('the book that is expected', () => {
  it.each<[string, string, readonly string[], string]>([
    ['is the agreed one without fills', '1000 AAPL:42', [], '1000 AAPL:42'],
    ['a buy takes cash and fees', '1000 AAPL:42', ['buy IBM 10 5 0.35'], '949.65 AAPL:42 IBM:10'],
    ['a sale brings cash less fees', '0 AAPL:42', ['sell AAPL 12 10 1'], '119 AAPL:30'],
    ['what is sold out is gone', '0 AAPL:42', ['sell AAPL 42 1 0'], '42'],
    ['a sale of what is not there is short', '0', ['sell AAPL 2 1 0'], '2 AAPL:-2'],
    [
      'a correction counts as it changes',
      '949.65 IBM:10',
      ['buy IBM 9 5 0.3 was 10 5 0.35'],
      '954.7 IBM:9',
    ],
    ['a bust takes it back', '949.65 IBM:10', ['buy IBM 0 5 0 was 10 5 0.35'], '1000'],
    ['fees that come late', '100 IBM:10', ['sell IBM 0 5 0.35 was 0 5 0'], '99.65 IBM:10'],
  ])('%s', (_, agreed, changes, expected) => {
    expect(textOf(expectedBook(book(agreed), changes.map(change)))).toBe(expected);
  });
});

describe('what the broker has otherwise', () => {
  const find = (
    expected: string,
    told: string,
    tolerance = ['0', '0'],
    outside: readonly string[] = [],
  ) =>
    findBookDifferences({
      expected: book(expected),
      told: book(told),
      tolerance: { cash: decimal(tolerance[0] ?? '0'), position: decimal(tolerance[1] ?? '0') },
      number: 7,
      outside: outside.map(change),
    });

  it.each<[string, string, string, readonly string[]]>([
    ['nothing', '10 AAPL:42', '10 AAPL:42', []],
    [
      'a split',
      '10 AAPL:42',
      '10 AAPL:84',
      ['AAPL: 84 at the broker, 42 expected (as after a 2-for-1 split)'],
    ],
    [
      'a 3-for-2 split',
      '10 A:42',
      '10 A:63',
      ['A: 63 at the broker, 42 expected (as after a 3-for-2 split)'],
    ],
    [
      'a reverse split',
      '10 A:40',
      '10 A:4',
      ['A: 4 at the broker, 40 expected (as after a 1-for-10 split)'],
    ],
    ['a transfer in', '10', '10 A:7', ['A: 7 at the broker, 0 expected (as after a transfer)']],
    ['a transfer out', '10 A:7', '10', ['A: 0 at the broker, 7 expected (as after a transfer)']],
    [
      'a deposit',
      '10',
      '1010',
      [
        'cash: $1,010.00 at the broker, $10.00 expected (as after a deposit, a dividend or interest)',
      ],
    ],
    [
      'a withdrawal',
      '1010',
      '10',
      ['cash: $10.00 at the broker, $1,010.00 expected (as after a withdrawal or fees)'],
    ],
    [
      'a trade made by hand',
      '100 A:7',
      '20 A:8',
      [
        'A: 8 at the broker, 7 expected (as after a trade made elsewhere)',
        'cash: $20.00 at the broker, $100.00 expected (with the positions)',
      ],
    ],
  ])('%s', (_, expected, told, words) => {
    expect(find(expected, told).map((difference) => difference.words)).toEqual(words);
  });

  it.each<[string, string, string, readonly [string, string], number]>([
    ['cash at the tolerance', '100', '50', ['50', '0'], 0],
    ['cash beyond it', '100', '49.99', ['50', '0'], 1],
    ['too much cash beyond it', '100', '150.01', ['50', '0'], 1],
    ['a position at its share', '0 A:100', '0 A:101', ['0', '0.01'], 0],
    ['a position beyond its share', '0 A:100', '0 A:101.01', ['0', '0.01'], 1],
    ['a position that nobody expects', '0', '0 A:0.001', ['0', '0.5'], 1],
  ])('%s', (_, expected, told, tolerance, count) => {
    expect(find(expected, told, [...tolerance])).toHaveLength(count);
  });

  it.each<[string, string, string, readonly string[], readonly (readonly [string, boolean])[]]>([
    [
      'a purchase, with its cash',
      '1000 A:7',
      '920 A:8',
      ['buy A 1 80'],
      [
        ['bought 1 outside Evenkeel', true],
        ['for what was traded outside Evenkeel', true],
      ],
    ],
    [
      'several trades of a symbol',
      '1000 A:7',
      '850 A:9',
      ['buy A 3 80', 'sell A 1 90'],
      [
        ['bought 3 and sold 1 outside Evenkeel', true],
        ['for what was traded outside Evenkeel', true],
      ],
    ],
    [
      'a purchase of another size: nothing is explained',
      '1000 A:7',
      '920 A:8',
      ['buy A 2 80'],
      [
        ['as after a trade made elsewhere', false],
        ['with the positions', false],
      ],
    ],
    [
      'a transfer of the proceeds: the shares are explained, the cash is not',
      '1000 A:7',
      '900',
      ['sell A 7 80'],
      [
        ['sold 7 outside Evenkeel', true],
        ['with the positions', false],
      ],
    ],
    [
      'one symbol of two',
      '0 A:7 B:7',
      '0 A:8 B:14',
      ['buy A 1 0'],
      [
        ['bought 1 outside Evenkeel', true],
        ['as after a 2-for-1 split', false],
      ],
    ],
    [
      'a purchase that the agreed book counts and the broker takes back since',
      '0 A:7',
      '80 A:6',
      ['buy A 0 80 was 1 80'],
      [
        ['took back 1 bought outside Evenkeel', true],
        ['for what was traded outside Evenkeel', true],
      ],
    ],
  ])('is explained by trades outside: %s', (_, expected, told, outside, hints) => {
    const found = find(expected, told, ['0', '0'], outside);
    expect(found.map(({ hint, explained }) => [hint, explained])).toEqual(hints);
    // What differs, whether it halts and what a person agrees on is as without the explanation.
    const plain = find(expected, told);
    expect(found.map(({ key, halts }) => [key, halts])).toEqual(
      plain.map(({ key, halts }) => [key, halts]),
    );
  });

  it('halts for positions and for cash that lacks, not for cash that came', () => {
    const halts = (expected: string, told: string) =>
      find(expected, told).map((difference) => difference.halts);
    expect(halts('100 A:1', '100 A:2')).toEqual([true]);
    expect(halts('100', '50')).toEqual([true]);
    expect(halts('100', '150')).toEqual([false]);
  });

  it('keeps its key while we go on trading, and gets another one with another agreement', () => {
    const keys = (expected: string, told: string) =>
      find(expected, told, ['50', '0']).map(({ key }) => key);
    const first = keys('1000 A:10', '400 A:12');
    // A buy of ours since, with fees of a few cents that no fill tells of.
    expect(keys('500 A:15', '-100.04 A:17')).toEqual(first);
    expect(keys('500 A:15', '-100.04 A:18')).not.toEqual(first);
    const other = findBookDifferences({
      expected: book('1000 A:10'),
      told: book('400 A:12'),
      tolerance: { cash: decimal('50'), position: decimal('0') },
      number: 8,
      outside: [],
    });
    expect(other.map(({ key }) => key)).not.toEqual(first);
  });
});
