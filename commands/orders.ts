import { ACCOUNT_OPTION, CSV_OPTION } from '../src/app/command.ts';
import type { Command } from '../src/app/command.ts';
import { openly, privately } from '../src/app/privately.ts';
import { viewOrders, viewOrdersFile } from '../src/app/views.ts';

/** Shows the newest orders. */
export const orders = {
  name: 'orders',
  description: 'Show the newest orders and what became of them',
  minimumRole: 'viewer',
  options: [ACCOUNT_OPTION, CSV_OPTION],
  async run(context, args) {
    return args.flags.has(CSV_OPTION.name)
      ? privately(await viewOrdersFile(context, args.account))
      : openly(await viewOrders(context, args.account));
  },
} satisfies Command;
