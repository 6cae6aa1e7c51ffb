import { describe, expect, it } from 'vitest';
import { recommendationsFromJson } from '../../src/cli/recommendations-file.ts';

describe('a file of recommendations that cannot be read', () => {
  it.each<[string, string, readonly unknown[]]>([
    ['is not JSON', '[{]', [expect.stringMatching(/^this is not JSON: /u)]],
    ['is no list', '{"symbol":"AAPL"}', ['expected a list; found a section']],
    ['is empty', '[]', ['expected at least one recommendation; found a list']],
    [
      'has an action that does not exist',
      '[{"symbol":"AAPL","action":"sell","quantity":1},{"symbol":"IBM","action":"by","quantity":1}]',
      ['recommendation 2, action: expected buy, sell or contribute; found by; did you mean buy?'],
    ],
    [
      'has a symbol in lower case, and an unknown key',
      '[{"symbol":"aapl","action":"buy","quantity":1,"qty":1}]',
      [
        'recommendation 1, symbol: expected a symbol such as AAPL or BRK.B (upper case); found aapl',
        expect.stringMatching(/^recommendation 1, qty: unknown key/u),
      ],
    ],
    [
      'says neither how many nor how much',
      '[{"symbol":"AAPL","action":"buy"}]',
      ['recommendation 1: expected exactly one of quantity and notional'],
    ],
    [
      'has a quantity below zero',
      '[{"symbol":"AAPL","action":"buy","quantity":-1}]',
      ['recommendation 1, quantity: expected more than zero'],
    ],
    [
      'has a quantity that is no number',
      '[{"symbol":"AAPL","action":"buy","quantity":true}]',
      [expect.stringMatching(/^recommendation 1, quantity: expected /u)],
    ],
  ])('%s', (_, text, problems) => {
    expect(recommendationsFromJson(text)).toEqual({ type: 'invalid', problems });
  });
});
