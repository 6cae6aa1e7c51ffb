import type { Command } from '../src/app/command.ts';
import { answerEnroll } from '../src/app/enrolment-replies.ts';

/** Sets up an authenticator app for one-time codes. */
export const enroll = {
  name: 'enroll',
  description: 'Set up your authenticator app; admins can add whose to reset',
  minimumRole: 'viewer',
  options: [
    {
      name: 'reset',
      kind: 'flag',
      description: 'Admins: forget the authenticator of somebody who lost it',
      positional: false,
      required: false,
    },
    {
      name: 'person',
      kind: 'text',
      description: 'With reset: whose authenticator',
      positional: true,
      required: false,
    },
  ],
  run: (context, args) =>
    answerEnroll(context, context.person, context.actor, args.text ?? '', args.flags.has('reset')),
} satisfies Command;
