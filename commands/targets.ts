import { ACCOUNT_OPTION } from '../src/app/command.ts';
import type { Command } from '../src/app/command.ts';
import { openly } from '../src/app/privately.ts';
import { takeSnapshot } from '../src/app/take-snapshot.ts';
import { chosenAccount } from '../src/app/chosen-account.ts';
import { planRebalance } from '../src/core/plan.ts';
import { presentTargets } from '../src/messages/targets.ts';

/** Shows what an account should hold and how it is rebalanced. */
export const targets = {
  name: 'targets',
  description: 'Show what an account should hold and the policy that keeps it there',
  minimumRole: 'viewer',
  options: [{ ...ACCOUNT_OPTION, required: true }],
  async run(context, args) {
    const account = chosenAccount(args);
    const snapshot = await takeSnapshot(context, account);
    const result = planRebalance(snapshot, account.targets, account.policy);
    return openly(
      presentTargets({
        account,
        weights:
          result.type === 'refused'
            ? null
            : result.plan.weights.map((row) => ({
                symbol: row.symbol,
                targetWeight: row.targetWeight,
                weight: row.weightBefore,
              })),
      }),
    );
  },
} satisfies Command;
