import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { readEnvironment } from '../../src/config/environment.ts';
import { environmentSchema } from '../../src/config/environment-schema.ts';
import { DEMO_FILE } from '../../src/config/load.ts';
import { readVariables } from '../../src/config/variables.ts';
import { problemsOf, read } from './helpers.ts';

const demo = readFileSync(DEMO_FILE, 'utf8');

/**
 * What is wrong with the result of a text; it should be a configuration, or problems that each say
 * where and what, in one printable line.
 */
function faultsOf(text: string): readonly string[] {
  const result = read(text);
  if (result.type === 'read') return [];
  if (result.problems.length === 0) return ['no problem is told'];
  const lastLine = text.split(/\r\n|[\n\r]/).length + 1;
  const astray = result.problems.filter(({ line }) => line === null || line < 1 || line > lastLine);
  const unclear = problemsOf(result).filter(
    (line) => !/^portfolios\.yaml:\d+: [^\p{Cc}\p{Cf}]+$/u.test(line),
  );
  return [...astray.map((problem) => `line ${problem.line ?? 'null'}`), ...unclear];
}

describe('any text gives a result', () => {
  it('garbage', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(faultsOf(text)).toEqual([]);
      }),
      {
        numRuns: 500,
      },
    );
  });

  it('what looks like YAML', () => {
    const token = fc.constantFrom(
      'accounts:',
      'people:',
      'core:',
      'targets:',
      'AAPL:',
      '30%',
      '\n',
      '\n  ',
      '\n    ',
      ' ',
      '- ',
      '{',
      '}',
      '[',
      ']',
      ',',
      '"',
      "'",
      '#',
      '&a ',
      '*a',
      '!x ',
      '|',
      '>',
      '---',
      '...',
      '?',
      ':',
      '.nan',
      '1e999',
      '-0',
      '\t',
      '%YAML 1.1',
      '${X}',
      '__proto__:',
      '<<:',
      'null',
      '~',
      'é',
      '\u{1F600}',
      '\0',
    );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 60 }), (tokens) => {
        expect(faultsOf(tokens.join(''))).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  it('any value in YAML', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        expect(faultsOf(stringify(value))).toEqual([]);
      }),
      {
        numRuns: 500,
      },
    );
  });

  it('the demo with a piece of it replaced', () => {
    const edit = fc.record({
      from: fc.nat(demo.length),
      length: fc.nat(40),
      piece: fc.oneof(
        fc.string({ maxLength: 10 }),
        fc.constantFrom(
          '',
          ': ',
          '\n',
          '  ',
          '- ',
          '.nan',
          '-1',
          '1e3',
          '[]',
          '{}',
          '""',
          'null',
          '*x',
          '&x ',
        ),
      ),
    });
    fc.assert(
      fc.property(edit, ({ from, length, piece }) => {
        expect(faultsOf(demo.slice(0, from) + piece + demo.slice(from + length))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('any value anywhere in the demo', () => {
    const lines = demo.split('\n');
    const keyed = lines.flatMap((line, index) => (/^\s*\w+:/.test(line) ? [index] : []));
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom('-5%', '.inf', '1e3', '{', '"'),
    );
    fc.assert(
      fc.property(fc.constantFrom(...keyed), value, (index, written) => {
        const key = (lines[index] ?? '').replace(/:.*$/, '');
        expect(
          faultsOf(lines.with(index, `${key}: ${JSON.stringify(written)}`).join('\n')),
        ).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});

describe('any environment gives a result', () => {
  it('known names with any text', () => {
    const names = fc.constantFrom(...Object.keys(environmentSchema.shape));
    const text = fc.string({ unit: 'binary', maxLength: 40 });
    fc.assert(
      fc.property(
        fc.dictionary(names, text),
        fc.string({ maxLength: 200 }),
        (environment, file) => {
          const result = readEnvironment(readVariables(environment, file), '/srv');
          if (result.type === 'read') return;
          expect(result.problems.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 500 },
    );
  });
});
