import { ACCOUNT_OPTION, usageOf } from '../src/app/command.ts';
import type { Command, CommandOption } from '../src/app/command.ts';
import { namedHalts } from '../src/app/announce-halt.ts';
import { proposerName } from '../src/app/context.ts';
import { openly, privately } from '../src/app/privately.ts';
import { listWaiting, readWaiting } from '../src/app/waiting-proposals.ts';
import { EXCHANGE_TIME_ZONE } from '../src/core/market-calendar.ts';
import { presentCommandProblem } from '../src/messages/errors.ts';
import { presentPending } from '../src/messages/pending.ts';

/** What every chat shows in full, whatever stands in the lines. */
const ON_A_PAGE = 10;

const PAGE = 'page';

const OPTIONS: readonly CommandOption[] = [
  ACCOUNT_OPTION,
  {
    name: PAGE,
    kind: 'count',
    description: 'Which ten of them, the newest ten if not said',
    positional: false,
    required: false,
  },
];

/** Shows what waits for a decision. */
export const pending = {
  name: 'pending',
  description: 'Show the proposals that wait for a decision, and whose',
  minimumRole: 'viewer',
  options: OPTIONS,
  async run(context, args) {
    const waiting = await listWaiting(context, args.account);
    const pages = Math.max(1, Math.ceil(waiting.length / ON_A_PAGE));
    const number = args.counts[PAGE] ?? 1;
    if (number > pages) {
      return privately(
        presentCommandProblem({
          problem: {
            type: 'bad_value',
            option: `--${PAGE}`,
            given: String(number),
            expected: pages === 1 ? '1: there is one page' : `a page from 1 to ${pages}`,
          },
          usage: usageOf({ name: 'pending', options: OPTIONS }),
          accounts: [...context.accounts.keys()],
        }),
      );
    }
    const shown = waiting.slice((number - 1) * ON_A_PAGE, number * ON_A_PAGE);
    const entries = await readWaiting(context, shown);
    return openly(
      presentPending({
        account: args.account?.name ?? null,
        entries: entries.map((entry) => ({
          ...entry,
          proposerName: proposerName(context, entry.record.proposal.proposedBy),
        })),
        page: { number, pages, waiting: waiting.length },
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
