import type { CodeHistory } from '../core/one-time-code.ts';
import type { Secret } from '../lib/secret.ts';

/** The secrets that a person shares with their authenticator app. */
export interface CodeSecrets {
  /** What codes are checked against; null until a first code confirmed one. */
  readonly current: { readonly secret: Secret; readonly since: Temporal.Instant } | null;
  /** Shown to the person and not confirmed yet. */
  readonly offered: { readonly secret: Secret; readonly until: Temporal.Instant } | null;
}

export interface CodeEnrolment extends CodeSecrets {
  readonly history: CodeHistory;
}

export interface CodeReads {
  /** Since when a person's codes count; null when none do. Needs no key. */
  codesSince(person: string): Promise<Temporal.Instant | null>;
  /**
   * @throws StoreError `master_key_missing`, `master_key_mismatch` or `secret_unreadable` when the secrets
   *   cannot be decrypted.
   */
  findCodeEnrolment(person: string): Promise<CodeEnrolment | null>;
}

export interface CodeWrites {
  /**
   * Keeps a person's secrets, in place of those there were; what was remembered of their codes stays.
   * @throws StoreError `master_key_missing`
   */
  saveCodeSecrets(person: string, secrets: CodeSecrets): Promise<void>;
  /** Remembers what became of a code. */
  saveCodeHistory(person: string, history: CodeHistory): Promise<void>;
  /** Forgets a person's secrets and codes. @returns false when there were none. */
  deleteCodeEnrolment(person: string): Promise<boolean>;
}
