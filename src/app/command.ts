import type { Decimal } from '../core/decimal.ts';
import type { AccountSettings } from '../core/account.ts';
import type { Person, Role } from '../core/person.ts';
import type { Reply } from '../ports/chat.ts';
import type { Actor } from './audit.ts';
import type { AppContext } from './context.ts';
import type { Executor } from './executor.ts';

/** What may follow a command's name. */
export interface CommandOption {
  /** `buy-only` is typed `--buy-only`; a positional option is typed by its value alone. */
  readonly name: string;
  /**
   * `account`: a configured account's name. `scope`: an account or `all`. `flag`: present or not.
   * `money`: a positive amount. `count`: a positive whole number. `word`: one word, which is never
   * positional. `text`: the rest of the line.
   */
  readonly kind: 'account' | 'scope' | 'flag' | 'money' | 'count' | 'word' | 'text';
  readonly description: string;
  readonly positional: boolean;
  readonly required: boolean;
}

/** The values of a command line that has been understood. */
export interface CommandArguments {
  readonly account: AccountSettings | null;
  readonly scope: string | null;
  readonly flags: ReadonlySet<string>;
  readonly money: Readonly<Record<string, Decimal>>;
  readonly counts: Readonly<Record<string, number>>;
  readonly words: Readonly<Record<string, string>>;
  readonly text: string | null;
}

/** Who asks, and what a command works with. */
export interface CommandContext extends AppContext {
  readonly executor: Executor;
  readonly person: Person;
  readonly actor: Actor;
  /** All commands, for help. */
  readonly commands: readonly Command[];
}

/** One slash command, the same on every chat platform. */
export interface Command {
  readonly name: string;
  /** One line, at most 100 characters: what it does for the person. */
  readonly description: string;
  readonly minimumRole: Role;
  readonly options: readonly CommandOption[];
  run(context: CommandContext, args: CommandArguments): Promise<Reply>;
}

/** The account that a command works on when none is named: the only one there is. */
export const ACCOUNT_OPTION: CommandOption = {
  name: 'account',
  kind: 'account',
  description: 'Which account',
  positional: true,
  required: false,
};

/** Sends the whole list as a file. */
export const CSV_OPTION: CommandOption = {
  name: 'csv',
  kind: 'flag',
  description: 'All of it as a CSV file, for you alone',
  positional: false,
  required: false,
};

/** `/rebalance [account] [--buy-only] [--contribute AMOUNT]`. */
export function usageOf(command: Pick<Command, 'name' | 'options'>): string {
  const parts = command.options.map((option) => {
    const value =
      option.kind === 'money'
        ? ' AMOUNT'
        : option.kind === 'count'
          ? ' NUMBER'
          : option.kind === 'text'
            ? ' TEXT'
            : option.kind === 'word'
              ? ' NAME'
              : '';
    const inner = option.positional ? option.name : `--${option.name}${value}`;
    return option.required ? inner : `[${inner}]`;
  });
  return [`/${command.name}`, ...parts].join(' ');
}
