import { expect, it } from 'vitest';
import { openIbkrBot, startIbkrMarket } from '../../bench/market-ibkr.ts';

it('rebalances 51 symbols at once under the limit of messages a second that TWS counts', async () => {
  await using fake = await startIbkrMarket();
  await using bot = await openIbkrBot(fake);
  // Proposing and, at once, approving ask for all prices twice; it throws unless every leg is executed.
  await bot.execute();
  const { requests, tooFast, connected } = await fake.requests();
  expect(tooFast).toBe(0);
  expect(connected).toHaveLength(1);
  expect(requests.filter(({ type }) => type === 'market_data').length).toBeGreaterThanOrEqual(102);
  const { orders } = await fake.state();
  expect(orders).toHaveLength(50);
  expect(orders.filter(({ status }) => status !== 'Filled')).toEqual([]);
}, 60_000);
