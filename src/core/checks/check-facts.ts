import type { AccountSettings } from '../account.ts';
import type { ComplianceFacts } from '../compliance/wash-sales.ts';
import type { MarketClock } from '../portfolio.ts';
import type { Proposal } from '../proposal.ts';
import type { LimitFacts } from './limits.ts';

/**
 * Everything that the checks of a proposal look at. A fact that could not be found out is not left out
 * but said: its check then fails.
 */
export interface CheckFacts {
  readonly proposal: Proposal;
  readonly account: AccountSettings;
  /** Why trading is halted for the account; null when it is not. */
  readonly halt: { readonly reason: string } | null;
  /** The market as it is now, or as the book's snapshot lets one expect it; null when the broker did not say. */
  readonly market: MarketClock | null;
  /** Whether the broker takes orders outside the regular session. */
  readonly extendedHours: boolean;
  /** Whether it is to begin at the next open instead of now. */
  readonly atNextOpen: boolean;
  readonly limits: LimitFacts;
  /** The login that the account is reached through; null when there is none, or it does not end. */
  readonly login: { readonly person: string; readonly endsAt: Temporal.Instant } | null;
  readonly compliance: ComplianceFacts;
  readonly now: Temporal.Instant;
}
