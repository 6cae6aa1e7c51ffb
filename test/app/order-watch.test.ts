import { describe, expect, it } from 'vitest';
import { accountNamed } from '../../src/app/context.ts';
import { createExecutor } from '../../src/app/executor.ts';
import { lookAtAccount } from '../../src/app/look-at-account.ts';
import { decimal } from '../../src/core/decimal.ts';
import type { AutomaticHaltSettings } from '../../src/core/guardrail-settings.ts';
import { latestDue } from '../../src/jobs/latest-due.ts';
import { orderWatch } from '../../src/jobs/order-watch.ts';
import { createScheduler } from '../../src/jobs/scheduler.ts';
import type { Broker, BrokerOrder } from '../../src/ports/broker.ts';
import { sampleAccount } from '../fixtures/sample-account.ts';
import { openAppWorld, wordsOf } from './app-world.ts';
import type { AppWorld } from './app-world.ts';

function withHalts(settings: Partial<AutomaticHaltSettings>) {
  return {
    account: {
      automaticHalts: { ...sampleAccount().automaticHalts, ...settings },
      approvals: { ...sampleAccount().approvals, largeTrade: null },
    },
  };
}

async function look(world: AppWorld): Promise<void> {
  await lookAtAccount(world.context, accountNamed(world.context, 'core'));
}

async function run(world: AppWorld): Promise<void> {
  await world.say('ana', 'rebalance', 'core');
  await world.click('ben', 'approve');
  await world.settle();
}

async function halts(world: AppWorld) {
  const rows = await world.store.listAudit({ actions: ['halt'], limit: 10 });
  return rows.map(({ actor, payload }) => ({ actor, ...payload }));
}

const foreign = (world: AppWorld, changes: Partial<BrokerOrder> = {}): BrokerOrder => ({
  brokerOrderId: 'by-hand-1',
  clientOrderId: null,
  symbol: 'IBM',
  side: 'buy',
  quantity: decimal('10'),
  filledQuantity: decimal('0'),
  averageFillPrice: null,
  status: 'accepted',
  reason: null,
  submittedAt: world.clock.now(),
  updatedAt: world.clock.now(),
  ...changes,
});
const alerts = async (world: AppWorld, kind: string) =>
  (await world.store.listPendingDeliveries('web', world.clock.now(), 1000)).filter(
    ({ announcementKey }) => announcementKey.startsWith(kind),
  );

describe('the watch over orders', () => {
  it('reports an order that nobody approved once, and does not halt', async () => {
    const options = withHalts({ reconciliation: true });
    let placed: readonly BrokerOrder[] = [];
    const wrap = (broker: Broker): Broker => ({
      ...broker,
      listOrders: async (since) => [...(await broker.listOrders(since)), ...placed],
    });
    await using world = await openAppWorld({ ...options, wrap });
    await look(world);
    placed = [foreign(world)];
    await look(world);
    await look(world);
    const told = await alerts(world, 'foreign-order:');
    expect(told.map(({ message }) => message.fallback)).toMatchObject([
      expect.stringContaining('BUY IBM 10 at the paper broker was approved by nobody here'),
    ]);
    expect(await world.store.listAudit({ actions: ['foreign_order'], limit: 9 })).toHaveLength(1);
    expect(await world.store.listHalts()).toEqual([]);
    expect(wordsOf(await world.say('ana', 'reconcile', 'core'))).toContain('approved by nobody');
  });

  it.each([
    ['history where nothing was ordered here', false, 0],
    ['told where the first order of ours left before the first look', true, 1],
  ])('an order that ended before the first look is %s', async (_, ordered, told) => {
    let placed: readonly BrokerOrder[] = [];
    const wrap = (broker: Broker): Broker => ({
      ...broker,
      listOrders: async (since) => [...(await broker.listOrders(since)), ...placed],
    });
    await using world = await openAppWorld({ ...withHalts({}), wrap });
    if (ordered) await run(world);
    placed = [foreign(world, { status: 'canceled' })];
    await world.clock.advance({ minutes: 1 });
    await look(world);
    await look(world);
    expect(await world.store.listAudit({ actions: ['foreign_order'], limit: 9 })).toHaveLength(
      told,
    );
  });

  it('halts when an order carries an id of ours that the record does not know', async () => {
    const options = withHalts({ reconciliation: true });
    let placed: readonly BrokerOrder[] = [];
    const wrap = (broker: Broker): Broker => ({
      ...broker,
      listOrders: async (since) => [...(await broker.listOrders(since)), ...placed],
    });
    await using world = await openAppWorld({ ...options, wrap });
    placed = [foreign(world, { clientOrderId: 'ek-k3f9xa-1-1-0123456789abcdef' })];
    await look(world);
    expect(await world.store.listHalts()).toEqual([]);
    await look(world);
    expect(await halts(world)).toMatchObject([{ rule: 'reconciliation' }]);
    await world.say('ben', 'resume', 'core');
    await look(world);
    expect(await world.store.listHalts()).toEqual([]);
  });

  it.each([
    [true, 1, 0],
    [false, 0, 1],
  ])(
    'where differences halt is %s: a fill that the broker does not list',
    async (on, halted, told) => {
      const options = withHalts({ reconciliation: on });
      let short = false;
      const wrap = (broker: Broker): Broker => ({
        ...broker,
        listOrders: async (since) =>
          (await broker.listOrders(since)).map((order) =>
            short ? { ...order, filledQuantity: decimal('0') } : order,
          ),
      });
      await using world = await openAppWorld({ ...options, wrap });
      await run(world);
      await look(world);
      short = true;
      await look(world);
      expect(await world.store.listHalts()).toEqual([]);
      await look(world);
      expect(await world.store.listHalts()).toHaveLength(halted);
      expect((await alerts(world, 'difference:')).length > 0 ? 1 : 0).toBe(told);
      const words = wordsOf(await world.say('ana', 'reconcile', 'core'));
      expect(words).toContain('0 filled at the broker');
    },
  );

  it('the card of a quiet day says that all agrees', async () => {
    await using world = await openAppWorld();
    expect(wordsOf(await world.say('ana', 'reconcile'))).toContain('Nothing was ordered today');
    await run(world);
    const words = wordsOf(await world.say('ana', 'reconcile', 'core'));
    expect(words).toContain('5 legs of 1 proposal today');
    expect(words).toContain('and the record agree');
  });
});

describe('the schedule of the watch', () => {
  it('looks at every account twice a minute, in seconds of its own', async () => {
    await using world = await openAppWorld();
    const names = Array.from({ length: 70 }, (_, number) => `account-${number}`);
    const accounts = new Map(names.map((name) => [name, sampleAccount({ name })]));
    const planned = orderWatch.schedules({ ...world.context, accounts });
    expect(planned.map(({ scope }) => scope)).toEqual(names);
    const seconds = planned.map(({ cron }) =>
      (/^(\d+),(\d+) \* \* \* \* \*$/.exec(cron) ?? []).slice(1).map(Number),
    );
    for (const [first, second] of seconds) expect(second).toBe((first ?? NaN) + 30);
    expect(new Set(seconds.map(([first]) => first)).size).toBe(30);
  });

  it('has accounts that are read in one request due together', async () => {
    const names = ['a', 'b', 'c', 'd'];
    const logins: Readonly<Record<string, string>> = { b: 'ana', d: 'ana' };
    const wrap = (broker: Broker): Broker => {
      const login = logins[broker.account];
      return login === undefined ? broker : { ...broker, readTogether: login };
    };
    const [a, ...others] = names.map((name) => sampleAccount({ name }));
    if (a === undefined) throw new Error('there are four');
    await using world = await openAppWorld({ accounts: [a, ...others], wrap });
    expect(orderWatch.schedules(world.context).map(({ scope, cron }) => [scope, cron])).toEqual([
      ['a', '0,30 * * * * *'],
      ['b', '1,31 * * * * *'],
      ['d', '1,31 * * * * *'],
      ['c', '2,32 * * * * *'],
    ]);
  });

  it('tells of a foreign order within a minute while another broker does not answer', async () => {
    let placed: readonly BrokerOrder[] = [];
    const asked: string[] = [];
    const never = Promise.withResolvers<never>();
    const wrap = (broker: Broker): Broker => ({
      ...broker,
      keepsBooksInStore: false,
      listOrders: async (since) => {
        asked.push(broker.account);
        if (broker.account === 'slow' && placed.length > 0) await never.promise;
        const own = await broker.listOrders(since);
        return broker.account === 'core' ? [...own, ...placed] : own;
      },
    });
    const accounts = [sampleAccount({ name: 'slow' }), sampleAccount()] as const;
    await using world = await openAppWorld({ accounts, wrap });
    const scheduler = createScheduler(world.context, [orderWatch]);
    // The schedule as cron runs it: what is due in a second is begun in it, and nobody waits for it.
    const second = async () => {
      await world.clock.advance({ seconds: 1 });
      const now = world.clock.now();
      const due = orderWatch.schedules(world.context);
      if (due.some((schedule) => latestDue(schedule, now)?.equals(now))) void scheduler.tick();
      await world.clock.settle();
    };
    for (let passed = 0; passed < 40; passed += 1) await second();
    placed = [foreign(world)];
    const told = async () =>
      (await alerts(world, 'foreign-order:')).map(({ announcementKey }) => announcementKey);
    expect(await told()).toEqual([]);
    asked.length = 0;
    for (let passed = 0; passed < 60; passed += 1) await second();
    expect(await told()).toEqual(['foreign-order:core:by-hand-1']);
    // The broker that does not answer is not asked a second time meanwhile.
    expect(asked.filter((name) => name === 'slow')).toHaveLength(1);
    expect(asked.filter((name) => name === 'core').length).toBeGreaterThan(1);
    never.reject(new Error('the test is over'));
    await scheduler.stop();
  });
});

describe('a start', () => {
  it('takes up what was approved while the broker of another account does not answer', async () => {
    const accounts = [
      sampleAccount(withHalts({}).account),
      sampleAccount({ name: 'slow' }),
    ] as const;
    await using world = await openAppWorld({ accounts });
    await world.executor.close();
    await world.say('ana', 'rebalance', 'core');
    await world.click('ben', 'approve');
    expect((await world.newest()).status).toBe('approved');
    const never = Promise.withResolvers<never>();
    const slow = world.context.brokers.get('slow');
    if (slow === undefined) throw new Error('the world has two accounts');
    const brokers = new Map(world.context.brokers);
    brokers.set('slow', { ...slow, listFills: () => never.promise });
    const executor = createExecutor({ ...world.context, brokers });
    await executor.open();
    for (let second = 0; second < 30; second += 1) await world.clock.advance({ seconds: 1 });
    expect((await world.newest()).status).toBe('executed');
    never.reject(new Error('the test is over'));
    await executor.compared();
    await executor.close();
  });

  it('proposes and sends nothing for an account before it has been compared with its broker', async () => {
    await using world = await openAppWorld(withHalts({}));
    await world.executor.close();
    await world.say('ana', 'rebalance', 'core');
    await world.click('ben', 'approve');
    const { proposal } = await world.newest();
    const answers = Promise.withResolvers<void>();
    const sent: string[] = [];
    const broker = world.context.brokers.get('core');
    if (broker === undefined) throw new Error('the world has one account');
    const slow: Broker = {
      ...broker,
      async listFills(since) {
        await answers.promise;
        return await broker.listFills(since);
      },
      async executeTrade(intent, permit) {
        sent.push(intent.symbol);
        return await broker.executeTrade(intent, permit);
      },
    };
    const executor = createExecutor({ ...world.context, brokers: new Map([['core', slow]]) });
    await executor.open();
    // Somebody approves it once more in a chat that is there already.
    executor.start(proposal.id, 'core');
    for (let second = 0; second < 30; second += 1) await world.clock.advance({ seconds: 1 });
    expect(sent).toEqual([]);
    expect(JSON.stringify(await world.say('ana', 'rebalance', 'core'))).toContain(
      'has not compared core with the paper broker',
    );
    expect(JSON.stringify(await world.say('ana', 'portfolio', 'core'))).toContain(
      'has not compared its record with the paper broker yet',
    );
    expect((await world.newest()).status).toBe('approved');
    answers.resolve();
    await executor.compared();
    for (let second = 0; second < 30; second += 1) await world.clock.advance({ seconds: 1 });
    expect((await world.newest()).status).toBe('executed');
    expect(sent).toHaveLength(proposal.plan.legs.length);
    expect(JSON.stringify(await world.say('ana', 'portfolio', 'core'))).not.toContain(
      'has not compared',
    );
    await executor.close();
  });

  it('reads no book ahead for an account that has not been compared', async () => {
    await using world = await openAppWorld(withHalts({}));
    await world.executor.close();
    await world.say('ana', 'rebalance', 'core');
    const { proposal } = await world.newest();
    const executor = createExecutor(world.context);
    const opened = executor.open();
    expect(executor.readAhead(proposal)).toBeNull();
    await opened;
    await executor.compared();
    expect(executor.readAhead(proposal)).not.toBeNull();
    await executor.close();
  });

  it('can be ended while a broker does not answer, and what was approved goes on at the next', async () => {
    await using world = await openAppWorld(withHalts({}));
    await world.executor.close();
    await world.say('ana', 'rebalance', 'core');
    await world.click('ben', 'approve');
    const broker = world.context.brokers.get('core');
    if (broker === undefined) throw new Error('the world has one account');
    const never = Promise.withResolvers<never>();
    const silent: Broker = { ...broker, listFills: () => never.promise };
    const executor = createExecutor({ ...world.context, brokers: new Map([['core', silent]]) });
    await executor.open();
    never.promise.catch(() => {});
    const closed = executor.close();
    never.reject(new Error('the connection is closed'));
    await closed;
    expect((await world.newest()).status).toBe('approved');
  });
});
