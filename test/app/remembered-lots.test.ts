import { expect, test } from 'vitest';
import { readLots } from '../../src/app/remembered-lots.ts';
import { replayAll } from '../core/compliance/replay-all.ts';
import { decimal } from '../../src/core/decimal.ts';
import type { Fill } from '../../src/core/order.ts';
import type { Snapshot } from '../../src/core/portfolio.ts';
import { openAppWorld } from './app-world.ts';
import type { AppWorld } from './app-world.ts';

const FIRST = Temporal.Instant.from('2026-11-16T15:00:00Z');

function fill(number: number, side: 'buy' | 'sell', changes: Partial<Fill> = {}): Fill {
  return {
    executionId: `e${number}`,
    clientOrderId: null,
    brokerOrderId: `b${number}`,
    account: 'core',
    symbol: 'IBM',
    side,
    quantity: decimal('10'),
    price: decimal(String(50 + number)),
    fees: decimal('0'),
    at: FIRST.add({ minutes: number }),
    ...changes,
  };
}

function book(quantity: string, costBasis: string | null, takenAt: Temporal.Instant): Snapshot {
  return {
    account: 'core',
    takenAt,
    balance: { cash: decimal('0'), settledCash: null, buyingPower: decimal('0') },
    positions: [
      {
        symbol: 'IBM',
        quantity: decimal(quantity),
        costBasis: costBasis === null ? null : decimal(costBasis),
      },
    ],
    quotes: [],
    openOrders: [],
    lastTraded: [],
    market: { open: true, nextOpen: null, nextClose: null },
  };
}

/** What is remembered is what a replay of all fills tells. */
async function expectAsReplayed(world: AppWorld, snapshot: Snapshot): Promise<void> {
  const { context, store } = world;
  const account = context.accounts.get('core');
  if (account === undefined) throw new Error('core is there');
  const fills = await store.listFills({ account: 'core', symbols: ['IBM'] });
  const [position] = snapshot.positions;
  if (position === undefined) throw new Error('IBM is held');
  const held = { ...position, at: snapshot.takenAt };
  for (let turn = 0; turn < 2; turn += 1) {
    expect(await readLots(context, store, account, snapshot, ['IBM'])).toEqual([
      replayAll('IBM', fills, held, 'fifo'),
    ]);
  }
}

test('remembered lots are those of a replay, after fills, late fills, corrections and new books', async () => {
  await using world = await openAppWorld();
  const record = (each: Fill) => world.store.transaction((unit) => unit.insertFill(each));
  const end = FIRST.add({ hours: 1 });
  await expectAsReplayed(world, book('100', '4000', end));
  await record(fill(1, 'buy'));
  await expectAsReplayed(world, book('110', '4510', end));
  // The broker says something else of the same shares.
  await expectAsReplayed(world, book('110', '4700', end));
  await expectAsReplayed(world, book('130', null, end));
  await record(fill(2, 'sell'));
  await record(fill(9, 'buy', { symbol: 'MSFT' }));
  await expectAsReplayed(world, book('120', '4700', end));
  // A book that is older than the newest fill, and one that is older still.
  await expectAsReplayed(world, book('110', '4700', FIRST.add({ seconds: 90 })));
  await expectAsReplayed(world, book('110', '4700', FIRST));
  // Told late: it happened before what is known.
  await record(fill(3, 'sell', { at: FIRST }));
  await expectAsReplayed(world, book('110', '4700', end));
  await world.store.transaction((unit) =>
    unit.correctFill({ ...fill(1, 'buy'), quantity: decimal('7'), revision: 1 }, end),
  );
  await expectAsReplayed(world, book('107', '4700', end));
  await world.restart();
  await expectAsReplayed(world, book('107', '4700', end));
});

test('a fill that was rolled back is not taken for the one that got its number', async () => {
  await using world = await openAppWorld();
  const later = FIRST.add({ hours: 1 });
  await world.store.transaction((unit) => unit.insertFill(fill(1, 'buy')));
  const account = world.context.accounts.get('core');
  if (account === undefined) throw new Error('core is there');
  await expect(
    world.store.transaction(async (unit) => {
      await unit.insertFill(fill(2, 'buy'));
      await readLots(world.context, unit, account, book('120', null, later), ['IBM']);
      throw new Error('undone');
    }),
  ).rejects.toThrow('undone');
  await world.store.transaction((unit) =>
    unit.insertFill(fill(4, 'buy', { quantity: decimal('5') })),
  );
  await expectAsReplayed(world, book('120', null, later));
});
