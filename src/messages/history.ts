import type { ProposalRecord } from '../core/proposal.ts';
import { compose, context, heading, left, right, table, text } from './blocks.ts';
import { formatCount, formatMoney, joinNames, listSome, SEPARATOR, shortId } from './format.ts';
import type { Message } from './message.ts';
import { driftChange } from './plan-blocks.ts';
import { plain } from './plain.ts';
import { formatMoment } from './time.ts';
import { proposalStatusTone, proposalStatusWord } from './words.ts';

/** One proposal of the past with the names that go with it. */
interface HistoryEntry {
  readonly record: ProposalRecord;
  readonly proposerName: string;
  /** Who approved it, or who rejected it. */
  readonly deciderNames: readonly string[];
}

export interface HistoryInput {
  /** Null for all accounts. */
  readonly account: string | null;
  /** Newest first. */
  readonly entries: readonly HistoryEntry[];
  readonly timeZone: string;
  readonly now: Temporal.Instant;
}

/** Past proposals: what came of each and who decided. */
export function presentHistory(input: HistoryInput): Message {
  const head = ['History', input.account ?? 'all accounts'].join(SEPARATOR);
  if (input.entries.length === 0) {
    const none = `Nothing was proposed for ${input.account ?? 'any account'} yet. /rebalance makes a proposal.`;
    return compose([none], [heading(head), text(none)]);
  }
  const summaries = input.entries.map(
    ({ record }) =>
      `${shortId(record.proposal.id)} ${proposalStatusWord(record.status)} ${formatMoney(record.proposal.plan.notional)}`,
  );
  return compose(
    [`${head}: ${listSome(summaries, 8)}.`],
    [
      heading(head),
      table(
        'Proposals, newest first',
        [
          left('Time'),
          left('Proposal'),
          ...(input.account === null ? [left('Account')] : []),
          left('Status'),
          right('Orders'),
          right('Notional'),
          right('Drift'),
          left('Proposed by'),
          left('Decided by'),
        ],
        input.entries.map((entry) => {
          const { proposal, status } = entry.record;
          return [
            formatMoment(proposal.createdAt, input.timeZone, input.now),
            shortId(proposal.id),
            ...(input.account === null ? [proposal.account] : []),
            { text: proposalStatusWord(status), tone: proposalStatusTone(status) },
            String(proposal.plan.legs.length),
            formatMoney(proposal.plan.notional),
            driftChange(proposal.plan),
            plain(entry.proposerName, 40),
            entry.deciderNames.length === 0
              ? '-'
              : joinNames(entry.deciderNames.map((name) => plain(name, 40))),
          ];
        }),
      ),
      context(`${formatCount(input.entries.length, 'proposal')}, newest first.`),
    ],
  );
}
