import { decimal, decimalFromInteger, maximum, ONE, sum, ZERO } from '../../../src/core/decimal.ts';
import type { Decimal } from '../../../src/core/decimal.ts';
import type { Asset, Market } from './market.ts';
import { stableUuid } from './market.ts';
import type { AccountSettings } from './options.ts';
import type { FakeOrder } from './order.ts';
import { heldShares, isFinal, reservedDollars } from './order.ts';

/** A long position. */
export interface Holding {
  readonly asset: Asset;
  quantity: Decimal;
  /** Dollars paid for what is held. */
  costBasis: Decimal;
}

/** An account: what it owns, and the orders it has ever had, oldest first. */
export interface FakeAccount {
  readonly settings: AccountSettings;
  readonly name: string;
  readonly id: string;
  readonly openedAt: Temporal.Instant;
  readonly startingEquity: Decimal;
  cash: Decimal;
  readonly holdings: Map<string, Holding>;
  readonly orders: FakeOrder[];
}

export function createAccount(
  settings: AccountSettings,
  market: Market,
  now: Temporal.Instant,
): FakeAccount {
  const holdings = new Map<string, Holding>();
  for (const { symbol, quantity, averageEntryPrice } of settings.positions) {
    const asset = market.find(symbol);
    if (asset === null)
      throw new Error(`account ${settings.name} holds ${symbol}, which is no asset`);
    const shares = decimal(quantity);
    holdings.set(symbol, {
      asset,
      quantity: shares,
      costBasis: shares.times(decimal(averageEntryPrice)),
    });
  }
  const cash = decimal(settings.cash);
  return {
    settings,
    name: settings.name,
    id: stableUuid(`account ${settings.name}`),
    openedAt: now.subtract({ hours: 24 * 400 }),
    startingEquity: cash.plus(marketValueOf(holdings)),
    cash,
    holdings,
    orders: [],
  };
}

export function marketValueOf(holdings: ReadonlyMap<string, Holding>): Decimal {
  return sum([...holdings.values()].map(({ quantity, asset }) => quantity.times(asset.last)));
}

/**
 * What may be spent on new orders: cash (multiplier 1) or `(equity - initial margin) x 2` (multiplier 2,
 * Regulation T: half of what is held), less what open orders to buy will cost. What open orders to sell
 * will bring does not count before they have executed.
 */
export function buyingPowerOf(account: FakeAccount): Decimal {
  const reserved = sum(account.orders.map(reservedDollars));
  const multiplier = decimal(account.settings.multiplier);
  const equity = account.cash.plus(marketValueOf(account.holdings));
  const available = multiplier.eq(ONE)
    ? account.cash
    : maximum(equity.minus(initialMarginOf(account)), ZERO).times(multiplier);
  return maximum(available.minus(reserved), ZERO);
}

/** Cash that open orders have not spoken for. */
export function freeCashOf(account: FakeAccount): Decimal {
  return account.cash.minus(sum(account.orders.map(reservedDollars)));
}

export function initialMarginOf(account: FakeAccount): Decimal {
  return marketValueOf(account.holdings).div(
    decimalFromInteger(account.settings.multiplier === '1' ? 1 : 2),
  );
}

/** Shares held, what open orders to sell keep of them, and those orders. */
export function availabilityOf(
  account: FakeAccount,
  symbol: string,
): {
  readonly existing: Decimal;
  readonly held: Decimal;
  readonly orders: readonly FakeOrder[];
} {
  const orders = account.orders.filter(
    (order) => order.asset.symbol === symbol && order.side === 'sell' && !isFinal(order),
  );
  return {
    existing: account.holdings.get(symbol)?.quantity ?? ZERO,
    held: sum(orders.map(heldShares)),
    orders,
  };
}

/** Books an execution: cash against shares, cost basis at average cost. */
export function book(
  account: FakeAccount,
  order: FakeOrder,
  quantity: Decimal,
  price: Decimal,
): Decimal {
  const { asset, side } = order;
  const holding = account.holdings.get(asset.symbol) ?? { asset, quantity: ZERO, costBasis: ZERO };
  const value = quantity.times(price);
  if (side === 'buy') {
    account.cash = account.cash.minus(value);
    holding.quantity = holding.quantity.plus(quantity);
    holding.costBasis = holding.costBasis.plus(value);
  } else {
    const sold = holding.costBasis.times(quantity).div(holding.quantity);
    account.cash = account.cash.plus(value);
    holding.costBasis = holding.costBasis.minus(sold);
    holding.quantity = holding.quantity.minus(quantity);
  }
  if (holding.quantity.eq(ZERO)) account.holdings.delete(asset.symbol);
  else account.holdings.set(asset.symbol, holding);
  return holding.quantity;
}
