import { alert, compose } from './blocks.ts';
import { listSome } from './format.ts';
import type { Message } from './message.ts';
import { plain } from './plain.ts';

/** What is wrong with a command line, with what may have been meant. */
export type CommandProblem =
  | { readonly type: 'unknown_account'; readonly given: string; readonly suggestion: string | null }
  | { readonly type: 'unknown_option'; readonly given: string; readonly suggestion: string | null }
  | { readonly type: 'account_needed' }
  | {
      readonly type: 'bad_value';
      readonly option: string;
      readonly given: string;
      /** What would be right, e.g. `a positive whole number`. */
      readonly expected: string;
    }
  | { readonly type: 'missing'; readonly option: string }
  | { readonly type: 'too_much'; readonly given: string };

/** A command line that was not understood: what is wrong, what was meant, how it is written. */
export function presentCommandProblem(input: {
  readonly problem: CommandProblem;
  /** `/rebalance [account] [--buy-only]`. */
  readonly usage: string;
  /** The accounts that this person may name. */
  readonly accounts: readonly string[];
}): Message {
  const { problem, usage } = input;
  return say(
    `${problemWords(problem, input.accounts)} Nothing was done. Usage: ${plain(usage, 300)}`,
  );
}

function problemWords(problem: CommandProblem, accounts: readonly string[]): string {
  switch (problem.type) {
    case 'unknown_account':
      return `There is no account “${plain(problem.given, 40)}”.${guess(problem.suggestion)} ${accountsWords(accounts)}`;
    case 'unknown_option':
      return `There is no option “${plain(problem.given, 40)}” here.${guess(problem.suggestion)}`;
    case 'account_needed':
      return `Which account? ${accountsWords(accounts)}`;
    case 'bad_value':
      return `${plain(problem.option, 40)} takes ${plain(problem.expected, 120)}, not “${plain(problem.given, 60)}”.`;
    case 'missing':
      return `${plain(problem.option, 40)} needs a value.`;
    case 'too_much':
      return `“${plain(problem.given, 60)}” is one word too many.`;
  }
}

function accountsWords(accounts: readonly string[]): string {
  if (accounts.length === 0)
    return 'No account is configured; accounts are set in portfolios.yaml.';
  const names = accounts.map((name) => plain(name, 40));
  return `${accounts.length === 1 ? 'The account is' : 'The accounts are'} ${listSome(names, 20)}.`;
}

/** A command that does not exist. */
export function presentUnknownCommand(input: {
  /** As typed, without the slash. */
  readonly given: string;
  /** Without the slash. */
  readonly suggestion: string | null;
}): Message {
  const suggestion = input.suggestion === null ? null : `/${input.suggestion}`;
  return say(
    `There is no command /${plain(input.given, 40)}.${guess(suggestion)} /help lists the commands.`,
  );
}

function guess(suggestion: string | null): string {
  return suggestion === null ? '' : ` Did you mean ${plain(suggestion, 40)}?`;
}

function say(words: string): Message {
  return compose([words], [alert('caution', words)]);
}
