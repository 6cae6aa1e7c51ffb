import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { decimal, sum, toText } from '../../../src/core/decimal.ts';
import type { Fill, OrderIntent } from '../../../src/core/order.ts';
import type {
  Broker,
  BrokerErrorCode,
  BrokerOrder,
  BrokerUpdate,
} from '../../../src/ports/broker.ts';
import { CONTRACT_ACCOUNT, CONTRACT_START } from './harness.ts';
import { MAY_SEND } from '../../fixtures/send-permits.ts';

export const EPOCH = Temporal.Instant.from('1970-01-01T00:00:00Z');

export function newClientOrderId(): string {
  return `contract-${randomUUID()}`;
}

export function buy(symbol: string, quantity: string, limitPrice?: string): OrderIntent {
  return newIntent('buy', symbol, quantity, limitPrice);
}

export function sell(symbol: string, quantity: string, limitPrice?: string): OrderIntent {
  return newIntent('sell', symbol, quantity, limitPrice);
}

function newIntent(
  side: 'buy' | 'sell',
  symbol: string,
  quantity: string,
  limitPrice: string | undefined,
): OrderIntent {
  return {
    clientOrderId: newClientOrderId(),
    proposalId: 'c0n7ra',
    leg: 1,
    attempt: 1,
    account: CONTRACT_ACCOUNT,
    side,
    symbol,
    quantity: decimal(quantity),
    orderType: limitPrice === undefined ? 'market' : 'limit',
    limitPrice: limitPrice === undefined ? null : decimal(limitPrice),
    timeInForce: 'day',
    extendedHours: false,
    createdAt: CONTRACT_START,
  };
}

/** Sends an order that must be taken. @returns the broker's id of it. */
export async function accept(broker: Broker, intent: OrderIntent): Promise<string> {
  const result = await broker.executeTrade(intent, MAY_SEND);
  if (result.type === 'accepted') return result.brokerOrderId;
  throw new Error(`expected the order to be accepted, not ${result.type}: ${result.reason}`);
}

export async function expectRejected(
  broker: Broker,
  intent: OrderIntent,
  code: BrokerErrorCode,
): Promise<void> {
  const result = await broker.executeTrade(intent, MAY_SEND);
  expect(result).toMatchObject({ type: 'rejected', code });
  if (result.type === 'rejected') expect(result.reason).toMatch(/\w+ \w+/);
}

/** Looks an order up that must be there. */
export async function found(broker: Broker, intent: OrderIntent): Promise<BrokerOrder> {
  const result = await broker.findOrder(intent);
  if (result.type === 'found') return result.order;
  throw new Error(`expected to find the order, not ${result.type}`);
}

export async function positionsOf(
  broker: Broker,
): Promise<Readonly<Record<string, { quantity: string; costBasis: string | null }>>> {
  const positions = await broker.getPositions();
  return Object.fromEntries(
    positions.map(({ symbol, quantity, costBasis }) => [
      symbol,
      { quantity: toText(quantity), costBasis: costBasis === null ? null : toText(costBasis) },
    ]),
  );
}

/** Everything that an account is. */
export async function stateOf(broker: Broker): Promise<unknown> {
  return {
    balance: await broker.getAccountBalance(),
    positions: await positionsOf(broker),
    orders: await broker.listOrders(EPOCH),
    fills: await broker.listFills(EPOCH),
  };
}

export function statusesIn(updates: readonly BrokerUpdate[]): readonly BrokerOrder['status'][] {
  return updates.flatMap((update) => (update.type === 'order' ? [update.order.status] : []));
}

export function fillsIn(updates: readonly BrokerUpdate[]): readonly Fill[] {
  return updates.flatMap((update) => (update.type === 'fill' ? [update.fill] : []));
}

export function sharesIn(fills: readonly Fill[]): string {
  return toText(sum(fills.map((fill) => fill.quantity)));
}

export function symbolsOf(items: readonly { readonly symbol: string }[]): readonly string[] {
  return items.map((item) => item.symbol);
}
