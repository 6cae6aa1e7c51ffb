import { decimal, ZERO } from '../../src/core/decimal.ts';
import type { Decimal } from '../../src/core/decimal.ts';
import { planRebalance } from '../../src/core/plan.ts';
import type { Plan, PlanRefusal, PlanResult } from '../../src/core/plan-types.ts';
import type { RebalancePolicy } from '../../src/core/policy.ts';
import type { Snapshot, Targets } from '../../src/core/portfolio.ts';

/** Every book is looked at now. */
export const NOW = Temporal.Instant.from('2026-11-20T20:00:00Z');

/** One symbol of a readable book. */
export interface Holding {
  readonly symbol: string;
  /** Shares held; none when left out. */
  readonly quantity?: string;
  /** No price when left out. */
  readonly price?: string;
  /** Target weight in percent; no target when left out. */
  readonly target?: string;
  readonly tradable?: boolean;
  readonly fractionable?: boolean;
  /** Remaining shares of an order that is working at the broker. */
  readonly buying?: string;
  readonly selling?: string;
  readonly hoursSinceTraded?: number;
}

/** `AAPL 42 @ 223.10 -> 30%`: 42 shares at 223.10 with a target of 30%; each part may be left out. */
export function holding(text: string): Holding {
  const match =
    /^(?<symbol>[A-Z0-9.]+)(?: (?<quantity>-?[\d.]+))?(?: @ (?<price>-?[\d.]+))?(?: -> (?<target>-?[\d.]+)%)?$/.exec(
      text,
    );
  if (match?.groups === undefined) throw new Error(`not a holding: ${text}`);
  const { symbol = '', quantity, price, target } = match.groups;
  return {
    symbol,
    ...(quantity === undefined ? {} : { quantity }),
    ...(price === undefined ? {} : { price }),
    ...(target === undefined ? {} : { target }),
  };
}

export function snapshotOf(cash: string, holdings: readonly Holding[]): Snapshot {
  return {
    account: 'core',
    takenAt: NOW,
    balance: { cash: decimal(cash), settledCash: null, buyingPower: decimal(cash) },
    positions: holdings.flatMap(({ symbol, quantity }) =>
      quantity === undefined ? [] : [{ symbol, quantity: decimal(quantity), costBasis: null }],
    ),
    quotes: holdings.map(({ symbol, price, tradable, fractionable }) => ({
      symbol,
      price: price === undefined ? null : decimal(price),
      bid: null,
      ask: null,
      at: NOW,
      tradable: tradable ?? true,
      fractionable: fractionable ?? true,
    })),
    openOrders: holdings.flatMap(({ symbol, buying, selling }) => {
      const remaining = buying ?? selling;
      if (remaining === undefined) return [];
      return [
        {
          brokerOrderId: `order-${symbol}`,
          clientOrderId: null,
          symbol,
          side: buying === undefined ? ('sell' as const) : ('buy' as const),
          remainingQuantity: decimal(remaining),
        },
      ];
    }),
    lastTraded: holdings.flatMap(({ symbol, hoursSinceTraded }) =>
      hoursSinceTraded === undefined
        ? []
        : [{ symbol, at: NOW.subtract({ minutes: Math.round(hoursSinceTraded * 60) }) }],
    ),
    market: { open: true, nextOpen: null, nextClose: null },
  };
}

export function targetsOf(holdings: readonly Holding[]): Targets {
  return holdings.flatMap(({ symbol, target }) =>
    target === undefined ? [] : [{ symbol, weight: decimal(target).times(decimal('0.01')) }],
  );
}

/** Whole shares, no bands, no buffer: everything that is off is traded. */
export const PLAIN_POLICY: RebalancePolicy = {
  toleranceBand: { absolute: null, relative: null },
  rebalanceTo: 'target',
  cashBuffer: { type: 'amount', amount: ZERO },
  minimumTrade: ZERO,
  lots: { default: decimal('1'), bySymbol: [] },
  mode: 'both',
  contribution: null,
  untouchable: [],
  cooldownDays: 0,
};

export function policyOf(changes: Partial<RebalancePolicy> = {}): RebalancePolicy {
  return { ...PLAIN_POLICY, ...changes };
}

export function lotsOf(
  whole: string,
  bySymbol: Readonly<Record<string, string>> = {},
): RebalancePolicy['lots'] {
  return {
    default: decimal(whole),
    bySymbol: Object.entries(bySymbol).map(([symbol, lot]) => ({ symbol, lot: decimal(lot) })),
  };
}

export function bandOf(
  absolute: string | null,
  relative: string | null = null,
): RebalancePolicy['toleranceBand'] {
  return {
    absolute: absolute === null ? null : decimal(absolute),
    relative: relative === null ? null : decimal(relative),
  };
}

export function bufferOf(amount: string): RebalancePolicy['cashBuffer'] {
  return { type: 'amount', amount: decimal(amount) };
}

/** Plans a readable book. */
export function planBook(
  cash: string,
  holdings: readonly Holding[],
  changes: Partial<RebalancePolicy> = {},
): PlanResult {
  return planRebalance(snapshotOf(cash, holdings), targetsOf(holdings), policyOf(changes));
}

export function planned(result: PlanResult): Plan {
  if (result.type === 'planned') return result.plan;
  throw new Error(`refused: ${JSON.stringify(result.refusal)}`);
}

export function refused(result: PlanResult): PlanRefusal {
  if (result.type === 'refused') return result.refusal;
  throw new Error(`planned: ${legsText(result.plan).join(', ')}`);
}

/** `SELL AAPL 42`, in the order of execution. */
export function legsText(plan: Plan): string[] {
  return plan.legs.map(
    (leg) => `${leg.side.toUpperCase()} ${leg.symbol} ${leg.quantity.toFixed()}`,
  );
}

/** `MSFT inside_band`, by symbol. */
export function skippedText(plan: Plan): string[] {
  return plan.skipped.map((skipped) => `${skipped.symbol} ${skipped.reason}`);
}

/** The account after the plan was carried out at its own prices. */
export function carryOut(snapshot: Snapshot, plan: Plan): Snapshot {
  const quantities = new Map(snapshot.positions.map((held) => [held.symbol, held.quantity]));
  for (const leg of plan.legs) {
    const held = quantities.get(leg.symbol) ?? ZERO;
    quantities.set(
      leg.symbol,
      leg.side === 'buy' ? held.plus(leg.quantity) : held.minus(leg.quantity),
    );
  }
  return {
    ...snapshot,
    balance: { ...snapshot.balance, cash: plan.cashAfter },
    positions: [...quantities].map(([symbol, quantity]) => ({ symbol, quantity, costBasis: null })),
  };
}

/** A percentage of a drift or weight to two places: `6.80`. */
export function percent(share: Decimal): string {
  return share.times(decimal('100')).toFixed(2);
}
