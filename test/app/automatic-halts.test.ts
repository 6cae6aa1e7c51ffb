import { describe, expect, it } from 'vitest';
import { haltAfterRejections, verifyRecord, watchAccount } from '../../src/app/automatic-halts.ts';
import { summarize } from '../../src/app/summarize.ts';
import { takeSnapshot } from '../../src/app/take-snapshot.ts';
import { decimal } from '../../src/core/decimal.ts';
import type { AutomaticHaltSettings } from '../../src/core/guardrail-settings.ts';
import { tradingDayOf } from '../../src/core/market-calendar.ts';
import { planRebalance } from '../../src/core/plan.ts';
import type { AccountValue } from '../../src/ports/store.ts';
import { fill } from '../core/compliance/lots-table.ts';
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
  async function closedAt(world: AppWorld, value: string, book: AccountValue['book'] = null) {
    await world.store.transaction((unit) =>
      unit.recordAccountValue({
        account: 'core',
        date: tradingDayOf(world.clock.now()).subtract({ days: 1 }),
        value: decimal(value),
        cash: decimal('0'),
        drift: decimal('0'),
        book,
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

describe('money that was paid in or out since the close', () => {
  const limit = { dayLoss: decimal('0.05') };

  /** The close of yesterday had `more` in cash than there is now, and the same positions. */
  async function closedWith(world: AppWorld, more: string) {
    const broker = world.context.brokers.get('core');
    if (broker === undefined) throw new Error('core has a broker');
    const account = sampleAccount(withHalts(limit).account);
    const snapshot = await takeSnapshot(world.context, account);
    const value = planRebalance(snapshot, account.targets, account.policy);
    if (value.type !== 'planned') throw new Error('core can be planned');
    const { cash } = snapshot.balance;
    await world.store.transaction((unit) =>
      unit.recordAccountValue({
        account: 'core',
        date: tradingDayOf(world.clock.now()).subtract({ days: 1 }),
        value: value.plan.totalValue.plus(more),
        cash: cash.plus(more),
        drift: decimal('0'),
        book: {
          readAt: world.clock.now().subtract({ hours: 20 }),
          cash: cash.plus(more),
          positions: snapshot.positions.map(({ symbol, quantity }) => ({ symbol, quantity })),
        },
      }),
    );
    await watchAccount(world.context, account, null);
    return await halts(world);
  }

  it('is no loss', async () => {
    await using world = await openAppWorld(withHalts(limit));
    expect(await closedWith(world, '500000')).toEqual([]);
  });

  it('is one where somebody traded elsewhere, and the halt says that it cannot be told apart', async () => {
    const elsewhere = fill('sell 5 @ 100 2026-11-20T15:00:00Z', 'KO');
    await using world = await openAppWorld({
      ...withHalts(limit),
      wrap: (broker) => ({ ...broker, listFills: async () => [elsewhere] }),
    });
    expect(await closedWith(world, '500000')).toMatchObject([{ rule: 'day_loss', loss: '500000' }]);
    const [halt] = await world.store.listHalts();
    expect(halt?.reason).toContain('because it cannot be told apart');
  });

  it.each([
    ['without gain or loss: what left was paid out', ['100', '100'], []],
    ['at a loss: what left was lost', ['100000', '0.0001'], [{ rule: 'day_loss' }]],
  ])('is told apart from trades by hand that are recorded, %s', async (_name, prices, found) => {
    const [bought, sold] = [
      fill(`buy 5 @ ${prices[0] ?? ''} 2026-11-20T14:30:00Z`, 'KO'),
      fill(`sell 5 @ ${prices[1] ?? ''} 2026-11-20T14:40:00Z`, 'KO'),
    ];
    await using world = await openAppWorld({
      ...withHalts(limit),
      wrap: (broker) => ({ ...broker, listFills: async () => [bought, sold] }),
    });
    expect(await closedWith(world, '500000')).toMatchObject(found);
    const [halt] = await world.store.listHalts();
    expect(halt?.reason ?? '').not.toContain('cannot be told apart');
  });

  it('is told by the book that each daily summary keeps', async () => {
    await using world = await openAppWorld(withHalts(limit));
    const account = sampleAccount(withHalts(limit).account);
    const date = tradingDayOf(world.clock.now());
    await summarize(world.context, account, date);
    const [close] = await world.store.listAccountValues('core', date);
    const snapshot = await takeSnapshot(world.context, account);
    expect(close?.book?.cash).toEqual(snapshot.balance.cash);
    expect(close?.book?.positions.map(({ symbol }) => symbol)).toEqual(
      snapshot.positions.map(({ symbol }) => symbol),
    );
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
