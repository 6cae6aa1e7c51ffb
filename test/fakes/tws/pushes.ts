import {
  commissionMessage,
  errorMessage,
  executionMessage,
  orderStatusMessage,
  stampOf,
} from './encode.ts';
import type { Message } from './encode.ts';
import { openOrderMessage } from './encode-order.ts';
import type { GatewayContext } from './gateway-context.ts';
import { isUnbound } from './gateway-context.ts';
import { sendAccountChanges } from './handle-accounts.ts';
import { sendTicks } from './handle-market-data.ts';
import { bindManual } from './handle-order-reads.ts';
import type { FakeOrder } from './orders.ts';
import type { Session } from './session.ts';
import type { WorldEvent } from './world.ts';

/** What clients are told unasked. */
export interface Pushes {
  tell(event: WorldEvent): void;
  /** Sends every update about orders so far once more, to whoever they concern. */
  replay(): void;
  /** While on, each two updates about orders that follow one another swap places. */
  reorder(on: boolean): void;
}

interface Update {
  readonly clientId: number;
  readonly messages: (session: Session) => readonly Message[];
}

/**
 * @param sessions those connected.
 * @param reachable false while the gateway has lost the broker: what happens meanwhile is never told.
 */
export function createPushes(
  context: () => GatewayContext,
  sessions: () => readonly Session[],
  reachable: () => boolean,
): Pushes {
  const told: Update[] = [];
  let reordering = false;
  let heldBack: Update | null = null;
  let executionsTold = 0;
  let cancelsTold = 0;

  const deliver = (update: Update) => {
    for (const session of sessions()) {
      if (session.clientId !== update.clientId) continue;
      for (const message of update.messages(session)) session.send(message);
    }
  };

  function push(clientId: number, messages: Update['messages']): void {
    const update = { clientId, messages };
    told.push(update);
    if (!reordering) {
      deliver(update);
      return;
    }
    if (heldBack === null) {
      heldBack = update;
      return;
    }
    deliver(update);
    deliver(heldBack);
    heldBack = null;
  }

  /** An order in words of its moment, so that a replay says what was said then. */
  function pushStatus(order: FakeOrder): void {
    const then = { ...order };
    push(order.clientId, ({ serverVersion }) => [
      openOrderMessage(then, serverVersion),
      orderStatusMessage(then),
    ]);
  }

  function pushError(order: FakeOrder, code: number, text: string): void {
    const { orderId } = order;
    push(order.clientId, () => [errorMessage(orderId, code, text)]);
  }

  /** A person's order is told to client 0 alone, when that client binds such orders. */
  function isTold(order: FakeOrder): boolean {
    if (!isUnbound(order)) return true;
    const binder = sessions().find((session) => session.clientId === 0 && session.autoBind);
    if (binder === undefined) return false;
    bindManual(context(), binder, order);
    return true;
  }

  function tellOrderEvent(event: WorldEvent): void {
    switch (event.type) {
      case 'order':
        if (isTold(event.order)) pushStatus(event.order);
        return;
      case 'held':
        if (isTold(event.order)) pushError(event.order, 399, heldText(context(), event.order));
        return;
      case 'rejected':
        if (!isTold(event.order)) return;
        pushError(event.order, 201, `Order rejected - reason:${event.reason}`);
        pushStatus(event.order);
        return;
      case 'cancelled': {
        const { order, asked } = event;
        if (!isTold(order)) return;
        const statusFirst = cancelsTold % 2 === 1;
        cancelsTold += 1;
        if (statusFirst) pushStatus(order);
        if (asked) pushError(order, 202, 'Order Canceled - reason:');
        if (!statusFirst) pushStatus(order);
        return;
      }
      case 'execution': {
        const { execution } = event;
        const { order } = execution;
        const zone = context().settings.timeZone;
        const details = () => {
          push(order.clientId, ({ serverVersion }) => [
            executionMessage(execution, { requestId: -1, serverVersion, zone }),
          ]);
        };
        const commission = () => {
          push(order.clientId, () => [commissionMessage(execution)]);
        };
        const status = () => {
          if (isTold(order)) pushStatus(order);
        };
        // Gateways keep no order among these three, but that an execution comes before its commission.
        const arrangements = [
          [details, status, commission],
          [status, details, commission],
          [details, commission, status],
        ];
        for (const step of arrangements[executionsTold % arrangements.length] ?? []) step();
        executionsTold += 1;
        return;
      }
      case 'price':
      case 'account':
        return;
    }
  }

  return {
    tell(event) {
      if (!reachable()) return;
      tellOrderEvent(event);
      if (event.type === 'account') {
        for (const session of sessions()) sendAccountChanges(context(), session, event.account);
      }
      if (event.type !== 'price') return;
      for (const session of sessions()) {
        for (const [id, { contract, delayed }] of session.subscriptions.tickers) {
          if (contract === event.contract) sendTicks(context(), session, id, contract, delayed);
        }
      }
    },
    replay() {
      for (const update of told) deliver(update);
    },
    reorder(on) {
      reordering = on;
      if (!on && heldBack !== null) deliver(heldBack);
      if (!on) heldBack = null;
    },
  };
}

function heldText({ world, settings }: GatewayContext, order: FakeOrder): string {
  const { side, quantity, contract } = order;
  const opens = stampOf(world.market.hours().nextOpen, settings.timeZone);
  return (
    `Order Message:\n${side} ${quantity.toFixed()} ${contract.symbol} ${contract.primaryExchange}\n` +
    `Warning: Your order will not be placed at the exchange until ${opens}.`
  );
}
