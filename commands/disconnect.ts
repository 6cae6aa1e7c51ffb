import type { Command } from '../src/app/command.ts';
import { answerDisconnect } from '../src/app/connection-replies.ts';

/** Erases a login that was connected. */
export const disconnect = {
  name: 'disconnect',
  description: 'Erase your login at a broker; admins can add whose: schwab ana',
  minimumRole: 'viewer',
  options: [
    {
      name: 'broker',
      kind: 'text',
      description: 'alpaca or schwab',
      positional: true,
      required: true,
    },
  ],
  run: (context, args) => answerDisconnect(context, context.person, context.actor, args.text ?? ''),
} satisfies Command;
