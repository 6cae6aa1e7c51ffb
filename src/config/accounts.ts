import type { AccountSettings } from '../core/account.ts';
import type { Person } from '../core/person.ts';
import type { RebalancePolicy } from '../core/policy.ts';
import { toApprovalRules, toAutomaticHalts, toCompliance, toLimits } from './guardrails.ts';
import type { AccountEntry, PersonEntry } from './portfolios-schema.ts';
import { jobSchedule } from './schedule-text.ts';

const ONE_TIME_CODES = {
  never: 'never',
  'large-trades': 'large_trades',
  always: 'always',
} as const;

const MODES = { both: 'both', 'buy-only': 'buy_only', 'sell-only': 'sell_only' } as const;

/** An account of portfolios.yaml in the terms of the core. */
export function toAccount(
  name: string,
  entry: AccountEntry,
  brokerSettings: Readonly<Record<string, unknown>>,
): AccountSettings {
  const { approvals, orders, schedule } = entry;
  return {
    name,
    broker: entry.broker,
    brokerSettings,
    mode: entry.mode,
    channels: entry.channels,
    targets: entry.targets,
    policy: toPolicy(entry.policy),
    envelope: { priceTolerance: approvals.priceTolerance },
    approvals: {
      votesNeeded: approvals.votes,
      allowOwnProposals: approvals.allowOwnProposals,
      expiresAfter: approvals.expiresAfter,
      largeTrade:
        approvals.largeTrade === undefined
          ? null
          : {
              notional: approvals.largeTrade.notional,
              votesNeeded: approvals.largeTrade.votes,
            },
      rules: toApprovalRules(approvals.rules),
      oneTimeCode: ONE_TIME_CODES[approvals.oneTimeCode],
      reminders: approvals.reminders,
      escalation: approvals.escalation ?? null,
      resumeVotes: approvals.resumeVotes,
    },
    orders: {
      orderType: orders.type,
      collarBasisPoints: orders.collar,
      timeLimit: orders.timeLimit,
      extendedHours: orders.extendedHours,
    },
    limits: toLimits(entry.limits),
    marketHours: entry.marketHours,
    funds: entry.funds,
    compliance: toCompliance(name, entry.compliance),
    automaticHalts: toAutomaticHalts(entry.halts),
    reconciliation: {
      cash: entry.reconciliation.cashTolerance,
      position: entry.reconciliation.positionTolerance,
    },
    schedule: {
      dailySummary: jobSchedule(schedule.dailySummary, schedule.timeZone),
      driftScan: jobSchedule(schedule.driftScan, schedule.timeZone),
    },
  };
}

function toPolicy(entry: AccountEntry['policy']): RebalancePolicy {
  const { band, lots } = entry;
  const bySymbol = 'bySymbol' in lots ? lots.bySymbol : {};
  return {
    toleranceBand:
      band === 'none'
        ? { absolute: null, relative: null }
        : { absolute: band.absolute ?? null, relative: band.relative ?? null },
    rebalanceTo: entry.rebalanceTo,
    cashBuffer: entry.cashBuffer,
    minimumTrade: entry.minimumTrade,
    lots: {
      default: 'bySymbol' in lots ? lots.default : lots,
      bySymbol: Object.entries(bySymbol).map(([symbol, lot]) => ({ symbol, lot })),
    },
    mode: MODES[entry.mode],
    contribution: null,
    untouchable: entry.untouchable,
    cooldownDays: entry.cooldownDays,
  };
}

/** A person of portfolios.yaml in the terms of the core. */
export function toPerson(id: string, entry: PersonEntry): Person {
  const { slack, discord, discordRole, web } = entry;
  return {
    id,
    name: entry.name ?? id,
    role: entry.role,
    accountRoles: entry.accountRoles,
    groups: entry.groups,
    platformIds: Object.fromEntries(
      Object.entries({ slack, discord, discordRole, web }).filter(([, ids]) => ids.length > 0),
    ),
  };
}
