import type { HeldThen, PastSale, Trade } from '../../../src/core/compliance/lot-record.ts';
import { isLongTerm } from '../../../src/core/compliance/tax-lots.ts';
import type { LotPart, TaxLot } from '../../../src/core/compliance/tax-lots.ts';
import { minimum, sum, ZERO } from '../../../src/core/decimal.ts';
import type { Decimal } from '../../../src/core/decimal.ts';
import type { TaxLotMethod } from '../../../src/core/guardrail-settings.ts';
import { exchangeDateOf } from '../../../src/core/market-calendar.ts';
import type { LotHistory } from './lots-table.ts';

/**
 * The lots of one symbol from all its trades, the plain way: nothing is kept, and the lots are sorted
 * anew for every sale. What is kept must come to the same.
 */
export function replayAll(
  symbol: string,
  trades: readonly Trade[],
  held: HeldThen | null,
  method: TaxLotMethod,
): LotHistory {
  const known =
    held === null
      ? trades
      : trades.filter((trade) => Temporal.Instant.compare(trade.at, held.at) <= 0);
  const quantityOf = (side: Trade['side']) =>
    sum(known.filter((trade) => trade.side === side).map((trade) => trade.quantity));
  const opening =
    held === null
      ? quantityOf('sell')
      : held.quantity.minus(quantityOf('buy')).plus(quantityOf('sell'));
  const run = (of: readonly Trade[], basis: TaxLot['basis']) => {
    const lots = opening.gt(ZERO) ? [{ symbol, boughtOn: null, quantity: opening, basis }] : [];
    return replay(symbol, of, lots, method);
  };
  if (held === null || held.costBasis === null) return run(trades, null);
  const then = run(known, null).lots;
  const shares = sum(then.filter((lot) => lot.boughtOn === null).map((lot) => lot.quantity));
  const cost = then.reduce(
    (left, { basis, quantity }) =>
      basis === null ? left : left.minus(basis.cost.times(quantity).div(basis.shares)),
    held.costBasis,
  );
  return run(trades, cost.gt(ZERO) && shares.gt(ZERO) ? { cost, shares } : null);
}

function replay(
  symbol: string,
  trades: readonly Trade[],
  opening: readonly TaxLot[],
  method: TaxLotMethod,
): LotHistory {
  let lots = opening;
  const sales: PastSale[] = [];
  for (const { side, quantity, price, fees, at, outside = false } of trades) {
    if (quantity.lte(ZERO)) continue;
    const day = exchangeDateOf(at);
    if (side === 'buy') {
      const basis = { cost: quantity.times(price).plus(fees), shares: quantity };
      lots = [...lots, { symbol, boughtOn: day, quantity, basis, outside }];
      continue;
    }
    const parts: LotPart[] = [];
    const takenOf = new Map<TaxLot, Decimal>();
    let open: Decimal = quantity;
    for (const lot of lots.toSorted((a, b) => order(a, b, method, day))) {
      const part = minimum(open, lot.quantity);
      open = open.minus(part);
      if (part.gt(ZERO)) parts.push({ lot, quantity: part });
      takenOf.set(lot, part);
    }
    // In the order in which they were bought, on one day too.
    lots = lots
      .map((lot) => ({ ...lot, quantity: lot.quantity.minus(takenOf.get(lot) ?? ZERO) }))
      .filter((lot) => lot.quantity.gt(ZERO));
    if (open.gt(ZERO)) {
      parts.push({ lot: { symbol, boughtOn: null, quantity: open, basis: null }, quantity: open });
    }
    const proceeds = quantity.times(price).minus(fees);
    sales.push({ symbol, soldOn: day, quantity, proceeds, parts, outside });
  }
  return { lots, sales };
}

function order(a: TaxLot, b: TaxLot, method: TaxLotMethod, day: Temporal.PlainDate): number {
  switch (method) {
    case 'fifo':
      return byAge(a, b);
    case 'hifo':
      return byCost(a, b) || byAge(a, b);
    case 'lowest_gain':
      return byCost(a, b) || byTerm(a, b, day) || byAge(a, b);
    case 'long_term_first':
      return byTerm(a, b, day) || byAge(a, b);
  }
}

function byAge(a: TaxLot, b: TaxLot): number {
  if (a.boughtOn === null || b.boughtOn === null) {
    return Number(a.boughtOn !== null) - Number(b.boughtOn !== null);
  }
  return Temporal.PlainDate.compare(a.boughtOn, b.boughtOn);
}

function byCost(a: TaxLot, b: TaxLot): number {
  if (a.basis === null || b.basis === null) {
    return Number(a.basis === null) - Number(b.basis === null);
  }
  return b.basis.cost.times(a.basis.shares).cmp(a.basis.cost.times(b.basis.shares));
}

function byTerm(a: TaxLot, b: TaxLot, day: Temporal.PlainDate): number {
  const rank = (lot: TaxLot) => [true, null, false].indexOf(isLongTerm(lot.boughtOn, day));
  return rank(a) - rank(b);
}
