import { describe, expect, it } from 'vitest';
import { announcementKey } from '../../src/app/proposal-id.ts';
import { openAppWorld } from './app-world.ts';
import type { AppWorld } from './app-world.ts';

/** The message of the newest proposal, as text. */
async function shown(world: AppWorld): Promise<string> {
  const { proposal } = await world.newest();
  const announcement = await world.store.findAnnouncement(announcementKey(proposal.id));
  return JSON.stringify(announcement?.message);
}

describe('the message of an approval', () => {
  it('is not written before the first order leaves', async () => {
    const messages: string[] = [];
    await using world = await openAppWorld({
      wrap: (broker) => ({
        ...broker,
        executeTrade: async (intent, permit) => {
          messages.push(await shown(world));
          return await broker.executeTrade(intent, permit);
        },
      }),
    });
    await world.say('ana', 'rebalance', 'core');
    const proposed = await shown(world);
    await world.click('ben', 'approve');
    await world.settle();
    expect(messages[0]).toBe(proposed);
    expect(await shown(world)).not.toBe(proposed);
  });

  it('is written a tenth of a second later where its execution cannot begin', async () => {
    const read = Promise.withResolvers<void>();
    let isProposed = false;
    await using world = await openAppWorld({
      wrap: (broker) => ({
        ...broker,
        getPositions: async () => {
          await (isProposed ? read.promise : null);
          return await broker.getPositions();
        },
      }),
    });
    await world.say('ana', 'rebalance', 'core');
    isProposed = true;
    await world.click('ben', 'approve');
    expect((await world.newest()).status).toBe('approved');
    await world.clock.advance({ milliseconds: 99 });
    expect(await shown(world)).not.toContain('Approved by Ben');
    await world.clock.advance({ milliseconds: 1 });
    await expect.poll(() => shown(world)).toContain('Approved by Ben');
    read.resolve();
    await world.settle();
    expect((await world.newest()).status).toBe('executed');
  });
});
