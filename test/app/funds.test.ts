import { describe, expect, it } from 'vitest';
import { decimal, sum, ZERO } from '../../src/core/decimal.ts';
import type { AccountBalance } from '../../src/core/portfolio.ts';
import { BrokerError } from '../../src/ports/broker-error.ts';
import type { Broker } from '../../src/ports/broker.ts';
import { openAppWorld } from './app-world.ts';
import type { AppWorld } from './app-world.ts';

/** Between the bot and its broker: what the broker says of its money once the sales have filled. */
function sayingAfterSales(
  say: (balance: AccountBalance, asked: number) => AccountBalance | BrokerError,
): (broker: Broker) => Broker {
  let asked = 0;
  let sales = 0;
  return (broker) => ({
    ...broker,
    executeTrade: async (intent, permit) => {
      if (intent.side === 'sell') sales += 1;
      return broker.executeTrade(intent, permit);
    },
    getAccountBalance: async () => {
      const balance = await broker.getAccountBalance();
      if (sales === 0) return balance;
      asked += 1;
      const said = say(balance, asked);
      if (said instanceof BrokerError) throw said;
      return said;
    },
  });
}

async function run(world: AppWorld): Promise<void> {
  await world.say('ana', 'rebalance', 'core');
  await world.click('ben', 'approve');
  await world.settle();
}

/** Seconds from the last fill of a sale to the first buy that was sent. */
async function secondsBetweenPhases(world: AppWorld): Promise<number> {
  const fills = await world.store.listFills({});
  const sold = fills.filter((fill) => fill.side === 'sell').at(-1);
  const orders = await world.store.listOrders({});
  const bought = orders
    .filter((order) => order.intent.side === 'buy')
    .map((order) => order.intent.createdAt)
    .toSorted((a, b) => Temporal.Instant.compare(a, b))[0];
  if (sold === undefined || bought === undefined) throw new Error('nothing was sold and bought');
  return sold.at.until(bought).total('seconds');
}

describe('between sales and buys', () => {
  it('waits until the broker has freed the proceeds, then buys all of it', async () => {
    await using world = await openAppWorld({
      wrap: sayingAfterSales((balance, asked) =>
        asked < 6 ? { ...balance, buyingPower: ZERO } : balance,
      ),
    });
    await run(world);
    expect((await world.newest()).status).toBe('executed');
    expect(await secondsBetweenPhases(world)).toBeGreaterThanOrEqual(2);
  });

  it('releases nothing while the broker does not say', async () => {
    await using world = await openAppWorld({
      wrap: sayingAfterSales((balance, asked) =>
        asked < 7 ? new BrokerError('paper', 'unavailable', 'try later') : balance,
      ),
    });
    await run(world);
    expect((await world.newest()).status).toBe('executed');
    expect(await secondsBetweenPhases(world)).toBeGreaterThanOrEqual(1);
  });

  it('buys only what the buying power allows when the proceeds are never freed', async () => {
    const power = decimal('3000');
    await using world = await openAppWorld({
      wrap: sayingAfterSales((balance) => ({ ...balance, buyingPower: power })),
    });
    await run(world);
    const orders = await world.store.listOrders({});
    const bought = orders.filter((order) => order.intent.side === 'buy');
    const first = bought
      .filter((order) => order.status !== 'denied')
      .map((order) => order.intent.quantity.times(order.intent.limitPrice ?? '0'));
    expect(first.length).toBeGreaterThan(0);
    for (const cost of first) expect(cost.lte(power)).toBe(true);
    expect(sum(first).gt(ZERO)).toBe(true);
  });
});
