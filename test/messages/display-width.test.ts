import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { displayWidth, pad, wrap } from '../../src/messages/display-width.ts';

describe('columns of a terminal', () => {
  test.each([
    ['plain text', 'AAPL', 4],
    ['accents of their own', 'Zoë', 3],
    ['accents that combine', 'Zoe\u0308', 3],
    ['wide characters', '日本語', 6],
    ['wide letters', 'ＡＢ', 4],
    ['emoji', '🚀', 2],
    ['an emoji of several parts', '👩‍🚀', 2],
    ['a flag', '🇳🇿', 2],
    ['a sign drawn as an emoji', '⚠️', 2],
    ['a sign drawn as text', '▲', 1],
    ['bars', '▇▇', 2],
    ['nothing', '', 0],
  ])('%s', (_, text, expected) => {
    expect(displayWidth(text)).toBe(expected);
  });
});

test('padding fills up to the width, on the side away from the alignment', () => {
  expect(pad('日本', 6, 'left')).toBe('日本  ');
  expect(pad('$3', 5, 'right')).toBe('   $3');
  expect(pad('too long', 3, 'left')).toBe('too long');
});

describe('wrapping', () => {
  test.each([
    ['fits', 'one two', 10, ['one two']],
    ['breaks at spaces', 'one two three', 8, ['one two', 'three']],
    ['keeps line breaks', 'one\ntwo', 10, ['one', 'two']],
    ['breaks long words', 'abcdefgh', 3, ['abc', 'def', 'gh']],
    ['counts columns', '日本語です', 4, ['日本', '語で', 'す']],
  ])('%s', (_, text, width, expected) => {
    expect(wrap(text, width)).toEqual(expected);
  });

  test('no line is wider than asked, and no letter is lost', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'bc', ' ', '日', 'é', '\n'),
      maxLength: 80,
    });
    fc.assert(
      fc.property(text, fc.integer({ min: 2, max: 30 }), (words, width) => {
        const lines = wrap(words, width);
        for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width);
        expect(lines.join('').replaceAll(/\s/gu, '')).toBe(words.replaceAll(/\s/gu, ''));
      }),
    );
  });
});
