import { ACCOUNT_OPTION } from '../src/app/command.ts';
import type { Command } from '../src/app/command.ts';
import { openly } from '../src/app/privately.ts';
import { viewOrders } from '../src/app/views.ts';

/** Shows the newest orders. */
export const orders = {
  name: 'orders',
  description: 'Show the newest orders and what became of them',
  minimumRole: 'viewer',
  options: [ACCOUNT_OPTION],
  async run(context, args) {
    return openly(await viewOrders(context, args.account));
  },
} satisfies Command;
