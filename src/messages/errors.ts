import type { PlanRefusal } from '../core/plan-types.ts';
import type { StoreError } from '../ports/store-error.ts';
import type { BrokerError } from '../ports/broker-error.ts';
import type { BrokerErrorCode } from '../ports/broker.ts';
import { alert, compose, context } from './blocks.ts';
import { formatMoney, formatShortPercent, joinNames, listSome, withStop } from './format.ts';
import type { Message } from './message.ts';
import { plain } from './plain.ts';
import { brokerName } from './words.ts';

const BROKER_ERRORS: Readonly<Record<BrokerErrorCode, string>> = {
  authentication: 'did not accept the login',
  insufficient_funds: 'says that there is not enough money',
  market_closed: 'says that the market is closed',
  order_rejected: 'rejected the order',
  rate_limited: 'asks us to slow down',
  not_tradable: 'cannot trade that',
  unavailable: 'does not answer',
  unknown_outcome: 'gave no answer',
};

/** A broker said no or nothing: its words, and what to do next. */
export function presentBrokerError(error: BrokerError, account?: string): Message {
  const who = brokerName(error.broker);
  const code = error.brokerCode === null ? '' : ` (${plain(error.brokerCode, 40)})`;
  const reason = plain(error.message, 300);
  const subject = who.slice(0, 1).toUpperCase() + who.slice(1);
  const where = account === undefined ? '' : ` for ${plain(account, 40)}`;
  const words = `${subject} ${BROKER_ERRORS[error.code]}${where}${reason === '' ? '' : `: ${reason.replace(/\.$/u, '')}`}${code}.`;
  return failure(words, error.nextStep, error.code);
}

/** Why no plan could be made, and what would let it. */
export function presentPlanRefusal(refusal: PlanRefusal, account?: string): Message {
  const { what, next } = planRefusalWords(refusal);
  const where = account === undefined ? '' : ` for ${plain(account, 40)}`;
  return failure(`Nothing was proposed${where}: ${what}`, next, refusal.code);
}

function planRefusalWords(refusal: PlanRefusal): { readonly what: string; readonly next: string } {
  switch (refusal.code) {
    case 'empty_book':
      return {
        what: 'the account holds no cash and no positions.',
        next: 'Put money in at the broker and ask again.',
      };
    case 'price_missing':
      return {
        what: `there is no price for ${symbols(refusal.symbols)}.`,
        next: `Try again when the broker quotes ${itOrThem(refusal.symbols)}, or take ${itOrThem(refusal.symbols)} out of the targets in portfolios.yaml.`,
      };
    case 'short_position':
      return {
        what: `${symbols(refusal.symbols)} ${refusal.symbols.length === 1 ? 'is' : 'are'} held short.`,
        next: 'Short positions are not rebalanced: close them at the broker, or list them as untouchable in portfolios.yaml.',
      };
    case 'duplicate_position':
      return {
        what: `the broker reports ${symbols(refusal.symbols)} more than once.`,
        next: 'Look at the account with the broker before anything is traded.',
      };
    case 'targets_not_whole':
      return {
        what: `the targets add up to ${formatShortPercent(refusal.sum)}, not to 100%.`,
        next: 'Correct them in portfolios.yaml.',
      };
    case 'buffer_exceeds_value':
      return {
        what: `the cash buffer of ${formatMoney(refusal.buffer)} is more than the account is worth (${formatMoney(refusal.totalValue)}).`,
        next: 'Lower the buffer in portfolios.yaml, or put money in.',
      };
    case 'invalid_policy':
      return {
        what: `its policy cannot be followed: ${withStop(plain(refusal.reason, 300))}`,
        next: 'Correct it in portfolios.yaml.',
      };
    case 'invalid_recommendation':
      return {
        what: `recommendation ${refusal.index + 1} cannot be followed: ${withStop(plain(refusal.reason, 300))}`,
        next: 'Correct the file and propose again.',
      };
  }
}

function itOrThem(list: readonly string[]): string {
  return list.length === 1 ? 'it' : 'them';
}

function symbols(list: readonly string[]): string {
  const names = list.map((symbol) => plain(symbol, 24));
  return names.length > 10 ? listSome(names, 10) : joinNames(names);
}

/** What was asked could not be recorded, so it was not done. */
export function presentStoreError(error: StoreError): Message {
  // Without its key the database is well, and does not keep what it must not keep.
  const start = error.code === 'master_key_missing' ? '' : 'The database failed: ';
  return failure(
    `${start}${withStop(plain(error.message, 300))} What could not be recorded was not done.`,
    error.nextStep,
    error.code,
  );
}

/**
 * Something that should not happen.
 * @param code what the log calls it, so that a person can be helped.
 */
export function presentUnexpected(code: string): Message {
  return failure(
    'Something went wrong on our side, and what you asked for may not have been done.',
    'Look with /pending and /orders before you try again; whoever runs this bot finds the reason in the log.',
    plain(code, 60),
  );
}

function failure(what: string, next: string, code: string): Message {
  return compose(
    [what, next, `Code: ${code}.`],
    [alert('bad', `${what} ${next}`), context(`Code: ${code}`)],
  );
}

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
