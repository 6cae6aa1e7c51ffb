import { ACCOUNT_OPTION } from '../src/app/command.ts';
import type { Command } from '../src/app/command.ts';
import { openly } from '../src/app/privately.ts';
import { viewReconciliation } from '../src/app/view-reconciliation.ts';

/** Shows what was approved, ordered and filled today, and what does not agree. */
export const reconcile = {
  name: 'reconcile',
  description: "Compare what was approved with the broker's orders and the fills of the day",
  minimumRole: 'viewer',
  options: [ACCOUNT_OPTION],
  async run(context, args) {
    const accounts = args.account === null ? [...context.accounts.values()] : [args.account];
    return openly(await viewReconciliation(context, accounts));
  },
} satisfies Command;
