import { afterEach, describe, expect, it, vi } from 'vitest';
import { acquireLease, isHeld, LeaseLost } from '../../src/app/lease.ts';
import type { Lease } from '../../src/app/lease.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { StoreError } from '../../src/ports/store-error.ts';
import { createKeptLog } from '../fixtures/kept-log.ts';
import { createTestClock } from '../fixtures/test-clock.ts';
import { openTestStore } from '../fixtures/test-store.ts';
import { openAppWorld } from './app-world.ts';

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const resource of open.splice(0)) await resource[Symbol.asyncDispose]();
});

/** Processes on one database and one clock; a frozen one's timers do not run. */
async function twoProcesses() {
  const test = await openTestStore();
  open.push(test);
  const clock = createTestClock();
  const log = createKeptLog();
  const gone = new Set<string>();
  const join = (holder: string) => {
    const told: string[] = [];
    let frozen = false;
    let lost = false;
    let inPlace = true;
    const own: Clock = {
      now: () => clock.now(),
      schedule: (at, work) =>
        clock.schedule(at, () => {
          if (!frozen) work();
        }),
    };
    const lease = acquireLease({
      store: test.store,
      clock: own,
      log,
      holder,
      isGone: (other) => gone.has(other),
      waiting: (by) => told.push(by),
      isInPlace: () => inPlace,
      lost: (why) => {
        lost = true;
        told.push(why);
      },
    });
    let held: Lease | null = null;
    void lease.then((given) => {
      held = given;
    });
    return {
      told,
      freeze: () => {
        frozen = true;
      },
      thaw: () => {
        frozen = false;
      },
      held: () => held,
      isLost: () => lost,
      replaceDatabase: () => {
        inPlace = false;
      },
      lease,
    };
  };
  const requires = (lease: Lease) => test.store.transaction((unit) => lease.require(unit));
  return { log, test, clock, gone, join, requires };
}

interface Given extends Pick<Awaited<ReturnType<typeof twoProcesses>>, 'clock' | 'requires'> {
  readonly lease: Lease;
}

const isLost = (error: unknown) => {
  if (!(error instanceof LeaseLost)) throw error;
};

describe('a lease', () => {
  it('is had at once by the first, for as long as it lives', async () => {
    const { clock, join, requires } = await twoProcesses();
    const first = join('first');
    await clock.settle();
    const second = join('second');
    await clock.advance({ minutes: 5 });
    expect(second.held()).toBeNull();
    expect(second.told).toEqual(['first']);
    await expect(requires(await first.lease)).resolves.toBeUndefined();
    expect(first.isLost()).toBe(false);
  });

  it('goes on within 15 seconds when the holder is frozen, which then can commit nothing', async () => {
    const { clock, join, requires } = await twoProcesses();
    const first = join('first');
    await clock.settle();
    const second = join('second');
    await clock.advance({ seconds: 30 });
    first.freeze();
    const frozenAt = clock.now();
    await clock.advance({ seconds: 8 });
    expect(second.held()).toBeNull();
    await clock.advance({ seconds: 4 });
    expect(second.held()).not.toBeNull();
    expect(frozenAt.until(clock.now()).total('seconds')).toBeLessThan(15);
    expect((await second.lease).token).toBe((await first.lease).token + 1);
    first.thaw();
    await expect(requires(await first.lease)).rejects.toThrow(LeaseLost);
    expect(first.isLost()).toBe(true);
    await expect(requires(await second.lease)).resolves.toBeUndefined();
  });

  it('goes on at the next look when the holder is certainly gone', async () => {
    const { clock, gone, join } = await twoProcesses();
    const first = join('first');
    await clock.settle();
    const second = join('second');
    await clock.advance({ seconds: 3 });
    first.freeze();
    gone.add('first');
    await clock.advance({ seconds: 2 });
    expect(second.held()).not.toBeNull();
  });

  it('goes on at the next look when it was given back, and an ended one takes nothing away', async () => {
    const { clock, join, requires } = await twoProcesses();
    const first = join('first');
    await clock.settle();
    const second = join('second');
    await clock.advance({ seconds: 3 });
    await (await first.lease).end();
    await clock.advance({ seconds: 2 });
    expect(second.held()).not.toBeNull();
    await (await first.lease).end();
    await clock.advance({ seconds: 30 });
    await expect(requires(await second.lease)).resolves.toBeUndefined();
    expect(first.isLost()).toBe(false);
  });
});

describe('just before a request leaves', () => {
  it('is confirmed without a word to the database while the lease has certainly not run out', async () => {
    const { test, clock, join } = await twoProcesses();
    const lease = await join('first').lease;
    await clock.advance({ seconds: 30 });
    const before = await test.store.findLease('bot');
    await lease.confirm();
    expect(await test.store.findLease('bot')).toEqual(before);
  });

  it('is refused to one that slept until another took over', async () => {
    const { clock, join } = await twoProcesses();
    const first = join('first');
    const lease = await first.lease;
    const second = join('second');
    await clock.settle();
    first.freeze();
    await clock.advance({ seconds: 12 });
    expect(second.held()).not.toBeNull();
    await expect(lease.confirm()).rejects.toThrow(LeaseLost);
    expect(first.isLost()).toBe(true);
  });

  it.each([
    ['a request', ({ lease }) => lease.confirm().catch(isLost)],
    ['an intent', ({ lease, requires }) => requires(lease).catch(isLost)],
    ['its renewal', ({ clock }) => clock.advance({ seconds: 3 })],
  ] satisfies [string, (given: Given) => Promise<unknown>][])(
    'is lost with the file of the database before %s',
    async (_, ask) => {
      const { clock, join, requires } = await twoProcesses();
      const one = join('one');
      const lease = await one.lease;
      one.replaceDatabase();
      await ask({ lease, requires, clock });
      expect(one.told).toEqual(['replaced']);
    },
  );

  it('is given to one that slept while nobody else was there', async () => {
    const { clock, join } = await twoProcesses();
    const first = join('first');
    const lease = await first.lease;
    first.freeze();
    await clock.advance({ minutes: 5 });
    await expect(lease.confirm()).resolves.toBeUndefined();
    expect(first.isLost()).toBe(false);
  });
});

describe('whoever stands by', () => {
  it('goes on doing so while the one that acts is frozen in the middle of a transaction', async () => {
    const { test, clock, join } = await twoProcesses();
    const first = join('first');
    await first.lease;
    const second = join('second');
    await clock.settle();
    first.freeze();
    const lock = vi.spyOn(test.store, 'transaction');
    lock.mockRejectedValueOnce(new StoreError('database_locked', 'The database is locked.'));
    await clock.advance({ seconds: 14 });
    expect(lock.mock.settledResults[0]?.type).toBe('rejected');
    expect(second.held()).not.toBeNull();
  });
});

describe('a takeover that a frozen transaction keeps from happening', () => {
  it('is told once with who is to be ended, and happens when that one lets go', async () => {
    const { test, clock, join, log } = await twoProcesses();
    const first = join('first');
    await first.lease;
    const second = join('second');
    await clock.settle();
    first.freeze();
    const lock = vi.spyOn(test.store, 'transaction');
    lock.mockRejectedValue(new StoreError('database_locked', 'The database is locked.'));
    await clock.advance({ minutes: 2 });
    const told = log.lines.filter(({ fields }) => fields['code'] === 'takeover_blocked');
    expect(told.map(({ fields }) => fields['holder'])).toEqual(['first']);
    expect(second.held()).toBeNull();
    lock.mockRestore();
    await clock.advance({ seconds: 3 });
    expect(second.held()).not.toBeNull();
  });
});

describe('whether a process acts', () => {
  it('is so while the lease runs and the holder is not certainly gone', async () => {
    const { test, clock, join } = await twoProcesses();
    const never = () => false;
    expect(await isHeld(test.store, clock, never)).toBe(false);
    const first = join('first');
    await clock.settle();
    expect(await isHeld(test.store, clock, never)).toBe(true);
    expect(await isHeld(test.store, clock, (holder) => holder === 'first')).toBe(false);
    await (await first.lease).end();
    expect(await isHeld(test.store, clock, never)).toBe(false);
  });
});

describe('an execution whose process was taken over', () => {
  it('commits no intent and sends nothing', async () => {
    await using world = await openAppWorld();
    await world.say('ana', 'rebalance', 'core');
    let lost = false;
    Object.assign(world.context, {
      lease: {
        require: () => (lost ? Promise.reject(new LeaseLost()) : Promise.resolve()),
        confirm: () => Promise.resolve(),
      },
    });
    lost = true;
    await world.click('ben', 'approve');
    await world.clock.advance({ minutes: 1 });
    expect((await world.newest()).status).toBe('approved');
    expect(await world.store.listOrders({})).toEqual([]);
    expect(await world.broker.listOrders(Temporal.Instant.from('2026-01-01T00:00:00Z'))).toEqual(
      [],
    );
    lost = false;
    await world.clock.advance({ seconds: 11 });
    await world.settle();
    expect((await world.newest()).status).toBe('executed');
  });

  it('commits and sends nothing more once its sales are out', async () => {
    await using world = await openAppWorld();
    await world.say('ana', 'rebalance', 'core');
    let calls = 0;
    Object.assign(world.context, {
      // The execution begins with its sales; then another process takes over.
      lease: {
        require: () => {
          calls += 1;
          return calls <= 1 ? Promise.resolve() : Promise.reject(new LeaseLost());
        },
        confirm: () => Promise.resolve(),
      },
    });
    await world.click('ben', 'approve');
    await world.clock.advance({ minutes: 1 });
    const orders = await world.store.listOrders({});
    expect(orders.length).toBeGreaterThan(0);
    expect(orders.every(({ intent }) => intent.side === 'sell')).toBe(true);
    expect(
      await world.broker.listOrders(Temporal.Instant.from('2026-01-01T00:00:00Z')),
    ).toHaveLength(orders.length);
  });

  it('sends nothing that it had marked as submitted before it fell asleep', async () => {
    await using world = await openAppWorld();
    await world.say('ana', 'rebalance', 'core');
    let asleep = true;
    Object.assign(world.context, {
      lease: {
        require: () => Promise.resolve(),
        confirm: () => (asleep ? Promise.reject(new LeaseLost()) : Promise.resolve()),
      },
    });
    await world.click('ben', 'approve');
    await world.settle();
    const orders = await world.store.listOrders({});
    expect(orders.some((order) => order.status === 'submitted')).toBe(true);
    expect(await world.broker.listOrders(Temporal.Instant.from('2026-01-01T00:00:00Z'))).toEqual(
      [],
    );
    asleep = false;
    await world.clock.advance({ minutes: 1 });
    await world.settle();
    expect((await world.newest()).status).toBe('executed');
  });
});
