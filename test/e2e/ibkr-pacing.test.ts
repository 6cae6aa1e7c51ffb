import { expect, it, vi } from 'vitest';
import type { BenchBot } from '../../bench/broker-bot.ts';
import { openIbkrBot, startIbkrMarket } from '../../bench/market-ibkr.ts';
import type { TwsFake } from '../fakes/tws/index.ts';

it.each<[string, number, (fake: TwsFake, bot: BenchBot) => Promise<void>]>([
  ['on the lines of the proposal', 51, async () => {}],
  [
    'on new lines, where those of the proposal are lost',
    102,
    async (fake, { broker }) => {
      await fake.connectivity('lost');
      await fake.connectivity('restored_data_lost');
      // What is answered now was asked after both were told: TWS tells in order.
      await vi.waitFor(async () => await broker.getTime?.(), 10_000);
    },
  ],
])(
  'rebalances 51 symbols at once, %s, under the limit of messages a second that TWS counts',
  async (_name, lines, meanwhile) => {
    await using fake = await startIbkrMarket();
    await using bot = await openIbkrBot(fake);
    // Proposing and, at once, approving want all prices twice; it throws unless every leg is executed.
    await bot.execute(async () => {
      await meanwhile(fake, bot);
    });
    const { requests, tooFast, connected } = await fake.requests();
    expect(tooFast).toBe(0);
    expect(connected).toHaveLength(1);
    expect(requests.filter(({ type }) => type === 'market_data')).toHaveLength(lines);
    const { orders } = await fake.state();
    expect(orders).toHaveLength(50);
    expect(orders.filter(({ status }) => status !== 'Filled')).toEqual([]);
  },
  60_000,
);
