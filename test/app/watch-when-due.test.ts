import { describe, expect, it } from 'vitest';
import { decimal } from '../../src/core/decimal.ts';
import { orderWatch } from '../../src/jobs/order-watch.ts';
import { BrokerError } from '../../src/ports/broker-error.ts';
import type { Broker, BrokerOrder } from '../../src/ports/broker.ts';
import type { PaperBroker } from '../../src/brokers/paper/index.ts';
import { sampleAccount } from '../fixtures/sample-account.ts';
import { openAppWorld } from './app-world.ts';
import type { AppWorld } from './app-world.ts';

/** What is different at the broker, and how often it was asked. */
interface Outside {
  shares: string;
  placed: readonly BrokerOrder[];
  away: boolean;
  orders: number;
  books: number;
}

/** An account at a broker of which we know what we ask for, or at the paper broker, whose books we keep. */
async function openWorld(keepsBooksInStore: boolean) {
  const outside: Outside = { shares: '0', placed: [], away: false, orders: 0, books: 0 };
  const wrap = (broker: PaperBroker): Broker => ({
    ...broker,
    keepsBooksInStore,
    listOrders: async (since) => {
      if (outside.away) throw new BrokerError('paper', 'unavailable', 'It is away.');
      outside.orders += 1;
      return [...(await broker.listOrders(since)), ...outside.placed];
    },
    getPositions: async () => {
      outside.books += 1;
      return (await broker.getPositions()).map((position) =>
        position.symbol === 'IBM'
          ? { ...position, quantity: position.quantity.plus(outside.shares) }
          : position,
      );
    },
  });
  const world = await openAppWorld({
    wrap,
    account: {
      approvals: { ...sampleAccount().approvals, largeTrade: null },
      automaticHalts: { ...sampleAccount().automaticHalts, reconciliation: true },
    },
  });
  return { world, outside, wrap };
}

/** Lets the schedule's time pass, in half minutes. @returns how often orders and books were asked for. */
async function pass(world: AppWorld, outside: Outside, looks: number) {
  outside.orders = 0;
  outside.books = 0;
  for (let look = 0; look < looks; look += 1) {
    await world.clock.advance({ seconds: 30 });
    await orderWatch.run(world.context, 'core');
  }
  return { orders: outside.orders, books: outside.books };
}

async function trade(world: AppWorld): Promise<void> {
  await world.say('ana', 'rebalance', 'core');
  await world.click('ben', 'approve');
  await world.settle();
}

const byHand = (world: AppWorld): BrokerOrder => ({
  brokerOrderId: 'by-hand-1',
  clientOrderId: null,
  symbol: 'IBM',
  side: 'buy',
  quantity: decimal('10'),
  filledQuantity: decimal('10'),
  averageFillPrice: decimal('80'),
  status: 'filled',
  reason: null,
  submittedAt: world.clock.now(),
  updatedAt: world.clock.now(),
});

const halts = async (world: AppWorld) =>
  (await world.store.listHalts()).map(({ scope, by }) => ({ scope, by }));

describe('an account at a broker elsewhere', () => {
  it('has its orders asked for at each look, and its book every ten minutes', async () => {
    const { world, outside } = await openWorld(false);
    await using _ = world;
    expect(await pass(world, outside, 1)).toEqual({ orders: 1, books: 1 });
    expect(await pass(world, outside, 19)).toEqual({ orders: 19, books: 0 });
    expect(await pass(world, outside, 1)).toEqual({ orders: 1, books: 1 });
    expect(await pass(world, outside, 19)).toEqual({ orders: 19, books: 0 });
    expect(await pass(world, outside, 1)).toEqual({ orders: 1, books: 1 });
  });

  it('has its book compared at the look that first sees an order placed elsewhere', async () => {
    const { world, outside } = await openWorld(false);
    await using _ = world;
    await pass(world, outside, 3);
    outside.placed = [byHand(world)];
    outside.shares = '10';
    expect(await pass(world, outside, 1)).toEqual({ orders: 1, books: 1 });
    expect(await halts(world)).toEqual([]);
    // What differs is compared until it does not.
    expect(await pass(world, outside, 1)).toEqual({ orders: 1, books: 1 });
    expect(await halts(world)).toEqual([{ scope: 'core', by: 'evenkeel' }]);
    outside.shares = '0';
    expect(await pass(world, outside, 3)).toMatchObject({ books: 1 });
  });

  it('has its book compared after an execution, until that agrees', async () => {
    const { world, outside } = await openWorld(false);
    await using _ = world;
    await pass(world, outside, 2);
    await trade(world);
    expect(await world.store.listUncompared()).toMatchObject([{ account: 'core' }]);
    expect(await pass(world, outside, 4)).toEqual({ orders: 4, books: 1 });
    expect(await world.store.listUncompared()).toEqual([]);
  });

  it('has its book compared as often after the clock was set back', async () => {
    const { world, outside } = await openWorld(false);
    await using _ = world;
    await pass(world, outside, 2);
    await world.clock.set(world.clock.now().subtract({ hours: 24 }));
    expect(await pass(world, outside, 1)).toEqual({ orders: 1, books: 1 });
    expect(await pass(world, outside, 19)).toEqual({ orders: 19, books: 0 });
    expect(await pass(world, outside, 1)).toEqual({ orders: 1, books: 1 });
  });

  it('has its book compared when its broker comes back', async () => {
    const { world, outside } = await openWorld(false);
    await using _ = world;
    await pass(world, outside, 2);
    outside.away = true;
    expect(await pass(world, outside, 2)).toEqual({ orders: 0, books: 0 });
    outside.away = false;
    expect(await pass(world, outside, 3)).toEqual({ orders: 3, books: 1 });
  });
});

describe('an account whose broker keeps its book in the database of the bot', () => {
  it('is not asked for while nothing happens, but for now and then', async () => {
    const { world, outside } = await openWorld(true);
    await using _ = world;
    // Then the first book is agreed on.
    expect(await pass(world, outside, 21)).toEqual({ orders: 1, books: 1 });
    expect(await pass(world, outside, 40)).toEqual({ orders: 2, books: 2 });
  });

  it('is compared as soon as something did, and left alone once that agrees', async () => {
    const { world, outside } = await openWorld(true);
    await using _ = world;
    await pass(world, outside, 21);
    await trade(world);
    expect(await pass(world, outside, 1)).toEqual({ orders: 1, books: 1 });
    expect(await pass(world, outside, 10)).toEqual({ orders: 0, books: 0 });
    await world.broker.deposit(decimal('500'));
    await pass(world, outside, 2);
    const told = await world.store.listPendingDeliveries('web', world.clock.now(), 1000);
    expect(told.map(({ message }) => message.fallback).join()).toContain('as after a deposit');
  });

  it('is left alone after a restart too, when all agreed before', async () => {
    const { world, outside, wrap } = await openWorld(true);
    await using _ = world;
    await pass(world, outside, 21);
    await trade(world);
    await pass(world, outside, 2);
    await world.restart({ wrap });
    expect(await pass(world, outside, 10)).toEqual({ orders: 0, books: 0 });
    await world.restart({ wrap });
    await world.broker.deposit(decimal('500'));
    expect(await pass(world, outside, 1)).toEqual({ orders: 1, books: 1 });
  });
});

describe('what moved without an order', () => {
  it('halts before an execution where it was there at the proposal', async () => {
    const { world, outside } = await openWorld(false);
    await using _ = world;
    await pass(world, outside, 3);
    outside.shares = '-10';
    await world.say('ana', 'rebalance', 'core');
    // The next look after the proposal sees it, though no book was due.
    expect(await pass(world, outside, 1)).toEqual({ orders: 1, books: 1 });
    expect(await halts(world)).toEqual([]);
    await world.clock.advance({ seconds: 25 });
    await world.click('ben', 'approve');
    await world.settle();
    expect(await halts(world)).toEqual([{ scope: 'core', by: 'evenkeel' }]);
    expect((await world.newest()).outcome).toContain('halted');
    expect(await world.store.listOrders({})).toEqual([]);
  });

  it('does not halt on what may only be late, right after the first look at it', async () => {
    const { world, outside } = await openWorld(false);
    await using _ = world;
    await pass(world, outside, 3);
    outside.shares = '-10';
    await world.say('ana', 'rebalance', 'core');
    await pass(world, outside, 1);
    outside.shares = '-10';
    await world.clock.advance({ seconds: 2 });
    await world.click('ben', 'approve');
    await world.settle();
    expect(await halts(world)).toEqual([]);
    expect((await world.newest()).status).toBe('executed');
  });
});
