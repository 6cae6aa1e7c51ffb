import type { BookTolerance } from './agreed-book.ts';
import type { Decimal } from './decimal.ts';
import type {
  ApprovalRule,
  AutomaticHaltSettings,
  ComplianceSettings,
  FundsSettings,
  MarketHoursSettings,
  TradeLimits,
} from './guardrail-settings.ts';
import type { RebalancePolicy } from './policy.ts';
import type { Targets } from './portfolio.ts';
import type { Envelope } from './proposal.ts';

/** When a scheduled job of an account runs, in a zone of its own. */
export interface JobSchedule {
  /** Five cron fields. */
  readonly cron: string;
  /** IANA zone, e.g. `America/New_York`. */
  readonly timeZone: string;
}

/** An account as configured: what it should hold, who may decide, where it talks. */
export interface AccountSettings {
  readonly name: string;
  /** `paper`, `alpaca`, `ibkr`, `schwab`. */
  readonly broker: string;
  /** The broker's own section of portfolios.yaml as it is written, checked by that broker's schema. */
  readonly brokerSettings: Readonly<Record<string, unknown>>;
  /** `live` only when the account says so and TRADING_MODE=live is set. */
  readonly mode: 'paper' | 'live';
  /** Where its messages go. The local page shows every account. */
  readonly channels: readonly { readonly platform: string; readonly channel: string }[];
  readonly targets: Targets;
  readonly policy: RebalancePolicy;
  readonly envelope: Envelope;
  readonly approvals: ApprovalSettings;
  readonly orders: OrderSettings;
  readonly limits: TradeLimits;
  readonly marketHours: MarketHoursSettings;
  readonly funds: FundsSettings;
  readonly compliance: ComplianceSettings;
  readonly automaticHalts: AutomaticHaltSettings;
  readonly reconciliation: BookTolerance;
  readonly schedule: {
    readonly dailySummary: JobSchedule | null;
    readonly driftScan: JobSchedule | null;
  };
}

export interface ApprovalSettings {
  /** Votes for an ordinary proposal. */
  readonly votesNeeded: number;
  readonly allowOwnProposals: boolean;
  readonly expiresAfter: Temporal.Duration;
  /** A proposal with at least this notional needs the account's name typed and `votesNeeded` of its own. */
  readonly largeTrade: { readonly notional: Decimal; readonly votesNeeded: number } | null;
  /** What asks for more votes; of the rules that apply, the strictest of each kind counts. */
  readonly rules: readonly ApprovalRule[];
  /** When an approver must give a one-time code. */
  readonly oneTimeCode: 'never' | 'large_trades' | 'always';
  /** How long before it expires the approvers are reminded. */
  readonly reminders: readonly Temporal.Duration[];
  /** Which group is asked too when nobody decided for so long; null for none. */
  readonly escalation: { readonly after: Temporal.Duration; readonly group: string } | null;
  /** How many approvers it takes to resume after a halt. */
  readonly resumeVotes: number;
}

export interface OrderSettings {
  readonly orderType: 'market' | 'limit';
  /** For limit orders: how far beyond the reference price the limit lies, in basis points. */
  readonly collarBasisPoints: Decimal;
  /** What is not filled after this long is cancelled. */
  readonly timeLimit: Temporal.Duration;
  readonly extendedHours: boolean;
}
