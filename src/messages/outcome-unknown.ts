import type { Order } from '../core/order.ts';
import type { BrokerOrder } from '../ports/broker.ts';
import { alert, buttons, compose, context, heading, left, right, table } from './blocks.ts';
import { formatCount, formatPrice, formatQuantity, SEPARATOR, shortId } from './format.ts';
import type { Button, Message } from './message.ts';
import { plain } from './plain.ts';
import { formatBetween, formatTimeWithSeconds } from './time.ts';
import { brokerName, orderStatusWord, orderWords } from './words.ts';

/** An order whose answer did not come. */
export interface OutcomeUnknownInput {
  readonly order: Order;
  readonly broker: string;
  /** How often the broker has been asked. */
  readonly looks: number;
  /** False when the last time it could not be asked. */
  readonly answered: boolean;
  /** Why it cannot tell, in its words; null when it can. */
  readonly brokerWords: string | null;
  readonly nextLookAt: Temporal.Instant;
  /** Orders at the broker that fit. */
  readonly candidates: readonly BrokerOrder[];
  /** What the button for a candidate carries, or those for the question as a whole (null). */
  readonly digestOf: (brokerOrderId: string | null) => string;
  readonly timeZone: string;
  readonly now: Temporal.Instant;
}

/** Asks what became of the order, with a button for each answer there is. */
export function presentOutcomeUnknown(input: OutcomeUnknownInput): Message {
  const { intent } = input.order;
  const at = brokerName(input.broker);
  const head = headOf(input.order);
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
      buttons(answers(input)),
    ],
  );
}

function answers(input: OutcomeUnknownInput): readonly Button[] {
  const { intent } = input.order;
  const at = brokerName(input.broker);
  const about = { proposalId: intent.proposalId, opensForm: false } as const;
  return [
    ...input.candidates.map(({ brokerOrderId, submittedAt }): Button => {
      const name = plain(brokerOrderId, 40);
      return {
        ...about,
        action: 'outcome_is',
        label: `It is ${name}`,
        digest: input.digestOf(brokerOrderId),
        style: 'primary',
        confirm: {
          title: `Is it ${name}?`,
          text: `${orderWords(intent)} then is order ${name} of ${formatTimeWithSeconds(submittedAt, input.timeZone)} at ${at}, and its fills count for the proposal.`,
          yes: 'It is',
          no: 'Not sure',
        },
      };
    }),
    {
      ...about,
      action: 'outcome_not_there',
      label: 'It is not there',
      digest: input.digestOf(null),
      style: 'danger',
      confirm: {
        title: `Not at ${at}?`,
        text: `Look at ${at} first. ${orderWords(intent)} then has ended without a trade. It is not sent again; a fresh proposal is needed for that.`,
        yes: 'It is not there',
        no: 'Not sure',
      },
    },
    {
      ...about,
      action: 'outcome_look_again',
      label: 'Look again',
      digest: input.digestOf(null),
      style: 'plain',
    },
  ];
}

/** What an order came to after people were asked about it. */
export function presentOutcomeSettled(input: {
  readonly order: Order;
  readonly broker: string;
  /** Who said so; null when it became known without them. */
  readonly answer: {
    readonly name: string;
    readonly at: Temporal.Instant;
    readonly brokerOrderId: string | null;
  } | null;
  readonly timeZone: string;
}): Message {
  const { answer, order } = input;
  const what = `${orderWords(order.intent)} at ${brokerName(input.broker)}`;
  const by =
    answer === null
      ? ''
      : `, says ${plain(answer.name, 60)} (${formatTimeWithSeconds(answer.at, input.timeZone)})`;
  const words =
    answer !== null && answer.brokerOrderId === null
      ? `${what} is not there${by}. It was not sent again; /rebalance ${order.intent.account} makes a fresh proposal where it is still needed.`
      : `${what}: ${knownWords(order)}${by}.`;
  return compose([words], [heading(headOf(order)), alert('neutral', words)]);
}

/** Why an answer about an order does not count. */
export function presentOutcomeRefusal(
  input: { readonly broker: string } & (
    | { readonly type: 'already_settled'; readonly order: Order }
    | { readonly type: 'taken'; readonly order: Order; readonly brokerOrderId: string }
    | { readonly type: 'outdated' }
  ),
): Message {
  const words = refusalWords(input);
  return compose([words], [alert('caution', words)]);
}

function refusalWords(input: Parameters<typeof presentOutcomeRefusal>[0]): string {
  switch (input.type) {
    case 'already_settled':
      return `${orderWords(input.order.intent)} is settled already (${knownWords(input.order)}), so your click did not count.`;
    case 'taken':
      return `Order ${plain(input.brokerOrderId, 40)} at ${brokerName(input.broker)} belongs to another order of ours, so it is not ${orderWords(input.order.intent)}. Look again.`;
    case 'outdated':
      return 'This message shows an older state of the question, so your click did not count. Use the buttons of the newest one.';
  }
}

/** `it is 1001234, working`. */
function knownWords(order: Order): string {
  const status = orderStatusWord(order.status);
  return order.brokerOrderId === null
    ? status
    : `it is ${plain(order.brokerOrderId, 40)}, ${status}`;
}

function headOf({ intent }: Order): string {
  return [intent.account, shortId(intent.proposalId), 'no answer'].join(SEPARATOR);
}

function nextWords(input: OutcomeUnknownInput): string {
  return Temporal.Instant.compare(input.nextLookAt, input.now) <= 0
    ? 'looking again now'
    : `next in ${formatBetween(input.now, input.nextLookAt)}`;
}

function candidatesWords(input: OutcomeUnknownInput): string {
  const { candidates } = input;
  if (!input.answered) return 'The last time the broker could not be asked.';
  if (input.brokerWords !== null) return plain(input.brokerWords, 300);
  if (candidates.length === 0) return 'No order there fits so far.';
  const list = candidates.map(
    (candidate) =>
      `${plain(candidate.brokerOrderId, 60)} (${formatTimeWithSeconds(candidate.submittedAt, input.timeZone)})`,
  );
  return `${formatCount(candidates.length, 'order')} ${candidates.length === 1 ? 'fits' : 'fit'}: ${list.join(', ')}.`;
}
