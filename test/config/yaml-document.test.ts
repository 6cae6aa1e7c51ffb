import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readYaml } from '../../src/config/yaml-document.ts';

const lines = (...text: readonly string[]): string => text.join('\n');

describe('values', () => {
  it.each([
    ['a number', 'a: 33.340', '33.340'],
    ['more digits than a float has', 'a: 9007199254740993.10', '9007199254740993.10'],
    ['a tenth', 'a: 0.1', '0.1'],
    ['an exponent', 'a: 1e3', '1e3'],
    ['a hexadecimal number', 'a: 0x1F', '0x1F'],
    ['what is not a number', 'a: .NaN', '.NaN'],
    ['infinity', 'a: -.inf', '-.inf'],
    ['a sign', 'a: +5', '+5'],
    ['leading zeros', 'a: 007', '007'],
    ['a long id', 'a: 112233445566778899', '112233445566778899'],
    ['a time, which YAML 1.1 takes for a number', 'a: 16:05', '16:05'],
    ['a quoted text', 'a: "30"', '30'],
    ['a truth', 'a: true', true],
    ['a country, which YAML 1.1 takes for a falsehood', 'a: NO', 'NO'],
    ['nothing', 'a:', null],
    ['a text over lines', 'a: >-\n  one\n  two', 'one two'],
  ])('%s is read as it is written', (_what, text, value) => {
    expect(readYaml(text)).toMatchObject({ type: 'read', value: { a: value } });
  });

  it('takes keys as text, whatever they look like', () => {
    const text = 'TRUE: 1\nNULL: 2\n1810: 3\n1.50: 4\nconstructor: 5';
    const read = readYaml(text);
    expect(new Map(read.type === 'read' ? Object.entries(read.value ?? {}) : [])).toEqual(
      new Map([
        ['1.50', '4'],
        ['1810', '3'],
        ['NULL', '2'],
        ['TRUE', '1'],
        ['constructor', '5'],
      ]),
    );
  });

  it('takes the place of an alias for the anchored value', () => {
    expect(readYaml('a: &rule { x: 1.10 }\nb: *rule')).toMatchObject({
      type: 'read',
      value: { a: { x: '1.10' }, b: { x: '1.10' } },
    });
  });

  it('keeps any decimal as it is written', () => {
    const written = fc
      .tuple(fc.bigInt({ min: 0n, max: 10n ** 30n }), fc.stringMatching(/^\d{1,20}$/))
      .map(([whole, fraction]) => `${whole}.${fraction}`);
    fc.assert(
      fc.property(written, (text) => {
        expect(readYaml(`a: ${text}`)).toMatchObject({ value: { a: text } });
      }),
    );
  });
});

describe('what is refused', () => {
  it.each([
    ['a: 1\nb: 2\na: 3', 3, 1, 'this key is written twice in the same place; keep one of them'],
    ['a: {b: 1, b: 2}', 1, 11, 'this key is written twice in the same place; keep one of them'],
    ['a:\n\tb: 1', 2, 1, 'indent with spaces; YAML does not take tabs'],
    ['a: 1\n---\nb: 2', 2, 1, 'expected one document; a second one begins here (---)'],
    ['a: !money 3', 1, 4, 'tags such as !name are not used here'],
    ['a: !!int "3"', 1, 10, 'tags are not used here'],
    ['%YAML 1.1\n---\na: yes', 1, 1, 'directives such as %YAML are not used here'],
    ['[a]: 1', 1, 1, 'expected a plain text as key'],
    ['a: */5 * * * *', 1, 8, 'a value that begins with * must be in quotes'],
    ['a: *b', 1, 4, '*b refers to nothing; a text that begins with * must be in quotes'],
    ['a: &a [*a]', 1, 8, '*a refers to nothing; a text that begins with * must be in quotes'],
    ['[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]', 1, 18, 'nested too deeply'],
    ['__proto__: { x: 1 }', 1, 1, '__proto__ cannot be a key'],
    ['a: "b', 1, 6, 'not valid YAML: Missing closing "quote'],
    [
      'a: [1, 2',
      1,
      9,
      'not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
    ['a: b: c', 1, 4, 'not valid YAML: Nested mappings are not allowed in compact mappings'],
  ])('%j', (text, line, column, message) => {
    const read = readYaml(text);
    expect(read.type === 'malformed' ? read.problems[0] : read).toEqual({ line, column, message });
  });

  it('is told once a line and at most five times', () => {
    const read = readYaml(Array.from({ length: 20 }, () => '"x" y "z"').join('\n'));
    const problems = read.type === 'malformed' ? read.problems.map((problem) => problem.line) : [];
    expect(new Set(problems).size).toBe(problems.length);
    expect(problems.length).toBeLessThanOrEqual(5);
  });

  it.each([
    ['a deep nest', '['.repeat(20_000), 'nested too deeply'],
    [
      'a file that is too long',
      'a: 1\n'.padEnd(16_000_001, '#'),
      'expected at most 16000000 characters',
    ],
    [
      'aliases that multiply',
      lines(
        'a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]',
        'b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]',
        'c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]',
        'd: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]',
        'e: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]',
        'f: &f [*e, *e, *e, *e, *e, *e, *e, *e, *e, *e]',
        'g: &g [*f, *f, *f, *f, *f, *f, *f, *f, *f, *f]',
      ),
      'too many values',
    ],
  ])('%s', (_what, text, message) => {
    const read = readYaml(text);
    expect(read.type === 'malformed' ? read.problems[0]?.message : read).toBe(message);
  });
});

describe('where a value is written', () => {
  const read = readYaml(
    lines(
      '# a comment', // 1
      'accounts:', // 2
      '  core: &core', // 3
      '    broker: paper', // 4
      '    channels:', // 5
      '      - slack: C1', // 6
      '      - discord: 2', // 7
      '    targets: {AAPL: 1, IBM: 2}', // 8
      '    policy:', // 9
      '  other: *core', // 10
    ),
  );

  it.each([
    [[], 2, 1],
    [['accounts'], 2, 1],
    [['accounts', 'core'], 3, 3],
    [['accounts', 'core', 'broker'], 4, 13],
    [['accounts', 'core', 'channels'], 5, 5],
    [['accounts', 'core', 'channels', 1], 7, 9],
    [['accounts', 'core', 'channels', 1, 'discord'], 7, 18],
    [['accounts', 'core', 'targets', 'IBM'], 8, 29],
    // An empty value is best found by its key.
    [['accounts', 'core', 'policy'], 9, 5],
    // What is missing is missed in what is around it.
    [['accounts', 'core', 'orders'], 3, 3],
    [['accounts', 'core', 'policy', 'band', 'absolute'], 9, 5],
    [['accounts', 'core', 'channels', 7], 5, 5],
    // What an alias repeats is written at its anchor.
    [['accounts', 'other', 'broker'], 4, 13],
  ])('%j is on line %i, column %i', (path, line, column) => {
    expect(read.type === 'read' ? read.locate(path) : read).toEqual({ line, column });
  });
});
