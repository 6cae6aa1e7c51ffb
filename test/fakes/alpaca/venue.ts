import { randomUUID } from 'node:crypto';
import type { Decimal } from '../../../src/core/decimal.ts';
import { ONE, ZERO } from '../../../src/core/decimal.ts';
import { book } from './account.ts';
import type { FakeAccount } from './account.ts';
import { checkOrder } from './account-rules.ts';
import type { FakeClock } from './clock.ts';
import { rfc3339 } from './clock.ts';
import {
  isFinal,
  isWorking,
  leavesQuantity,
  marketPriceFor,
  nextExecutionQuantity,
} from './order.ts';
import type { FakeExecution, FakeTradeEvent, FakeOrder, OrderState, OrderTerms } from './order.ts';
import { extendedSessionEnd, inExtendedHours } from './sessions.ts';
import type { Sessions } from './sessions.ts';
import { amountText, orderView } from './wire.ts';

/** What `trade_updates` says: an event, the order as it is then, and figures when it is an execution. */
export type TradeUpdate = Readonly<Record<string, unknown>> & { readonly event: string };

/** Where orders live: placing, routing, executing and ending them. */
export interface Venue {
  readonly executions: readonly FakeExecution[];
  readonly tradeEvents: readonly FakeTradeEvent[];
  /** @throws Refusal when the account's state forbids it. The order is routed by `route`, not yet. */
  place(account: FakeAccount, terms: OrderTerms, replaces?: string): FakeOrder;
  /** Sends an accepted order to the market, or leaves it queued when that is closed. */
  route(order: FakeOrder): void;
  requestCancel(order: FakeOrder): void;
  cancel(order: FakeOrder): void;
  reject(order: FakeOrder): void;
  /** The old order is over, and the new one has taken its place. */
  replace(order: FakeOrder, by: FakeOrder): void;
  execute(order: FakeOrder, quantity: Decimal, price: Decimal): FakeExecution;
  /**
   * The exchange changes an execution, or takes it back: cash, position and order follow, and the account's
   * activities keep what was told first.
   * @param to null: taken back.
   */
  correct(
    execution: FakeExecution,
    to: { readonly quantity: Decimal; readonly price: Decimal } | null,
  ): void;
  /** The next of its two executions at the market; null when the market does not trade it now. */
  executeNext(order: FakeOrder): FakeExecution | null;
  /** Whether the market trades such an order now. */
  trades(order: Pick<OrderTerms, 'extendedHours'>): boolean;
  /** The market has opened: what was queued is routed. */
  opened(): void;
  /** The market has closed: day orders expire. */
  closed(): void;
  /** Ends extended-hours orders whose evening has come. */
  expireByTime(): void;
}

export function createVenue(world: {
  readonly clock: FakeClock;
  readonly sessions: Sessions;
  readonly accounts: ReadonlyMap<string, FakeAccount>;
  readonly publish: (account: string, update: TradeUpdate) => void;
  readonly routed: (order: FakeOrder) => void;
  readonly executionIds: 'shared' | 'separate';
}): Venue {
  const { clock, sessions } = world;
  const executions: FakeExecution[] = [];
  const tradeEvents: FakeTradeEvent[] = [];

  /** Looked through at each request, and so not searched for among all there ever were. */
  const open = new Set<FakeOrder>();
  const openOrders = () => [...open];

  function become(
    order: FakeOrder,
    state: OrderState,
    event: string,
    figures: Readonly<Record<string, unknown>> = {},
    at = clock.stamp(),
  ): void {
    order.state = state;
    if (isFinal(order)) open.delete(order);
    order.updatedAt = at;
    world.publish(order.account, {
      event,
      execution_id: randomUUID(),
      timestamp: rfc3339(at),
      order: orderView(order),
      ...figures,
    });
  }

  const trades = ({ extendedHours }: Pick<OrderTerms, 'extendedHours'>) =>
    sessions.state().open || (extendedHours && inExtendedHours(clock.now()));

  const route = (order: FakeOrder) => {
    if (isFinal(order) || isWorking(order)) return;
    if (!trades(order)) {
      become(order, 'accepted', 'accepted');
      return;
    }
    become(order, 'pending_new', 'pending_new');
    become(order, 'new', 'new');
    world.routed(order);
  };

  const expire = (order: FakeOrder) => {
    order.expiredAt = clock.stamp();
    become(order, 'expired', 'expired', {}, order.expiredAt);
  };

  const execute = (order: FakeOrder, quantity: Decimal, price: Decimal) => {
    const account = world.accounts.get(order.account);
    if (account === undefined) throw new Error(`there is no account ${order.account}`);
    const at = clock.stamp();
    const positionQuantity = book(account, order, quantity, price);
    order.filledQuantity = order.filledQuantity.plus(quantity);
    order.filledValue = order.filledValue.plus(quantity.times(price));
    const leaves = leavesQuantity(order, price);
    const whole = leaves.lte(ZERO);
    const id = randomUUID();
    const execution: FakeExecution = {
      id,
      activityUuid: world.executionIds === 'shared' ? id : randomUUID(),
      order,
      at,
      quantity,
      price,
      current: { quantity, price },
      cumulative: order.filledQuantity,
      leaves,
      positionQuantity,
    };
    executions.push(execution);
    tradeEvents.push({
      type: whole ? 'fill' : 'partial_fill',
      executionId: id,
      previousId: null,
      execution,
      at,
      quantity,
      price,
    });
    if (whole) order.filledAt = at;
    // An order that is being canceled stays so while it fills in part.
    const partial = order.state === 'pending_cancel' ? 'pending_cancel' : 'partially_filled';
    become(
      order,
      whole ? 'filled' : partial,
      whole ? 'fill' : 'partial_fill',
      {
        execution_id: execution.id,
        price: amountText(price),
        qty: amountText(quantity),
        position_qty: amountText(positionQuantity),
      },
      at,
    );
    return execution;
  };

  const correct: Venue['correct'] = (execution, to) => {
    const { order } = execution;
    const account = world.accounts.get(order.account);
    const last = tradeEvents.findLast((event) => event.execution === execution);
    if (account === undefined || last === undefined) throw new Error('nothing of it was told');
    const { quantity, price } = to ?? { quantity: ZERO, price: last.price };
    execution.current = { quantity, price };
    const wasQuantity = last.type === 'trade_bust' ? ZERO : last.quantity;
    const shares = quantity.minus(wasQuantity);
    const value = quantity.times(price).minus(wasQuantity.times(last.price));
    const sign = order.side === 'buy' ? ONE : ONE.neg();
    account.cash = account.cash.minus(value.times(sign));
    const { asset } = order;
    const held = account.holdings.get(asset.symbol) ?? { asset, quantity: ZERO, costBasis: ZERO };
    held.quantity = held.quantity.plus(shares.times(sign));
    held.costBasis = held.costBasis.plus(value.times(sign));
    if (held.quantity.eq(ZERO)) account.holdings.delete(asset.symbol);
    else account.holdings.set(asset.symbol, held);
    order.filledQuantity = order.filledQuantity.plus(shares);
    order.filledValue = order.filledValue.plus(value);
    const at = clock.stamp();
    const type = to === null ? 'trade_bust' : 'trade_correct';
    const executionId = randomUUID();
    const previousId = last.executionId;
    tradeEvents.push({
      type,
      executionId,
      previousId,
      execution,
      at,
      quantity: to === null ? last.quantity : quantity,
      price,
    });
    become(order, order.state, type, { execution_id: executionId }, at);
  };

  const cancel = (order: FakeOrder) => {
    order.canceledAt = clock.stamp();
    become(order, 'canceled', 'canceled', {}, order.canceledAt);
  };

  return {
    executions,
    tradeEvents,
    correct,
    trades,
    route,
    execute,
    cancel,
    place(account, terms, replaces) {
      checkOrder(account, terms, replaces ?? null);
      const at = clock.stamp();
      const { nextClose } = sessions.state();
      const order: FakeOrder = {
        ...terms,
        id: randomUUID(),
        account: account.name,
        state: trades(terms) ? 'pending_new' : 'accepted',
        filledQuantity: ZERO,
        filledValue: ZERO,
        submittedAt: at,
        updatedAt: at,
        expiresAt: terms.extendedHours ? extendedSessionEnd(at) : nextClose,
        filledAt: null,
        canceledAt: null,
        expiredAt: null,
        failedAt: null,
        replacedAt: null,
        replacedBy: null,
        replaces: replaces ?? null,
      };
      account.orders.push(order);
      open.add(order);
      return order;
    },
    requestCancel(order) {
      become(order, 'pending_cancel', 'pending_cancel');
    },
    reject(order) {
      order.failedAt = clock.stamp();
      become(order, 'rejected', 'rejected', {}, order.failedAt);
    },
    replace(order, by) {
      order.replacedAt = clock.stamp();
      order.replacedBy = by.id;
      become(order, 'replaced', 'replaced', {}, order.replacedAt);
    },
    executeNext(order) {
      const price = isWorking(order) && trades(order) ? marketPriceFor(order) : null;
      return price === null ? null : execute(order, nextExecutionQuantity(order, price), price);
    },
    opened() {
      for (const order of openOrders()) route(order);
    },
    closed() {
      for (const order of openOrders()) {
        if (order.timeInForce === 'day' && !order.extendedHours) expire(order);
      }
    },
    expireByTime() {
      for (const order of openOrders()) {
        if (order.timeInForce !== 'day' || !order.extendedHours) continue;
        if (Temporal.Instant.compare(order.expiresAt, clock.now()) <= 0) expire(order);
      }
    },
  };
}
