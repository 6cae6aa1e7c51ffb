import { ACCOUNT_OPTION } from '../src/app/command.ts';
import type { Command } from '../src/app/command.ts';
import { displayName, proposerName } from '../src/app/context.ts';
import { openly } from '../src/app/privately.ts';
import { EXCHANGE_TIME_ZONE } from '../src/core/market-calendar.ts';
import { presentHistory } from '../src/messages/history.ts';

const SHOWN = 20;

/** Shows past proposals and who decided them. */
export const history = {
  name: 'history',
  description: 'Show past proposals: what came of each and who decided',
  minimumRole: 'viewer',
  options: [ACCOUNT_OPTION],
  async run(context, args) {
    const records = await context.store.listProposals({
      ...(args.account === null ? {} : { account: args.account.name }),
      limit: SHOWN,
    });
    return openly(
      presentHistory({
        account: args.account?.name ?? null,
        entries: records.map((record) => ({
          record,
          proposerName: proposerName(context, record.proposal.proposedBy),
          deciderNames: record.decisions.map((decision) => displayName(context, decision.person)),
        })),
        timeZone: EXCHANGE_TIME_ZONE,
        now: context.clock.now(),
      }),
    );
  },
} satisfies Command;
