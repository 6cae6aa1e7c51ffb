import type { LegComparison } from '../core/reconciliation.ts';
import type { ProposalRecord } from '../core/proposal.ts';
import type { BrokerOrder } from '../ports/broker.ts';
import { alert, compose, context, heading, left, right, table, text } from './blocks.ts';
import { formatCount, formatQuantity, sentence, SEPARATOR, shortId } from './format.ts';
import type { Message } from './message.ts';
import { plain } from './plain.ts';
import { formatMoment } from './time.ts';
import { brokerName, orderStatusWord, sideTone, sideWord } from './words.ts';

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
  const agrees = input.differences.length === 0 && input.foreign.length === 0;
  const verdict = agrees
    ? `${brokerName(input.broker)} and the record agree.`
    : `${formatCount(input.differences.length, 'difference')}, ${formatCount(input.foreign.length, 'order')} that nobody approved here.`;
  const clock = input.tellsTime ? '' : ` ${brokerName(input.broker)} does not tell its time.`;
  return compose(
    [`${head}: ${count} ${verdict}`, ...differences, ...foreign],
    [
      heading(head),
      alert(agrees ? 'good' : 'bad', verdict),
      ...differences.map((words) => alert('bad', words)),
      ...foreign.map((words) => alert('caution', words)),
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
