import { ZERO } from '../core/decimal.ts';
import type { Fill } from '../core/order.ts';
import { alert, compose, context, heading, text } from './blocks.ts';
import { formatPrice, formatQuantity, SEPARATOR, shortId } from './format.ts';
import type { Message } from './message.ts';
import { plain } from './plain.ts';
import { formatMoment } from './time.ts';
import { brokerName } from './words.ts';

/** A broker has changed what it told of an execution, or taken it back. */
export function presentFillCorrected(input: {
  readonly account: string;
  readonly broker: string;
  readonly proposalId: string;
  readonly before: Fill;
  readonly after: Fill;
  readonly timeZone: string;
  readonly now: Temporal.Instant;
}): Message {
  const { before, after } = input;
  const account = plain(input.account, 40);
  const isBust = after.quantity.eq(ZERO);
  const title = isBust ? 'An execution was taken back' : 'An execution was corrected';
  const head = [title, account].join(SEPARATOR);
  const what = `${before.side.toUpperCase()} ${plain(before.symbol, 24)} ${figures(before)} of ${shortId(input.proposalId)}, ${formatMoment(before.at, input.timeZone, input.now)}`;
  const words = isBust
    ? `${brokerName(input.broker)} took back ${what}.`
    : `${brokerName(input.broker)} corrected ${what}: it is ${figures(after)} now.`;
  const effect =
    'The record counts it as it is now, and so do limits, lots and the expected book. Nothing is traded for it.';
  const next = `/rebalance ${account} proposes from the broker's book as it is; /audit ${shortId(input.proposalId)} has what was before.`;
  return compose(
    [words, effect, next],
    [heading(head), alert(isBust ? 'bad' : 'caution', words), text(effect), context(next)],
  );
}

function figures({ quantity, price }: Fill): string {
  return `${formatQuantity(quantity)} at ${formatPrice(price)}`;
}
