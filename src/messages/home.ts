import type { AccountSettings } from '../core/account.ts';
import type { ApprovalState } from '../core/approval-state.ts';
import type { Fill } from '../core/order.ts';
import type { ProposalRecord } from '../core/proposal.ts';
import { overviewBlocks } from './accounts-overview.ts';
import type { AccountState, OverviewInput } from './accounts-overview.ts';
import { missingVotesWords, votesOfNeeded } from './approval.ts';
import { alert, compose, context, fields, heading, left, right, table, text } from './blocks.ts';
import {
  formatCount,
  formatMoney,
  formatPercent,
  formatPrice,
  formatQuantity,
  SEPARATOR,
  shortId,
} from './format.ts';
import { haltWords } from './halt.ts';
import type { Block, Message } from './message.ts';
import { legsInWords, ordersWithNotional } from './plan-blocks.ts';
import { plain } from './plain.ts';
import { describeBand } from './policy.ts';
import { proposalButtons } from './proposal-buttons.ts';
import { formatBetween, formatMoment } from './time.ts';
import { sideTone, sideWord, venue } from './words.ts';

export interface HomeInput {
  readonly personName: string;
  /** Each by itself; or all of them at a glance, where they are many. */
  readonly accounts: readonly AccountState[] | OverviewInput;
  /** The newest that wait for a decision. */
  readonly pending: readonly {
    readonly record: ProposalRecord;
    readonly account: AccountSettings;
    readonly proposerName: string;
    readonly approval: ApprovalState;
    readonly approvingTakesForm: boolean;
  }[];
  /** How many wait in all. */
  readonly waiting: number;
  /** Of the last seven days, newest first. */
  readonly fills: readonly Fill[];
  readonly timeZone: string;
  readonly now: Temporal.Instant;
}

/** More proposals than this are not shown here: a page takes only so many blocks. */
export const MOST_ON_HOME = 8;

/** A person's own page: the accounts, what waits for a decision, what was traded last. */
export function presentHome(input: HomeInput): Message {
  const { accounts } = input;
  const count = input.waiting;
  const others = count - input.pending.length;
  const waits =
    count === 0
      ? 'Nothing waits for a decision.'
      : `${formatCount(count, 'proposal')} ${count === 1 ? 'waits' : 'wait'} for a decision.`;
  return compose(
    [
      `Evenkeel for ${plain(input.personName, 60)}: ${formatCount(isMany(accounts) ? accounts.accounts.length : accounts.length, 'account')}.`,
      waits,
    ],
    [
      ...(isMany(accounts)
        ? overviewBlocks(accounts)
        : accounts.flatMap((entry) => accountBlocks(entry, input))),
      heading('Waiting for a decision'),
      ...(count === 0
        ? [text(waits)]
        : input.pending.flatMap((entry) => pendingBlocks(entry, input))),
      others > 0
        ? context(
            `${formatCount(others, 'older proposal')} ${others === 1 ? 'waits' : 'wait'} too; /pending lists all of them.`,
          )
        : null,
      heading('Last fills'),
      fillsBlock(input),
      context(
        `As of ${formatMoment(input.now, input.timeZone, input.now)}. /help lists the commands.`,
      ),
    ],
  );
}

function isMany(accounts: HomeInput['accounts']): accounts is OverviewInput {
  return 'accounts' in accounts;
}

function accountBlocks(entry: AccountState, input: HomeInput): readonly (Block | null)[] {
  const { account, state, halt } = entry;
  const value = state === null ? 'cannot be read' : formatMoney(state.totalValue);
  const band = describeBand(account.policy.toleranceBand);
  return [
    heading([account.name, venue(account), value].join(SEPARATOR)),
    halt === null ? null : alert('bad', haltWords(halt, input.timeZone, input.now)),
    entry.problem === null ? null : alert('caution', plain(entry.problem, 300)),
    state === null
      ? null
      : fields([
          { label: 'Drift', value: `${formatPercent(state.drift)} (band ${band})` },
          { label: 'Cash', value: formatMoney(state.cash) },
        ]),
  ];
}

function pendingBlocks(
  entry: HomeInput['pending'][number],
  input: HomeInput,
): readonly (Block | null)[] {
  const { record, account } = entry;
  const { proposal } = record;
  const expiresIn = formatBetween(input.now, proposal.expiresAt);
  const words = [
    `${shortId(proposal.id)} for ${account.name} (${venue(proposal)}): ${ordersWithNotional(proposal.plan)}. ${legsInWords(proposal.plan.legs, 6)}.`,
    `Proposed by ${plain(entry.proposerName, 60)}; ${votesOfNeeded(entry.approval)}; expires in ${expiresIn}.`,
    `Needs ${missingVotesWords(entry.approval)}.`,
  ].join('\n');
  return [text(words), proposalButtons(record, account, entry.approvingTakesForm)];
}

function fillsBlock({ fills, timeZone, now }: HomeInput): Block {
  if (fills.length === 0) return text('Nothing was traded in the last seven days.');
  return table(
    'Last fills',
    [
      left('Time'),
      left('Account'),
      left('Side'),
      left('Symbol'),
      right('Quantity'),
      right('Price'),
    ],
    fills.map((fill) => [
      formatMoment(fill.at, timeZone, now),
      fill.account,
      { text: sideWord(fill.side), tone: sideTone(fill.side) },
      plain(fill.symbol, 24),
      formatQuantity(fill.quantity),
      formatPrice(fill.price),
    ]),
  );
}
