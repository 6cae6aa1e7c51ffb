import { describe, expect, it } from 'vitest';
import { haltAfterRejections, verifyRecord, watchAccount } from '../../src/app/automatic-halts.ts';
import { watchOrders } from '../../src/app/reconciliation.ts';
import { decimal } from '../../src/core/decimal.ts';
import type { AutomaticHaltSettings } from '../../src/core/guardrail-settings.ts';
import { tradingDayOf } from '../../src/core/market-calendar.ts';
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

async function run(world: AppWorld): Promise<void> {
  await world.say('ana', 'rebalance', 'core');
  await world.click('ben', 'approve');
  await world.settle();
}

async function halts(world: AppWorld) {
  const rows = await world.store.listAudit({ actions: ['halt'], limit: 10 });
  return rows.map(({ actor, payload }) => ({ actor, ...payload }));
}

const reject = () => ({ type: 'reject', reason: 'not today' }) as const;

describe('rejected orders', () => {
  const rejections = { count: 2, within: Temporal.Duration.from({ minutes: 10 }) };

  it('halt the account, so that nothing more is sent', async () => {
    const options = withHalts({ rejections: { ...rejections, count: 1 } });
    await using world = await openAppWorld({ ...options, behaviour: reject });
    await run(world);
    const [order] = await world.store.listHalts();
    expect(order).toMatchObject({ scope: 'core', by: 'evenkeel' });
    expect(await halts(world)).toMatchObject([
      { rule: 'rejections', rejected: '1', actor: 'evenkeel' },
    ]);
    const orders = await world.store.listOrders({});
    expect(
      orders.filter(({ intent }) => intent.side === 'buy').map(({ status }) => status),
    ).toEqual(orders.filter(({ intent }) => intent.side === 'buy').map(() => 'denied'));
    expect(wordsOf(await world.say('ana', 'portfolio', 'core'))).toContain('rejected 1 order');
  });

  it('do not halt again for what people resumed from', async () => {
    const options = withHalts({ rejections: { ...rejections, count: 1 } });
    await using world = await openAppWorld({ ...options, behaviour: reject });
    await run(world);
    await world.say('ben', 'resume', 'core');
    const [account] = world.context.accounts.values();
    if (account === undefined) throw new Error('the world has an account');
    await haltAfterRejections(world.context, account, await world.store.listOrders({}));
    expect(await world.store.listHalts()).toEqual([]);
  });
});

describe('the loss of the day', () => {
  async function closedAt(world: AppWorld, value: string) {
    await world.store.transaction((unit) =>
      unit.recordAccountValue({
        account: 'core',
        date: tradingDayOf(world.clock.now()).subtract({ days: 1 }),
        value: decimal(value),
        cash: decimal('0'),
        drift: decimal('0'),
      }),
    );
  }

  it('halts between approval and the first order', async () => {
    await using world = await openAppWorld(withHalts({ dayLoss: decimal('0.05') }));
    await closedAt(world, '1000000');
    await run(world);
    expect(await world.store.listOrders({})).toEqual([]);
    expect((await world.newest()).status).toBe('failed');
    expect(await halts(world)).toMatchObject([{ rule: 'day_loss', close: '1000000' }]);
  });

  it('does not halt again after a resume until as much more is lost', async () => {
    await using world = await openAppWorld(withHalts({ dayLoss: decimal('0.05') }));
    await closedAt(world, '1000000');
    const account = sampleAccount(withHalts({ dayLoss: decimal('0.05') }).account);
    await watchAccount(world.context, account, null);
    expect(await world.store.listHalts()).toHaveLength(1);
    await world.say('ben', 'resume', 'core');
    await watchAccount(world.context, account, null);
    expect(await world.store.listHalts()).toEqual([]);
    await closedAt(world, '9000000');
    await watchAccount(world.context, account, null);
    expect(await world.store.listHalts()).toHaveLength(1);
  });
});

describe("the broker's clock", () => {
  it('halts before anything is sent when it is far from ours', async () => {
    const options = withHalts({ clockSkew: Temporal.Duration.from({ seconds: 30 }) });
    await using world = await openAppWorld({
      ...options,
      wrap: (broker) => ({
        ...broker,
        getTime: async () => world.clock.now().subtract({ minutes: 3 }),
      }),
    });
    await run(world);
    expect(await world.store.listOrders({})).toEqual([]);
    expect(await halts(world)).toMatchObject([{ rule: 'clock_skew' }]);
  });
});

describe('a broken audit log', () => {
  it('halts everything, and is found from the last verified row on', async () => {
    await using world = await openAppWorld();
    for (const command of ['portfolio', 'orders', 'help']) await world.say('ana', command);
    expect(await verifyRecord(world.context, 'all')).toMatchObject({ fault: null });
    const verified = await world.store.readSetting('audit.verified_head');
    expect(Number(verified?.split(':')[0])).toBeGreaterThan(2);
    await world.say('ana', 'portfolio', 'core');
    const { sqlite } = world.store.database;
    for (const { name } of sqlite
      .prepare<[], { name: string }>("select name from sqlite_master where type = 'trigger'")
      .all()) {
      sqlite.exec(`drop trigger "${name}"`);
    }
    // The row that was verified must still be the same.
    const other = await world.store.verifyAudit({ since: `3:${'0'.repeat(64)}` });
    expect(other.ok).toBe(false);
    // Before the verified row: the quick look does not see it, the daily one does.
    sqlite.exec("update audit_log set actor = 'eve' where seq = 1");
    expect(await verifyRecord(world.context, 'since_verified')).toMatchObject({ fault: null });
    expect(await world.store.listHalts()).toEqual([]);
    expect((await verifyRecord(world.context, 'all'))?.fault).toContain('row 1 is edited');
    expect(await world.store.listHalts()).toMatchObject([{ scope: 'all', by: 'evenkeel' }]);
    sqlite.exec("update audit_log set actor = 'eve' where seq = (select max(seq) from audit_log)");
    expect((await verifyRecord(world.context, 'since_verified'))?.fault).toContain('is edited');
  });
});

describe('the watch over orders', () => {
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

  it('reports an order that nobody approved once, and does not halt', async () => {
    const options = withHalts({ reconciliation: true });
    let placed: readonly BrokerOrder[] = [];
    const wrap = (broker: Broker): Broker => ({
      ...broker,
      listOrders: async (since) => [...(await broker.listOrders(since)), ...placed],
    });
    await using world = await openAppWorld({ ...options, wrap });
    await watchOrders(world.context);
    placed = [foreign(world)];
    await watchOrders(world.context);
    await watchOrders(world.context);
    const told = await alerts(world, 'foreign-order:');
    expect(told.map(({ message }) => message.fallback)).toMatchObject([
      expect.stringContaining('BUY IBM 10 at the paper broker was approved by nobody here'),
    ]);
    expect(await world.store.listAudit({ actions: ['foreign_order'], limit: 9 })).toHaveLength(1);
    expect(await world.store.listHalts()).toEqual([]);
    expect(wordsOf(await world.say('ana', 'reconcile', 'core'))).toContain('approved by nobody');
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
    await watchOrders(world.context);
    expect(await world.store.listHalts()).toEqual([]);
    await watchOrders(world.context);
    expect(await halts(world)).toMatchObject([{ rule: 'reconciliation' }]);
    await world.say('ben', 'resume', 'core');
    await watchOrders(world.context);
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
      await watchOrders(world.context);
      short = true;
      await watchOrders(world.context);
      expect(await world.store.listHalts()).toEqual([]);
      await watchOrders(world.context);
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
