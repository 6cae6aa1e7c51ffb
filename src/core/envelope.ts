import { ZERO } from './decimal.ts';
import type { Decimal } from './decimal.ts';
import type { Snapshot } from './portfolio.ts';
import type { Proposal } from './proposal.ts';

/** One way in which the world has left what was approved. */
export type EnvelopeBreach =
  | {
      readonly type: 'price_moved';
      readonly symbol: string;
      /** Signed share: 0.023 is up 2.3%. */
      readonly move: Decimal;
      readonly tolerance: Decimal;
    }
  | { readonly type: 'price_missing'; readonly symbol: string }
  | { readonly type: 'not_tradable'; readonly symbol: string }
  | {
      readonly type: 'position_changed';
      readonly symbol: string;
      readonly before: Decimal;
      readonly now: Decimal;
    }
  | { readonly type: 'cash_changed'; readonly before: Decimal; readonly now: Decimal }
  | { readonly type: 'open_order'; readonly symbol: string };

/**
 * Compares a fresh snapshot with the one a proposal was made from. Empty means: inside the approved
 * envelope. Positions and cash must be unchanged; prices of the planned symbols may move within the
 * tolerance; a working order on a planned symbol that was not there before breaks it.
 */
export function findEnvelopeBreaches(
  proposal: Proposal,
  fresh: Snapshot,
): readonly EnvelopeBreach[] {
  const breaches: EnvelopeBreach[] = [];
  const quotes = new Map(fresh.quotes.map((quote) => [quote.symbol, quote]));
  const tolerance = proposal.envelope.priceTolerance;
  for (const leg of proposal.plan.legs) {
    const quote = quotes.get(leg.symbol);
    if (quote === undefined || quote.price === null || quote.price.lte(ZERO)) {
      breaches.push({ type: 'price_missing', symbol: leg.symbol });
      continue;
    }
    if (!quote.tradable) breaches.push({ type: 'not_tradable', symbol: leg.symbol });
    const change = quote.price.minus(leg.referencePrice);
    // Multiplied out, so that a move of exactly the tolerance is inside, without rounding.
    if (change.abs().gt(leg.referencePrice.times(tolerance))) {
      const move = change.div(leg.referencePrice);
      breaches.push({ type: 'price_moved', symbol: leg.symbol, move, tolerance });
    }
  }
  breaches.push(...positionBreaches(proposal, fresh));
  const cashBefore = proposal.snapshot.balance.cash;
  const cashNow = fresh.balance.cash;
  if (!cashBefore.eq(cashNow))
    breaches.push({ type: 'cash_changed', before: cashBefore, now: cashNow });
  const known = new Set(proposal.snapshot.openOrders.map((order) => order.brokerOrderId));
  for (const order of fresh.openOrders) {
    const planned = proposal.plan.legs.some((leg) => leg.symbol === order.symbol);
    if (planned && !known.has(order.brokerOrderId)) {
      breaches.push({ type: 'open_order', symbol: order.symbol });
    }
  }
  return breaches;
}

function positionBreaches(proposal: Proposal, fresh: Snapshot): EnvelopeBreach[] {
  const before = new Map(proposal.snapshot.positions.map((held) => [held.symbol, held.quantity]));
  const now = new Map(fresh.positions.map((held) => [held.symbol, held.quantity]));
  const breaches: EnvelopeBreach[] = [];
  for (const symbol of [...new Set([...before.keys(), ...now.keys()])].toSorted()) {
    const was = before.get(symbol) ?? ZERO;
    const is = now.get(symbol) ?? ZERO;
    if (!was.eq(is)) breaches.push({ type: 'position_changed', symbol, before: was, now: is });
  }
  return breaches;
}
