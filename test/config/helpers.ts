import { formatProblem } from '../../src/config/config.ts';
import type { ConfigResult } from '../../src/config/config.ts';
import { readPortfolios } from '../../src/config/portfolios.ts';
import type { PortfoliosContext, PortfoliosResult } from '../../src/config/portfolios.ts';

/** Reads the text of a portfolios.yaml with nothing in the environment. */
export function read(text: string, context: Partial<PortfoliosContext> = {}): PortfoliosResult {
  return readPortfolios(
    { file: 'portfolios.yaml', text },
    { tradingMode: 'paper', lookup: () => undefined, brokerSchemas: {}, ...context },
  );
}

/** What a person would be told, a line each; empty when all is well. */
export function problemsOf(result: PortfoliosResult | ConfigResult): readonly string[] {
  return result.type === 'invalid' ? result.problems.map(formatProblem) : [];
}

/** What a person would be told about a text, without the file's name. */
export function told(text: string): readonly string[] {
  return problemsOf(read(text)).map((line) => line.replace('portfolios.yaml:', ''));
}

const PEOPLE = [
  'people:',
  '  ana: { name: Ana, role: proposer, web: ana }',
  '  ben: { name: Ben, role: approver, web: ben }',
  '  chloe: { name: Chloe, role: approver, web: chloe }',
];

/** A good portfolios.yaml but for the lines of account `core` given; the first of them is line 4. */
export function withAccount(lines: readonly string[], people: readonly string[] = PEOPLE): string {
  return [
    'accounts:',
    '  core:',
    '    # core',
    ...lines.map((line) => `    ${line}`),
    ...people,
    '',
  ].join('\n');
}

/** As `withAccount`, with a broker and targets before the lines; the first of them is line 6. */
export function withLines(...lines: readonly string[]): string {
  return withAccount(['broker: paper', 'targets: { AAPL: 60, IBM: 40 }', ...lines]);
}

/** A good account, with these people instead; the first line of them is line 7. */
export function withPeople(approvals: string, ...people: readonly string[]): string {
  return withAccount(
    ['broker: paper', 'targets: { AAPL: 100 }', `approvals: ${approvals}`],
    ['people:', ...people.map((line) => `  ${line}`)],
  ).replace('    # core\n', '');
}
