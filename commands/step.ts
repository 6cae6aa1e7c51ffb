import { ACCOUNT_OPTION } from '../src/app/command.ts';
import type { Command } from '../src/app/command.ts';
import { chosenAccount } from '../src/app/chosen-account.ts';
import { openly, privately } from '../src/app/privately.ts';
import { presentNotice } from '../src/messages/notice.ts';

const MONTHS = 'months';

/** Moves the paper market on, so that a team can see how its policy behaves. */
export const step = {
  name: 'step',
  description: 'Move the paper market on by a month or more of real prices',
  minimumRole: 'proposer',
  options: [
    { ...ACCOUNT_OPTION, required: true },
    {
      name: MONTHS,
      kind: 'count',
      description: 'How many months, one if not said',
      positional: false,
      required: false,
    },
  ],
  async run(context, args) {
    const account = chosenAccount(args);
    const replay = context.replays.get(account.name);
    if (replay === undefined) {
      return privately(
        presentNotice({
          tone: 'caution',
          text: `${account.name} is not a paper account, so its market cannot be moved. /step works on paper accounts only.`,
        }),
      );
    }
    const { month } = await replay.step(Math.min(args.counts[MONTHS] ?? 1, 120));
    return openly(
      presentNotice({
        tone: 'neutral',
        title: 'Paper market',
        text: `Prices are now those of ${month.toString()}. /portfolio shows what that did, /rebalance what to do.`,
      }),
    );
  },
} satisfies Command;
