import type { AccountSettings } from '../core/account.ts';
import { isFinal } from '../core/order-transition.ts';
import type { MarketClock, Snapshot } from '../core/portfolio.ts';
import type { AppContext } from './context.ts';
import { brokerOf } from './context.ts';

/** Day orders cannot be older than a long weekend; a week is asked for to be sure. */
const OPEN_ORDER_HORIZON = Temporal.Duration.from({ hours: 24 * 7 });

/**
 * Reads an account at this moment: balance, positions, quotes, working orders, market clock.
 * @param extraSymbols symbols to quote besides those held and targeted.
 * @param market the market clock, where it has been asked for already.
 * @throws BrokerError when any of it cannot be read; half a snapshot is no snapshot.
 */
export async function takeSnapshot(
  context: AppContext,
  account: AccountSettings,
  extraSymbols: readonly string[] = [],
  market: Promise<MarketClock> | null = null,
): Promise<Snapshot> {
  const broker = brokerOf(context, account.name);
  const takenAt = context.clock.now();
  const expected = new Set([...account.targets.map((target) => target.symbol), ...extraSymbols]);
  const [balance, positions, orders, marketClock, lastTraded, expectedQuotes] = await Promise.all([
    broker.getAccountBalance(),
    broker.getPositions(),
    broker.listOrders(takenAt.subtract(OPEN_ORDER_HORIZON)),
    market ?? broker.getMarketClock(),
    context.store.lastTraded(account.name),
    // Not after the positions: every round trip to the broker is time in which prices move.
    broker.getQuotes([...expected].toSorted()),
  ]);
  const unexpected = new Set(
    positions.map((position) => position.symbol).filter((symbol) => !expected.has(symbol)),
  );
  const quotes = [
    ...expectedQuotes,
    ...(unexpected.size === 0 ? [] : await broker.getQuotes([...unexpected].toSorted())),
  ];
  const openOrders = orders
    .filter((order) => !isFinal(order.status))
    .map((order) => ({
      brokerOrderId: order.brokerOrderId,
      clientOrderId: order.clientOrderId,
      symbol: order.symbol,
      side: order.side,
      remainingQuantity: order.quantity.minus(order.filledQuantity),
    }));
  return {
    account: account.name,
    takenAt,
    balance,
    positions: positions.toSorted(bySymbol),
    quotes: quotes.toSorted(bySymbol),
    openOrders,
    lastTraded: lastTraded.map((entry) => ({ symbol: entry.symbol, at: entry.at })),
    market: marketClock,
  };
}

function bySymbol(a: { readonly symbol: string }, b: { readonly symbol: string }): number {
  return a.symbol < b.symbol ? -1 : a.symbol > b.symbol ? 1 : 0;
}
