import { describe, expect, it } from 'vitest';
import { viewReconciliation } from '../../src/app/view-reconciliation.ts';
import { viewPortfolios } from '../../src/app/views.ts';
import { sampleAccount } from '../fixtures/sample-account.ts';
import { openAppWorld } from './app-world.ts';
import type { AppWorld } from './app-world.ts';

async function openWith(count: number): Promise<AppWorld> {
  const [first, ...others] = Array.from({ length: count }, (_, index) =>
    sampleAccount({
      name: `client-${index}`,
      approvals: { ...sampleAccount().approvals, largeTrade: null },
    }),
  );
  if (first === undefined) throw new Error('there are no accounts');
  return await openAppWorld({ accounts: [first, ...others] });
}

const all = (world: AppWorld) => [...world.context.accounts.values()];

describe('/portfolio of all accounts', () => {
  it('shows a handful in full', async () => {
    await using world = await openWith(3);
    const { blocks } = await viewPortfolios(world.context, all(world));
    expect(blocks.filter(({ type }) => type === 'heading')).toHaveLength(3);
  });

  it('is one table of many, whose size does not grow with them', async () => {
    await using world = await openWith(30);
    const message = await viewPortfolios(world.context, all(world));
    expect(message.fallback).toMatch(/^30 accounts · \$/u);
    expect(message.blocks.length).toBeLessThan(8);
    const table = message.blocks.find((block) => block.type === 'table');
    expect(table?.rows).toHaveLength(20);
  });

  it('is not read anew for every change that an open page hears of', async () => {
    let reads = 0;
    const [first, ...others] = Array.from({ length: 12 }, (_, index) =>
      sampleAccount({ name: `client-${index}` }),
    );
    if (first === undefined) throw new Error('there are no accounts');
    await using world = await openAppWorld({
      accounts: [first, ...others],
      wrap: (broker) => ({
        ...broker,
        getPositions: async () => {
          reads += 1;
          return await broker.getPositions();
        },
      }),
    });
    await Promise.all([0, 1, 2].map(() => viewPortfolios(world.context, all(world))));
    expect(reads).toBe(12);
    await world.clock.advance({ seconds: 31 });
    await viewPortfolios(world.context, all(world));
    expect(reads).toBe(24);
  });
});

describe('/reconcile of many accounts', () => {
  it('compares those that were traded today, and counts the others', async () => {
    await using world = await openWith(12);
    await world.say('ana', 'rebalance', 'client-7');
    await world.click('ben', 'approve');
    await world.settle();
    const { blocks, fallback } = await viewReconciliation(world.context, all(world));
    const headings = blocks.flatMap((block) => (block.type === 'heading' ? block.text : []));
    expect(headings.join()).toContain('client-7');
    expect(headings.join()).not.toContain('client-8');
    expect(fallback).toContain('11 accounts have no orders of today');
  });
});
