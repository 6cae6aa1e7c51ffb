import { createHash } from 'node:crypto';
import { reveal } from '../../lib/secret.ts';
import type { Secret } from '../../lib/secret.ts';
import { BrokerError } from '../../ports/broker-error.ts';
import type { AccessTokens } from '../../ports/credentials.ts';

/** How requests show whose they are. */
export interface Login {
  /** The same for all accounts that share the login; holds no secret. */
  readonly id: string;
  /** @throws BrokerError `authentication` when there is nothing to show. */
  headers(): Promise<Readonly<Record<string, string>>>;
  /** What the stream wants to hear first. @throws BrokerError as `headers`. */
  greeting(): Promise<string>;
  /** Alpaca refused what was shown last. */
  refused(): void;
  /** Replaces whatever of it is secret in a text. */
  redact(text: string): string;
  /** What is known of the key pair without asking: `PK...` are keys of paper accounts, `AK...` of live ones. */
  readonly keyKind: 'paper' | 'live' | null;
  /** When a person must log in again; null where logins do not end. */
  readonly endsAt: (() => Promise<Temporal.Instant | null>) | null;
}

const MASK = '[secret]';

/** A key pair, made on the account's page (https://docs.alpaca.markets/docs/authentication-1). */
export function keyPairLogin(apiKey: Secret, secret: Secret): Login {
  const kinds: Readonly<Record<string, 'paper' | 'live'>> = { PK: 'paper', AK: 'live' };
  return {
    id: `key:${createHash('sha256').update(reveal(apiKey)).digest('hex')}`,
    headers: async () => ({
      'apca-api-key-id': reveal(apiKey),
      'apca-api-secret-key': reveal(secret),
    }),
    greeting: async () =>
      JSON.stringify({
        action: 'authenticate',
        data: { key_id: reveal(apiKey), secret_key: reveal(secret) },
      }),
    refused: () => {},
    redact: (text) => text.replaceAll(reveal(secret), MASK).replaceAll(reveal(apiKey), MASK),
    keyKind: kinds[reveal(apiKey).slice(0, 2)] ?? null,
    endsAt: null,
  };
}

/**
 * The login that a person has connected (https://docs.alpaca.markets/docs/using-oauth2-and-trading-api).
 * @param person their id in portfolios.yaml.
 */
export function connectedLogin(person: string, tokens: () => AccessTokens): Login {
  const shown = new Set<string>();
  let last: Secret | null = null;
  const current = async (): Promise<string> => {
    last = await tokens().current();
    shown.add(reveal(last));
    return reveal(last);
  };
  return {
    id: `connection:${person}`,
    headers: async () => ({ authorization: `Bearer ${await current()}` }),
    greeting: async () =>
      JSON.stringify({ action: 'authenticate', data: { oauth_token: await current() } }),
    refused: () => {
      if (last !== null) tokens().refused(last);
    },
    redact: (text) => [...shown].reduce((clean, token) => clean.replaceAll(token, MASK), text),
    keyKind: null,
    endsAt: async () => await tokens().endsAt(),
  };
}

/** For an account that has no credentials: whatever is asked says so, and the bot runs all the same. */
export function missingLogin(account: string): Login {
  const refuse = (): never => {
    throw new BrokerError(
      'alpaca',
      'authentication',
      `account ${account} has no credentials: set ALPACA_API_KEY and ALPACA_SECRET in .env, or give it apiKey and secret, or a connection, under alpaca in portfolios.yaml`,
    );
  };
  return {
    id: `missing:${account}`,
    headers: async () => refuse(),
    greeting: async () => refuse(),
    refused: () => {},
    redact: (text) => text,
    keyKind: null,
    endsAt: null,
  };
}
