import type { AccountSettings } from '../core/account.ts';
import type { CommandArguments } from './command.ts';

/**
 * The account of a command whose account option is required.
 * @throws Error when there is none: parsing refuses such a line.
 */
export function chosenAccount(args: CommandArguments): AccountSettings {
  if (args.account === null) throw new Error('a required account is missing after parsing');
  return args.account;
}
