import { z } from 'zod';
import { toText } from '../../../src/core/decimal.ts';
import { buyingPower } from './order-book.ts';
import { filledQuantity, unsettledCash } from './world.ts';
import type { World } from './world.ts';

/** Everything a test may want to look at, decimals as text. */
export const stateSchema = z.object({
  now: z.string(),
  accounts: z.array(
    z.object({
      number: z.string(),
      hash: z.string(),
      type: z.enum(['CASH', 'MARGIN']),
      cash: z.string(),
      unsettledCash: z.string(),
      buyingPower: z.string(),
      positions: z.array(
        z.object({ symbol: z.string(), quantity: z.string(), costBasis: z.string() }),
      ),
    }),
  ),
  orders: z.array(
    z.object({
      brokerOrderId: z.string(),
      account: z.string(),
      origin: z.enum(['api', 'elsewhere']),
      symbol: z.string(),
      side: z.enum(['buy', 'sell']),
      orderType: z.enum(['MARKET', 'LIMIT']),
      limitPrice: z.string().nullable(),
      quantity: z.string(),
      filledQuantity: z.string(),
      status: z.string(),
      statusDescription: z.string().nullable(),
      enteredAt: z.string(),
      closedAt: z.string().nullable(),
    }),
  ),
  executions: z.array(
    z.object({
      executionId: z.string(),
      brokerOrderId: z.string(),
      quantity: z.string(),
      price: z.string(),
      at: z.string(),
    }),
  ),
  logins: z.array(z.object({ person: z.string(), endsAt: z.string(), isEnded: z.boolean() })),
  /** Answers of the fake that Schwab's document forbids: there should be none. */
  defects: z.array(z.string()),
});
export type SchwabFakeState = z.infer<typeof stateSchema>;

export function stateOf(world: World): SchwabFakeState {
  const orders = [...world.orders.values()];
  return {
    now: world.clock.now().toString(),
    accounts: world.accounts.map((account) => ({
      number: account.number,
      hash: account.hash,
      type: account.type,
      cash: toText(account.cash),
      unsettledCash: toText(unsettledCash(account, world.clock.now())),
      buyingPower: toText(buyingPower(world, account)),
      positions: [...account.positions].map(([symbol, { quantity, costBasis }]) => ({
        symbol,
        quantity: toText(quantity),
        costBasis: toText(costBasis),
      })),
    })),
    orders: orders.map((order) => ({
      brokerOrderId: String(order.id),
      account: order.account.number,
      origin: order.origin,
      symbol: order.symbol,
      side: order.instruction === 'BUY' ? 'buy' : 'sell',
      orderType: order.orderType,
      limitPrice: order.price === null ? null : toText(order.price),
      quantity: toText(order.quantity),
      filledQuantity: toText(filledQuantity(order)),
      status: order.status,
      statusDescription: order.statusDescription,
      enteredAt: order.enteredAt.toString(),
      closedAt: order.closedAt?.toString() ?? null,
    })),
    executions: orders.flatMap((order) =>
      order.executions.map(({ id, quantity, price, at }) => ({
        executionId: String(id),
        brokerOrderId: String(order.id),
        quantity: toText(quantity),
        price: toText(price),
        at: at.toString(),
      })),
    ),
    logins: world.grants.map(({ person, endsAt, isEnded }) => ({
      person,
      endsAt: endsAt.toString(),
      isEnded,
    })),
    defects: [...world.defects],
  };
}
