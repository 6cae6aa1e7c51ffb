import { expect, it } from 'vitest';
import { problemsOf, read, withAccount } from './helpers.ts';

/** Two accounts at one broker, with what each of them says of it. */
const two = (broker: string, [core, growth]: readonly [string, string]): string =>
  withAccount([`broker: ${broker}`, 'targets: { AAPL: 100 }', core]).replace(
    'people:',
    `  growth:\n    broker: ${broker}\n    targets: { IBM: 100 }\n    ${growth}\npeople:`,
  );

const KEYS: Readonly<Record<string, string>> = { KEY_A: 'PKA', KEY_B: 'PKB', SECRET: 'secret' };

const keys = (name: string): string => `alpaca: { apiKey: "\${${name}}", secret: "\${SECRET}" }`;

/** No secret stands in it. */
const REFUSED =
  'expected an account at the broker of its own; core has this one, and each would sell what the other holds: make one account of both, or give each its own';

it.each<[string, string, readonly [string, string], boolean]>([
  ['both by the key pair of the environment', 'alpaca', ['', ''], false],
  ['by one key pair', 'alpaca', [keys('KEY_A'), keys('KEY_A')], false],
  ['by key pairs of their own', 'alpaca', [keys('KEY_A'), keys('KEY_B')], true],
  ['one of them by a key pair of its own', 'alpaca', ['', keys('KEY_B')], true],
  [
    'by the login of one person',
    'alpaca',
    ['alpaca: { connection: ana }', 'alpaca: { connection: ana }'],
    false,
  ],
  ['one of them live', 'alpaca', ['', 'mode: live'], true],
  ['by one id', 'ibkr', ['ibkr: { account: DU1 }', 'ibkr: { account: DU1, port: 4002 }'], false],
  ['by two ids', 'ibkr', ['ibkr: { account: DU1 }', 'ibkr: { account: DU2 }'], true],
  [
    'by one number',
    'schwab',
    [
      'schwab: { connection: ana, accountNumber: "5678" }',
      'schwab: { connection: ana, accountNumber: "5678" }',
    ],
    false,
  ],
  [
    'by two numbers of one login',
    'schwab',
    [
      'schwab: { connection: ana, accountNumber: "5678" }',
      'schwab: { connection: ana, accountNumber: "5679" }',
    ],
    true,
  ],
  ['with nothing said', 'paper', ['', ''], true],
])('two accounts %s at %s', (_name, broker, sections, isFine) => {
  const result = read(two(broker, sections), {
    lookup: (name) => KEYS[name],
    tradingMode: 'live',
  });
  const problems = problemsOf(result);
  expect(problems.map((problem) => problem.replace(/^.*: expected/u, 'expected'))).toEqual(
    isFine ? [] : [REFUSED],
  );
});
