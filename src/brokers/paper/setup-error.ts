import type { FileProblem } from './csv-values.ts';

/** The paper account cannot be opened as it is configured. The message names every problem. */
export class PaperSetupError extends Error {
  override readonly name = 'PaperSetupError';
  readonly code = 'paper_setup';
  readonly account: string;
  readonly problems: readonly FileProblem[];

  constructor(account: string, problems: readonly FileProblem[]) {
    super([`The paper account ${account} cannot be opened:`, ...describe(problems)].join('\n  '));
    this.account = account;
    this.problems = problems;
  }
}

/** A file can be wrong in every line; that many tell enough. */
const MOST_SHOWN = 20;

function describe(problems: readonly FileProblem[]): readonly string[] {
  const lines = problems.slice(0, MOST_SHOWN).map(({ file, line, problem, nextStep }) => {
    const where = line === null ? file : `${file}:${line}`;
    return `${where}: ${problem} ${nextStep}`;
  });
  const more = problems.length - lines.length;
  return more > 0 ? [...lines, `and ${more} more.`] : lines;
}
