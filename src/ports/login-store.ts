import type { Secret } from '../lib/secret.ts';

/** What an authorization server issued. */
export interface IssuedTokens {
  readonly accessToken: Secret;
  /** Null when the token does not expire. */
  readonly accessTokenExpiresAt: Temporal.Instant | null;
  /** Null when there is none, so that nothing can be refreshed. */
  readonly refreshToken: Secret | null;
}

/** What is known of a connected login, without its tokens. */
export interface LoginFacts {
  /** `alpaca`, `schwab`. */
  readonly broker: string;
  /** The id of the person whose login it is. */
  readonly person: string;
  readonly connectedAt: Temporal.Instant;
  readonly accessTokenExpiresAt: Temporal.Instant | null;
  /** When the person must log in again; null when the login does not end by itself. */
  readonly endsAt: Temporal.Instant | null;
  /** When the broker said that the login is over; null while it has not. */
  readonly endedAt: Temporal.Instant | null;
  /** Another one after every write of tokens. */
  readonly revision: string;
}

export interface StoredLogin extends LoginFacts, IssuedTokens {}

/** One login as it was read: what changed since then is not overwritten. */
export interface LoginVersion {
  readonly broker: string;
  readonly person: string;
  readonly revision: string;
}

/** A connection that a person has begun and not completed. */
export interface ConnectionAttempt {
  /** SHA-256 of the state, in hexadecimal. */
  readonly stateHash: string;
  readonly broker: string;
  readonly person: string;
  /** What proves to the authorization server that it is we who began (RFC 7636). */
  readonly codeVerifier: Secret;
  readonly expiresAt: Temporal.Instant;
}

export interface LoginReads {
  /**
   * @throws StoreError `master_key_missing`, `master_key_mismatch` or `secret_unreadable` when the tokens
   *   cannot be decrypted.
   */
  findLogin(broker: string, person: string): Promise<StoredLogin | null>;
  /** By broker and person. Needs no key. */
  listLogins(): Promise<readonly LoginFacts[]>;
}

export interface LoginWrites {
  /**
   * Keeps a fresh login, in place of the one there was.
   * @throws StoreError `master_key_missing`
   */
  saveLogin(
    login: Pick<LoginFacts, 'broker' | 'person' | 'connectedAt' | 'endsAt'> & IssuedTokens,
  ): Promise<void>;
  /** @returns false when there is no such login. */
  deleteLogin(broker: string, person: string): Promise<boolean>;
  /**
   * Reserves the refreshing of a login, until `until` at most.
   * @returns `busy` when another process has it, `changed` when the login is not that version any more.
   */
  claimLoginRefresh(
    login: LoginVersion,
    now: Temporal.Instant,
    until: Temporal.Instant,
  ): Promise<'claimed' | 'busy' | 'changed'>;
  releaseLoginRefresh(login: LoginVersion): Promise<void>;
  /** Keeps refreshed tokens and ends the claim. @returns false when the login changed meanwhile. */
  saveRefreshedTokens(login: LoginVersion, tokens: IssuedTokens): Promise<boolean>;
  /** Records that the broker said that the login is over. @returns false when it changed meanwhile. */
  endLogin(login: LoginVersion, at: Temporal.Instant): Promise<boolean>;
  /** @throws StoreError `master_key_missing` */
  saveConnectionAttempt(attempt: ConnectionAttempt): Promise<void>;
  /** Takes an attempt out, so that its state counts once; null when there is none. */
  takeConnectionAttempt(stateHash: string): Promise<ConnectionAttempt | null>;
  deleteExpiredConnectionAttempts(now: Temporal.Instant): Promise<void>;
  /**
   * Encrypts everything anew that is not encrypted under the first key.
   * @returns how many secrets there are and how many of them were changed.
   * @throws StoreError when one of them cannot be decrypted: then nothing is changed.
   */
  resealSecrets(): Promise<{ readonly secrets: number; readonly changed: number }>;
}
