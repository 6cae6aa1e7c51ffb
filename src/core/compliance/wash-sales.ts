import { minimum, ZERO } from '../decimal.ts';
import type { Decimal } from '../decimal.ts';
import type { TaxLotMethod } from '../guardrail-settings.ts';
import type { Leg } from '../plan-types.ts';
import type { Proposal } from '../proposal.ts';
import type { PastSale } from './lot-record.ts';
import { estimateRealisedGains, sharesAtLoss } from './realised-gains.ts';
import { relieveLots } from './tax-lots.ts';
import type { TaxLot } from './tax-lots.ts';

/**
 * A loss is disallowed when the same security is bought within a period that begins 30 days before the
 * sale and ends 30 days after it (26 U.S.C. 1091(a); IRS Publication 550, "Wash Sales"), in whichever
 * account of the owner, an IRA included (Rev. Rul. 2008-5). Day 31 is free.
 */
export const WASH_SALE_DAYS = 30;

/** What the record tells of one account of an owner, of the symbols that a proposal trades. */
export interface OwnedAccount {
  readonly account: string;
  /** Losses count here. Purchases count whether or not they do. */
  readonly taxable: boolean;
  readonly method: TaxLotMethod;
  readonly lots: readonly TaxLot[];
  /** Of the last 30 days at least. */
  readonly sales: readonly PastSale[];
  /** Other proposals that wait for votes, are approved or run. */
  readonly proposals: readonly Proposal[];
}

/** What the compliance checks look at besides the proposal. */
export interface ComplianceFacts {
  /** What the account holds of the symbols that the proposal sells. */
  readonly lots: readonly TaxLot[];
  /** All accounts of the owner, the proposal's own among them; empty where nobody asks. */
  readonly owned: readonly OwnedAccount[];
}

/** A trade of the proposal and another one that would make a wash sale together. */
export interface WashSale {
  /** What the proposal does: sells at a loss, or buys what was sold at one. */
  readonly side: 'sell' | 'buy';
  readonly symbol: string;
  /** Shares whose loss would be disallowed. */
  readonly quantity: Decimal;
  /** False when the cost is not known, and so not whether there is a loss at all. */
  readonly lossKnown: boolean;
  /** Where and when the other trade was; `on` is null for a proposal that has not traded yet. */
  readonly other: {
    readonly account: string;
    readonly on: Temporal.PlainDate | null;
    readonly proposalId: string | null;
    /** Whether somebody made it at the broker, by an order that is not ours. */
    readonly outside: boolean;
  };
  /** Whether the purchase is in a sheltered account: then the loss is not deferred but gone. */
  readonly sheltered: boolean;
  /** The first day on which the proposal's trade would no longer make one. */
  readonly freeFrom: Temporal.PlainDate;
}

export interface WashSaleQuestion {
  readonly proposal: Proposal;
  readonly account: string;
  readonly taxable: boolean;
  readonly method: TaxLotMethod;
  readonly facts: ComplianceFacts;
  /** The day on the exchange when it would trade. */
  readonly on: Temporal.PlainDate;
}

export interface WashSalePreview {
  readonly washSales: readonly WashSale[];
  /** What is sold at a loss, in part at least, and the first day to buy each again. */
  readonly losses: readonly { readonly symbol: string; readonly freeFrom: Temporal.PlainDate }[];
}

/**
 * Looks both ways over all accounts of one owner. The same symbol is the same security; a substitute with
 * a symbol of its own is another one. A purchase that has been sold again is no replacement.
 */
export function previewWashSales(question: WashSaleQuestion): WashSalePreview {
  const { proposal, facts, taxable, on } = question;
  const others = facts.owned.map((owned) => indexAccount(owned));
  const first = on.subtract({ days: WASH_SALE_DAYS });
  const lots = Map.groupBy(facts.lots, (lot) => lot.symbol);
  const washSales: WashSale[] = [];
  const losses: { symbol: string; freeFrom: Temporal.PlainDate }[] = [];
  for (const leg of proposal.plan.legs) {
    if (leg.side === 'buy') {
      washSales.push(...washedByBuying(question, leg, others, first));
    } else if (taxable) {
      const { taken, left, uncovered } = relieveLots(
        lots.get(leg.symbol) ?? [],
        leg.quantity,
        question.method,
        on,
      );
      const loss = sharesAtLoss(taken, leg.quantity, leg.notional);
      if (loss.atLoss.gt(ZERO)) losses.push({ symbol: leg.symbol, freeFrom: freeAfter(on) });
      const sold = { ...loss, unknown: loss.unknown.plus(uncovered), left };
      washSales.push(...washedBySelling(question, leg, sold, others, first));
    }
  }
  return { washSales, losses };
}

/** Shares that are sold for less than they cost, and those of which that is not known. */
interface Loss {
  readonly atLoss: Decimal;
  readonly unknown: Decimal;
}

/** What one of the owner's accounts holds and is about to trade, by symbol. */
interface IndexedAccount {
  readonly owned: OwnedAccount;
  readonly lots: ReadonlyMap<string, readonly TaxLot[]>;
  readonly sales: ReadonlyMap<string, readonly PastSale[]>;
  readonly buys: ReadonlyMap<string, readonly PlannedTrade[]>;
  readonly sells: ReadonlyMap<string, readonly PlannedTrade[]>;
}

interface PlannedTrade extends Loss {
  readonly proposalId: string;
  readonly symbol: string;
  readonly quantity: Decimal;
}

function indexAccount(owned: OwnedAccount): IndexedAccount {
  const buys: PlannedTrade[] = [];
  const sells: PlannedTrade[] = [];
  for (const proposal of owned.proposals) {
    const { id: proposalId, createdAt, plan } = proposal;
    const gains = estimateRealisedGains(proposal, owned.lots, owned.method, createdAt);
    const parts = new Map(gains.legs.map((leg) => [leg.leg, leg.parts]));
    for (const { number, side, symbol, quantity, notional } of plan.legs) {
      const loss = sharesAtLoss(parts.get(number) ?? [], quantity, notional);
      (side === 'buy' ? buys : sells).push({ proposalId, symbol, quantity, ...loss });
    }
  }
  return {
    owned,
    lots: Map.groupBy(owned.lots, (lot) => lot.symbol),
    sales: Map.groupBy(owned.sales, (sale) => sale.symbol),
    buys: Map.groupBy(buys, (trade) => trade.symbol),
    sells: Map.groupBy(sells, (trade) => trade.symbol),
  };
}

/** The same few days are asked for thousands of times. */
const freeDays = new WeakMap<Temporal.PlainDate, Temporal.PlainDate>();

function freeAfter(day: Temporal.PlainDate): Temporal.PlainDate {
  const known = freeDays.get(day);
  if (known !== undefined) return known;
  const free = day.add({ days: WASH_SALE_DAYS + 1 });
  freeDays.set(day, free);
  return free;
}

/** @param first the first day of the past that is near enough to the day of the trade. */
function isNear(day: Temporal.PlainDate, first: Temporal.PlainDate): boolean {
  return Temporal.PlainDate.compare(day, first) >= 0;
}

/** A sale at a loss, of what was bought shortly before and is kept, or is about to be bought. */
function washedBySelling(
  { account, on }: WashSaleQuestion,
  leg: Leg,
  sold: Loss & { readonly left: readonly TaxLot[] },
  others: readonly IndexedAccount[],
  first: Temporal.PlainDate,
): readonly WashSale[] {
  const replacements = others.flatMap(({ owned, lots, buys }) => {
    // What is sold now cannot replace itself.
    const kept = owned.account === account ? sold.left : (lots.get(leg.symbol) ?? []);
    const bought = kept.flatMap(({ boughtOn, quantity, outside = false }) =>
      boughtOn !== null && isNear(boughtOn, first)
        ? [{ quantity, on: boughtOn, proposalId: null, outside, freeFrom: freeAfter(boughtOn) }]
        : [],
    );
    const planned = (buys.get(leg.symbol) ?? []).map(({ quantity, proposalId }) => ({
      quantity,
      on: null,
      proposalId,
      outside: false,
      freeFrom: freeAfter(on),
    }));
    return [...bought, ...planned].map((each) => ({ ...each, owned }));
  });
  let open = sold.atLoss.plus(sold.unknown);
  const found: WashSale[] = [];
  for (const { owned, quantity, on: day, proposalId, outside, freeFrom } of replacements) {
    const washed = minimum(open, quantity);
    if (washed.lte(ZERO)) continue;
    open = open.minus(washed);
    found.push({
      side: 'sell',
      symbol: leg.symbol,
      quantity: washed,
      lossKnown: sold.atLoss.gt(ZERO),
      other: { account: owned.account, on: day, proposalId, outside },
      sheltered: !owned.taxable,
      freeFrom,
    });
  }
  return found;
}

/** A purchase of what was sold at a loss shortly before, or is about to be. */
function washedByBuying(
  { taxable, on }: WashSaleQuestion,
  leg: Leg,
  others: readonly IndexedAccount[],
  first: Temporal.PlainDate,
): readonly WashSale[] {
  return others.flatMap(({ owned, sales, sells }) => {
    if (!owned.taxable) return [];
    const past = (sales.get(leg.symbol) ?? [])
      .filter((sale) => isNear(sale.soldOn, first))
      .map((sale) => ({
        ...sharesAtLoss(sale.parts, sale.quantity, sale.proceeds),
        other: {
          account: owned.account,
          on: sale.soldOn,
          proposalId: null,
          outside: sale.outside ?? false,
        },
        freeFrom: freeAfter(sale.soldOn),
      }));
    const planned = (sells.get(leg.symbol) ?? []).map(({ atLoss, unknown, proposalId }) => ({
      atLoss,
      unknown,
      other: { account: owned.account, on: null, proposalId, outside: false },
      freeFrom: freeAfter(on),
    }));
    return [...past, ...planned].flatMap(({ atLoss, unknown, other, freeFrom }): WashSale[] => {
      const quantity = minimum(leg.quantity, atLoss.plus(unknown));
      if (quantity.lte(ZERO)) return [];
      const lossKnown = atLoss.gt(ZERO);
      return [
        {
          side: 'buy',
          symbol: leg.symbol,
          quantity,
          lossKnown,
          other,
          sheltered: !taxable,
          freeFrom,
        },
      ];
    });
  });
}
