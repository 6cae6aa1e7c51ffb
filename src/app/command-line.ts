import type { AccountSettings } from '../core/account.ts';
import { decimal, DECIMAL_TEXT, ZERO } from '../core/decimal.ts';
import type { Decimal } from '../core/decimal.ts';
import { nearest } from '../lib/nearest.ts';
import type { CommandProblem } from '../messages/errors.ts';
import type { Command, CommandArguments } from './command.ts';
import { usageOf } from './command.ts';

export type CommandLineResult =
  | { readonly type: 'understood'; readonly args: CommandArguments }
  | {
      readonly type: 'misunderstood';
      readonly problem: CommandProblem;
      readonly usage: string;
    };

/** Chat clients turn two hyphens into a dash and quotes into curly ones; people do not notice. */
function asTyped(text: string): string {
  return text
    .replaceAll(/(^|\s)[\u2013\u2014](?=\p{L})/gu, '$1--')
    .replaceAll(/[\u201c\u201d]/gu, '"')
    .replaceAll(/[\u2018\u2019]/gu, "'")
    .trim();
}

const MAXIMUM_LINE = 2000;

/**
 * Reads what was typed after a command's name. Pure; never throws whatever was typed.
 * @param defaultAccount the account meant where one is needed and none is named; null when there
 *   are several and none is the obvious one. An optional account that is not named stays null: all.
 */
export function parseCommandLine(
  command: Pick<Command, 'name' | 'options'>,
  text: string,
  accounts: ReadonlyMap<string, AccountSettings>,
  defaultAccount: AccountSettings | null,
): CommandLineResult {
  const usage = usageOf(command);
  const fail = (problem: CommandProblem): CommandLineResult => ({
    type: 'misunderstood',
    problem,
    usage,
  });
  const typed = asTyped(text.slice(0, MAXIMUM_LINE))
    .split(/\s+/u)
    .filter((word) => word !== '');
  const positional = command.options.filter((option) => option.positional);
  const flags = new Set<string>();
  const money: Record<string, Decimal> = {};
  const counts: Record<string, number> = {};
  const words: Record<string, string> = {};
  const found: { account: AccountSettings | null; scope: string | null; text: string | null } = {
    account: null,
    scope: null,
    text: null,
  };
  let nextPositional = 0;
  const needsAccount = positional.some((option) => option.kind === 'account' && option.required);

  for (let index = 0; index < typed.length; index += 1) {
    const word = typed[index] ?? '';
    if (word.startsWith('--') && word.length > 2) {
      const [name, inline] = splitOnce(word.slice(2), '=');
      const option = command.options.find(
        (candidate) => !candidate.positional && candidate.name === name.toLowerCase(),
      );
      if (option === undefined) {
        const names = command.options.filter((o) => !o.positional).map((o) => `--${o.name}`);
        return fail({ type: 'unknown_option', given: word, suggestion: nearest(word, names) });
      }
      if (option.kind === 'flag') {
        if (inline !== undefined) {
          return fail({
            type: 'bad_value',
            option: `--${option.name}`,
            given: inline,
            expected: 'nothing after it',
          });
        }
        flags.add(option.name);
        continue;
      }
      if (option.kind === 'text') {
        found.text = [inline, ...typed.slice(index + 1)].filter((w) => w !== undefined).join(' ');
        break;
      }
      const value = inline ?? typed[index + 1];
      if (inline === undefined) index += 1;
      if (value === undefined || value.startsWith('--')) {
        return fail({ type: 'missing', option: `--${option.name}` });
      }
      if (option.kind === 'money') {
        const amount = parseMoney(value);
        if (amount === null) {
          return fail({
            type: 'bad_value',
            option: `--${option.name}`,
            given: value,
            expected: 'a positive amount such as 2500 or $2,500.00',
          });
        }
        money[option.name] = amount;
      } else if (option.kind === 'word') {
        words[option.name] = value;
      } else {
        if (!/^[1-9]\d{0,5}$/u.test(value)) {
          return fail({
            type: 'bad_value',
            option: `--${option.name}`,
            given: value,
            expected: 'a positive whole number',
          });
        }
        counts[option.name] = Number(value);
      }
      continue;
    }
    const option = positional[nextPositional];
    if (option === undefined) return fail({ type: 'too_much', given: word });
    if (option.kind === 'text') {
      // Flags count wherever they stand: "/halt core a wrong price --cancel".
      const rest = typed.slice(index).filter((part) => !takeFlag(command, part, flags));
      found.text = rest.join(' ');
      break;
    }
    nextPositional += 1;
    const name = word.toLowerCase();
    if (option.kind === 'count') {
      if (!/^[1-9]\d{0,5}$/u.test(word)) {
        return fail({
          type: 'bad_value',
          option: option.name,
          given: word,
          expected: 'a positive whole number',
        });
      }
      counts[option.name] = Number(word);
      continue;
    }
    const account = accounts.get(name);
    if (option.kind === 'scope' && name === 'all') {
      found.scope = 'all';
    } else if (account !== undefined) {
      found.account = account;
      found.scope = account.name;
    } else {
      // A reason may follow at once where the account is left out: "/halt something is wrong".
      const next = positional[nextPositional];
      if (!option.required && next?.kind === 'text' && accounts.size === 1) {
        found.text = typed.slice(index).join(' ');
        break;
      }
      return fail({
        type: 'unknown_account',
        given: word,
        suggestion: nearest(name, [
          ...accounts.keys(),
          ...(option.kind === 'scope' ? ['all'] : []),
        ]),
      });
    }
  }

  for (const option of positional) {
    if (!option.required) continue;
    const missing =
      (option.kind === 'text' && (found.text === null || found.text === '')) ||
      (option.kind === 'scope' && found.scope === null) ||
      (option.kind === 'count' && counts[option.name] === undefined);
    if (missing) return fail({ type: 'missing', option: option.name });
    if (option.kind === 'account' && found.account === null && defaultAccount === null) {
      return fail({ type: 'account_needed' });
    }
  }
  return {
    type: 'understood',
    args: {
      account: found.account ?? (needsAccount ? defaultAccount : null),
      scope: found.scope,
      flags,
      money,
      counts,
      words,
      text: found.text,
    },
  };
}

/** @returns true when the word is one of the command's flags, which is then set. */
function takeFlag(command: Pick<Command, 'options'>, word: string, flags: Set<string>): boolean {
  const flag = command.options.find(
    (option) => option.kind === 'flag' && word.toLowerCase() === `--${option.name}`,
  );
  if (flag !== undefined) flags.add(flag.name);
  return flag !== undefined;
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** Reads `2500`, `$2,500.00`; null for anything that is not a positive amount with at most two places. */
export function parseMoney(text: string): Decimal | null {
  const bare = text.replace(/^\$/u, '');
  const plain = /^\d{1,3}(,\d{3})+(\.\d+)?$/u.test(bare) ? bare.replaceAll(',', '') : bare;
  if (!DECIMAL_TEXT.test(plain) || !/^\d{1,15}(\.\d{1,2})?$/u.test(plain)) return null;
  const amount = decimal(plain);
  return amount.gt(ZERO) ? amount : null;
}
