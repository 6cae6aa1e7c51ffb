import type { Command } from '../src/app/command.ts';
import { haltFor, halt as haltTrading } from '../src/app/halt.ts';
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
  ],
  async run(context, args) {
    const scope = args.scope ?? 'all';
    const reason = args.text ?? 'no reason given';
    const at = context.clock.now();
    const order = { scope, by: context.person.id, reason, at };
    const done = await haltTrading(context, order, context.actor);
    const stopped = scope === 'all' ? [...context.accounts.keys()] : [scope];
    for (const account of stopped) context.executor.wake(account);
    if (!done && (await haltFor(context.store, scope)) !== null) {
      return privately(presentAlreadyHalted({ scope }));
    }
    return privately(presentHaltConfirmed({ scope }));
  },
} satisfies Command;
