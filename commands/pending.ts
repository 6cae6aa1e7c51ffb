import { ACCOUNT_OPTION } from '../src/app/command.ts';
import { namedHalts } from '../src/app/announce-halt.ts';
import type { Command } from '../src/app/command.ts';
import { accountNamed, proposerName } from '../src/app/context.ts';
import { openly } from '../src/app/privately.ts';
import { readApproval } from '../src/app/read-approval.ts';
import { EXCHANGE_TIME_ZONE } from '../src/core/market-calendar.ts';
import { presentPending } from '../src/messages/pending.ts';

/** Shows what waits for a decision. */
export const pending = {
  name: 'pending',
  description: 'Show the proposals that wait for a decision, and whose',
  minimumRole: 'viewer',
  options: [ACCOUNT_OPTION],
  async run(context, args) {
    const records = await context.store.listProposals({
      ...(args.account === null ? {} : { account: args.account.name }),
      statuses: ['pending'],
    });
    const known = records.filter((record) => context.accounts.has(record.proposal.account));
    return openly(
      presentPending({
        account: args.account?.name ?? null,
        entries: await Promise.all(
          known.map(async (record) => ({
            record,
            proposerName: proposerName(context, record.proposal.proposedBy),
            approval: await readApproval(
              context,
              context.store,
              record,
              accountNamed(context, record.proposal.account),
            ),
          })),
        ),
        halts: (await namedHalts(context)).filter(
          ({ halt }) =>
            args.account === null || halt.scope === 'all' || halt.scope === args.account.name,
        ),
        timeZone: EXCHANGE_TIME_ZONE,
        now: context.clock.now(),
      }),
    );
  },
} satisfies Command;
