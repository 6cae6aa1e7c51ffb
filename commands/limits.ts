import { ACCOUNT_OPTION } from '../src/app/command.ts';
import type { Command } from '../src/app/command.ts';
import { chosenAccount } from '../src/app/chosen-account.ts';
import { openly } from '../src/app/privately.ts';
import { viewLimits } from '../src/app/view-limits.ts';

/** Shows how much may still be traded today. */
export const limits = {
  name: 'limits',
  description: 'Show how much an account, and you, may still trade today',
  minimumRole: 'viewer',
  options: [{ ...ACCOUNT_OPTION, required: true }],
  async run(context, args) {
    return openly(await viewLimits(context, chosenAccount(args), context.person.id));
  },
} satisfies Command;
