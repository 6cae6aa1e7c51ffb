import { describe, expect, it } from 'vitest';
import { decimal } from '../../src/core/decimal.ts';
import { NO_LIMITS } from '../../src/core/guardrail-settings.ts';
import type { Order } from '../../src/core/order.ts';
import { sampleAccount } from '../fixtures/sample-account.ts';
import type { DecideBehaviour } from '../../src/brokers/paper/index.ts';
import { openAppWorld, wordsOf } from './app-world.ts';
import type { AppWorld } from './app-world.ts';

async function rebalanceAndApprove(world: AppWorld): Promise<string> {
  await world.say('ana', 'rebalance', 'core');
  const words = wordsOf(await world.click('ben', 'approve'));
  await world.settle();
  return words;
}

describe('the limit of a day', () => {
  it('lets nothing through that is larger, and says what, how much and who can change it', async () => {
    await using world = await openAppWorld({
      account: { limits: { ...NO_LIMITS, dayNotional: decimal('1000') } },
    });
    const words = await rebalanceAndApprove(world);
    expect(words).toMatch(
      /was not approved. 1 check failed: Limit of the day, up to \$[\d,.]+ asked for, \$1,000\.00 of today's \$1,000 limit left\./,
    );
    expect(words).toContain('an admin can raise limits.dayNotional of core in portfolios.yaml');
    expect((await world.newest()).status).toBe('pending');
    expect(await world.store.listOrders({})).toEqual([]);
    const [denial] = await world.store.listAudit({ actions: ['denial'], limit: 1 });
    expect(denial?.payload).toMatchObject({
      code: 'check_failed',
      checks: [{ rule: 'limit.day_notional' }],
    });
  });

  it('counts what was executed, across a restart, and is whole again on the next trading day', async () => {
    await using world = await openAppWorld({
      account: {
        limits: { ...NO_LIMITS, dayOrders: 6 },
        policy: {
          ...sampleAccount().policy,
          toleranceBand: { absolute: null, relative: null },
          minimumTrade: decimal('1'),
        },
      },
    });
    expect(await rebalanceAndApprove(world)).toBe('nothing');
    expect((await world.newest()).status).toBe('executed');
    expect((await world.newest()).proposal.plan.legs).toHaveLength(5);
    await world.restart();
    await world.say('ana', 'step', 'core');
    const words = await rebalanceAndApprove(world);
    expect(words).toMatch(/\d orders asked for, 1 order of today's limit of 6 orders left/);
    // It is Friday: the weekend counts to it.
    await world.clock.set('2026-11-22T20:00:00Z');
    expect(await rebalanceAndApprove(world)).toContain("1 order of today's limit");
    await world.clock.set('2026-11-23T15:00:00Z');
    expect(await rebalanceAndApprove(world)).toBe('nothing');
  });

  it('is shown by /limits with what is used', async () => {
    await using world = await openAppWorld({
      account: { limits: { ...NO_LIMITS, dayOrders: 8, dayTurnover: decimal('0.9') } },
      limits: {
        allAccounts: { dayNotional: null, dayOrders: null },
        eachPerson: { dayNotional: null, dayOrders: 100 },
      },
    });
    expect(wordsOf(await world.say('ben', 'limits', 'core'))).toContain(
      '0 orders of 8 orders used',
    );
    await rebalanceAndApprove(world);
    const words = wordsOf(await world.say('ben', 'limits', 'core'));
    expect(words).toContain('5 orders of 8 orders used, 3 orders left');
    expect(words).toContain('Ben, orders: 5 orders of 100 orders used');
    expect(words).toMatch(/Turnover: \$[\d,.]+ of \$[\d,.]+ used/);
    expect(wordsOf(await world.say('chloe', 'limits', 'core'))).toContain(
      'Chloe, orders: 0 orders of 100 orders used',
    );
  });
});

describe('the limit of one order', () => {
  it('that was lowered after the approval is still held before the order is sent', async () => {
    await using world = await openAppWorld();
    await world.say('ana', 'rebalance', 'core');
    const account = world.context.accounts.get('core');
    if (account === undefined) throw new Error('core is there');
    const accounts = new Map([
      ['core', { ...account, limits: { ...NO_LIMITS, orderNotional: decimal('5000') } }],
    ]);
    // The approval is counted under the old rule; the execution runs under the new one.
    const listOrders = world.store.listOrders.bind(world.store);
    world.store.listOrders = async (filter) => {
      if (filter.proposalId !== undefined) Object.assign(world.context, { accounts });
      return await listOrders(filter);
    };
    await world.click('ben', 'approve');
    await world.settle();
    const orders = await world.store.listOrders({});
    const denied = orders.filter((order) => order.reasonCode === 'limit.order_notional');
    const { legs } = (await world.newest()).proposal.plan;
    const sent = orders.filter((order) => order.submittedAt !== null);
    const notional = ({ intent }: Order) =>
      intent.quantity.times(legs[intent.leg - 1]?.referencePrice ?? '0');
    expect(denied.length).toBeGreaterThan(0);
    expect(denied.every((order) => notional(order).gt('5000'))).toBe(true);
    expect(sent.every((order) => notional(order).lte('5000'))).toBe(true);
    for (const order of denied) {
      expect(order.status).toBe('denied');
      expect(order.submittedAt).toBeNull();
    }
  });
});

describe('the limit of a day that was lowered after the approval', () => {
  it.each([
    ['orders', { dayOrders: 2 }, 'limit.day_orders', 'asked for, 0 orders of today'],
    ['money', { dayNotional: decimal('1') }, 'limit.day_notional', 'asked for, $1.00 of today'],
    ['turnover', { dayTurnover: decimal('0') }, 'limit.day_turnover', 'asked for, $0.00 of today'],
  ])('is held before each order: %s', async (_, limits, code, words) => {
    await using world = await openAppWorld();
    await world.say('ana', 'rebalance', 'core');
    const account = world.context.accounts.get('core');
    if (account === undefined) throw new Error('core is there');
    const accounts = new Map([['core', { ...account, limits: { ...NO_LIMITS, ...limits } }]]);
    const listOrders = world.store.listOrders.bind(world.store);
    world.store.listOrders = async (filter) => {
      if (filter.proposalId !== undefined) Object.assign(world.context, { accounts });
      return await listOrders(filter);
    };
    await world.click('ben', 'approve');
    await world.settle();
    const orders = await world.store.listOrders({});
    expect(orders.length).toBeGreaterThan(2);
    const sent = orders.filter((order) => order.submittedAt !== null);
    expect(sent).toHaveLength(code === 'limit.day_orders' ? 2 : 0);
    for (const order of orders.filter(({ submittedAt }) => submittedAt === null)) {
      expect(order).toMatchObject({ status: 'denied', reasonCode: code });
      expect(order.reason).toContain(words);
    }
  });
});

describe('an order that never arrived', () => {
  it('is not sent again when its symbol was restricted meanwhile', async () => {
    const lost: DecideBehaviour = ({ symbol }) =>
      symbol === 'AAPL' ? { type: 'lose_answer', reached: false } : { type: 'ordinary' };
    await using world = await openAppWorld({ behaviour: lost });
    await world.say('ana', 'rebalance', 'core');
    await world.click('ben', 'approve');
    await world.clock.settle();
    const { compliance } = sampleAccount();
    const account = world.context.accounts.get('core');
    if (account === undefined) throw new Error('core is there');
    await world.restart({
      accounts: [{ ...account, compliance: { ...compliance, restricted: ['AAPL'] } }],
    });
    await world.settle();
    const sold = (await world.store.listOrders({})).find(({ intent }) => intent.symbol === 'AAPL');
    expect(sold).toMatchObject({ status: 'canceled', reasonCode: 'restricted' });
    const there = await world.broker.listOrders(Temporal.Instant.from('2026-01-01T00:00Z'));
    expect(there.map(({ symbol }) => symbol)).not.toContain('AAPL');
  });
});

describe('a closed market', () => {
  const hours = { runway: Temporal.Duration.from({ minutes: 15 }) };

  it('is refused where waiting is not allowed', async () => {
    await using world = await openAppWorld({
      paper: { marketHours: 'observe' },
      account: { marketHours: { ...hours, whenClosed: 'refuse' } },
    });
    await world.clock.set('2026-11-20T20:50:00Z');
    await world.say('ana', 'rebalance', 'core');
    expect(wordsOf(await world.click('ben', 'approve'))).toContain(
      'the market closes in 10 min, and nothing is begun in the last 15 min',
    );
    expect((await world.newest()).status).toBe('pending');
  });

  it('is waited for by choice of the approver, through a restart, and checked again then', async () => {
    await using world = await openAppWorld({
      paper: { marketHours: 'observe' },
      account: { marketHours: { ...hours, whenClosed: 'queue' } },
    });
    await world.clock.set('2026-11-20T22:00:00Z');
    await world.say('ana', 'rebalance', 'core');
    const { id } = (await world.newest()).proposal;
    const shown = async () =>
      JSON.stringify((await world.store.findAnnouncement(`proposal:${id}`))?.message);
    expect(await shown()).toContain('Approve for the open');
    expect(wordsOf(await world.click('ben', 'approve'))).toContain(
      'An approver can have it executed at the next open.',
    );
    await world.click('ben', 'approve_at_open');
    await world.clock.settle();
    expect((await world.newest()).status).toBe('approved');
    expect(await shown()).toContain('It begins when the market opens');
    await world.restart();
    await world.clock.set('2026-11-23T14:29:59Z');
    expect((await world.newest()).status).toBe('approved');
    expect(await world.store.listOrders({})).toEqual([]);
    await world.clock.set('2026-11-23T14:30:00Z');
    await world.settle();
    expect((await world.newest()).status).toBe('executed');
  });

  it('and a proposal that waits for it can still be rejected', async () => {
    await using world = await openAppWorld({
      paper: { marketHours: 'observe' },
      account: { marketHours: { ...hours, whenClosed: 'queue' } },
    });
    await world.clock.set('2026-11-20T22:00:00Z');
    await world.say('ana', 'rebalance', 'core');
    await world.click('ben', 'approve_at_open');
    await world.click('chloe', 'reject', { fields: { reason: 'slept on it' } });
    expect((await world.newest()).status).toBe('rejected');
    await world.clock.set('2026-11-23T15:00:00Z');
    await world.settle();
    expect(await world.store.listOrders({})).toEqual([]);
  });

  it('lets what waits lapse when the bot was down at the open', async () => {
    await using world = await openAppWorld({
      paper: { marketHours: 'observe' },
      account: { marketHours: { ...hours, whenClosed: 'queue' } },
    });
    await world.clock.set('2026-11-20T22:00:00Z');
    await world.say('ana', 'rebalance', 'core');
    await world.click('ben', 'approve_at_open');
    await world.clock.settle();
    await world.kill();
    await world.clock.set('2026-11-23T15:30:00Z');
    await world.restart();
    await world.settle();
    expect((await world.newest()).status).toBe('expired');
    expect(await world.store.listOrders({})).toEqual([]);
  });
});
