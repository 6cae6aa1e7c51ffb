import { answerProposal } from '../src/app/answer-proposal.ts';
import { ACCOUNT_OPTION } from '../src/app/command.ts';
import type { Command } from '../src/app/command.ts';
import { chosenAccount } from '../src/app/chosen-account.ts';
import { propose } from '../src/app/propose.ts';

/** Works out the trades that bring an account back to its targets and posts them for approval. */
export const rebalance = {
  name: 'rebalance',
  description: 'Propose the trades that bring an account back to its targets',
  minimumRole: 'proposer',
  options: [
    { ...ACCOUNT_OPTION, required: true },
    {
      name: 'buy-only',
      kind: 'flag',
      description: 'Sell nothing',
      positional: false,
      required: false,
    },
    {
      name: 'contribute',
      kind: 'money',
      description: 'Spend this much new cash on what is under target',
      positional: false,
      required: false,
    },
    {
      name: 'to-band',
      kind: 'flag',
      description: 'Trade only as far as the edge of the band',
      positional: false,
      required: false,
    },
    {
      name: 'dry-run',
      kind: 'flag',
      description: 'Show the plan to you alone and propose nothing',
      positional: false,
      required: false,
    },
  ],
  async run(context, args) {
    const account = chosenAccount(args);
    const result = await propose(context, {
      account,
      by: context.actor,
      proposer: { type: 'person', person: context.person.id },
      request: {
        buyOnly: args.flags.has('buy-only'),
        toBand: args.flags.has('to-band'),
        contribution: args.money['contribute'] ?? null,
      },
      dryRun: args.flags.has('dry-run'),
    });
    return answerProposal(context, account, result);
  },
} satisfies Command;
