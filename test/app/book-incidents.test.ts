import { describe, expect, it } from 'vitest';
import { accountNamed } from '../../src/app/context.ts';
import { recordFills } from '../../src/app/record-order.ts';
import { lookAtAccount } from '../../src/app/look-at-account.ts';
import type { AccountSettings } from '../../src/core/account.ts';
import { decimal, ZERO } from '../../src/core/decimal.ts';
import type { Decimal } from '../../src/core/decimal.ts';
import type { Message } from '../../src/messages/message.ts';
import type { Broker } from '../../src/ports/broker.ts';
import type { Store } from '../../src/ports/store.ts';
import { sampleAccount } from '../fixtures/sample-account.ts';
import { openAppWorld, wordsOf } from './app-world.ts';
import type { AppWorld } from './app-world.ts';

/** What happens at the broker beside us: more or fewer shares, more or less cash. */
interface Outside {
  shares: Record<string, string>;
  cash: Decimal;
}

async function openWorld(account: Partial<AccountSettings> = {}) {
  const outside: Outside = { shares: {}, cash: ZERO };
  const wrap = (broker: Broker): Broker => ({
    ...broker,
    async getAccountBalance() {
      const balance = await broker.getAccountBalance();
      return { ...balance, cash: balance.cash.plus(outside.cash) };
    },
    async getPositions() {
      const positions = await broker.getPositions();
      return positions.map((position) => ({
        ...position,
        quantity: position.quantity.plus(outside.shares[position.symbol] ?? '0'),
      }));
    },
  });
  const world = await openAppWorld({
    wrap,
    account: {
      approvals: { ...sampleAccount().approvals, largeTrade: null, resumeVotes: 1 },
      automaticHalts: { ...sampleAccount().automaticHalts, reconciliation: true },
      ...account,
    },
  });
  return { world, outside };
}

/** Looks as the schedule does. */
async function look(world: AppWorld): Promise<void> {
  await world.clock.advance({ seconds: 30 });
  await lookAtAccount(world.context, accountNamed(world.context, 'core'));
}

async function trade(world: AppWorld): Promise<void> {
  await world.say('ana', 'rebalance', 'core');
  await world.click('ben', 'approve');
  await world.settle();
  expect((await world.newest()).status).toBe('executed');
}

/** The messages about the book, oldest first. */
async function incidents(world: AppWorld): Promise<readonly Message[]> {
  const pending = await world.store.listPendingDeliveries('web', world.clock.now(), 1000);
  return pending
    .filter(({ announcementKey }) => announcementKey.startsWith('book:'))
    .toSorted((a, b) => (a.announcementKey < b.announcementKey ? -1 : 1))
    .map(({ message }) => message);
}

function buttonOf(message: Message | undefined) {
  const found = message?.blocks
    .flatMap((block) => (block.type === 'buttons' ? block.buttons : []))
    .find(({ action }) => action === 'agree_on_book');
  if (found === undefined) throw new Error('the message has no button to agree with');
  return found;
}

async function agree(world: AppWorld, person: string, message: Message | undefined, key = person) {
  const { action, proposalId, digest } = buttonOf(message);
  return world.handle({
    type: 'click',
    idempotencyKey: `agree-${key}`,
    user: { platform: 'web', userId: person, roleIds: [] },
    channel: 'workspace',
    action,
    proposalId,
    digest,
    fields: null,
  });
}

const audited = async (world: AppWorld) =>
  (await world.store.listAudit({ actions: ['book_agreed'], limit: 10 })).map(
    ({ actor, payload }) => ({ actor, ...payload }),
  );

describe('positions and cash', () => {
  it('agree from the first look on, through everything we trade', async () => {
    const { world } = await openWorld();
    await using _ = world;
    expect(wordsOf(await world.say('ana', 'reconcile', 'core'))).toContain('the record agree');
    await look(world);
    expect(await audited(world)).toMatchObject([
      { actor: 'evenkeel', number: 1, cash: '1000', positions: { AAPL: '400' } },
    ]);
    await trade(world);
    await look(world);
    await look(world);
    expect(await incidents(world)).toEqual([]);
    expect(await world.store.listHalts()).toEqual([]);
    // Brought up to date, and not agreed on anew.
    const book = await world.store.findAgreedBook('core');
    expect(book?.number).toBe(1);
    expect(book?.mark).toEqual({
      fills: (await world.store.readFillMark()).fills,
      corrections: 0,
      outside: 0,
    });
  });

  it('that differ at two looks are told once, halt, and are on the card', async () => {
    const { world, outside } = await openWorld();
    await using _ = world;
    await look(world);
    await trade(world);
    outside.shares['IBM'] = '-10';
    await look(world);
    expect(await incidents(world)).toEqual([]);
    await look(world);
    await look(world);
    const told = await incidents(world);
    expect(told).toHaveLength(1);
    expect(told[0]?.fallback).toMatch(
      /IBM: \d+ at the broker, \d+ expected \(as after a transfer\)/,
    );
    const [halt] = await world.store.listHalts();
    expect(halt?.reason).toContain('the broker and the record differ: IBM');
    const card = await world.say('ana', 'reconcile', 'core');
    expect(wordsOf(card)).toContain('Other positions or cash at the broker');
    if (card.type !== 'message') throw new Error('the card is a message');
    expect(buttonOf(card.message).digest).toBe(buttonOf(told[0]).digest);
  });

  it('are agreed on by a person who may, on the record, and become the new book', async () => {
    const { world, outside } = await openWorld();
    await using _ = world;
    await look(world);
    outside.shares['IBM'] = '5';
    outside.cash = decimal('-600');
    await look(world);
    await look(world);
    const [message] = await incidents(world);
    expect(wordsOf(await agree(world, 'ana', message))).toContain('that takes the role approver');
    expect(await audited(world)).toHaveLength(1);
    expect(wordsOf(await agree(world, 'ben', message))).toContain('the agreed one now');
    const [agreed] = await audited(world);
    expect(agreed).toMatchObject({
      actor: 'ben',
      number: 2,
      cash: '400',
      differences: [
        { of: 'IBM', expected: '50', told: '55' },
        { of: 'cash', expected: '1000', told: '400' },
      ],
    });
    const [edited] = await incidents(world);
    expect(edited?.fallback).toContain("Ben took the broker's book as agreed");
    // The halt is a matter of its own.
    expect(await world.store.listHalts()).toHaveLength(1);
    await world.say('ben', 'resume', 'core');
    await look(world);
    await look(world);
    expect(await world.store.listHalts()).toEqual([]);
    expect(await incidents(world)).toHaveLength(1);
    expect(wordsOf(await world.say('ana', 'reconcile', 'core'))).toContain('the record agree');
    // The second click finds nothing left to agree on.
    expect(wordsOf(await agree(world, 'chloe', message))).toContain('agree already');
    // The same once more is another difference.
    outside.shares['IBM'] = '10';
    outside.cash = decimal('-1200');
    await look(world);
    await look(world);
    expect(await incidents(world)).toHaveLength(2);
    expect(await world.store.listHalts()).toHaveLength(1);
  });

  it('that a person agrees on while a look is under way are not told again', async () => {
    const { world, outside } = await openWorld();
    await using _ = world;
    await look(world);
    outside.shares['IBM'] = '5';
    await look(world);
    await look(world);
    const [message] = await incidents(world);
    let asked = 0;
    const store: Store = {
      ...world.store,
      async listBookChanges(account, after) {
        asked += 1;
        // The agreed book has been read by then.
        if (asked === 2) await agree(world, 'ben', message);
        return world.store.listBookChanges(account, after);
      },
    };
    await world.clock.advance({ seconds: 30 });
    await lookAtAccount({ ...world.context, store }, accountNamed(world.context, 'core'));
    expect(asked).toBe(2);
    await look(world);
    const told = (await incidents(world)).map(({ fallback }) => fallback);
    expect(told).toEqual([expect.stringContaining('Ben took the broker')]);
  });

  it('that differ otherwise than was shown are not agreed on', async () => {
    const { world, outside } = await openWorld();
    await using _ = world;
    await look(world);
    outside.shares['IBM'] = '5';
    await look(world);
    await look(world);
    const [message] = await incidents(world);
    outside.shares['IBM'] = '6';
    expect(wordsOf(await agree(world, 'ben', message))).toContain('differ otherwise by now');
    expect(await audited(world)).toHaveLength(1);
    await look(world);
    await look(world);
    const [old, fresh] = await incidents(world);
    expect(old?.fallback).toContain('the newer message counts');
    expect(fresh?.fallback).toContain('IBM: 56 at the broker, 50 expected');
  });

  it('that come to agree by themselves end the message', async () => {
    const { world, outside } = await openWorld();
    await using _ = world;
    await look(world);
    outside.shares['IBM'] = '5';
    await look(world);
    await look(world);
    outside.shares = {};
    await look(world);
    const [message] = await incidents(world);
    expect(message?.fallback).toContain('They agree again');
    expect(() => buttonOf(message)).toThrow('no button');
  });

  it.each<[string, string, boolean, number, number]>([
    ['a dividend within the tolerance', '12.34', true, 0, 0],
    ['a dividend beyond it', '750', true, 1, 0],
    ['fees beyond it', '-75', true, 1, 1],
    ['fees beyond it where differences do not halt', '-75', false, 1, 0],
  ])('%s', async (_name, cash, reconciliation, told, halted) => {
    const automaticHalts = { ...sampleAccount().automaticHalts, reconciliation };
    const { world, outside } = await openWorld({ automaticHalts });
    await using _ = world;
    await look(world);
    outside.cash = decimal(cash);
    await look(world);
    await look(world);
    expect(await incidents(world)).toHaveLength(told);
    expect(await world.store.listHalts()).toHaveLength(halted);
  });

  it('count what is tolerated until it is too much', async () => {
    const { world, outside } = await openWorld();
    await using _ = world;
    await look(world);
    outside.cash = decimal('-30');
    await trade(world);
    await look(world);
    await look(world);
    expect(await incidents(world)).toEqual([]);
    outside.cash = decimal('-60');
    await look(world);
    await look(world);
    expect(await incidents(world)).toHaveLength(1);
  });

  it('are not judged while it is not known what became of an order', async () => {
    const { world, outside } = await openWorld();
    await using _ = world;
    await look(world);
    await trade(world);
    const [order] = await world.store.listOrders({ account: 'core' });
    if (order === undefined) throw new Error('something was ordered');
    const { database } = world.store;
    const { clientOrderId } = order.intent;
    const set = database.sqlite.prepare('update orders set status = ? where client_order_id = ?');
    set.run('unknown', clientOrderId);
    // The broker does not list it, so that it stays unknown.
    outside.shares['IBM'] = '5';
    const broker = world.context.brokers.get('core');
    if (broker === undefined) throw new Error('the account has a broker');
    const brokers = new Map([['core', { ...broker, listOrders: async () => [] }]]);
    const context = { ...world.context, brokers };
    const account = accountNamed(context, 'core');
    await lookAtAccount(context, account);
    await lookAtAccount(context, account);
    expect(await incidents(world)).toEqual([]);
    set.run(order.status, clientOrderId);
    await look(world);
    expect(await incidents(world)).toEqual([]);
    // Seen once before, it is neither forgotten nor counted while nobody can tell.
    set.run('unknown', clientOrderId);
    await lookAtAccount(context, account);
    expect(await incidents(world)).toEqual([]);
    set.run(order.status, clientOrderId);
    await look(world);
    expect(await incidents(world)).toHaveLength(1);
  });

  it('follow a correction of a fill that was counted before', async () => {
    const { world, outside } = await openWorld();
    await using _ = world;
    await look(world);
    await trade(world);
    await look(world);
    const fills = await world.store.listFills({ account: 'core' });
    const fill = fills.find(({ side }) => side === 'buy');
    if (fill === undefined) throw new Error('something was bought');
    await world.store.transaction((unit) =>
      recordFills(world.context, unit, [{ ...fill, revision: 1, quantity: ZERO }]),
    );
    outside.shares[fill.symbol] = fill.quantity.neg().toFixed();
    outside.cash = fill.quantity.times(fill.price);
    await look(world);
    await look(world);
    const told = (await incidents(world)).map(({ fallback }) => fallback);
    expect(told).toEqual([]);
    const book = await world.store.findAgreedBook('core');
    expect(book?.mark.corrections).toBe(1);
  });
});
