import type { Command } from '../src/app/command.ts';
import { answerResume } from '../src/app/halt-replies.ts';

/** Agrees to let a halted account trade again; the last agreement that was missing resumes it. */
export const resume = {
  name: 'resume',
  description: 'Agree to let a halted account, or all, trade again',
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
  run: (context, args) =>
    answerResume(context, {
      scope: args.scope ?? 'all',
      person: context.person,
      by: context.actor,
      haltAt: null,
    }),
} satisfies Command;
