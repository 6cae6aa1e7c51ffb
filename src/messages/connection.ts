import { EXCHANGE_TIME_ZONE } from '../core/market-calendar.ts';
import { alert, buttons, compose, heading, text } from './blocks.ts';
import { connectionButton } from './connection-button.ts';
import { formatCount, joinNames, listSome } from './format.ts';
import type { Form, Message } from './message.ts';
import { plain } from './plain.ts';
import { formatMoment } from './time.ts';
import { brokerName } from './words.ts';

/** The field of the form that takes a redirected address. */
export const REDIRECTED_FIELD = 'redirected';

const LONGEST_ADDRESS = 3000;

/** The page where a person logs in, for that person alone. */
export function presentConnectLink(input: {
  readonly broker: string;
  readonly url: string;
  readonly redirectUri: string;
  /** Whether the redirected browser is taken on this machine. */
  readonly isListening: boolean;
  readonly expiresAt: Temporal.Instant;
  readonly now: Temporal.Instant;
}): Message {
  const name = brokerName(input.broker);
  const until = formatMoment(input.expiresAt, EXCHANGE_TIME_ZONE, input.now);
  const what = `Log in at ${name} and allow Evenkeel to trade for you. The link is for you alone and good until ${until}, once.`;
  const host = plain(new URL(input.redirectUri).host, 60);
  const paste =
    'copy the whole address from the browser at once (it is good for seconds) and paste it here.';
  const then = input.isListening
    ? `${name} then sends your browser to ${host}. It may warn of the certificate there: the bot made it itself, so go on. If your browser is on another machine it shows that the page cannot be reached: ${paste}`
    : `${name} then sends your browser to ${host}, which shows nothing of use: ${paste}`;
  return compose(
    [what, then],
    [
      heading(`Connect ${name}`),
      text(what),
      { type: 'link', label: `Log in at ${name}`, to: '', url: input.url },
      text(then),
      buttons([
        connectionButton('complete_connection', 'Paste the address', input.broker, {
          style: 'primary',
          opensForm: true,
        }),
      ]),
    ],
  );
}

/** Asks for the address that the broker sent the browser to. */
export function redirectForm(broker: string): Form {
  const name = brokerName(broker);
  return {
    title: `Connect ${name}`,
    action: 'complete_connection',
    proposalId: broker,
    digest: '',
    intro: `After you have logged in at ${name}: the whole address that the browser shows then. It is used once and kept nowhere.`,
    fields: [
      {
        type: 'text',
        name: REDIRECTED_FIELD,
        label: 'Address',
        hint: 'Begins with https:// and has code= and state= in it',
        multiline: true,
        required: true,
        maximumLength: LONGEST_ADDRESS,
      },
    ],
    submitLabel: 'Connect',
  };
}

/** A login that works from now on: to whose it is, and where its accounts talk. */
export function presentConnected(input: {
  readonly broker: string;
  readonly personName: string;
  readonly accounts: readonly string[];
  readonly endsAt: Temporal.Instant | null;
  readonly now: Temporal.Instant;
}): Message {
  const name = brokerName(input.broker);
  const until =
    input.endsAt === null
      ? ''
      : ` until ${formatMoment(input.endsAt, EXCHANGE_TIME_ZONE, input.now)}`;
  const words = [
    `The ${name} login of ${plain(input.personName, 60)} is connected${until}.`,
    input.accounts.length === 0
      ? `No account uses it yet: name its person under "connection" in portfolios.yaml.`
      : `It is used by ${accountNames(input.accounts)}.`,
  ];
  return compose(words, [alert('good', words.join(' '))]);
}

/** Why nothing was connected, and what to do. */
export type ConnectionProblem =
  | { readonly type: 'no_app' | 'expired' | 'declined' | 'other_person' }
  | { readonly type: 'not_a_redirect' | 'unknown_state' }
  | { readonly type: 'ended' | 'app_refused' | 'unavailable'; readonly reason: string };

export function presentConnectionProblem(
  broker: string | null,
  problem: ConnectionProblem,
): Message {
  const words = problemWords(broker, problem);
  return compose([words], [alert('caution', words)]);
}

function problemWords(broker: string | null, problem: ConnectionProblem): string {
  const name = broker === null ? 'the broker' : brokerName(broker);
  const again =
    broker === null
      ? '/connect gives a fresh link.'
      : `/connect ${plain(broker, 40)} gives a fresh link.`;
  const nothing = 'Nothing was connected';
  switch (problem.type) {
    case 'no_app': {
      const prefix = (broker ?? '').toUpperCase();
      return `Nobody can log in at ${name} yet: whoever runs this bot registers an app there and puts ${prefix}_CLIENT_ID, ${prefix}_CLIENT_SECRET and ${prefix}_REDIRECT_URI into .env.`;
    }
    case 'not_a_redirect':
      return `${nothing}: that is not an address that a broker sends back. Copy all of the address bar after you have logged in: it begins with https:// and has code= and state= in it.`;
    case 'unknown_state':
      return `${nothing}: that address belongs to no link that is open here, or was used before. ${again}`;
    case 'expired':
      return `${nothing}: the link was older than ten minutes. ${again}`;
    case 'other_person':
      return `${nothing}: that address belongs to a link of somebody else, which does not work any more either. Each person connects their own login. ${again}`;
    case 'declined':
      return `${nothing}: access was declined at ${name}. If that was not meant: ${again}`;
    case 'ended':
      return `${nothing}: ${name} did not take the code (${reasonWords(problem.reason)}). Codes are good for seconds and once. ${again}`;
    case 'app_refused':
      return `${nothing}: ${name} does not accept the registered app (${reasonWords(problem.reason)}). Whoever runs this bot compares the client id, the secret and the redirect address in .env with the registration.`;
    case 'unavailable':
      return `${nothing}: ${name} gave no token (${reasonWords(problem.reason)}). ${again}`;
  }
}

function reasonWords(reason: string): string {
  return plain(reason, 200).replace(/[.\s]+$/u, '');
}

/** A broker that cannot be connected, or none that we know. */
export function presentNotConnectable(input: {
  readonly given: string;
  readonly suggestion: string | null;
  readonly connectable: readonly string[];
}): Message {
  const list = joinNames(
    input.connectable.map((broker) => `/connect ${broker}`),
    'or',
  );
  const words = notConnectableWords(input.given, input.suggestion, list);
  return compose([words], [alert('caution', words)]);
}

function notConnectableWords(given: string, suggestion: string | null, list: string): string {
  switch (given) {
    case '':
      return `Which broker? ${list}.`;
    case 'paper':
      return 'Paper accounts have no login: there is nothing to connect.';
    case 'ibkr':
    case 'ib':
      return 'Interactive Brokers is reached through TWS or IB Gateway, which you log in to on its own screen: there is nothing to connect here.';
    case 'td':
    case 'tda':
    case 'ameritrade':
    case 'tdameritrade':
      return 'TD Ameritrade became part of Charles Schwab, and its API is gone. Use /connect schwab.';
    default: {
      const guess = suggestion === null ? '' : ` Did you mean ${plain(suggestion, 40)}?`;
      return `There is no login at ${plain(given, 40)} to connect.${guess} ${list}.`;
    }
  }
}

/** Asks before a login is erased. */
export function presentDisconnectQuestion(input: {
  readonly broker: string;
  readonly person: string;
  readonly personName: string;
  readonly accounts: readonly string[];
  readonly workingOrders: number;
}): Message {
  const name = brokerName(input.broker);
  const whose = plain(input.personName, 60);
  const what = `This erases the ${name} login of ${whose} here.`;
  const accounts =
    input.accounts.length === 0
      ? 'No account uses it.'
      : `${accountNames(input.accounts)} cannot be read or traded until somebody connects again.`;
  const orders =
    input.workingOrders === 0
      ? null
      : `${formatCount(input.workingOrders, 'order')} of ours still ${input.workingOrders === 1 ? 'works' : 'work'} at the broker, and nobody would hear what becomes of it.`;
  return compose(
    [what, accounts, orders ?? ''],
    [
      heading(`Disconnect ${name}`),
      text(`${what} ${accounts}`),
      orders === null ? null : alert('caution', orders),
      buttons([
        connectionButton('disconnect', 'Disconnect', input.broker, {
          style: 'danger',
          opensForm: false,
          person: input.person,
          confirm: {
            title: `Disconnect ${name}?`,
            text: `The login of ${whose} is erased and cannot be brought back; a new one takes a minute.`,
            yes: 'Disconnect',
            no: 'Keep it',
          },
        }),
      ]),
    ],
  );
}

export function presentDisconnected(input: {
  readonly broker: string;
  readonly personName: string;
}): Message {
  const name = brokerName(input.broker);
  const words = `The ${name} login of ${plain(input.personName, 60)} is erased here. To withdraw the permission itself, do that in the security settings at ${name} too.`;
  return compose([words], [alert('good', words)]);
}

export function presentNoLogin(input: {
  readonly broker: string;
  readonly personName: string;
}): Message {
  const words = `There is no ${brokerName(input.broker)} login of ${plain(input.personName, 60)} here, so nothing was erased.`;
  return compose([words], [alert('caution', words)]);
}

/** Somebody tries to do something with a login that is another person's. */
export function presentNotYourLogin(input: {
  readonly personName: string;
  readonly attempt: 'connect' | 'disconnect';
  readonly admins: readonly string[];
}): Message {
  const whose = plain(input.personName, 60);
  const who =
    input.attempt === 'connect' || input.admins.length === 0
      ? `Only ${whose} can ${input.attempt} it.`
      : `Only ${whose} and admins can ${input.attempt} it: ${joinNames(
          input.admins.map((name) => plain(name, 60)),
          'or',
        )}.`;
  const words = `That is the login of ${whose}. ${who}`;
  return compose([words], [alert('caution', words)]);
}

function accountNames(accounts: readonly string[]): string {
  const names = accounts.map((account) => plain(account, 40));
  return names.length > 5 ? listSome(names, 5) : joinNames(names);
}
