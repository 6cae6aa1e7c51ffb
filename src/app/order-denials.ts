import { findOrderDenial } from '../core/checks/order-checks.ts';
import type { OrderDenial } from '../core/checks/order-checks.ts';
import { findWashSaleDenials } from '../core/checks/wash-sales.ts';
import { exchangeDateOf } from '../core/market-calendar.ts';
import type { OrderIntent } from '../core/order.ts';
import type { Proposal } from '../core/proposal.ts';
import type { StoreTransaction } from '../ports/store.ts';
import { accountNamed } from './context.ts';
import type { AppContext } from './context.ts';
import { readComplianceFacts } from './read-compliance-facts.ts';

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
  const account = accountNamed(context, proposal.account);
  return (intent) => {
    const leg = proposal.plan.legs.find((candidate) => candidate.number === intent.leg);
    if (leg === undefined || leg.symbol !== intent.symbol || leg.side !== intent.side) {
      return { code: 'not_approved', reason: 'this order is not part of what was approved' };
    }
    if (intent.quantity.gt(leg.quantity)) {
      return { code: 'not_approved', reason: 'this order is for more than was approved' };
    }
    const quote = proposal.snapshot.quotes.find(({ symbol }) => symbol === intent.symbol);
    return (
      findOrderDenial(intent, leg, account, quote?.averageDailyVolume ?? null) ??
      washSales.get(leg.number) ??
      null
    );
  };
}

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
