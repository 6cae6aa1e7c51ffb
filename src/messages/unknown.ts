import { alert, compose } from './blocks.ts';
import { joinNames, listSome } from './format.ts';
import type { Message } from './message.ts';
import { plain } from './plain.ts';

/** An account that is not configured, or none where one must be named. */
export function presentUnknownAccount(input: {
  /** As typed; empty when nothing was. */
  readonly given: string;
  /** The likeliest meaning. */
  readonly suggestion: string | null;
  /** The accounts that this person may see. */
  readonly accounts: readonly string[];
}): Message {
  const given = plain(input.given, 40);
  const start =
    given === ''
      ? 'Which account? Name it after the command.'
      : `There is no account “${given}”.${guess(input.suggestion)}`;
  const known =
    input.accounts.length === 0
      ? 'No account is configured for you; accounts are set in portfolios.yaml.'
      : `Accounts: ${listSome(
          input.accounts.map((name) => plain(name, 40)),
          20,
        )}.`;
  return say(`${start} ${known} Nothing was done.`);
}

/** An option that the command does not have. */
export function presentUnknownOption(input: {
  /** As typed, e.g. `--buyonly`. */
  readonly given: string;
  readonly command: string;
  readonly suggestion: string | null;
  /** With their dashes. */
  readonly options: readonly string[];
}): Message {
  const known =
    input.options.length === 0
      ? `/${plain(input.command, 40)} has no options.`
      : `/${plain(input.command, 40)} has ${joinNames(input.options.map((option) => plain(option, 40)))}.`;
  return say(
    `/${plain(input.command, 40)} has no option “${plain(input.given, 40)}”.${guess(input.suggestion)} ${known} Nothing was done.`,
  );
}

/** An option's value that cannot be read. */
export function presentInvalidValue(input: {
  /** With its dashes, or what the argument is called. */
  readonly option: string;
  /** As typed; empty when it is missing. */
  readonly given: string;
  /** What would be right, e.g. `an amount such as 5000 or 1250.50`. */
  readonly expected: string;
}): Message {
  const given = plain(input.given, 60);
  const was = given === '' ? 'nothing was given' : `“${given}” is not one`;
  return say(
    `${plain(input.option, 40)} needs ${plain(input.expected, 120)}; ${was}. Nothing was done.`,
  );
}

export function presentUnknownCommand(input: {
  /** As typed, without the slash. */
  readonly given: string;
  readonly suggestion: string | null;
  /** Without slashes. */
  readonly commands: readonly string[];
}): Message {
  const suggestion = input.suggestion === null ? null : `/${input.suggestion}`;
  const known = input.commands.map((name) => `/${plain(name, 40)}`);
  return say(
    `There is no command /${plain(input.given, 40)}.${guess(suggestion)} Commands: ${listSome(known, 20)}.`,
  );
}

function guess(suggestion: string | null): string {
  return suggestion === null ? '' : ` Did you mean ${plain(suggestion, 40)}?`;
}

function say(words: string): Message {
  return compose([words], [alert('caution', words)]);
}
