import { toText } from '../../../src/core/decimal.ts';
import type { FakeExecution, FakeOrder } from './orders.ts';
import type { World } from './world.ts';

const orderView = (order: FakeOrder) => ({
  brokerOrderId: String(order.permId),
  manual: order.manual,
  clientId: order.clientId,
  orderId: order.orderId,
  orderRef: order.orderRef,
  account: order.account,
  symbol: order.contract.symbol,
  side: order.side,
  orderType: order.orderType,
  quantity: toText(order.quantity),
  limitPrice: order.limitPrice === null ? null : toText(order.limitPrice),
  timeInForce: order.timeInForce,
  outsideRth: order.outsideRth,
  status: order.status,
  filledQuantity: toText(order.filled),
  averageFillPrice: toText(order.averagePrice),
  submittedAt: order.submittedAt.toString(),
  updatedAt: order.updatedAt.toString(),
});

const executionView = (execution: FakeExecution) => ({
  executionId: execution.executionId,
  brokerOrderId: String(execution.order.permId),
  at: execution.at.toString(),
  quantity: toText(execution.quantity),
  price: toText(execution.price),
  commission: toText(execution.commission),
});

/** Everything the broker knows, in the words of the control interface. */
export const stateView = (world: World) => ({
  now: world.clock.now().toString(),
  accounts: world.accounts.map((account) => ({
    id: account.id,
    type: account.type,
    cash: toText(account.cash),
    positions: account.positions.map(({ contract, quantity, averageCost }) => ({
      symbol: contract.symbol,
      quantity: toText(quantity),
      averageCost: toText(averageCost),
    })),
  })),
  orders: world.orders.map(orderView),
  executions: world.executions.map(executionView),
});
