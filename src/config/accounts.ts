import type { AccountSettings } from '../core/account.ts';
import type { Person } from '../core/person.ts';
import type { RebalancePolicy } from '../core/policy.ts';
import type { AccountEntry, PersonEntry } from './portfolios-schema.ts';
import { jobSchedule } from './schedule-text.ts';

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
    },
    orders: {
      orderType: orders.type,
      collarBasisPoints: orders.collar,
      timeLimit: orders.timeLimit,
      extendedHours: orders.extendedHours,
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
