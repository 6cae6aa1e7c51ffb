import { instrumentView, number } from './accounts-view.ts';
import { schwabTime } from './clock.ts';
import { filledQuantity, isLive, remainingQuantity } from './world.ts';
import type { FakeOrder, World } from './world.ts';

/** The executions of an order, each with what was open after it. Absent while there are none. */
function activities(world: World, order: FakeOrder) {
  let open = order.quantity;
  return order.executions.map(({ id, quantity, price, at }) => {
    open = open.minus(quantity);
    return {
      activityType: 'EXECUTION',
      ...(world.options.answers === 'observed' ? { activityId: id } : {}),
      executionType: 'FILL',
      quantity: number(quantity),
      orderRemainingQuantity: number(open),
      executionLegs: [
        {
          legId: 1,
          quantity: number(quantity),
          mismarkedQuantity: 0,
          price: number(price),
          time: schwabTime(at),
          ...instrumentId(world, order),
        },
      ],
    };
  });
}

function instrumentId(world: World, order: FakeOrder) {
  const symbol = world.symbols.get(order.symbol);
  return symbol === undefined ? {} : { instrumentId: symbol.instrumentId };
}

/** An order as Schwab tells it. Whoever placed it, it says nothing that we could have chosen. */
export function orderView(world: World, order: FakeOrder) {
  const executions = activities(world, order);
  return {
    session: order.session,
    duration: order.duration,
    orderType: order.orderType,
    complexOrderStrategyType: 'NONE',
    quantity: number(order.quantity),
    filledQuantity: number(filledQuantity(order)),
    remainingQuantity: number(remainingQuantity(order)),
    requestedDestination: 'AUTO',
    destinationLinkName: 'AutoRoute',
    ...(order.price === null ? {} : { price: number(order.price) }),
    orderLegCollection: [
      {
        orderLegType: 'EQUITY',
        legId: 1,
        instrument: instrumentView(order.symbol, world.symbols.get(order.symbol)),
        instruction: order.instruction,
        positionEffect: order.instruction === 'BUY' ? 'OPENING' : 'CLOSING',
        quantity: number(order.quantity),
      },
    ],
    orderStrategyType: 'SINGLE',
    orderId: order.id,
    cancelable: isLive(order) && order.status !== 'PENDING_CANCEL',
    editable: isLive(order) && order.status !== 'PENDING_CANCEL',
    status: order.status,
    ...(order.statusDescription === null ? {} : { statusDescription: order.statusDescription }),
    enteredTime: schwabTime(order.enteredAt),
    ...(order.closedAt === null ? {} : { closeTime: schwabTime(order.closedAt) }),
    ...(world.options.answers === 'observed' && order.origin === 'api'
      ? { tag: 'TA_EVENKEEL' }
      : {}),
    accountNumber: Number(order.account.number),
    ...(executions.length === 0 ? {} : { orderActivityCollection: executions }),
  };
}

/** An execution as a transaction: money and shares that moved. */
export function transactionView(world: World, order: FakeOrder, index: number) {
  const execution = order.executions[index];
  if (execution === undefined) throw new Error(`Order ${order.id} has no execution ${index}`);
  const { id, quantity, price, at } = execution;
  const isBuy = order.instruction === 'BUY';
  const amount = quantity.times(price).times(isBuy ? '-1' : '1');
  return {
    activityId: id,
    time: schwabTime(at),
    accountNumber: order.account.number,
    type: 'TRADE',
    status: 'VALID',
    subAccount: order.account.type,
    tradeDate: schwabTime(at),
    settlementDate: schwabTime(world.sessions.settlementOf(at)),
    orderId: order.id,
    netAmount: number(amount),
    activityType: 'EXECUTION',
    transferItems: [
      {
        instrument: {
          ...instrumentView(order.symbol, world.symbols.get(order.symbol)),
          name: world.symbols.get(order.symbol)?.description ?? order.symbol,
        },
        amount: number(quantity.times(isBuy ? '1' : '-1')),
        cost: number(amount),
        price: number(price),
        positionEffect: isBuy ? 'OPENING' : 'CLOSING',
      },
    ],
  };
}
