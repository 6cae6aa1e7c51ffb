import type { Command } from '../src/app/command.ts';
import { halt as haltTrading, NO_REASON } from '../src/app/halt.ts';
import { privately } from '../src/app/privately.ts';
import { presentAlreadyHalted, presentHaltConfirmed } from '../src/messages/halt.ts';

/** Stops trading at once: nothing new is sent. */
export const halt = {
  name: 'halt',
  description: 'Stop trading at once, for an account or all: nothing new is sent',
  minimumRole: 'approver',
  options: [
    {
      name: 'account',
      kind: 'scope',
      description: 'Which account, or all',
      positional: true,
      required: true,
    },
    {
      name: 'reason',
      kind: 'text',
      description: 'Why, for everyone to see',
      positional: true,
      required: false,
    },
    {
      name: 'cancel',
      kind: 'flag',
      description: 'Cancel what works at the broker, too',
      positional: false,
      required: false,
    },
  ],
  async run(context, args) {
    const scope = args.scope ?? 'all';
    const cancelOrders = args.flags.has('cancel');
    const result = await haltTrading(
      context,
      {
        scope,
        by: context.person.id,
        reason: args.text ?? NO_REASON,
        at: context.clock.now(),
        cancelOrders,
        automatic: null,
      },
      context.actor,
    );
    const stopped = scope === 'all' ? [...context.accounts.keys()] : [scope];
    for (const account of stopped) context.executor.wake(account);
    return privately(
      result === 'unchanged'
        ? presentAlreadyHalted({ scope })
        : presentHaltConfirmed({ scope, canceling: cancelOrders }),
    );
  },
} satisfies Command;
