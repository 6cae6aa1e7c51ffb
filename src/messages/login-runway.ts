import { EXCHANGE_TIME_ZONE } from '../core/market-calendar.ts';
import { alert, buttons, compose, context } from './blocks.ts';
import { connectionButton } from './connection-button.ts';
import { joinNames, listSome } from './format.ts';
import type { Message, Tone } from './message.ts';
import { plain } from './plain.ts';
import { formatBetween, formatMoment } from './time.ts';
import { brokerName } from './words.ts';

/** From here on a login is worth a warning: the first reminder comes then too. */
const SOON = Temporal.Duration.from({ hours: 48 });

/** A login that ends soon, or has ended: to whose it is, and where its accounts talk. */
export function presentLoginEnding(input: {
  readonly broker: string;
  readonly person: string;
  readonly personName: string;
  readonly accounts: readonly string[];
  readonly endsAt: Temporal.Instant;
  readonly now: Temporal.Instant;
}): Message {
  const name = brokerName(input.broker);
  const at = formatMoment(input.endsAt, EXCHANGE_TIME_ZONE, input.now);
  const isOver = Temporal.Instant.compare(input.endsAt, input.now) <= 0;
  const what = isOver
    ? `The ${name} login of ${plain(input.personName, 60)} ended ${at}.`
    : `The ${name} login of ${plain(input.personName, 60)} ends in ${formatBetween(input.now, input.endsAt)}, ${at}.`;
  const accounts =
    input.accounts.length === 0
      ? 'No account uses it.'
      : `${accountNames(input.accounts)} cannot be read or traded ${isOver ? 'until it is renewed' : 'after that'}.`;
  const how = `Only ${plain(input.personName, 60)} can renew it, which takes a minute: /connect ${input.broker}.`;
  return compose(
    [what, accounts, how],
    [
      alert(isOver ? 'bad' : 'caution', `${what} ${accounts}`),
      context(how),
      buttons([
        connectionButton('connect', 'Renew', input.broker, {
          style: 'primary',
          opensForm: false,
          person: input.person,
        }),
      ]),
    ],
  );
}

/** What is left of a login: `2 days left`, `ended`. */
export function loginLeft(endsAt: Temporal.Instant, now: Temporal.Instant): string {
  return Temporal.Instant.compare(endsAt, now) <= 0
    ? 'ended'
    : `${formatBetween(now, endsAt)} left`;
}

export function loginTone(endsAt: Temporal.Instant, now: Temporal.Instant): Tone {
  if (Temporal.Instant.compare(endsAt, now) <= 0) return 'bad';
  return Temporal.Instant.compare(endsAt, now.add(SOON)) <= 0 ? 'caution' : 'neutral';
}

function accountNames(accounts: readonly string[]): string {
  const names = accounts.map((account) => plain(account, 40));
  return names.length > 5 ? listSome(names, 5) : joinNames(names);
}
