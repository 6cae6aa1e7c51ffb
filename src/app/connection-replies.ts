import { peopleWithRole, roleFor, roleIncludes } from '../core/permission.ts';
import type { Person } from '../core/person.ts';
import { nearest } from '../lib/nearest.ts';
import type { ConnectionProblem } from '../messages/connection.ts';
import { personOfButton } from '../messages/connection-button.ts';
import {
  presentConnected,
  presentConnectionProblem,
  presentConnectLink,
  presentDisconnected,
  presentDisconnectQuestion,
  presentNoLogin,
  presentNotConnectable,
  presentNotYourLogin,
  REDIRECTED_FIELD,
  redirectForm,
} from '../messages/connection.ts';
import type { Message } from '../messages/message.ts';
import type { Interaction, Reply } from '../ports/chat.ts';
import { auditEntry } from './audit.ts';
import type { Actor } from './audit.ts';
import { beginConnection, completeConnection, disconnect } from './connections.ts';
import type { CompleteResult } from './connections.ts';
import type { AppContext } from './context.ts';
import { displayName, personNamed } from './context.ts';
import { accountsOf } from './login-accounts.ts';
import { privately, unstored } from './privately.ts';

type Click = Extract<Interaction, { type: 'click' }>;

/** What takes redirected browsers, for the audit log. */
const BROWSER: Actor = { actor: 'evenkeel', platform: 'browser' };

/** The brokers where people log in through OAuth. */
const CONNECTABLE = ['alpaca', 'schwab'] as const;

/** Answers `/connect BROKER`: the link, for this person alone. */
export async function answerConnect(
  context: AppContext,
  person: Person,
  typed: string,
): Promise<Reply> {
  const broker = readBroker(typed);
  if ('problem' in broker) return privately(broker.problem);
  const begun = await beginConnection(context, { broker: broker.name, person: person.id });
  if (begun.type === 'no_app') {
    return privately(presentConnectionProblem(broker.name, { type: 'no_app' }));
  }
  const { url, provider, expiresAt, stateHash } = begun;
  const isListening = await context.redirects.listen(
    provider.redirectUri,
    stateHash,
    expiresAt,
    async (address) => {
      const result = await completeConnection(context, { address, person: null, by: BROWSER });
      return presentCompletion(context, result).fallback;
    },
  );
  return unstored(
    presentConnectLink({
      broker: broker.name,
      url,
      redirectUri: provider.redirectUri,
      isListening,
      expiresAt,
      now: context.clock.now(),
    }),
  );
}

/** Answers `/disconnect BROKER [PERSON]`: the question, with the button that does it. */
export async function answerDisconnect(
  context: AppContext,
  person: Person,
  actor: Actor,
  typed: string,
): Promise<Reply> {
  const [first = '', ...rest] = typed.trim().split(/\s+/u);
  const broker = readBroker(first);
  if ('problem' in broker) return privately(broker.problem);
  const owner = rest[0] ?? person.id;
  const denied = await denyStranger(context, person, actor, broker.name, owner, 'disconnect');
  if (denied !== null) return denied;
  const personName = displayName(context, owner);
  const logins = await context.store.listLogins();
  if (!logins.some((login) => login.broker === broker.name && login.person === owner)) {
    return privately(presentNoLogin({ broker: broker.name, personName }));
  }
  const accounts = accountsOf(context, broker.name, owner).map(({ name }) => name);
  const working = await Promise.all(
    accounts.map((account) =>
      context.store.listOrders({
        account,
        statuses: ['submitted', 'unknown', 'accepted', 'partially_filled'],
      }),
    ),
  );
  return privately(
    presentDisconnectQuestion({
      broker: broker.name,
      person: owner,
      personName,
      accounts,
      workingOrders: working.flat().length,
    }),
  );
}

/** Answers the buttons about logins, and the form that takes a redirected address. */
export async function answerConnectionClick(
  context: AppContext,
  click: Click,
  person: Person,
  actor: Actor,
): Promise<Reply> {
  const broker = readBroker(click.proposalId);
  if ('problem' in broker) return privately(broker.problem);
  const owner = personOfButton(click.digest) || person.id;
  if (click.action === 'complete_connection') {
    if (click.fields === null) return { type: 'form', form: redirectForm(broker.name) };
    const address = click.fields[REDIRECTED_FIELD] ?? '';
    const result = await completeConnection(context, { address, person: person.id, by: actor });
    return privately(presentCompletion(context, result));
  }
  const attempt = click.action === 'connect' ? 'connect' : 'disconnect';
  const denied = await denyStranger(context, person, actor, broker.name, owner, attempt);
  if (denied !== null) return denied;
  if (attempt === 'connect') return await answerConnect(context, person, broker.name);
  const personName = displayName(context, owner);
  const done = await disconnect(context, { broker: broker.name, person: owner, by: actor });
  return privately(
    done
      ? presentDisconnected({ broker: broker.name, personName })
      : presentNoLogin({ broker: broker.name, personName }),
  );
}

/** What is said of a connection that was to be completed. */
export function presentCompletion(context: AppContext, result: CompleteResult): Message {
  switch (result.type) {
    case 'connected':
      return presentConnected({
        broker: result.broker,
        personName: displayName(context, result.person),
        accounts: result.accounts.map(({ name }) => name),
        endsAt: result.endsAt,
        now: context.clock.now(),
      });
    case 'not_a_redirect':
    case 'unknown_state':
      return presentConnectionProblem(null, { type: result.type });
    case 'expired':
    case 'other_person':
      return presentConnectionProblem(result.broker, { type: result.type });
    case 'failed':
      return presentConnectionProblem(result.broker, problemOf(result.answer));
  }
}

function problemOf(
  answer: Extract<CompleteResult, { type: 'failed' }>['answer'],
): ConnectionProblem {
  return answer.type === 'declined'
    ? { type: 'declined' }
    : { type: answer.type, reason: answer.reason };
}

/** A connection is its person's: they make and end it. An admin may end one of others. */
async function denyStranger(
  context: AppContext,
  person: Person,
  actor: Actor,
  broker: string,
  owner: string,
  attempt: 'connect' | 'disconnect',
): Promise<Reply | null> {
  const isAdmin = roleIncludes(roleFor(person, null), 'admin');
  if (owner === person.id || (attempt === 'disconnect' && isAdmin)) return null;
  await context.store.transaction((unit) =>
    unit.appendAudit(
      auditEntry(context.clock.now(), actor, 'denial', null, broker, {
        code: 'login_of_another_person',
        attempt,
      }),
    ),
  );
  return privately(
    presentNotYourLogin({
      personName: personNamed(context, owner)?.name ?? owner,
      attempt,
      admins: peopleWithRole(context.people, null, 'admin').map(({ name }) => name),
    }),
  );
}

function readBroker(typed: string): { readonly name: string } | { readonly problem: Message } {
  const given = (typed.trim().split(/\s+/u)[0] ?? '').toLowerCase();
  const name = CONNECTABLE.find((broker) => broker === given);
  if (name !== undefined) return { name };
  const suggestion = nearest(given, CONNECTABLE);
  return { problem: presentNotConnectable({ given, suggestion, connectable: CONNECTABLE }) };
}
