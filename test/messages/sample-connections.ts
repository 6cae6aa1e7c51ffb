import {
  presentConnected,
  presentConnectionProblem,
  presentConnectLink,
  presentDisconnected,
  presentDisconnectQuestion,
  presentNoLogin,
  presentNotConnectable,
  presentNotYourLogin,
} from '../../src/messages/connection.ts';
import { presentLoginEnding } from '../../src/messages/login-runway.ts';
import type { Message } from '../../src/messages/message.ts';
import { later } from '../fixtures/sample-account.ts';

const connectLink = (isListening: boolean): Message =>
  presentConnectLink({
    broker: 'schwab',
    url: 'https://api.schwabapi.com/v1/oauth/authorize?response_type=code&client_id=id&state=x',
    redirectUri: 'https://127.0.0.1:8182',
    isListening,
    expiresAt: later(10),
    now: later(0),
  });

const ending = (hours: number): Message =>
  presentLoginEnding({
    broker: 'schwab',
    person: 'ana',
    personName: 'Ana',
    accounts: ['core', 'ira'],
    endsAt: later(hours * 60),
    now: later(0),
  });

/** What is said of logins that people connect. */
export const SAMPLE_CONNECTIONS: Readonly<Record<string, () => Message>> = {
  'connect-link': () => connectLink(true),
  'connect-link-to-paste': () => connectLink(false),
  'connect-connected': () =>
    presentConnected({
      broker: 'schwab',
      personName: 'Ana',
      accounts: ['core', 'ira'],
      endsAt: later(7 * 24 * 60),
      now: later(0),
    }),
  'connect-connected-unused': () =>
    presentConnected({
      broker: 'alpaca',
      personName: 'Ana',
      accounts: [],
      endsAt: null,
      now: later(0),
    }),
  'connect-expired': () => presentConnectionProblem('schwab', { type: 'expired' }),
  'connect-unknown-state': () => presentConnectionProblem(null, { type: 'unknown_state' }),
  'connect-code-refused': () =>
    presentConnectionProblem('schwab', { type: 'ended', reason: 'invalid_grant: used before.' }),
  'connect-not-connectable': () =>
    presentNotConnectable({
      given: 'shwab',
      suggestion: 'schwab',
      connectable: ['alpaca', 'schwab'],
    }),
  'connect-not-yours': () =>
    presentNotYourLogin({ personName: 'Ana', attempt: 'disconnect', admins: ['Dev'] }),
  'disconnect-question': () =>
    presentDisconnectQuestion({
      broker: 'schwab',
      person: 'ana',
      personName: 'Ana',
      accounts: ['core'],
      workingOrders: 2,
    }),
  'disconnect-done': () => presentDisconnected({ broker: 'schwab', personName: 'Ana' }),
  'disconnect-nothing': () => presentNoLogin({ broker: 'schwab', personName: 'Ana' }),
  'login-ends': () => ending(48),
  'login-ended': () => ending(-1),
};
