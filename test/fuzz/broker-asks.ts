import { expect } from 'vitest';
import type { OrderIntent } from '../../src/core/order.ts';
import { BrokerError } from '../../src/ports/broker-error.ts';
import type { Broker } from '../../src/ports/broker.ts';
import { MAY_SEND } from '../fixtures/send-permits.ts';

/** What is asked of an adapter: by the port's own names. Nothing of it places an order but `executeTrade`. */
export const ASKS = {
  getAccountBalance: (broker) => broker.getAccountBalance(),
  getPositions: (broker) => broker.getPositions(),
  getQuotes: (broker, { symbol }) => broker.getQuotes([symbol]),
  getMarketClock: (broker) => broker.getMarketClock(),
  listOrders: (broker, { createdAt }) => broker.listOrders(createdAt.subtract({ hours: 20 })),
  listFills: (broker, { createdAt }) => broker.listFills(createdAt.subtract({ hours: 20 })),
  findOrder: (broker, intent) => broker.findOrder(intent),
  cancelOrder: (broker) => broker.cancelOrder('61e69015-8549-4bfd-b9c3-01e75843f47d'),
  findProblems: async (broker) => await broker.findProblems?.(),
  getTime: async (broker) => await broker.getTime?.(),
  executeTrade: (broker, intent) => broker.executeTrade(intent, MAY_SEND),
} as const satisfies Readonly<
  Record<string, (broker: Broker, intent: OrderIntent) => Promise<unknown>>
>;

export type AskName = keyof typeof ASKS;
export const ASK_NAMES: readonly AskName[] = Object.keys(ASKS).filter(
  (name): name is AskName => name in ASKS,
);

/** What came of it: an answer of the port, or a failure with a code and a sentence. Nothing else may. */
export type Outcome =
  | { readonly type: 'answered'; readonly answer: unknown }
  | { readonly type: 'failed'; readonly code: string; readonly words: string };

/** @throws AssertionError for a failure that the port does not know. */
export async function ask(broker: Broker, name: AskName, intent: OrderIntent): Promise<Outcome> {
  try {
    const answer: unknown = await ASKS[name](broker, intent);
    return { type: 'answered', answer };
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    expect(error.message).not.toBe('');
    expect(error.nextStep).toMatch(/\.$/u);
    return { type: 'failed', code: error.code, words: error.message };
  }
}

/**
 * Nothing but `executeTrade` placed an order. What is said of one is so: `accepted` only where it is,
 * `rejected` only where it is not, and a broken answer never makes it two.
 * @param ordersThere how many there are since it was asked.
 */
export function expectHonest(name: AskName, outcome: Outcome, ordersThere: number): void {
  expect(ordersThere).toBeLessThanOrEqual(name === 'executeTrade' ? 1 : 0);
  if (name !== 'executeTrade') return;
  expect(outcome.type).toBe('answered');
  if (outcome.type !== 'answered') return;
  const { answer } = outcome;
  expect(answer).toMatchObject({
    type: expect.stringMatching(/^(?:accepted|rejected|unknown)$/u),
  });
  if (ordersThere === 0) expect(answer).not.toMatchObject({ type: 'accepted' });
  else expect(answer).not.toMatchObject({ type: 'rejected' });
}
