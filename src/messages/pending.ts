import type { ApprovalState } from '../core/approval-state.ts';
import type { ProposalRecord } from '../core/proposal.ts';
import { mayVoteNames, missingGroupWords, missingVotesWords, votesOfNeeded } from './approval.ts';
import { alert, compose, context, heading, left, right, table, text } from './blocks.ts';
import { formatCount, joinNames, SEPARATOR, shortId } from './format.ts';
import { haltWords } from './halt.ts';
import type { NamedHalt } from './halt.ts';
import type { Message } from './message.ts';
import { driftChange, ordersWithNotional } from './plan-blocks.ts';
import { plain } from './plain.ts';
import { formatBetween, formatMoment } from './time.ts';

/** A proposal that waits, with the names that go with it. */
interface PendingEntry {
  readonly record: ProposalRecord;
  readonly proposerName: string;
  /** How far its approval is, and who may still vote. */
  readonly approval: ApprovalState;
}

/** Where a page stands among all that wait. */
interface PendingPage {
  /** From 1. */
  readonly number: number;
  readonly pages: number;
  /** How many wait in all. */
  readonly waiting: number;
}

export interface PendingInput {
  /** Null for all accounts. */
  readonly account: string | null;
  /** Those of the page. */
  readonly entries: readonly PendingEntry[];
  readonly page: PendingPage;
  /** Halts of the account, or of any account. */
  readonly halts: readonly NamedHalt[];
  readonly timeZone: string;
  readonly now: Temporal.Instant;
}

/** Proposals that wait for a decision. */
export function presentPending(input: PendingInput): Message {
  const head = ['Pending', input.account ?? 'all accounts'].join(SEPARATOR);
  const halted = input.halts.map((halt) => haltWords(halt, input.timeZone, input.now));
  const alerts = halted.map((words) => alert('bad', words));
  const { waiting } = input.page;
  if (waiting === 0) {
    const where = input.account === null ? '' : ` of ${input.account}`;
    const none = `No proposal${where} is waiting for a decision.`;
    return compose([none, ...halted], [heading(head), ...alerts, text(none)]);
  }
  return compose(
    [
      `${formatCount(waiting, 'proposal')} ${waiting === 1 ? 'waits' : 'wait'} for a decision${pageWords(input.page)}:`,
      ...halted,
      ...input.entries.slice(0, 8).map((entry) => entrySentence(entry, input)),
    ],
    [
      heading(head),
      ...alerts,
      table(
        'Proposals that wait for a decision',
        [
          left('Proposal'),
          left('Account'),
          left('Orders'),
          right('Drift'),
          left('Votes'),
          left('Can vote'),
          left('Proposed by'),
          left('Expires'),
        ],
        input.entries.map((entry) => {
          const { proposal } = entry.record;
          return [
            shortId(proposal.id),
            proposal.account,
            ordersWithNotional(proposal.plan),
            driftChange(proposal.plan),
            votes(entry),
            stillOpen(entry),
            plain(entry.proposerName, 40),
            expires(entry, input),
          ];
        }),
      ),
      context(['Decide with the buttons of the proposal itself.', ...turnWords(input)].join(' ')),
    ],
  );
}

function pageWords({ number, pages }: PendingPage): string {
  return pages <= 1 ? '' : ` (page ${number} of ${pages}, newest first)`;
}

/** How to see the others. */
function turnWords({ account, page }: PendingInput): readonly string[] {
  const { number, pages, waiting } = page;
  if (pages <= 1) return [];
  const typed = ['/pending', ...(account === null ? [] : [account]), '--page'].join(' ');
  return [
    `Page ${number} of ${pages}, newest first; ${formatCount(waiting, 'proposal')} wait.`,
    ...(number < pages ? [`${typed} ${number + 1} shows the next.`] : []),
    ...(number > 1 ? [`${typed} ${number - 1} shows the one before.`] : []),
  ];
}

function votes(entry: PendingEntry): string {
  const { approval } = entry;
  const count = votesOfNeeded(approval);
  if (approval.voters.length === 0) return count;
  return `${count}: ${joinNames(approval.voters.map(({ name }) => plain(name, 40)))}`;
}

/** `Dev or Eve (from risk)`. */
function stillOpen({ approval }: PendingEntry): string {
  const groups = missingGroupWords(approval);
  return `${joinNames(mayVoteNames(approval), 'or')}${groups === '' ? '' : ` (${groups})`}`;
}

function expires(entry: PendingEntry, input: PendingInput): string {
  const { expiresAt } = entry.record.proposal;
  const at = formatMoment(expiresAt, input.timeZone, input.now);
  return Temporal.Instant.compare(expiresAt, input.now) <= 0
    ? at
    : `${at}, in ${formatBetween(input.now, expiresAt)}`;
}

function entrySentence(entry: PendingEntry, input: PendingInput): string {
  const { proposal } = entry.record;
  return `${shortId(proposal.id)} ${proposal.account}, ${ordersWithNotional(proposal.plan)}, ${votes(entry)}, needs ${missingVotesWords(entry.approval)}, expires ${expires(entry, input)}.`;
}
