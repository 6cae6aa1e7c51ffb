import { buyingPowerOf } from './account.ts';
import type { FakeAccount } from './account.ts';
import type { FakeOrder } from './order.ts';
import type { SessionState } from './sessions.ts';
import type { AccountStream } from './stream.ts';
import { amountText, executionView } from './wire.ts';
import type { World } from './world.ts';

/** Everything there is to know, for `state`. */
export function stateView(
  world: World,
  streams: ReadonlyMap<string, AccountStream>,
  session: SessionState,
): unknown {
  return {
    now: world.clock.now().toString(),
    market: {
      open: session.open,
      nextOpen: session.nextOpen.toString(),
      nextClose: session.nextClose.toString(),
    },
    accounts: [...world.accounts.values()].map((account) => ({
      ...accountState(account),
      listeners: streams.get(account.name)?.listening() ?? 0,
    })),
    executions: world.venue.executions.map(executionView),
    defects: world.defects,
  };
}

function accountState(account: FakeAccount): Readonly<Record<string, unknown>> {
  return {
    name: account.name,
    cash: amountText(account.cash),
    buyingPower: amountText(buyingPowerOf(account)),
    positions: [...account.holdings.values()].map(({ asset, quantity, costBasis }) => ({
      symbol: asset.symbol,
      quantity: amountText(quantity),
      costBasis: amountText(costBasis),
    })),
    orders: account.orders.map(orderState),
  };
}

function orderState(order: FakeOrder): unknown {
  return {
    brokerOrderId: order.id,
    clientOrderId: order.clientOrderId,
    symbol: order.asset.symbol,
    side: order.side,
    type: order.type,
    quantity: order.quantity === null ? null : amountText(order.quantity),
    notional: order.notional === null ? null : amountText(order.notional),
    limitPrice: order.limitPrice === null ? null : amountText(order.limitPrice),
    status: order.state,
    filledQuantity: amountText(order.filledQuantity),
    submittedAt: order.submittedAt.toString(),
    updatedAt: order.updatedAt.toString(),
  };
}
