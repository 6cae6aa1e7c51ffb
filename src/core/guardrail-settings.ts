import type { Decimal } from './decimal.ts';

/** How much an account may trade. Null: no such limit. Days are days of the exchange. */
export interface TradeLimits {
  /** Largest notional of one order. */
  readonly orderNotional: Decimal | null;
  /** Largest quantity of one order, as a share of the symbol's average daily volume where it is known. */
  readonly orderVolumeShare: Decimal | null;
  readonly dayNotional: Decimal | null;
  readonly dayOrders: number | null;
  /** Largest notional of a day, as a share of the account's value. */
  readonly dayTurnover: Decimal | null;
}

/** What may be traded in a day over several accounts. Null: no such limit. */
export interface DayLimits {
  readonly dayNotional: Decimal | null;
  readonly dayOrders: number | null;
}

/** Limits that are no single account's. */
export interface SharedLimits {
  /** Over all accounts together. */
  readonly allAccounts: DayLimits;
  /** Over everything that one person approved. */
  readonly eachPerson: DayLimits;
}

export interface MarketHoursSettings {
  /** Nothing is begun closer to the close than this. */
  readonly runway: Temporal.Duration;
  /** Whether an approval outside the session is refused, or may wait for the next open. */
  readonly whenClosed: 'refuse' | 'queue';
}

export interface FundsSettings {
  /** A cash account has settled and unsettled money, and good-faith violations. */
  readonly accountType: 'cash' | 'margin';
  /** Whether buys may use more than the cash that is there. */
  readonly allowMargin: boolean;
}

export type TaxLotMethod = 'fifo' | 'hifo' | 'lowest_gain' | 'long_term_first';

export interface ComplianceSettings {
  /** Whose money it is: wash sales are looked for over all accounts of one owner. */
  readonly owner: string;
  /** Whether gains and losses count for tax; a sale at a loss in a taxable account can be a wash sale. */
  readonly taxable: boolean;
  /** Never traded. */
  readonly restricted: readonly string[];
  /** Traded with a warning. */
  readonly watch: readonly string[];
  readonly washSales: 'ignore' | 'warn' | 'block';
  /** What to hold in place of a symbol that may not be bought, e.g. VTI -> ITOT. */
  readonly substitutes: readonly { readonly symbol: string; readonly substitute: string }[];
  /** Which lots a sale is taken to sell, for the estimated gain. */
  readonly taxLots: TaxLotMethod;
  /** What an approver must confirm one by one. */
  readonly notes: readonly string[];
}

/** What halts an account without anyone asking. Null: this does not. */
export interface AutomaticHaltSettings {
  readonly rejections: { readonly count: number; readonly within: Temporal.Duration } | null;
  /** What the account lost since the last close, as a share of its value then. */
  readonly dayLoss: Decimal | null;
  /** How far the broker's clock and ours may be apart. */
  readonly clockSkew: Temporal.Duration | null;
  /** The broker's positions, cash or orders are not what our record says. */
  readonly reconciliation: boolean;
}

/** More votes for riskier proposals. Every condition that is given must hold for the rule to apply. */
export interface ApprovalRule {
  readonly when: {
    /** At least this notional. */
    readonly notional: Decimal | null;
    /** At least this share of the account's value is traded in all. */
    readonly turnover: Decimal | null;
    /** At least this share of the account's value is traded in one symbol. */
    readonly accountShare: Decimal | null;
    /** At least this estimated gain is realised. */
    readonly realisedGain: Decimal | null;
    readonly mode: 'paper' | 'live' | null;
    /** At least so many checks warn. */
    readonly warnings: number | null;
  };
  readonly votesNeeded: number;
  /** At least one vote must come from each of these groups, each from a person of its own. */
  readonly groups: readonly string[];
}

/** What is used where portfolios.yaml says nothing. */
export const NO_LIMITS: TradeLimits = {
  orderNotional: null,
  orderVolumeShare: null,
  dayNotional: null,
  dayOrders: null,
  dayTurnover: null,
};

export const NO_SHARED_LIMITS: SharedLimits = {
  allAccounts: { dayNotional: null, dayOrders: null },
  eachPerson: { dayNotional: null, dayOrders: null },
};
