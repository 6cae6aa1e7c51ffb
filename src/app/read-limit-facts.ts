import { addUsage } from '../core/checks/limits.ts';
import type { DayUsage, LimitFacts } from '../core/checks/limits.ts';
import type { Decimal } from '../core/decimal.ts';
import { tradingDayStart } from '../core/market-calendar.ts';
import { mostPlanNotional } from '../core/most-notional.ts';
import type { Plan } from '../core/plan-types.ts';
import type { StoreReads } from '../ports/store.ts';
import { displayName } from './context.ts';
import type { AppContext } from './context.ts';

/** A proposal's part in the day: what it traded, or all of its plan while it still may. */
interface DayEntry extends DayUsage {
  readonly proposalId: string;
  readonly account: string;
}

/**
 * What is used of the limits of the running day, counted from the database. A proposal that is approved
 * or executing counts with its whole plan, so that two proposals cannot both use the same room.
 * @param about the proposal that is checked, which counts in none of the figures; null for none.
 * @param voters who has approved it or is about to.
 */
export async function readLimitFacts(
  context: AppContext,
  store: StoreReads,
  about: { readonly proposalId: string | null; readonly account: string },
  voters: readonly string[],
): Promise<LimitFacts> {
  const entries = await readDay(context, store, about.proposalId);
  const approvers = await store.listApprovers(entries.map((entry) => entry.proposalId));
  return {
    shared: context.limits,
    account: addUsage(entries.filter((entry) => entry.account === about.account)),
    allAccounts: addUsage(entries),
    people: voters.map((person) => {
      const theirs = new Set(
        approvers.filter((vote) => vote.person === person).map((vote) => vote.proposalId),
      );
      return {
        name: displayName(context, person),
        usage: addUsage(entries.filter((entry) => theirs.has(entry.proposalId))),
      };
    }),
  };
}

/** What all of a plan may come to, at the limit prices that are sent. */
function reservedNotional(context: AppContext, name: string, plan: Plan): Decimal {
  const account = context.accounts.get(name);
  return account === undefined ? plan.notional : mostPlanNotional(plan, account.orders);
}

/** @param except a proposal that is left out; null for none. */
async function readDay(
  context: AppContext,
  store: StoreReads,
  except: string | null,
): Promise<readonly DayEntry[]> {
  const since = tradingDayStart(context.clock.now());
  const active = await store.listProposals({
    statuses: ['approved', 'executing'],
    ...(except === null ? {} : { except }),
  });
  const reserved = new Map(active.map(({ proposal }) => [proposal.id, proposal]));
  const traded = await store.listProposalUsage(since);
  return [
    ...[...reserved.values()].map(({ id, account, plan }) => ({
      proposalId: id,
      account,
      notional: reservedNotional(context, account, plan),
      orders: plan.legs.length,
    })),
    ...traded.filter(({ proposalId }) => proposalId !== except && !reserved.has(proposalId)),
  ];
}
