import type { Order } from '../core/order.ts';
import type { BrokerOrder } from '../ports/broker.ts';
import { alert, compose, context, heading, left, right, table } from './blocks.ts';
import { formatCount, formatPrice, formatQuantity, SEPARATOR, shortId } from './format.ts';
import type { Message } from './message.ts';
import { plain } from './plain.ts';
import { formatBetween, formatTimeWithSeconds } from './time.ts';
import { brokerName, orderStatusWord, orderWords } from './words.ts';

/** An order whose answer did not come. */
export interface OutcomeUnknownInput {
  readonly order: Order;
  readonly broker: string;
  /** How often the broker has been asked. */
  readonly looks: number;
  /** Null when a person must tell. */
  readonly nextLookAt: Temporal.Instant | null;
  /** Orders at the broker that fit. */
  readonly candidates: readonly BrokerOrder[];
  readonly timeZone: string;
  readonly now: Temporal.Instant;
}

export function presentOutcomeUnknown(input: OutcomeUnknownInput): Message {
  const { intent } = input.order;
  const at = brokerName(input.broker);
  const head = [intent.account, shortId(intent.proposalId), 'no answer'].join(SEPARATOR);
  const words = `${orderWords(intent)} at ${at}: no answer came. It may or may not be there; nothing will be sent again until that is known.`;
  const looked = `Looked ${input.looks === 1 ? 'once' : `${input.looks} times`}, ${nextWords(input)}.`;
  const fit = candidatesWords(input);
  return compose(
    [words, looked, fit],
    [
      heading(head),
      alert('caution', words),
      input.candidates.length === 0
        ? null
        : table(
            `Orders at ${at} that fit`,
            [
              left('Order'),
              left('Time'),
              left('What'),
              right('Filled'),
              right('Price'),
              left('Status'),
            ],
            input.candidates.map((candidate) => [
              plain(candidate.brokerOrderId, 60),
              formatTimeWithSeconds(candidate.submittedAt, input.timeZone),
              orderWords(candidate),
              formatQuantity(candidate.filledQuantity),
              candidate.averageFillPrice === null ? '-' : formatPrice(candidate.averageFillPrice),
              orderStatusWord(candidate.status),
            ]),
          ),
      context(`${looked} ${fit}`),
    ],
  );
}

function nextWords(input: OutcomeUnknownInput): string {
  if (input.nextLookAt === null) return 'and a person must tell now';
  return Temporal.Instant.compare(input.nextLookAt, input.now) <= 0
    ? 'looking again now'
    : `next in ${formatBetween(input.now, input.nextLookAt)}`;
}

function candidatesWords(input: OutcomeUnknownInput): string {
  const { candidates } = input;
  if (candidates.length === 0) return 'No order there fits so far.';
  const list = candidates.map(
    (candidate) =>
      `${plain(candidate.brokerOrderId, 60)} (${formatTimeWithSeconds(candidate.submittedAt, input.timeZone)})`,
  );
  return `${formatCount(candidates.length, 'order')} ${candidates.length === 1 ? 'fits' : 'fit'}: ${list.join(', ')}.`;
}
