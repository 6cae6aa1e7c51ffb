import type { Command } from '../src/app/command.ts';
import { resume as resumeTrading } from '../src/app/halt.ts';
import { privately } from '../src/app/privately.ts';
import { presentNotHalted, presentResumeConfirmed } from '../src/messages/halt.ts';

/** Lets a halted account trade again. */
export const resume = {
  name: 'resume',
  description: 'Let a halted account, or all, trade again',
  minimumRole: 'approver',
  options: [
    {
      name: 'account',
      kind: 'scope',
      description: 'Which account, or all',
      positional: true,
      required: true,
    },
  ],
  async run(context, args) {
    const scope = args.scope ?? 'all';
    const ended = await resumeTrading(context, scope, context.actor, context.person.name);
    const freed = scope === 'all' ? [...context.accounts.keys()] : [scope];
    for (const account of freed) context.executor.wake(account);
    return privately(
      ended === null ? presentNotHalted({ scope }) : presentResumeConfirmed({ scope }),
    );
  },
} satisfies Command;
