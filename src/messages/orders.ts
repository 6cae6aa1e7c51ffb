import type { Order } from '../core/order.ts';
import { ZERO } from '../core/decimal.ts';
import { compose, context, heading, left, right, table, text } from './blocks.ts';
import {
  formatCount,
  formatPrice,
  formatQuantity,
  listSome,
  SEPARATOR,
  shortId,
} from './format.ts';
import type { Message } from './message.ts';
import { plain } from './plain.ts';
import { formatMoment } from './time.ts';
import { orderStatusTone, orderStatusWord, orderWords, sideTone, sideWord } from './words.ts';

/** Orders, newest first. */
export interface OrdersInput {
  /** Null for all accounts. */
  readonly account: string | null;
  readonly orders: readonly Order[];
  /** How many there are when not all are given. */
  readonly total?: number | undefined;
  readonly timeZone: string;
  readonly now: Temporal.Instant;
}

export function presentOrders(input: OrdersInput): Message {
  const head = ['Orders', input.account ?? 'all accounts'].join(SEPARATOR);
  const where = input.account === null ? '' : ` of ${input.account}`;
  if (input.orders.length === 0) {
    const none = `There are no orders${where} yet. /rebalance proposes some.`;
    return compose([none], [heading(head), text(none)]);
  }
  const total = input.total ?? input.orders.length;
  const count =
    total > input.orders.length
      ? `The newest ${input.orders.length} of ${formatCount(total, 'order')}.`
      : `${formatCount(total, 'order')}.`;
  return compose(
    [
      `${head}: ${count}`,
      `${listSome(
        input.orders.map((order) => `${orderWords(order.intent)} ${orderStatusWord(order.status)}`),
        8,
      )}.`,
    ],
    [
      heading(head),
      table(
        `Orders${where}`,
        [
          left('Time'),
          left('Proposal'),
          left('Side'),
          left('Symbol'),
          right('Filled'),
          right('Limit'),
          right('Price'),
          left('Status'),
        ],
        input.orders.map((order) => [
          formatMoment(order.intent.createdAt, input.timeZone, input.now),
          shortId(order.intent.proposalId),
          { text: sideWord(order.intent.side), tone: sideTone(order.intent.side) },
          plain(order.intent.symbol, 24),
          filledWords(order),
          order.intent.limitPrice === null ? 'market' : formatPrice(order.intent.limitPrice),
          order.averageFillPrice === null ? '-' : formatPrice(order.averageFillPrice),
          { text: statusWords(order), tone: orderStatusTone(order.status) },
        ]),
      ),
      context(count),
    ],
  );
}

function filledWords(order: Order): string {
  const quantity = formatQuantity(order.intent.quantity);
  if (order.filledQuantity.eq(order.intent.quantity)) return quantity;
  return order.filledQuantity.eq(ZERO)
    ? `0 of ${quantity}`
    : `${formatQuantity(order.filledQuantity)} of ${quantity}`;
}

function statusWords(order: Order): string {
  const word = orderStatusWord(order.status);
  return order.reason === null ? word : `${word}: ${plain(order.reason, 120)}`;
}
