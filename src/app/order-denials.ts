import type { AccountSettings } from '../core/account.ts';
import { addUsage, dayLimitUses, findDayLimitDenial, NO_USAGE } from '../core/checks/limits.ts';
import type { DayUsage, LimitUse } from '../core/checks/limits.ts';
import { findOrderDenial, findOversell } from '../core/checks/order-checks.ts';
import type { OrderDenial } from '../core/checks/order-checks.ts';
import { findWashSaleDenials } from '../core/checks/wash-sales.ts';
import { sum, ZERO } from '../core/decimal.ts';
import type { Decimal } from '../core/decimal.ts';
import { exchangeDateOf } from '../core/market-calendar.ts';
import { mostNotional } from '../core/most-notional.ts';
import type { OrderIntent } from '../core/order.ts';
import type { Leg } from '../core/plan-types.ts';
import type { Proposal } from '../core/proposal.ts';
import type { StoreTransaction } from '../ports/store.ts';
import { accountNamed } from './context.ts';
import type { AppContext } from './context.ts';
import { readComplianceFacts } from './read-compliance-facts.ts';
import { readLimitFacts } from './read-limit-facts.ts';

/**
 * Why each of these orders may not leave, by what was approved, by the rules of now and by what the
 * owner's accounts have traded until now.
 * @param unit the transaction that marks the orders as submitted.
 * @returns asked for one of the orders; null when it may leave.
 */
export async function readOrderDenials(
  context: AppContext,
  unit: StoreTransaction,
  proposal: Proposal,
  intents: readonly OrderIntent[],
): Promise<(intent: OrderIntent) => OrderDenial | null> {
  const washSales = await readWashSales(context, unit, proposal, intents);
  const day = await readDay(context, unit, proposal, intents);
  const account = accountNamed(context, proposal.account);
  const { positions, takenAt } = proposal.snapshot;
  const outside = intents.some(({ side }) => side === 'sell')
    ? await unit.listOutsideFills({ account: account.name, since: takenAt })
    : [];
  let { own } = day;
  return (intent) => {
    const leg = proposal.plan.legs.find((candidate) => candidate.number === intent.leg);
    if (leg === undefined || leg.symbol !== intent.symbol || leg.side !== intent.side) {
      return { code: 'not_approved', reason: 'this order is not part of what was approved' };
    }
    if (intent.quantity.gt(leg.quantity)) {
      return { code: 'not_approved', reason: 'this order is for more than was approved' };
    }
    const quote = proposal.snapshot.quotes.find(({ symbol }) => symbol === intent.symbol);
    const most = mostOf(intent, leg, account);
    const denial =
      findOrderDenial(intent, leg, account, quote?.averageDailyVolume ?? null) ??
      findOversell(intent, positions, outside) ??
      washSales.get(leg.number) ??
      findDayLimitDenial(day.uses, own, most);
    if (denial === null) own = addUsage([own, { notional: most, orders: 1 }]);
    return denial;
  };
}

function mostOf(
  { side, quantity, limitPrice }: OrderIntent,
  { referencePrice }: Pick<Leg, 'referencePrice'>,
  account: AccountSettings,
): Decimal {
  return mostNotional({ side, quantity, referencePrice }, account.orders, limitPrice);
}

/**
 * The limits of the day as they are now, with what everything else uses of them, and what this proposal has
 * sent already. Its approval reserved room for all of it; a limit that was lowered since counts all the same.
 */
async function readDay(
  context: AppContext,
  unit: StoreTransaction,
  proposal: Proposal,
  intents: readonly OrderIntent[],
): Promise<{ readonly uses: readonly LimitUse[]; readonly own: DayUsage }> {
  const account = accountNamed(context, proposal.account);
  const { id: proposalId, plan } = proposal;
  const totalValue = plan.totalValue;
  const unused = { shared: context.limits, account: NO_USAGE, allAccounts: NO_USAGE };
  const anyone = [{ name: '', usage: NO_USAGE }];
  const isLimited =
    dayLimitUses({ account, limits: { ...unused, people: anyone }, totalValue }).length > 0;
  if (!isLimited) return { uses: [], own: NO_USAGE };
  const voters = (await unit.listApprovers([proposalId])).map(({ person }) => person);
  const about = { proposalId, account: account.name };
  const limits = await readLimitFacts(context, unit, about, voters);
  const uses = dayLimitUses({ account, limits, totalValue });
  const asked = new Set(intents.map(({ clientOrderId }) => clientOrderId));
  const sent = (await unit.listOrders({ proposalId })).filter(
    ({ intent, status }) =>
      status !== 'created' && status !== 'denied' && !asked.has(intent.clientOrderId),
  );
  const legs = new Map(plan.legs.map((leg) => [leg.number, leg]));
  const notional = sum(
    sent.map(({ intent }) => mostOf(intent, legs.get(intent.leg) ?? NO_LEG, account)),
  );
  return { uses, own: { notional, orders: sent.length } };
}

/** Of an order that is of no leg, its own limit is all that is known. */
const NO_LEG = { referencePrice: ZERO };

/** Looked for again before each order, since another account of the owner may have traded meanwhile. */
async function readWashSales(
  context: AppContext,
  unit: StoreTransaction,
  proposal: Proposal,
  intents: readonly OrderIntent[],
): Promise<ReadonlyMap<number, OrderDenial>> {
  const account = accountNamed(context, proposal.account);
  if (account.compliance.washSales !== 'block') return new Map();
  const leaving = new Set(intents.map(({ leg }) => leg));
  const legs = proposal.plan.legs.filter(({ number }) => leaving.has(number));
  const part = { ...proposal, plan: { ...proposal.plan, legs } };
  // What somebody only proposes must not stop what runs: its own approval is what asks about this one.
  const compliance = await readComplianceFacts(context, unit, part, account, [
    'approved',
    'executing',
  ]);
  const on = exchangeDateOf(context.clock.now());
  return findWashSaleDenials({ proposal: part, account, compliance, on });
}
