import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseExactJson } from '../../src/lib/exact-json.ts';

/** What the standard's reviver is told of a number: the slow way to the same result. */
function bySource(text: string): unknown {
  try {
    return JSON.parse(text, (_key: string, value: unknown, from?: { readonly source?: string }) =>
      typeof value === 'number' ? from?.source : value,
    );
  } catch {
    return undefined;
  }
}

describe('exact JSON', () => {
  it.each([
    ['12.50', '12.50'],
    ['-0', '-0'],
    ['1E+400', '1E+400'],
    [
      '{"a1":"1 2","b":[1,2.50,null,true,"x\\"1\\\\"]}',
      { a1: '1 2', b: ['1', '2.50', null, true, 'x"1\\'] },
    ],
    ['{"12:":[ 3 ]}', { '12:': ['3'] }],
    ['01', undefined],
    ['1.', undefined],
    ['{1:2}', undefined],
    ['{1 :2}', undefined],
    ['"a"1', undefined],
    ['[1 2]', undefined],
    ['"never ends 1', undefined],
    ['', undefined],
  ])('of %s', (text, expected) => {
    expect(parseExactJson(text)).toEqual(expected);
  });

  it('is what the reviver makes of every text, JSON or not', () => {
    const pieces = ['"', '\\', '1', '0', '23', '-', '.', 'e', 'E+', ',', ':', '[', ']', '{', '}'];
    const nearly = fc
      .array(fc.constantFrom(...pieces, ' ', '\n', 'a', 'null', 'true', 'é'), { maxLength: 12 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(
        fc.oneof(
          nearly,
          fc.json(),
          fc.json().map((text) => text.slice(1)),
        ),
        (text) => {
          expect(parseExactJson(text)).toEqual(bySource(text));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('takes no longer than the text is long, however bad it is', () => {
    const bad = ['"' + '\\"'.repeat(200_000), `{"a":${'1'.repeat(200_000)}:`, '-'.repeat(200_000)];
    for (const text of bad) expect(parseExactJson(text)).toBeUndefined();
  });
});
