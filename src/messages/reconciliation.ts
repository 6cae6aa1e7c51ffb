import type { Decimal } from '../core/decimal.ts';
import type { LegComparison } from '../core/reconciliation.ts';
import type { ProposalRecord } from '../core/proposal.ts';
import type { BrokerOrder } from '../ports/broker.ts';
import { alert, compose, context, heading, left, right, table, text } from './blocks.ts';
import { agreedBookWords, bookDifferenceBlocks } from './book-differences.ts';
import type { BookDifferencesInput } from './book-differences.ts';
import {
  capitalize,
  formatCount,
  formatQuantity,
  formatSignedMoney,
  joinNames,
  sentence,
  SEPARATOR,
  shortId,
} from './format.ts';
import type { Block, Message } from './message.ts';
import { plain } from './plain.ts';
import { formatMoment } from './time.ts';
import { brokerName, orderStatusWord, sideTone, sideWord } from './words.ts';

/** How the broker's positions and cash compare. */
export type ReconciledBook =
  | (Pick<BookDifferencesInput, 'differences' | 'agreed' | 'digest' | 'approvers'> & {
      readonly type: 'compared';
      /** The broker's cash less what is expected, also where that is tolerated. */
      readonly cashOff: Decimal;
    })
  /** No book was agreed on yet. */
  | { readonly type: 'none' }
  | { readonly type: 'not_comparable'; readonly why: 'unanswered' | 'moving' };

/** Approved against ordered against filled, of an account's day. */
export interface ReconciliationInput {
  readonly account: string;
  readonly broker: string;
  /** Those with orders since the day began, newest first. */
  readonly proposals: readonly {
    readonly record: ProposalRecord;
    readonly legs: readonly LegComparison[];
  }[];
  /** A sentence for each thing that broker and record do not agree on. */
  readonly differences: readonly string[];
  /** At the broker, and nobody approved them here. */
  readonly foreign: readonly BrokerOrder[];
  readonly book: ReconciledBook;
  /** Whether the broker tells its time, so that clocks can be compared. */
  readonly tellsTime: boolean;
  readonly timeZone: string;
  readonly now: Temporal.Instant;
}

export function presentReconciliation(input: ReconciliationInput): Message {
  const head = ['Reconciliation', input.account].join(SEPARATOR);
  const legs = input.proposals.flatMap((proposal) => proposal.legs);
  const count =
    legs.length === 0
      ? 'Nothing was ordered today.'
      : `${formatCount(legs.length, 'leg')} of ${formatCount(input.proposals.length, 'proposal')} today.`;
  const differences = input.differences.map((words) => sentence(plain(words, 300)));
  const foreign = input.foreign.map((order) => foreignWords(order, input));
  const book = bookSection(input);
  const agrees = differences.length === 0 && foreign.length === 0 && !book.differs;
  const verdict = agrees
    ? `${capitalize(brokerName(input.broker))} and the record agree.`
    : `${joinNames([
        ...(differences.length === 0
          ? []
          : [`${formatCount(differences.length, 'difference')} in orders`]),
        ...(foreign.length === 0
          ? []
          : [`${formatCount(foreign.length, 'order')} that nobody approved here`]),
        ...(book.differs ? ['other positions or cash at the broker'] : []),
      ])}.`;
  const clock = input.tellsTime
    ? ''
    : ` ${capitalize(brokerName(input.broker))} does not tell its time.`;
  return compose(
    [`${head}: ${count} ${capitalize(verdict)}`, ...differences, ...foreign, ...book.sentences],
    [
      heading(head),
      alert(agrees ? 'good' : 'bad', capitalize(verdict)),
      ...differences.map((words) => alert('bad', words)),
      ...foreign.map((words) => alert('caution', words)),
      ...book.blocks,
      legs.length === 0
        ? text(count)
        : table(
            `Approved, ordered and filled in ${plain(input.account, 40)} today, in shares`,
            [
              left('Proposal'),
              left('Side'),
              left('Symbol'),
              right('Approved'),
              right('Ordered'),
              right('Broker filled'),
              right('Our fills'),
              left('Result'),
            ],
            input.proposals.flatMap(({ record, legs: compared }) =>
              compared.map((row) => legRow(record, row)),
            ),
          ),
      context(`As of ${formatMoment(input.now, input.timeZone, input.now)}.${clock}`),
    ],
  );
}

function bookSection(input: ReconciliationInput): {
  readonly differs: boolean;
  readonly sentences: readonly string[];
  readonly blocks: readonly (Block | null)[];
} {
  const { book } = input;
  switch (book.type) {
    case 'none':
      return remark(
        'No book was agreed on yet: positions and cash are compared from the first quiet look on.',
      );
    case 'not_comparable':
      return remark(
        book.why === 'moving'
          ? 'Orders fill just now: positions and cash are compared when they are done.'
          : 'Positions and cash are compared when it is known what became of every order.',
      );
    case 'compared': {
      const facts = { ...input, ...book };
      if (book.differences.length > 0) return { differs: true, ...bookDifferenceBlocks(facts) };
      const off = book.cashOff.eq('0')
        ? ''
        : ` Cash is off by ${formatSignedMoney(book.cashOff)}, which is tolerated.`;
      return remark(`Positions and cash are what ${agreedBookWords(facts)} come to.${off}`);
    }
  }
}

function remark(words: string) {
  return { differs: false, sentences: [], blocks: [context(words)] };
}

function legRow(record: ProposalRecord, row: LegComparison) {
  const status = row.status === null ? 'not sent' : orderStatusWord(row.status);
  return [
    shortId(record.proposal.id),
    { text: sideWord(row.leg.side), tone: sideTone(row.leg.side) },
    plain(row.leg.symbol, 24),
    formatQuantity(row.leg.quantity),
    row.ordered === null ? '-' : formatQuantity(row.ordered),
    row.filledAtBroker === null ? '-' : formatQuantity(row.filledAtBroker),
    formatQuantity(row.recorded),
    row.difference === null
      ? { text: status }
      : { text: plain(row.difference.words, 120), tone: 'bad' as const },
  ];
}

function foreignWords(
  order: BrokerOrder,
  view: { readonly broker: string; readonly timeZone: string; readonly now: Temporal.Instant },
): string {
  const what = `${order.side.toUpperCase()} ${plain(order.symbol, 24)} ${formatQuantity(order.quantity)}`;
  const filled = order.filledQuantity.gt('0')
    ? `, ${formatQuantity(order.filledQuantity)} filled`
    : '';
  return `${what} at ${brokerName(view.broker)} was approved by nobody here: order ${plain(order.brokerOrderId, 60)} of ${formatMoment(order.submittedAt, view.timeZone, view.now)}, ${orderStatusWord(order.status)}${filled}.`;
}

/** An order at the broker that nobody approved here. */
export function presentForeignOrder(input: {
  readonly account: string;
  readonly broker: string;
  readonly order: BrokerOrder;
  readonly timeZone: string;
  readonly now: Temporal.Instant;
}): Message {
  const account = plain(input.account, 40);
  const head = ['An order that nobody approved', account].join(SEPARATOR);
  const words = foreignWords(input.order, input);
  const effect =
    'Evenkeel did not send it and leaves it alone; proposals count what it holds and what it did.';
  const next = `If none of you placed it, look at who can log in at ${brokerName(input.broker)}, and /halt ${account}. /reconcile ${account} shows all orders.`;
  return compose(
    [words, effect, next],
    [heading(head), alert('bad', words), text(effect), context(next)],
  );
}

/** Broker and record do not agree on an order of ours, and looking again has not mended it. */
export function presentDifference(input: {
  readonly account: string;
  readonly words: string;
}): Message {
  const account = plain(input.account, 40);
  const head = ['Broker and record differ', account].join(SEPARATOR);
  const words = sentence(plain(input.words, 300));
  const next = `Compare it with the broker's own page. /reconcile ${account} shows all orders.`;
  return compose([words, next], [heading(head), alert('bad', words), context(next)]);
}
