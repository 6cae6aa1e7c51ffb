import { ACCOUNT_OPTION } from '../src/app/command.ts';
import type { Command } from '../src/app/command.ts';
import { openly } from '../src/app/privately.ts';
import { viewPortfolio, viewPortfolios } from '../src/app/views.ts';

/** Shows what accounts hold. */
export const portfolio = {
  name: 'portfolio',
  description: 'Show what an account holds, its value and its drift',
  minimumRole: 'viewer',
  options: [ACCOUNT_OPTION],
  async run(context, args) {
    return openly(
      args.account === null
        ? await viewPortfolios(context, [...context.accounts.values()])
        : await viewPortfolio(context, args.account),
    );
  },
} satisfies Command;
