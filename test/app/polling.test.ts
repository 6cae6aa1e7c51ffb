import { expect, it, vi } from 'vitest';
import type { Broker } from '../../src/ports/broker.ts';
import { openAppWorld } from './app-world.ts';

it('asks a broker that tells nothing as soon as it has answered, then more and more rarely', async () => {
  let answeredAt: Temporal.Instant | null = null;
  const asked: number[] = [];
  const now = () => world.clock.now();
  await using world = await openAppWorld({
    paper: { fillInterval: '20 s' },
    wrap: (broker): Broker => ({
      ...broker,
      capabilities: { ...broker.capabilities, streaming: false },
      subscribe: () => () => {},
      executeTrade: async (intent, permit) => {
        const result = await broker.executeTrade(intent, permit);
        if (intent.side === 'sell') answeredAt = now();
        return result;
      },
      listFills: async (since) => {
        if (answeredAt !== null) asked.push(answeredAt.until(now()).total('milliseconds'));
        return await broker.listFills(since);
      },
    }),
  });
  await world.say('ana', 'rebalance', 'core');
  await world.click('ben', 'approve');
  // Time stands still until it has.
  await vi.waitFor(() => {
    expect(asked).toEqual([0]);
  });
  await world.clock.advance({ seconds: 8 });
  expect(asked.slice(0, 6)).toEqual([0, 250, 750, 1750, 2750, 4750]);
  await world.settle();
  expect((await world.newest()).status).toBe('executed');
});
