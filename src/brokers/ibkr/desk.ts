import { EventName } from '@stoqey/ib';
import { BrokerError } from '../../ports/broker-error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { orderMessage } from './errors.ts';
import { createExecutions, type Execution } from './executions.ts';
import type { Link } from './link.ts';
import type { Login } from './login.ts';
import { createNextRun } from './next-run.ts';
import { beginOrder, newsOfCompletedOrder, newsOfOpenOrder } from './order-news.ts';
import { isOver, withNews, type KnownOrder, type OrderNews } from './order-state.ts';
import { createTellings, type DeskUpdate } from './tellings.ts';
import type { TwsEvent } from './wire.ts';

/** All orders and executions of a login, of all its accounts, as TWS tells them. */
export interface Desk {
  /** Asks TWS for every list again: working orders, finished orders, executions. */
  sync(): Promise<void>;
  /** The same, unless it was done since the connection of now began. */
  syncOnce(): Promise<void>;
  syncExecutions(): Promise<void>;
  /** Orders of an account at IB, with their executions. */
  orders(account: string): readonly KnownOrder[];
  order(permId: number): KnownOrder | null;
  /** By the number under which our client id placed it. */
  ordersOfId(orderId: number): readonly KnownOrder[];
  executions(account: string): readonly Execution[];
  executionsOf(permId: number): readonly Execution[];
  /** Resolves when the commissions of the account are here, or have been waited for long enough. */
  commissionsSettled(account: string): Promise<void>;
  /** What only we know of an order. */
  note(news: OrderNews): void;
  subscribe(account: string, listener: (update: DeskUpdate) => void): () => void;
  stop(): void;
}

const TRY_AGAIN_AFTER = Temporal.Duration.from({ seconds: 5 });

export function createDesk(login: Login, clock: Clock, log: Log): Desk {
  const { clientId } = login.address;
  const orders = new Map<number, KnownOrder>();
  const executions = createExecutions(() => clock.now());
  const listeners = new Map<string, Set<(update: DeskUpdate) => void>>();
  let syncedOn: Link | null = null;
  let recovering = false;
  let cancelRetry: (() => void) | null = null;
  let offsetMinutes: number | null = null;

  const tellings = createTellings(clock, tell, lookAgain);
  const stopFollowing = login.follow((event) => {
    switch (event.type) {
      case 'told':
        hear(event.event);
        return;
      case 'gap':
        recover(true);
        return;
      case 'ready':
        recover(event.again);
    }
  });

  function tell(account: string, update: DeskUpdate): void {
    for (const listener of listeners.get(account) ?? []) {
      try {
        listener(update);
      } catch (error) {
        log.error({ code: 'ibkr_listener_failed', error }, 'a listener to IBKR updates threw');
      }
    }
  }

  function lookAgain(permId: number): void {
    const order = orders.get(permId);
    if (order !== undefined) tellings.takeOrder(order, executions.ofOrder(permId));
  }

  function hear(event: TwsEvent): void {
    switch (event.type) {
      case 'open_order':
        take(newsOfOpenOrder(event, clientId));
        return;
      case 'completed_order':
        take(newsOfCompletedOrder(event, offsetMinutes));
        return;
      case 'order_status': {
        const { permId, status, filled, averagePrice } = event;
        if (permId === 0) return;
        if (orders.has(permId)) take({ permId, status, filled, averagePrice });
        // TWS tells an order before its status. This one was lost, or comes late.
        else if (!recovering) recover(false);
        return;
      }
      case 'execution': {
        const execution = executions.take(event, offsetMinutes);
        if (execution === null) return;
        tellings.takeExecution(execution);
        return;
      }
      case 'commission': {
        const { execId, commission } = event.report;
        if (commission === undefined) return;
        const execution = executions.takeCommission(execId, commission);
        if (execution !== null) tellings.takeExecution(execution);
        return;
      }
      case 'message':
        if (event.id !== null) takeMessage(event.id, event.code, event.text);
        return;
      default:
    }
  }

  function take(news: OrderNews | null): void {
    if (news === null) return;
    const now = clock.now();
    const known = orders.get(news.permId) ?? beginOrder(news, now);
    if (known === null) return;
    orders.set(news.permId, withNews(known, news, now));
    lookAgain(news.permId);
  }

  function takeMessage(orderId: number, code: number, text: string): void {
    const meaning = orderMessage(code, text);
    if (meaning !== 'rejected' && meaning !== 'canceled') return;
    for (const { permId, status, message } of ordersOfId(orderId)) {
      // "Order Canceled - reason:" without one says nothing that is not known.
      const empty = meaning === 'canceled' && /reason:\s*$/.test(text);
      if (isOver(status) || (empty && message !== null)) continue;
      take({ permId, message: { rejected: meaning === 'rejected', text } });
    }
  }

  const ordersOfId = (orderId: number): readonly KnownOrder[] =>
    [...orders.values()].filter((order) => order.orderId === orderId);

  async function syncAll(): Promise<void> {
    const link = await login.connect();
    ({ offsetMinutes } = link);
    await Promise.all([askOpenOrders(), askCompletedOrders(), syncExecutions()]);
    syncedOn = link;
  }

  const askOpenOrders = createNextRun(async () => {
    await login.ask<void>({
      urgency: 'recovery',
      what: 'the working orders',
      callbacks: [EventName.openOrder, EventName.orderStatus, EventName.openOrderEnd],
      send: (api) => {
        api.reqAllOpenOrders();
      },
      hear: (event, _id, { give }) => {
        if (event.type === 'open_orders_end') give();
      },
    });
  });

  const askCompletedOrders = createNextRun(async () => {
    await login.ask<void>({
      urgency: 'recovery',
      what: 'the finished orders',
      callbacks: [EventName.completedOrder, EventName.completedOrdersEnd],
      send: (api) => {
        api.reqCompletedOrders(false);
      },
      hear: (event, _id, { give }) => {
        if (event.type === 'completed_orders_end') give();
      },
    });
  });

  const syncExecutions = createNextRun(async () => {
    await login.ask<void>({
      urgency: 'recovery',
      what: 'the executions',
      callbacks: [EventName.execDetails, EventName.commissionReport],
      send: (api, id) => {
        api.reqExecutions(id, {});
      },
      hear: (event, id, { give }) => {
        if (event.type === 'executions_end' && event.id === id) give();
      },
    });
  });

  const sync = createNextRun(syncAll);

  /** Asks for everything again, and then lets everybody know that some of it may be news. */
  function recover(sayReconnected: boolean): void {
    recovering = true;
    cancelRetry?.();
    sync()
      .then(() => {
        recovering = false;
        if (!sayReconnected) return;
        for (const account of listeners.keys()) tell(account, { type: 'reconnected' });
      })
      .catch((error: unknown) => {
        recovering = false;
        if (!(error instanceof BrokerError)) throw error;
        log.warn({ code: error.code, reason: error.message }, 'orders could not be read from TWS');
        // A refusal, such as of a read-only API, is no better later; a new connection tells `ready`.
        if (error.code !== 'unavailable' || !login.isUp()) return;
        cancelRetry = clock.schedule(clock.now().add(TRY_AGAIN_AFTER), () => {
          recover(sayReconnected);
        });
      });
  }

  return {
    sync,
    syncOnce: async () => {
      const link = await login.connect();
      if (syncedOn !== link) await sync();
    },
    syncExecutions,
    orders: (account) => [...orders.values()].filter((order) => order.account === account),
    order: (permId) => orders.get(permId) ?? null,
    ordersOfId,
    executions: (account) => executions.of(account),
    executionsOf: (permId) => executions.ofOrder(permId),
    commissionsSettled: async (account) => {
      await tellings.settled(account);
    },
    note: take,
    subscribe: (account, listener) => {
      const own = (update: DeskUpdate): void => {
        listener(update);
      };
      const all = listeners.get(account) ?? new Set();
      listeners.set(account, all.add(own));
      return () => {
        all.delete(own);
      };
    },
    stop: () => {
      stopFollowing();
      cancelRetry?.();
      tellings.stop();
      listeners.clear();
    },
  };
}
