import type { Command } from '../src/app/command.ts';
import { answerConnect } from '../src/app/connection-replies.ts';

/** Connects the person's own login at a broker. */
export const connect = {
  name: 'connect',
  description: 'Connect your own login at a broker: alpaca or schwab',
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
  run: (context, args) => answerConnect(context, context.person, args.text ?? ''),
} satisfies Command;
