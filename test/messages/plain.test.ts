import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plain } from '../../src/messages/plain.ts';
import { UNSAFE } from './strings.ts';

describe('plain', () => {
  test.each([
    ['as it is', 'Earnings are tomorrow', 40, 'Earnings are tomorrow'],
    ['one line', 'first\r\nsecond\tthird', 40, 'first second third'],
    ['no spaces around', '  \n padded \u00A0 text \u3000', 40, 'padded text'],
    ['no escape sequences', 'a\u001B[31mred', 40, 'a [31mred'],
    ['no reordering', 'pay \u202Ekcab\u202C \u2066now\u2069', 40, 'pay kcab now'],
    ['no hidden tags', 'ok\u{E0041}\u{E0042}', 40, 'ok'],
    ['no line separators', 'a\u2028b\u2029c', 40, 'a b c'],
    ['no half characters', 'a\uD83Db', 40, 'a\uFFFDb'],
    ['shortened', 'abcdefghij', 5, 'abcd…'],
    ['shortened without a space before the dots', 'abc defg', 5, 'abc…'],
    ['shortened between characters', 'ab\u{1F600}\u{1F600}', 4, 'ab…'],
    ['one character left', 'abc', 1, '…'],
    [
      'emoji of several parts',
      '\u{1F469}\u200D\u{1F680} launch',
      40,
      '\u{1F469}\u200D\u{1F680} launch',
    ],
    ['other scripts', 'עברית 日本語', 40, 'עברית 日本語'],
  ])('%s', (_, text, maximum, expected) => {
    expect(plain(text, maximum)).toBe(expected);
  });

  const anyText = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    // Every UTF-16 code unit, lone surrogates included.
    fc
      .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 60 })
      .map((units) => String.fromCharCode(...units)),
    fc.string({
      unit: fc.constantFrom(
        'a',
        ' ',
        '\n',
        '\u202E',
        '\u2066',
        '\u200B',
        '\uD83D',
        '\uDE00',
        '\uDB40',
        '\uDC41',
        '\u0000',
      ),
      maxLength: 60,
    }),
  );

  test('never lets through what is unsafe, never is longer than asked, never splits a character', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 80 }), (text, maximum) => {
        const shown = plain(text, maximum);
        expect(shown).not.toMatch(UNSAFE);
        expect(shown).not.toContain('\n');
        expect(shown.length).toBeLessThanOrEqual(maximum);
        expect(shown.isWellFormed()).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('changes nothing more the second time', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 80 }), (text, maximum) => {
        const shown = plain(text, maximum);
        expect(plain(shown, maximum)).toBe(shown);
      }),
      { numRuns: 500 },
    );
  });
});
