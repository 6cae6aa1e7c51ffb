import type { Order } from '../core/order.ts';
import type { StoreTransaction } from '../ports/store.ts';

/** A transaction in which orders are read once and written once, however many reports are about them. */
export interface BufferedUnit {
  readonly unit: StoreTransaction;
  /** Reads these orders together, ahead of whoever looks for one of them. */
  load(clientOrderIds: readonly string[]): Promise<void>;
  /** Writes what has changed. Nothing of it is kept unless this is called before the transaction ends. */
  flush(): Promise<void>;
}

interface Buffered {
  readonly before: Order;
  now: Order;
}

/**
 * Reports come in swarms, several about one order: that it was accepted, and each of its fills. Their audit
 * rows are written one by one as ever; the order itself is written as the last of them left it.
 */
export function bufferOrders(unit: StoreTransaction): BufferedUnit {
  const buffered = new Map<string, Buffered>();

  function keep(order: Order | null): Order | null {
    if (order === null) return null;
    const { clientOrderId } = order.intent;
    const known = buffered.get(clientOrderId);
    if (known !== undefined) return known.now;
    buffered.set(clientOrderId, { before: order, now: order });
    return order;
  }

  return {
    unit: {
      ...unit,
      async findOrder(clientOrderId) {
        const known = buffered.get(clientOrderId);
        return known === undefined ? keep(await unit.findOrder(clientOrderId)) : known.now;
      },
      async findOrderByBrokerId(account, brokerOrderId) {
        const known = buffered
          .values()
          .find(({ now }) => now.intent.account === account && now.brokerOrderId === brokerOrderId);
        return known?.now ?? keep(await unit.findOrderByBrokerId(account, brokerOrderId));
      },
      async updateOrder(clientOrderId, from, change) {
        const known = buffered.get(clientOrderId);
        if (known === undefined) return await unit.updateOrder(clientOrderId, from, change);
        if (known.now.status !== from) return false;
        known.now = { ...known.now, ...change };
        return true;
      },
    },
    async load(clientOrderIds) {
      for (const order of await unit.listOrders({ clientOrderIds })) keep(order);
    },
    async flush() {
      for (const [clientOrderId, { before, now }] of buffered) {
        if (now === before) continue;
        const { intent: _intent, ...change } = now;
        if (!(await unit.updateOrder(clientOrderId, before.status, change))) {
          throw new Error(`order ${clientOrderId} changed within a write transaction`);
        }
      }
    },
  };
}
