import { describe, expect, it } from 'vitest';
import { toText } from '../../src/core/decimal.ts';
import { problemsOf, read, told, withAccount, withLines } from './helpers.ts';

describe('the file as a whole', () => {
  it.each([
    ['', '1: expected accounts and people; found nothing'],
    ['# only a comment', '1: expected accounts and people; found nothing'],
    ['- accounts', '1: expected accounts and people; found a list'],
    ['accounts', '1: expected accounts and people; found accounts'],
    [
      'accounts: {}\npeople: { a: { role: admin, web: a } }',
      '1: accounts: expected at least one account',
    ],
    [
      'accounts: {',
      '1: not valid YAML: Flow map in block collection must be sufficiently indented and end with a }',
    ],
  ])('%j', (text, problem) => {
    expect(told(text)).toEqual([problem]);
  });

  it('tells everything that is wrong, in the order of the file', () => {
    expect(told(withLines('mode: liv', 'orders: { type: stop }', 'polcy: {}'))).toEqual([
      '6: accounts.core.mode: expected paper or live; found liv; did you mean live?',
      '7: accounts.core.orders.type: expected limit or market; found stop',
      '8: accounts.core.polcy: unknown key; did you mean policy?',
    ]);
  });
});

describe('targets', () => {
  it.each([
    [
      ['AAPL: 60', 'IBM: 39.99'],
      '5: accounts.core.targets: expected targets that add up to 100%; they add up to 99.99%',
    ],
    [
      ['AAPL: 60', 'IBM: 40.01%'],
      '5: accounts.core.targets: expected targets that add up to 100%; they add up to 100.01%',
    ],
    [
      ['AAPL: 33.33', 'IBM: 33.33', 'GOOG: 33.33'],
      '5: accounts.core.targets: expected targets that add up to 100%; they add up to 99.99%',
    ],
    [
      ['AAPL: 99.9999999999'],
      '5: accounts.core.targets: expected targets that add up to 100%; they add up to 99.9999999999%',
    ],
    [
      ['AAPL: .nan'],
      '6: accounts.core.targets.AAPL: expected a percentage such as 30% or 33.34; found .nan',
    ],
    [
      ['AAPL: 1e2'],
      '6: accounts.core.targets.AAPL: expected a percentage such as 30% or 33.34; found 1e2',
    ],
    [
      ['AAPL: -10', 'IBM: 110'],
      '6: accounts.core.targets.AAPL: expected a percentage such as 30% or 33.34; found -10',
      '7: accounts.core.targets.IBM: expected at most 100%; found 110',
    ],
    [
      ['AAPL:'],
      '6: accounts.core.targets.AAPL: expected a percentage such as 30% or 33.34; found nothing',
    ],
    [
      ['AAPL: [100]'],
      '6: accounts.core.targets.AAPL: expected a percentage such as 30% or 33.34; found a list',
    ],
    [
      ['AAPL: about half'],
      '6: accounts.core.targets.AAPL: expected a percentage such as 30% or 33.34; found "about half"',
    ],
    [
      ['aapl: 100'],
      '6: accounts.core.targets.aapl: expected a symbol such as AAPL or BRK.B (upper case); found aapl',
    ],
    [
      ['BRK_B: 100'],
      '6: accounts.core.targets.BRK_B: expected a symbol such as AAPL or BRK.B (upper case); found BRK_B',
    ],
    [
      ['"": 100'],
      '6: accounts.core.targets[""]: expected a symbol such as AAPL or BRK.B (upper case); found ""',
    ],
    [
      ['<script>: 100'],
      '6: accounts.core.targets["<script>"]: expected a symbol such as AAPL or BRK.B (upper case); found "<script>"',
    ],
    [
      ['AAPL: 90', 'CASH: 10'],
      '7: accounts.core.targets.CASH: CASH is not a target: keep cash with policy.cashBuffer, e.g. cashBuffer: 2%',
    ],
    [['AAPL: 50', 'AAPL: 50'], '7: this key is written twice in the same place; keep one of them'],
  ])('%j are refused', (targets, ...problems) => {
    const text = withAccount(['broker: paper', 'targets:', ...targets.map((line) => `  ${line}`)]);
    expect(told(text)).toEqual([...problems]);
  });

  it.each([
    [['AAPL: 100'], { AAPL: '1' }],
    [
      ['AAPL: 33.33', 'IBM: "33.33%"', 'GOOG: 33.34 %'],
      { AAPL: '0.3333', IBM: '0.3333', GOOG: '0.3334' },
    ],
    [
      ['BRK.B: 99.9999999999', '"BF B": 0.0000000001'],
      { 'BRK.B': '0.999999999999', 'BF B': '0.000000000001' },
    ],
    // A symbol may look like something else to YAML.
    [['TRUE: 50', 'ON: 25', 'NULL: 25'], { TRUE: '0.5', ON: '0.25', NULL: '0.25' }],
    [['AAPL: 100', 'IBM: 0'], { AAPL: '1', IBM: '0' }],
  ])('%j are taken exactly', (targets, weights) => {
    const text = withAccount(['broker: paper', 'targets:', ...targets.map((line) => `  ${line}`)]);
    const result = read(text);
    expect(problemsOf(result)).toEqual([]);
    const found = result.type === 'read' ? (result.accounts[0]?.targets ?? []) : [];
    expect(Object.fromEntries(found.map(({ symbol, weight }) => [symbol, toText(weight)]))).toEqual(
      weights,
    );
  });

  it('are missed when they are missing, and refused when empty', () => {
    expect(told(withAccount(['broker: paper']))).toEqual([
      '2: accounts.core.targets: expected targets, a percentage for each symbol, such as AAPL: 30%; it is missing',
    ]);
    expect(told(withAccount(['broker: paper', 'targets: {}']))).toEqual([
      '5: accounts.core.targets: expected at least one target, such as AAPL: 100%',
    ]);
  });
});
