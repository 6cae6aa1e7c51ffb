import type { z } from 'zod';
import type {
  ApprovalRule,
  AutomaticHaltSettings,
  ComplianceSettings,
  DayLimits,
  SharedLimits,
  TradeLimits,
} from '../core/guardrail-settings.ts';
import type {
  accountLimitsSchema,
  approvalRulesSchema,
  automaticHaltsSchema,
  complianceSchema,
  sharedLimitsSchema,
} from './guardrails-schema.ts';

const TAX_LOTS = {
  fifo: 'fifo',
  hifo: 'hifo',
  'lowest-gain': 'lowest_gain',
  'long-term-first': 'long_term_first',
} as const;

/** The limits of an account in the terms of the core. */
export function toLimits(entry: z.output<typeof accountLimitsSchema>): TradeLimits {
  return {
    orderNotional: entry.orderNotional ?? null,
    orderVolumeShare: entry.orderVolumeShare ?? null,
    dayNotional: entry.dayNotional ?? null,
    dayOrders: entry.dayOrders ?? null,
    dayTurnover: entry.dayTurnover ?? null,
  };
}

/** The limits over several accounts in the terms of the core. */
export function toSharedLimits(entry: z.output<typeof sharedLimitsSchema>): SharedLimits {
  const toDayLimits = (limits: typeof entry.allAccounts): DayLimits => ({
    dayNotional: limits.dayNotional ?? null,
    dayOrders: limits.dayOrders ?? null,
  });
  return {
    allAccounts: toDayLimits(entry.allAccounts),
    eachPerson: toDayLimits(entry.eachPerson),
  };
}

/** @param account the account's name: it is its own owner where nobody else is named. */
export function toCompliance(
  account: string,
  entry: z.output<typeof complianceSchema>,
): ComplianceSettings {
  return {
    owner: entry.owner ?? account,
    taxable: entry.taxable,
    restricted: entry.restricted,
    watch: entry.watch,
    washSales: entry.washSales,
    substitutes: Object.entries(entry.substitutes).map(([symbol, substitute]) => ({
      symbol,
      substitute,
    })),
    taxLots: TAX_LOTS[entry.taxLots],
    notes: entry.notes,
  };
}

/** What halts an account by itself, in the terms of the core. */
export function toAutomaticHalts(
  entry: z.output<typeof automaticHaltsSchema>,
): AutomaticHaltSettings {
  return {
    rejections: entry.rejections === 'off' ? null : entry.rejections,
    dayLoss: entry.dayLoss === 'off' ? null : entry.dayLoss,
    clockSkew: entry.clockSkew === 'off' ? null : entry.clockSkew,
    reconciliation: entry.reconciliation,
  };
}

/** The rules that ask for more votes, in the terms of the core. */
export function toApprovalRules(
  entries: z.output<typeof approvalRulesSchema>,
): readonly ApprovalRule[] {
  return entries.map(({ when, votes, groups }) => ({
    when: {
      notional: when.notional ?? null,
      turnover: when.turnover ?? null,
      accountShare: when.accountShare ?? null,
      realisedGain: when.realisedGain ?? null,
      mode: when.mode ?? null,
      warnings: when.warnings ?? null,
    },
    votesNeeded: votes,
    groups,
  }));
}
