import type { Secret } from '../lib/secret.ts';

/**
 * Where the access tokens of one person's login at one broker come from. Shared by all accounts that
 * use the login; safe for many callers at once.
 */
export interface AccessTokens {
  /**
   * A token that is good for at least the next minute. Refreshed when needed, once for all callers, and
   * stored before it is given out.
   * @throws BrokerError `authentication` when nobody is logged in or the login has ended, with the way
   *   to log in again; `unavailable` when the broker's token address does not answer.
   */
  current(): Promise<Secret>;
  /** The broker refused this token: unless a newer one is there already, the next `current` refreshes. */
  refused(token: Secret): void;
  /** When a person must log in again; null when the login has no end or nobody is logged in. */
  endsAt(): Promise<Temporal.Instant | null>;
}

/** The logins that people have connected. */
export interface Logins {
  /**
   * @param broker `alpaca`, `schwab`.
   * @param person the id of the configured person whose login it is.
   */
  tokensOf(broker: string, person: string): AccessTokens;
}
