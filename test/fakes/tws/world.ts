import { decimal, minimum, roundDownToLot, sum, ZERO } from '../../../src/core/decimal.ts';
import type { Decimal } from '../../../src/core/decimal.ts';
import { bookExecution, furnishedAccounts } from './accounts.ts';
import type { FakeAccount } from './accounts.ts';
import { commissionOf, rejection } from './checks.ts';
import type { FakeClock } from './clock.ts';
import { furnishedContracts } from './contracts.ts';
import type { Contract } from './contracts.ts';
import { createMarket } from './market.ts';
import type { Market } from './market.ts';
import type { Settings } from './options.ts';
import { isTerminal, isWorking, marketablePrice, remaining } from './orders.ts';
import type { FakeExecution, FakeOrder } from './orders.ts';

/** What the broker's servers tell a gateway. */
export type WorldEvent =
  | { readonly type: 'order'; readonly order: FakeOrder }
  | { readonly type: 'held'; readonly order: FakeOrder }
  | { readonly type: 'rejected'; readonly order: FakeOrder; readonly reason: string }
  | { readonly type: 'cancelled'; readonly order: FakeOrder; readonly asked: boolean }
  | { readonly type: 'execution'; readonly execution: FakeExecution }
  | { readonly type: 'price'; readonly contract: Contract }
  | { readonly type: 'account'; readonly account: FakeAccount };

export type OrderDraft = Pick<
  FakeOrder,
  | 'manual'
  | 'clientId'
  | 'orderId'
  | 'account'
  | 'contract'
  | 'side'
  | 'quantity'
  | 'orderType'
  | 'limitPrice'
  | 'timeInForce'
  | 'outsideRth'
  | 'orderRef'
>;

/** The broker's servers: what a gateway's restart does not touch. */
export interface World {
  readonly clock: FakeClock;
  readonly market: Market;
  readonly contracts: readonly Contract[];
  readonly accounts: readonly FakeAccount[];
  readonly orders: readonly FakeOrder[];
  readonly executions: readonly FakeExecution[];
  account(id: string): FakeAccount | undefined;
  draft(draft: OrderDraft): FakeOrder;
  /** Keeps an order in the gateway, unknown to the broker, until it is transmitted. */
  keep(order: FakeOrder): void;
  submit(order: FakeOrder): void;
  modify(order: FakeOrder, quantity: Decimal, limitPrice: Decimal | null): void;
  cancel(order: FakeOrder): void;
  /** While on, cancels stay pending and orders go on trading. */
  holdCancels(on: boolean): void;
  setPrice(contract: Contract, last: Decimal, bid?: Decimal, ask?: Decimal): void;
  fillNext(): void;
  fill(order: FakeOrder, quantity: Decimal, price: Decimal): void;
  correct(execution: FakeExecution, quantity: Decimal, price: Decimal): void;
}

const ONE_SHARE = decimal('1');
const TINY_LOT = decimal('0.0001');

export function createWorld(
  settings: Settings,
  clock: FakeClock,
  tell: (event: WorldEvent) => void,
): World {
  const contracts = furnishedContracts(settings);
  const accounts = furnishedAccounts(settings, contracts);
  const orders: FakeOrder[] = [];
  const executions: FakeExecution[] = [];
  const scheduled = new Set<FakeOrder>();
  let cancelsHeld = false;
  let lastPermId = 1_734_520_100;
  const market = createMarket(settings, clock, sessionChanged);
  const account = (id: string) => accounts.find((entry) => entry.id === id);
  const ownAccount = (order: FakeOrder): FakeAccount => {
    const found = account(order.account);
    if (found === undefined) throw new Error(`no account ${order.account}`);
    return found;
  };

  const trades = (order: FakeOrder) =>
    market.hours().open || (order.outsideRth && order.orderType === 'LMT' && market.extended());

  function become(order: FakeOrder, status: FakeOrder['status'], completed = ''): void {
    order.status = status;
    order.updatedAt = clock.now();
    if (completed !== '') order.completedStatus = completed;
  }

  function submit(order: FakeOrder): void {
    if (!orders.includes(order)) orders.push(order);
    const closedOut = !trades(order) && settings.closedMarket === 'reject';
    const reason = closedOut ? 'Exchange is closed.' : rejection(ownAccount(order), order, orders);
    if (reason !== null) {
      become(order, 'Inactive', `Rejected: ${reason}`);
      tell({ type: 'rejected', order, reason });
      return;
    }
    become(order, 'PreSubmitted');
    tell({ type: 'order', order });
    if (trades(order)) {
      become(order, 'Submitted');
      tell({ type: 'order', order });
    } else {
      tell({ type: 'held', order });
    }
    fillBySelf();
    if (order.timeInForce === 'IOC' && !scheduled.has(order) && isWorking(order)) end(order, false);
  }

  function end(order: FakeOrder, asked: boolean): void {
    become(order, 'Cancelled', asked ? 'Cancelled by Trader' : 'Cancelled by System');
    tell({ type: 'cancelled', order, asked });
  }

  function sessionChanged(): void {
    if (market.hours().open) {
      for (const entry of accounts) entry.unsettled = ZERO; // T+1
      for (const order of orders.filter((entry) => entry.status === 'PreSubmitted')) {
        become(order, 'Submitted');
        tell({ type: 'order', order });
      }
      fillBySelf();
      return;
    }
    for (const order of orders) {
      if (isWorking(order) && order.timeInForce === 'DAY' && !order.outsideRth) end(order, false);
    }
  }

  function fillBySelf(): void {
    if (settings.fills !== 'automatic') return;
    for (const order of orders.filter(isWorking)) {
      if (scheduled.has(order) || !trades(order) || marketablePrice(order) === null) continue;
      scheduled.add(order);
      fillLater(order);
    }
  }

  function fillLater(order: FakeOrder): void {
    const work = () => {
      scheduled.delete(order);
      if (fillStep(order) && isWorking(order)) {
        scheduled.add(order);
        fillLater(order);
      }
    };
    const wait = settings.fillAfterMilliseconds;
    if (wait === 0) work();
    else clock.schedule(clock.now().add({ milliseconds: wait }), work);
  }

  /** Half of the order, or what is left of it after its first execution. */
  function fillStep(order: FakeOrder): boolean {
    const price = marketablePrice(order);
    if (price === null || !isWorking(order) || !trades(order)) return false;
    const lot = order.contract.fractional ? TINY_LOT : ONE_SHARE;
    const half = roundDownToLot(order.quantity.times(decimal('0.5')), lot);
    const first = order.filled.eq(ZERO) && half.gt(ZERO);
    execute(order, first ? half : remaining(order), price);
    return true;
  }

  function execute(order: FakeOrder, asked: Decimal, price: Decimal): void {
    const quantity = minimum(asked, remaining(order));
    if (!quantity.gt(ZERO)) return;
    const value = order.filled.times(order.averagePrice).plus(quantity.times(price));
    const before = sum(current(order).map((entry) => entry.commission));
    order.filled = order.filled.plus(quantity);
    order.averagePrice = value.div(order.filled);
    order.lastPrice = price;
    if (remaining(order).eq(ZERO))
      become(order, 'Filled', `Filled Size: ${order.filled.toFixed()}`);
    else become(order, order.status === 'PreSubmitted' ? 'Submitted' : order.status);
    const number = (executions.length + 1).toString(16).padStart(8, '0');
    record(`0000e0d5.${number}.01.01`, order, {
      quantity,
      price,
      commission:
        settings.commissions === 'none' ? ZERO : commissionOf(order.filled, value).minus(before),
    });
  }

  function record(
    executionId: string,
    order: FakeOrder,
    { quantity, price, commission }: Pick<FakeExecution, 'quantity' | 'price' | 'commission'>,
  ): void {
    const owner = ownAccount(order);
    const realized = bookExecution(owner, order.contract, order.side, quantity, price, commission);
    const execution: FakeExecution = {
      executionId,
      order,
      at: clock.now(),
      quantity,
      price,
      commission,
      realized,
      cumulative: order.filled,
      averagePrice: order.averagePrice,
    };
    executions.push(execution);
    tell({ type: 'execution', execution });
    tell({ type: 'account', account: owner });
  }

  /** The executions of an order as they stand, each in its last correction. */
  function current(order: FakeOrder): readonly FakeExecution[] {
    const latest = new Map<string, FakeExecution>();
    for (const entry of executions) {
      if (entry.order === order) latest.set(groupOf(entry.executionId), entry);
    }
    return [...latest.values()];
  }

  return {
    clock,
    market,
    contracts,
    accounts,
    orders,
    executions,
    account,
    draft(draft) {
      lastPermId += 7;
      const now = clock.now();
      return {
        ...draft,
        permId: lastPermId,
        status: 'Untransmitted',
        filled: ZERO,
        averagePrice: ZERO,
        lastPrice: ZERO,
        submittedAt: now,
        updatedAt: now,
        completedStatus: '',
      };
    },
    keep(order) {
      orders.push(order);
    },
    submit,
    modify(order, quantity, limitPrice) {
      const before = { quantity: order.quantity, limitPrice: order.limitPrice };
      order.quantity = quantity;
      order.limitPrice = limitPrice;
      if (order.status === 'Untransmitted') return;
      const reason = rejection(ownAccount(order), order, orders);
      if (reason !== null) {
        order.quantity = before.quantity;
        order.limitPrice = before.limitPrice;
        tell({ type: 'rejected', order, reason });
        return;
      }
      order.updatedAt = clock.now();
      tell({ type: 'order', order });
      fillBySelf();
    },
    cancel(order) {
      if (!isWorking(order)) return;
      become(order, 'PendingCancel');
      tell({ type: 'order', order });
      if (!cancelsHeld) end(order, true);
    },
    holdCancels(on) {
      cancelsHeld = on;
      if (on) return;
      for (const order of orders) if (order.status === 'PendingCancel') end(order, true);
    },
    setPrice(contract, last, bid, ask) {
      contract.last = last;
      contract.bid = bid ?? last.minus(contract.minTick);
      contract.ask = ask ?? last.plus(contract.minTick);
      tell({ type: 'price', contract });
      fillBySelf();
    },
    fillNext() {
      for (const order of orders.filter((entry) => isWorking(entry))) fillStep(order);
    },
    fill(order, quantity, price) {
      if (isTerminal(order) || !isWorking(order))
        throw new Error(`order ${order.permId} is ${order.status}`);
      if (quantity.gt(remaining(order)))
        throw new Error(`only ${remaining(order).toFixed()} are left`);
      execute(order, quantity, price);
    },
    correct(execution, quantity, price) {
      const { order } = execution;
      const owner = ownAccount(order);
      const taken = execution.quantity.times(decimal('-1'));
      const backed = execution.commission.times(decimal('-1'));
      bookExecution(owner, order.contract, order.side, taken, execution.price, backed);
      const others = current(order).filter((entry) => entry !== execution);
      order.filled = sum(others.map((entry) => entry.quantity)).plus(quantity);
      const value = sum(others.map((entry) => entry.quantity.times(entry.price)));
      if (order.filled.gt(ZERO)) {
        order.averagePrice = value.plus(quantity.times(price)).div(order.filled);
      }
      order.updatedAt = clock.now();
      const parts = execution.executionId.split('.');
      const version = String(Number(parts.at(-1)) + 1).padStart(2, '0');
      const executionId = [...parts.slice(0, -1), version].join('.');
      record(executionId, order, { quantity, price, commission: execution.commission });
    },
  };
}

/** An execution id without its last part, which counts corrections. */
export const groupOf = (executionId: string): string =>
  executionId.slice(0, executionId.lastIndexOf('.'));
