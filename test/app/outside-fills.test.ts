import { describe, expect, it } from 'vitest';
import { accountNamed, brokerOf } from '../../src/app/context.ts';
import { reconcileAccount } from '../../src/app/reconcile.ts';
import { lookAtAccount } from '../../src/app/look-at-account.ts';
import type { AccountSettings } from '../../src/core/account.ts';
import { decimal, toText } from '../../src/core/decimal.ts';
import type { Fill } from '../../src/core/order.ts';
import type { Broker } from '../../src/ports/broker.ts';
import { fill as fillOf } from '../core/compliance/lots-table.ts';
import { tradeByHand } from '../fixtures/by-hand.ts';
import { sampleAccount } from '../fixtures/sample-account.ts';
import { openAppWorld, wordsOf } from './app-world.ts';
import type { AppWorld } from './app-world.ts';

const compliance = (changes: Partial<AccountSettings['compliance']>): Partial<AccountSettings> => ({
  compliance: { ...sampleAccount().compliance, ...changes },
  approvals: { ...sampleAccount().approvals, largeTrade: null },
});

/** @param before what was traded by hand before the bot looked at the account first. */
async function openWorld(account: Partial<AccountSettings> = {}, before: readonly Fill[] = []) {
  const told = [...before];
  const asked: Temporal.Instant[] = [];
  const wrap = (broker: Broker): Broker => ({
    ...broker,
    async listFills(since) {
      asked.push(since);
      const theirs = told.filter(({ at }) => Temporal.Instant.compare(at, since) >= 0);
      return [...(await broker.listFills(since)), ...theirs];
    },
  });
  return { world: await openAppWorld({ account, wrap }), told, asked, wrap };
}

const byHand = (text: string, symbol: string, id: string, changes: Partial<Fill> = {}): Fill => ({
  ...fillOf(text, symbol),
  executionId: id,
  brokerOrderId: `order-${id}`,
  ...changes,
});

const look = async (world: AppWorld) =>
  await lookAtAccount(world.context, accountNamed(world.context, 'core'));

const rows = async (world: AppWorld) =>
  (await world.store.listAudit({ limit: 1000 }))
    .filter(({ action }) => action.startsWith('outside_fill'))
    .map(
      ({ action, payload: { executionId: id } }) => `${action} ${typeof id === 'string' ? id : ''}`,
    )
    .toReversed();

const outside = async (world: AppWorld) =>
  (await world.store.listOutsideFills({ account: 'core' })).map(
    ({ side, symbol, quantity }) => `${side} ${toText(quantity)} ${symbol}`,
  );

async function shown(world: AppWorld): Promise<string> {
  await world.say('ana', 'rebalance', 'core');
  const { id } = (await world.newest()).proposal;
  return JSON.stringify((await world.store.findAnnouncement(`proposal:${id}`))?.message);
}

describe('a trade that somebody makes by hand at the broker', () => {
  it('is recorded once, however often it is told and whoever restarts, and is none of ours', async () => {
    await using world = await openAppWorld();
    await tradeByHand(world, 'buy', 'IBM', '5');
    await look(world);
    await look(world);
    await world.restart();
    await world.executor.reconcile('core');
    expect(await outside(world)).toEqual(['buy 5 IBM']);
    expect(await rows(world)).toHaveLength(1);
    const orders = await world.store.listAudit({ actions: ['foreign_order'], limit: 9 });
    expect(orders).toHaveLength(1);
    // Neither a fill nor an order of ours, and nobody's limit is used up.
    expect(await world.store.listFills({})).toEqual([]);
    expect(await world.store.listOrders({})).toEqual([]);
    expect(await world.store.lastTraded('core')).toEqual([]);
    const since = world.clock.now().subtract({ hours: 24 });
    expect(await world.store.listProposalUsage(since)).toEqual([]);
    expect(await world.store.readStatistics()).toMatchObject({ fills: 0 });
    expect(await world.store.verifyAudit()).toMatchObject({ ok: true });
  });

  it('and its correction count as they stand now', async () => {
    const { world, told } = await openWorld();
    await using _ = world;
    const first = byHand('buy 5 @ 90 2026-11-20T14:50:00Z', 'IBM', 'e1');
    told.push(first);
    await look(world);
    told[0] = { ...first, quantity: decimal('4'), revision: 1 };
    await look(world);
    // An older telling, and the same again.
    told.unshift(first);
    await look(world);
    expect(await outside(world)).toEqual(['buy 4 IBM']);
    expect(await rows(world)).toEqual(['outside_fill e1', 'outside_fill_corrected e1']);
  });

  it('makes a lot with its day and its cost, shown as traded outside', async () => {
    // Dearer than today: the first that HIFO sells, and at a loss.
    const { world } = await openWorld(compliance({ taxLots: 'hifo', washSales: 'warn' }), [
      byHand('buy 5 @ 900 2026-11-10T15:00:00Z', 'AAPL', 'e1'),
    ]);
    await using _ = world;
    await world.say('ana', 'rebalance', 'core');
    const details = await world.click('ana', 'details');
    expect(JSON.stringify(details)).toContain('10 Nov 2026, outside Evenkeel');
  });

  it.each([
    [
      'sold at a loss: buying it again is blocked',
      ['buy 5 @ 900 2026-10-28T15:00:00Z', 'sell 5 @ 100 2026-11-10T15:00:00Z'],
      'IBM',
      'buys 5 IBM, sold at a loss in core outside Evenkeel on 10 Nov',
    ],
    [
      'bought: selling older shares at a loss is blocked',
      ['buy 400 @ 900 2026-10-21T15:00:00Z', 'buy 3 @ 60 2026-11-10T15:00:00Z'],
      'AAPL',
      'AAPL at a loss, bought in core outside Evenkeel on 10 Nov',
    ],
  ])('counts in the wash-sale preview: %s', async (_name, trades, symbol, words) => {
    const { world } = await openWorld(
      compliance({ washSales: 'block', taxLots: 'hifo' }),
      trades.map((text, index) => byHand(text, symbol, `e${index}`)),
    );
    await using _ = world;
    expect(await shown(world)).toContain(words);
    await world.click('ben', 'approve');
    expect((await world.newest()).status).toBe('pending');
  });

  it('explains the difference in the book, which a person settles all the same', async () => {
    await using world = await openAppWorld({
      account: {
        automaticHalts: { ...sampleAccount().automaticHalts, reconciliation: true },
      },
    });
    await look(world);
    await world.clock.advance({ minutes: 1 });
    await tradeByHand(world, 'sell', 'AAPL', '10');
    await look(world);
    await look(world);
    const told = (await world.store.listPendingDeliveries('web', world.clock.now(), 1000)).find(
      ({ announcementKey }) => announcementKey.startsWith('book:'),
    )?.message;
    expect(told?.fallback).toContain('outside Evenkeel explains all of it');
    expect(told?.fallback).toContain('390 at the broker, 400 expected (sold 10 outside Evenkeel)');
    expect(JSON.stringify(told)).toContain('agree_on_book');
    expect(await world.store.listHalts()).toHaveLength(1);
    // Two looks later it is still there, and was told once.
    await look(world);
    expect(wordsOf(await world.say('ana', 'reconcile', 'core'))).toContain('sold 10 outside');
  });

  it('voids a proposal whose positions it moved', async () => {
    await using world = await openAppWorld({ account: compliance({}) });
    await world.say('ana', 'rebalance', 'core');
    const { id } = (await world.newest()).proposal;
    await tradeByHand(world, 'sell', 'AAPL', '10');
    await world.click('ben', 'approve');
    await world.settle();
    const record = await world.store.findProposal(id);
    expect(record?.status).toBe('superseded');
  });
});

describe('what happened while nobody looked', () => {
  const at = '2026-11-23T15:00:00Z';

  it.each<[string, Fill]>([
    ['a trade by hand', byHand(`buy 5 @ 90 ${at}`, 'IBM', 'e1')],
    ['one of right after the stop', byHand('buy 5 @ 90 2026-11-20T15:00:00Z', 'IBM', 'e2')],
  ])('is found after days: %s', async (_name, traded) => {
    const { world, told, wrap } = await openWorld();
    await using _ = world;
    await look(world);
    await world.kill();
    told.push(traded);
    await world.clock.set('2026-11-28T15:00:00Z');
    await world.restart({ wrap });
    await world.executor.reconcile('core');
    expect(await outside(world)).toEqual(['buy 5 IBM']);
  });

  it('the first look reaches as far back as a wash sale does, and later ones a day', async () => {
    const { world, asked } = await openWorld();
    await using _ = world;
    const daysBack = () =>
      asked.map((since) => Math.round(since.until(world.clock.now()).total('hours') / 24));
    expect(daysBack()).toEqual([31]);
    await look(world);
    expect(daysBack().at(-1)).toBe(1);
  });

  it('a correction of a fill of ours that came days ago is recorded', async () => {
    const { world, told, wrap } = await openWorld(compliance({}));
    await using _ = world;
    await world.say('ana', 'rebalance', 'core');
    await world.click('ben', 'approve');
    await world.settle();
    await look(world);
    const [first] = await world.store.listFills({ account: 'core' });
    if (first === undefined) throw new Error('nothing was traded');
    await world.kill();
    await world.clock.set('2026-11-28T15:00:00Z');
    // Told where it is asked about the time of the correction.
    told.push({
      ...first,
      revision: 1,
      price: decimal('1'),
      at: Temporal.Instant.from('2026-11-24T15:00:00Z'),
    });
    await world.restart({ wrap });
    await world.executor.reconcile('core');
    const after = await world.store.listFills({ account: 'core' });
    expect(
      toText(
        after.find(({ executionId }) => executionId === first.executionId)?.price ?? decimal('0'),
      ),
    ).toBe('1');
    expect(await rows(world)).toEqual([]);
  });
});

describe('at a broker without ids of ours', () => {
  /** The next order's answer is lost, and neither order nor fills carry our id. */
  async function unanswered() {
    const state = { nameless: true, found: false };
    const wrap = (broker: Broker): Broker => ({
      ...broker,
      capabilities: { ...broker.capabilities, clientOrderId: false },
      executeTrade: async (intent, permit) => {
        await broker.executeTrade(intent, permit);
        return { type: 'unknown', reason: 'no answer' };
      },
      findOrder: async (intent) =>
        state.found ? await broker.findOrder(intent) : { type: 'not_found' },
      subscribe: () => () => {},
      listOrders: async () => [],
      listFills: async (since) =>
        (await broker.listFills(since)).map((fill) => ({
          ...fill,
          clientOrderId: null,
        })),
    });
    const world = await openAppWorld({ wrap, account: compliance({}) });
    await world.say('ana', 'rebalance', 'core');
    await world.click('ben', 'approve');
    await world.clock.advance({ seconds: 1 });
    return { world, state };
  }

  it('a fill that can be of an order whose answer is awaited waits, and counts once as ours', async () => {
    const { world, state } = await unanswered();
    await using _ = world;
    const [order] = await world.store.listOrders({ account: 'core', statuses: ['unknown'] });
    expect(order).toBeDefined();
    await reconcileAccount(world.context, 'core', brokerOf(world.context, 'core'));
    expect(await outside(world)).toEqual([]);
    state.found = true;
    await world.clock.advance({ minutes: 2 });
    await world.executor.reconcile('core');
    expect(await outside(world)).toEqual([]);
    const fills = await world.store.listFills({ account: 'core' });
    expect(fills.map(({ clientOrderId }) => clientOrderId)).toContain(order?.intent.clientOrderId);
  });

  it("one that was taken for somebody else's is taken back when its order turns out to be ours", async () => {
    const { world, state } = await unanswered();
    await using _ = world;
    const broker = brokerOf(world.context, 'core');
    const [theirs] = await broker.listFills(world.clock.now().subtract({ hours: 1 }));
    if (theirs === undefined) throw new Error('nothing was traded');
    // As an order by hand that could not be told apart would be.
    await world.store.transaction((unit) => unit.recordOutsideFill(theirs, world.clock.now()));
    state.found = true;
    await world.clock.advance({ minutes: 2 });
    await world.executor.reconcile('core');
    const trades = await world.store.listTrades('core', [theirs.symbol]);
    const shares = trades.filter(({ outside: isOutside = false }) => isOutside);
    expect(shares.map(({ quantity }) => toText(quantity))).toEqual(['0']);
    expect(await rows(world)).toEqual([`outside_fill_corrected ${theirs.executionId}`]);
    const fills = await world.store.listFills({ account: 'core' });
    expect(fills.filter(({ executionId }) => executionId === theirs.executionId)).toHaveLength(1);
  });
});
