import { describe, expect, it } from 'vitest';
import { LeaseLost } from '../../src/app/lease.ts';
import type { Broker } from '../../src/ports/broker.ts';
import { StoreError } from '../../src/ports/store-error.ts';
import { openAppWorld } from './app-world.ts';
import type { AppWorld } from './app-world.ts';

const EPOCH = Temporal.Instant.from('1970-01-01T00:00:00Z');

/** A broker at which orders wait for their turn, as in a pacer, until they get it or are withdrawn. */
function queueing() {
  const turns: (() => void)[] = [];
  let open = false;
  return {
    waiting: () => turns.length,
    giveTurns() {
      open = true;
      for (const begin of turns.splice(0)) begin();
    },
    wrap: (broker: Broker): Broker => ({
      ...broker,
      executeTrade: async (intent, permit) => {
        if (!open) {
          await new Promise<void>((resolve) => {
            turns.push(resolve);
            permit.withdrawn.addEventListener('abort', () => {
              turns.splice(turns.indexOf(resolve), 1);
              resolve();
            });
          });
        }
        return await broker.executeTrade(intent, permit);
      },
    }),
  };
}

async function approveAndWait(world: AppWorld, queue: ReturnType<typeof queueing>): Promise<void> {
  await world.say('ana', 'rebalance', 'core');
  await world.click('ben', 'approve');
  await world.clock.settle();
  expect(queue.waiting()).toBeGreaterThan(0);
}

/** What the record says of the orders: none is at the exchange, and each is told as not sent. */
async function expectNothingSent(world: AppWorld, reason: string): Promise<void> {
  expect(await world.broker.listOrders(EPOCH)).toEqual([]);
  const orders = await world.store.listOrders({});
  const waited = await world.store.listAudit({ actions: ['order_submitted'], limit: 99 });
  const notSent = await world.store.listAudit({ actions: ['order_not_sent'], limit: 99 });
  expect(notSent.map(({ subject }) => subject).toSorted()).toEqual(
    waited.map(({ subject }) => subject).toSorted(),
  );
  for (const { subject, actor, payload } of notSent) {
    expect(actor).toBe('evenkeel');
    expect(payload).toMatchObject({ status: 'denied', code: 'halted', reason });
    const order = orders.find(({ intent }) => intent.clientOrderId === subject);
    expect(order).toMatchObject({
      status: 'denied',
      reasonCode: 'halted',
      reason,
      submittedAt: null,
      brokerOrderId: null,
    });
  }
  const [message] = await world.store.listPendingDeliveries('web', world.clock.now(), 99);
  expect(JSON.stringify(message?.message)).toContain(reason);
}

const HALTED = 'trading was halted while this order waited for its turn; it was not sent';

describe('orders that wait for their turn at the broker', () => {
  it('stay here when a person halts the account, at once', async () => {
    const queue = queueing();
    await using world = await openAppWorld({ wrap: queue.wrap });
    await approveAndWait(world, queue);
    await world.say('ben', 'halt', 'core a wrong price');
    // No turn was given: what was withdrawn need not wait for one.
    await world.settle();
    expect(queue.waiting()).toBe(0);
    expect((await world.newest()).status).toBe('failed');
    await expectNothingSent(world, HALTED);
  });

  it('stay here when their turn comes after a rule halted everything', async () => {
    const queue = queueing();
    await using world = await openAppWorld({ wrap: queue.wrap });
    await approveAndWait(world, queue);
    await world.store.transaction((unit) =>
      unit.insertHalt({
        scope: 'all',
        by: 'evenkeel',
        reason: 'the audit log is broken',
        at: world.clock.now(),
      }),
    );
    queue.giveTurns();
    await world.settle();
    expect((await world.newest()).status).toBe('failed');
    await expectNothingSent(world, HALTED);
  });

  it('are not sent when the halt has ended before the account could go on', async () => {
    const queue = queueing();
    await using world = await openAppWorld({ wrap: queue.wrap });
    await approveAndWait(world, queue);
    await world.say('ben', 'halt', 'core a wrong price');
    await world.clock.settle();
    for (const person of ['ben', 'chloe', 'dev']) await world.say(person, 'resume', 'core');
    expect(await world.store.listHalts()).toEqual([]);
    queue.giveTurns();
    await world.settle();
    // What follows the sales is decided anew; nothing of what was held back comes to life.
    const orders = await world.store.listOrders({});
    const heldBack = await world.store.listAudit({ actions: ['order_not_sent'], limit: 99 });
    expect(heldBack.length).toBeGreaterThan(0);
    for (const { subject } of heldBack) {
      const order = orders.find(({ intent }) => intent.clientOrderId === subject);
      expect(order?.status).toBe('denied');
    }
  });

  it('stay here when it cannot be read whether trading is halted', async () => {
    const queue = queueing();
    await using world = await openAppWorld({ wrap: queue.wrap });
    await approveAndWait(world, queue);
    const listHalts = world.store.listHalts.bind(world.store);
    let failures = 1;
    Object.assign(world.store, {
      listHalts: async () => {
        failures -= 1;
        if (failures >= 0) throw new StoreError('database_locked', 'The database is locked.');
        return await listHalts();
      },
    });
    queue.giveTurns();
    await world.settle();
    expect(await world.store.listAudit({ actions: ['order_not_sent'], limit: 99 })).not.toEqual([]);
    const orders = await world.store.listOrders({});
    const sales = orders.filter(({ intent }) => intent.side === 'sell');
    for (const order of sales) {
      expect(order).toMatchObject({ status: 'denied', reasonCode: 'not_checked' });
    }
    const sold = await world.broker.listOrders(EPOCH);
    expect(sold.filter(({ side }) => side === 'sell')).toEqual([]);
  });

  it('stay here, and as unanswered as they are, when another process has taken over', async () => {
    const queue = queueing();
    await using world = await openAppWorld({ wrap: queue.wrap });
    await approveAndWait(world, queue);
    const before = await world.store.listOrders({});
    Object.assign(world.context, {
      lease: {
        require: () => Promise.reject(new LeaseLost()),
        confirm: () => Promise.reject(new LeaseLost()),
      },
    });
    queue.giveTurns();
    await world.clock.advance({ minutes: 5 });
    expect(await world.broker.listOrders(EPOCH)).toEqual([]);
    // Whoever has the lease now finds out by itself; this process writes nothing about them.
    expect(await world.store.listOrders({})).toEqual(before);
    expect(await world.store.listAudit({ actions: ['order_not_sent'], limit: 9 })).toEqual([]);
  });

  it('are as unanswered as before when they were to be sent again and stayed here', async () => {
    const sendings = new Map<string, number>();
    await using world = await openAppWorld({
      wrap: (broker) => ({
        ...broker,
        executeTrade: async (intent, permit) => {
          const sending = (sendings.get(intent.clientOrderId) ?? 0) + 1;
          sendings.set(intent.clientOrderId, sending);
          if (sending === 1) return { type: 'unknown', reason: 'no answer' };
          if (sending === 2)
            return { type: 'not_sent', code: 'halted', reason: 'halted meanwhile' };
          return await broker.executeTrade(intent, permit);
        },
      }),
    });
    await world.say('ana', 'rebalance', 'core');
    await world.click('ben', 'approve');
    await world.settle();
    expect((await world.newest()).status).toBe('executed');
    const rows = await world.store.listAudit({ actions: ['order_not_sent'], limit: 99 });
    expect(rows).toHaveLength(sendings.size);
    for (const { payload } of rows) {
      expect(payload).toMatchObject({ again: true, code: 'halted', reason: 'halted meanwhile' });
    }
  });

  it('leave when nothing speaks against it', async () => {
    const queue = queueing();
    await using world = await openAppWorld({ wrap: queue.wrap });
    await approveAndWait(world, queue);
    queue.giveTurns();
    await world.settle();
    expect((await world.newest()).status).toBe('executed');
  });
});
