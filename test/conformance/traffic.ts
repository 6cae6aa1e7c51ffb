import { randomUUID } from 'node:crypto';
import type { BenchBot } from '../../bench/broker-bot.ts';
import { decimal } from '../../src/core/decimal.ts';
import type { OrderIntent } from '../../src/core/order.ts';
import { MAY_SEND } from '../fixtures/send-permits.ts';

const LOOK_AGAIN_MILLISECONDS = 50;
const LOOKS = 200;

/**
 * What the bot asks of a broker in its life: a rebalance from the proposal to the end, and then what a
 * rebalance needs only on a bad day.
 */
export async function sendTraffic(bot: BenchBot): Promise<void> {
  await bot.execute();
  const { broker } = bot;
  await broker.getMarketClock();
  await broker.getQuotes(['SAA', 'BAA', 'NONE']);
  await broker.findProblems?.();
  const since = bot.clock.now().subtract({ hours: 1 });
  await broker.listOrders(since);
  await broker.listFills(since);
  const intent = farFromTheMarket(bot.clock.now());
  const result = await broker.executeTrade(intent, MAY_SEND);
  if (result.type !== 'accepted') throw new Error(`the order was not accepted: ${result.reason}`);
  await broker.findOrder(intent);
  await broker.cancelOrder(result.brokerOrderId);
  for (let look = 0; look < LOOKS; look += 1) {
    const found = await broker.findOrder(intent);
    if (found.type === 'found' && found.order.status === 'canceled') break;
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MILLISECONDS));
  }
}

/** An order that works until it is canceled. */
function farFromTheMarket(now: Temporal.Instant): OrderIntent {
  return {
    clientOrderId: randomUUID(),
    proposalId: 'conformance',
    leg: 1,
    attempt: 1,
    account: 'core',
    side: 'buy',
    symbol: 'SAA',
    quantity: decimal('1'),
    orderType: 'limit',
    limitPrice: decimal('50'),
    timeInForce: 'day',
    extendedHours: false,
    createdAt: now,
  };
}
