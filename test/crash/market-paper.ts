import { join } from 'node:path';
import Database from 'better-sqlite3';
import { z } from 'zod';
import { HELD, cashOf } from './market.ts';
import type { Market, MarketOptions } from './market.ts';

const paperOrders = z.array(
  z.object({
    broker_order_id: z.string(),
    client_order_id: z.string(),
    symbol: z.string(),
    side: z.enum(['buy', 'sell']),
    quantity: z.string(),
    filled_quantity: z.string(),
    status: z.string(),
  }),
);

export function openPaper(options: MarketOptions): Market {
  const { fillAfterMilliseconds } = options;
  const cash = cashOf(options);
  const interval = fillAfterMilliseconds === 'told' ? '30 s' : `${fillAfterMilliseconds} ms`;
  return {
    name: 'paper',
    section: `
    broker: paper
    paper:
      cash: ${cash}
      positions: ${JSON.stringify(HELD)}
      prices: builtin
      start: 2006-01
      marketHours: ignore
      latency: 20 ms
      partialFills: 2
      fillInterval: ${interval}
      slippageBasisPoints: 2`,
    environment: {},
    clockShift: 0,
    cash,
    positions: HELD,
    prepare: () => Promise.resolve(),
    books(folder) {
      const database = new Database(join(folder, 'bot.db'), { readonly: true, timeout: 5000 });
      try {
        const rows = (table: string) => database.prepare(`select * from ${table}`).all();
        const orders = paperOrders.parse(rows('paper_orders'));
        const [account] = z.array(z.object({ cash: z.string() })).parse(rows('paper_accounts'));
        const positions = z
          .array(z.object({ symbol: z.string(), quantity: z.string() }))
          .parse(rows('paper_positions'));
        return Promise.resolve({
          orders: orders.map((order) => ({
            brokerOrderId: order.broker_order_id,
            clientOrderId: order.client_order_id,
            symbol: order.symbol,
            side: order.side,
            quantity: order.quantity,
            filledQuantity: order.filled_quantity,
            isFinal: !['accepted', 'partially_filled'].includes(order.status),
          })),
          executions: z
            .array(
              z.object({ broker_order_id: z.string(), quantity: z.string(), price: z.string() }),
            )
            .parse(rows('paper_fills'))
            .map(({ broker_order_id: brokerOrderId, quantity, price }) => ({
              brokerOrderId,
              quantity,
              price,
            })),
          cash: account?.cash ?? cash,
          positions: Object.fromEntries(positions.map((row) => [row.symbol, row.quantity])),
        });
      } finally {
        database.close();
      }
    },
    faults: null,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
