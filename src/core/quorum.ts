import type { ApprovalSettings } from './account.ts';
import type { Decimal } from './decimal.ts';
import { sum } from './decimal.ts';
import type { ApprovalRule } from './guardrail-settings.ts';
import type { Plan } from './plan-types.ts';

/** What it takes to approve a proposal. */
export interface Quorum {
  /** 1 or more. */
  readonly votesNeeded: number;
  /** One vote must come from each of these groups, each from another person. */
  readonly groups: readonly string[];
}

/** What is known of a proposal when its quorum is asked for. */
export interface RiskFacts {
  readonly plan: Plan;
  readonly mode: 'paper' | 'live';
  /** How many checks warn. */
  readonly warnings: number;
  /** The estimated gain that its sales realise; null when it is not known. */
  readonly realisedGain: Decimal | null;
}

/** Whether the account's name must be typed to approve the plan. */
export function isLargeTrade(settings: ApprovalSettings, plan: Plan): boolean {
  return settings.largeTrade !== null && plan.notional.gte(settings.largeTrade.notional);
}

/** The rules of which every given condition holds. What is not known holds: a rule must not be evaded by not knowing. */
export function applyingRules(
  rules: readonly ApprovalRule[],
  facts: RiskFacts,
): readonly ApprovalRule[] {
  const { plan, realisedGain } = facts;
  return rules.filter(
    ({ when }) =>
      (when.notional === null || plan.notional.gte(when.notional)) &&
      (when.turnover === null || plan.turnover.gte(when.turnover)) &&
      (when.accountShare === null || largestShareAtLeast(plan, when.accountShare)) &&
      (when.realisedGain === null ||
        realisedGain === null ||
        realisedGain.gte(when.realisedGain)) &&
      (when.mode === null || facts.mode === when.mode) &&
      (when.warnings === null || facts.warnings >= when.warnings),
  );
}

/** Whether one symbol's trades are at least this share of the account's value; an account without value is all risk. */
function largestShareAtLeast(plan: Plan, share: Decimal): boolean {
  if (plan.totalValue.lte('0')) return true;
  const threshold = plan.totalValue.times(share);
  const bySymbol = Map.groupBy(plan.legs, (leg) => leg.symbol);
  return bySymbol.values().some((legs) => sum(legs.map((leg) => leg.notional)).gte(threshold));
}

/** What the settings ask of a proposal: of all rules that apply, the strictest of each kind. */
export function quorumFor(settings: ApprovalSettings, facts: RiskFacts): Quorum {
  const ordinary: Quorum = { votesNeeded: settings.votesNeeded, groups: [] };
  const large: Quorum | null =
    settings.largeTrade !== null && isLargeTrade(settings, facts.plan)
      ? { votesNeeded: settings.largeTrade.votesNeeded, groups: [] }
      : null;
  return [...(large === null ? [] : [large]), ...applyingRules(settings.rules, facts)].reduce(
    strictest,
    ordinary,
  );
}

/** As many votes as the larger of the two, from all the groups of both. */
export function strictest(one: Quorum, other: Quorum): Quorum {
  return {
    votesNeeded: Math.max(one.votesNeeded, other.votesNeeded),
    groups: [...new Set([...one.groups, ...other.groups])].toSorted(),
  };
}
