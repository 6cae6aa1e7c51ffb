import { ACCOUNT_OPTION } from '../src/app/command.ts';
import type { Command } from '../src/app/command.ts';
import { answerDrill } from '../src/app/drill-replies.ts';

/** Rehearses a rebalance on a paper account, with a fault in it. */
export const drill = {
  name: 'drill',
  description:
    'Rehearse a rebalance with a fault: rejection, partial-fill, lost-answer, closed-market',
  minimumRole: 'viewer',
  options: [
    {
      ...ACCOUNT_OPTION,
      name: 'drill',
      kind: 'text',
      description: 'The fault and the account: lost-answer core; or stop core',
      required: true,
    },
  ],
  run: (context, args) => answerDrill(context, args.text ?? ''),
} satisfies Command;
