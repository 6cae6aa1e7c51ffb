import { describe, expect, test } from 'vitest';
import { outcomeDigest } from '../../src/app/outcome-questions.ts';
import type { DecideBehaviour, PaperBroker } from '../../src/brokers/paper/index.ts';
import { toText } from '../../src/core/decimal.ts';
import type { Order, OrderIntent } from '../../src/core/order.ts';
import type { Button, Message } from '../../src/messages/message.ts';
import { BrokerError } from '../../src/ports/broker-error.ts';
import type { Broker, BrokerOrder } from '../../src/ports/broker.ts';
import { SAMPLE_PEOPLE } from '../fixtures/sample-account.ts';
import { openAppWorld, wordsOf, type AppWorld } from './app-world.ts';

/**
 * A broker that keeps no id of ours and tells nothing by itself, as Schwab does: the paper broker with
 * its ids taken out. An order is found by what it is.
 */
interface Anonymous {
  readonly wrap: (broker: PaperBroker) => Broker;
  /** Everything that was sent. */
  readonly sent: OrderIntent[];
  /** Orders of other people that the broker lists too. */
  readonly others: BrokerOrder[];
  /** Our own orders that the broker does not list yet, by symbol. */
  readonly hidden: Set<string>;
  looks: number;
  away: boolean;
}

function anonymous(): Anonymous {
  const nameless = (order: BrokerOrder): BrokerOrder => ({ ...order, clientOrderId: null });
  const world: Anonymous = {
    sent: [],
    others: [],
    hidden: new Set(),
    looks: 0,
    away: false,
    wrap: (broker) => ({
      ...broker,
      capabilities: { ...broker.capabilities, clientOrderId: false, streaming: false },
      subscribe: () => () => {},
      executeTrade: (intent, permit) => {
        world.sent.push(intent);
        return broker.executeTrade(intent, permit);
      },
      listOrders: async (since) => (await broker.listOrders(since)).map(nameless),
      listFills: async (since) =>
        (await broker.listFills(since)).map((fill) => ({ ...fill, clientOrderId: null })),
      findOrder: async (intent) => {
        world.looks += 1;
        if (world.away) throw new BrokerError('schwab', 'unavailable', 'try again later');
        const orders = await broker.listOrders(intent.createdAt.subtract({ minutes: 10 }));
        const fit = [...orders.map(nameless), ...world.others].filter(
          (order) =>
            order.symbol === intent.symbol &&
            order.quantity.eq(intent.quantity) &&
            !world.hidden.has(order.symbol),
        );
        const [only] = fit;
        if (only === undefined) return { type: 'not_found' };
        return fit.length === 1
          ? { type: 'found', order: only }
          : { type: 'ambiguous', candidates: fit };
      },
    }),
  };
  return world;
}

/** The answer to the one sell is lost. */
function loseTheSell(reached: boolean): DecideBehaviour {
  return ({ side }) => (side === 'sell' ? { type: 'lose_answer', reached } : { type: 'ordinary' });
}

async function approve(world: AppWorld): Promise<void> {
  await world.say('ana', 'rebalance', 'core');
  await world.click('ben', 'approve');
}

async function theSell(world: AppWorld): Promise<Order> {
  const sell = (await world.store.listOrders({})).find(({ intent }) => intent.side === 'sell');
  if (sell === undefined) throw new Error('nothing is sold');
  return sell;
}

async function question(world: AppWorld): Promise<Message | null> {
  const { intent } = await theSell(world);
  return (await world.store.findAnnouncement(`outcome:${intent.clientOrderId}`))?.message ?? null;
}

function buttonsOf(message: Message | null): readonly Button[] {
  return (message?.blocks ?? []).flatMap((block) =>
    block.type === 'buttons' ? block.buttons : [],
  );
}

/** Clicks as `person` on the button with this label. */
async function press(world: AppWorld, person: string, label: string, key?: string) {
  const button = buttonsOf(await question(world)).find((candidate) => candidate.label === label);
  if (button === undefined) throw new Error(`there is no button ${label}`);
  const { action, digest } = button;
  return await world.click(person, action, { digest, ...(key === undefined ? {} : { key }) });
}

/** Somebody else's order that looks the same. */
async function twin(world: AppWorld, over: Partial<BrokerOrder> = {}): Promise<BrokerOrder> {
  const { intent } = await theSell(world);
  return {
    brokerOrderId: '1001239',
    clientOrderId: null,
    symbol: intent.symbol,
    side: 'sell',
    quantity: intent.quantity,
    filledQuantity: intent.quantity.minus(intent.quantity),
    averageFillPrice: null,
    status: 'accepted',
    reason: null,
    submittedAt: world.clock.now(),
    updatedAt: world.clock.now(),
    ...over,
  };
}

/** A world in which the sell's answer was lost and nothing that fits is listed yet. */
async function openLostWorld(reached: boolean) {
  const broker = anonymous();
  broker.hidden.add('AAPL');
  const world = await openAppWorld({ behaviour: loseTheSell(reached), wrap: broker.wrap });
  await approve(world);
  await world.clock.advance({ seconds: 1 });
  return { broker, world };
}

const actionsOf = async (
  world: AppWorld,
  ...actions: readonly ('outcome_asked' | 'outcome_answered')[]
) =>
  (await world.store.listAudit({ actions, limit: 50 })).map(({ actor, payload }) => [
    actor,
    payload['answer'] ?? payload['candidates'],
  ]);

describe('an order without an id of ours whose answer was lost', () => {
  test('is taken when it is the only one that fits, and nobody is asked', async () => {
    const broker = anonymous();
    await using world = await openAppWorld({ behaviour: loseTheSell(true), wrap: broker.wrap });
    await approve(world);
    await world.settle();
    expect((await world.newest()).status).toBe('executed');
    expect(await question(world)).toBeNull();
    const sell = await theSell(world);
    expect(sell.status).toBe('filled');
    expect(broker.sent.filter(({ side }) => side === 'sell')).toHaveLength(1);
  });

  test('is asked about after three looks, and not sooner', async () => {
    const { broker, world } = await openLostWorld(false);
    await using _ = world;
    await world.clock.advance({ seconds: 1 });
    expect(broker.looks).toBe(2);
    expect(await question(world)).toBeNull();
    await world.clock.advance({ seconds: 2 });
    expect(broker.looks).toBe(3);
    const message = await question(world);
    expect(message?.fallback).toContain('no answer came');
    expect(message?.fallback).toContain('Looked 3 times');
    expect(buttonsOf(message).map(({ label }) => label)).toEqual(['It is not there', 'Look again']);
    expect(await actionsOf(world, 'outcome_asked')).toEqual([['evenkeel', []]]);
  });

  test('is asked about at once when several fit, each with a button', async () => {
    const { broker, world } = await openLostWorld(true);
    await using _ = world;
    broker.hidden.clear();
    broker.others.push(await twin(world));
    await world.clock.advance({ seconds: 2 });
    const labels = buttonsOf(await question(world)).map(({ label }) => label);
    expect(labels).toHaveLength(4);
    expect(labels[0]).toMatch(/^It is \S+$/);
    expect(labels.slice(1)).toEqual(['It is 1001239', 'It is not there', 'Look again']);
  });

  test('is asked about where the proposal stands, in its thread, and approvers directly', async () => {
    const broker = anonymous();
    broker.hidden.add('AAPL');
    await using world = await openAppWorld({
      behaviour: loseTheSell(false),
      wrap: broker.wrap,
      people: SAMPLE_PEOPLE.map((person) => ({
        ...person,
        platformIds: { ...person.platformIds, slack: [`U${person.id}`] },
      })),
    });
    await approve(world);
    await world.clock.advance({ seconds: 5 });
    const { clientOrderId, proposalId } = (await theSell(world)).intent;
    const copies = await world.store.listCopies(`outcome:${clientOrderId}`, 'slack');
    expect(copies.map(({ channel }) => channel).toSorted()).toEqual([
      'C0TREASURY',
      'direct:Uben',
      'direct:Uchloe',
      'direct:Udev',
    ]);
    const pending = await world.store.listPendingDeliveries('slack', world.clock.now(), 99);
    const [inChannel] = pending.filter(
      ({ announcementKey, channel }) =>
        announcementKey === `outcome:${clientOrderId}` && channel === 'C0TREASURY',
    );
    expect(inChannel?.inThreadOf).toBe(`proposal:${proposalId}`);
    expect(await world.store.listCopies(`outcome:${clientOrderId}`, 'web')).toHaveLength(1);
  });

  test('is never sent again by itself, however long nobody answers', async () => {
    const { broker, world } = await openLostWorld(false);
    await using _ = world;
    await world.clock.advance({ hours: 2 });
    expect(broker.sent.filter(({ side }) => side === 'sell')).toHaveLength(1);
    expect((await theSell(world)).status).toBe('unknown');
    expect((await world.newest()).status).toBe('executing');
    // Looking goes on, and becomes rare.
    expect(broker.looks).toBeGreaterThan(30);
    expect(broker.looks).toBeLessThan(60);
  });

  test('says so when the broker could not be asked', async () => {
    const { broker, world } = await openLostWorld(false);
    await using _ = world;
    broker.away = true;
    await world.clock.advance({ seconds: 10 });
    expect((await question(world))?.fallback).toContain('could not be asked');
  });
});

describe('what is no candidate', () => {
  test('an order that is another of ours, or of another time', async () => {
    const { broker, world } = await openLostWorld(true);
    await using _ = world;
    broker.hidden.clear();
    const sent = world.clock.now();
    broker.others.push(
      await twin(world, { brokerOrderId: '1', submittedAt: sent.subtract({ minutes: 3 }) }),
      await twin(world, { brokerOrderId: '2', submittedAt: sent.add({ minutes: 5 }) }),
      await twin(world, { brokerOrderId: '3', clientOrderId: 'somebody-else' }),
    );
    await world.settle();
    expect((await world.newest()).status).toBe('executed');
    expect(await question(world)).toBeNull();
    expect((await theSell(world)).brokerOrderId).not.toMatch(/^[123]$/);
  });

  test('an order that was bound to a leg of an earlier proposal', async () => {
    const broker = anonymous();
    await using world = await openAppWorld({ wrap: broker.wrap });
    await approve(world);
    await world.settle();
    const earlier = await theSell(world);
    // The same again, at the same second: the earlier one fits in everything.
    broker.others.push(await twin(world, { brokerOrderId: earlier.brokerOrderId ?? '' }));
    const lost = { ...earlier, brokerOrderId: null, status: 'unknown' } as const;
    const { narrowMatches } = await import('../../src/app/lost-order.ts');
    const [there] = broker.others;
    if (there === undefined) throw new Error('unreachable');
    const other = { ...lost, intent: { ...lost.intent, clientOrderId: 'ek-other-1-1' } };
    const found = { type: 'found', order: { ...there, submittedAt: other.updatedAt } } as const;
    expect(await narrowMatches(world.store, other, found)).toEqual({ type: 'not_found' });
    expect(await narrowMatches(world.store, lost, found)).toEqual(found);
  });
});

describe('the answer of a person', () => {
  async function openAskedWorld() {
    const opened = await openLostWorld(true);
    const { broker, world } = opened;
    broker.hidden.clear();
    broker.others.push(await twin(world));
    await world.clock.advance({ seconds: 2 });
    const [label = ''] = buttonsOf(await question(world)).map((button) => button.label);
    return { ...opened, label };
  }

  test('"it is N" binds the order, its fills count, and the execution goes on', async () => {
    const { broker, world, label } = await openAskedWorld();
    await using _ = world;
    expect(await press(world, 'ben', label)).toEqual({ type: 'nothing' });
    const sell = await theSell(world);
    expect(sell).toMatchObject({ status: 'accepted', brokerOrderId: label.slice('It is '.length) });
    await world.settle();
    expect((await world.newest()).status).toBe('executed');
    expect(toText((await theSell(world)).filledQuantity)).toBe(toText(sell.intent.quantity));
    expect(broker.sent.filter(({ side }) => side === 'sell')).toHaveLength(1);
    expect(await actionsOf(world, 'outcome_answered')).toEqual([['ben', 'it_is']]);
    const settled = await question(world);
    expect(settled?.fallback).toContain('says Ben');
    expect(buttonsOf(settled)).toEqual([]);
  });

  test('"it is not there" ends the order, and nothing is sent again for it', async () => {
    const { broker, world } = await openLostWorld(false);
    await using _ = world;
    await world.clock.advance({ seconds: 5 });
    await press(world, 'chloe', 'It is not there');
    expect(await theSell(world)).toMatchObject({ status: 'canceled', reasonCode: 'never_arrived' });
    await world.settle();
    expect(['partially_executed', 'failed']).toContain((await world.newest()).status);
    expect(broker.sent.filter(({ side }) => side === 'sell')).toHaveLength(1);
    expect(await actionsOf(world, 'outcome_answered')).toEqual([['chloe', 'not_there']]);
    expect((await question(world))?.fallback).toContain('/rebalance core makes a fresh proposal');
  });

  test('"look again" looks now and not when it is due', async () => {
    const { broker, world } = await openLostWorld(true);
    await using _ = world;
    await world.clock.advance({ seconds: 60 });
    const before = broker.looks;
    broker.hidden.clear();
    await press(world, 'ben', 'Look again');
    await world.clock.settle();
    expect(broker.looks).toBe(before + 1);
    await world.settle();
    expect((await world.newest()).status).toBe('executed');
    const settled = await question(world);
    expect(settled?.fallback).toContain('it is ');
    expect(settled?.fallback).not.toContain('says');
    expect(buttonsOf(settled)).toEqual([]);
  });

  test.each([
    ['a proposer', 'ana', 'that takes the role approver'],
    ['a stranger', 'mallory', 'not among the people'],
  ])('of %s does not count', async (_who, person, words) => {
    const { world, label } = await openAskedWorld();
    await using _ = world;
    expect(wordsOf(await press(world, person, label))).toContain(words);
    expect((await theSell(world)).status).toBe('unknown');
    expect(await actionsOf(world, 'outcome_answered')).toEqual([]);
  });

  test('counts once: who comes second is told, and a redelivery changes nothing', async () => {
    const { world, label } = await openAskedWorld();
    await using _ = world;
    const asked = buttonsOf(await question(world));
    const digestOf = (name: string) => asked.find((button) => button.label === name)?.digest ?? '';
    const [first, second] = await Promise.all([
      world.click('ben', 'outcome_is', { digest: digestOf(label), key: 'one' }),
      world.click('chloe', 'outcome_not_there', { digest: digestOf('It is not there') }),
    ]);
    expect(first).toEqual({ type: 'nothing' });
    expect(wordsOf(second)).toContain('settled already');
    const again = await world.click('ben', 'outcome_is', { digest: digestOf(label), key: 'one' });
    expect(again).toEqual(first);
    expect(await actionsOf(world, 'outcome_answered')).toEqual([['ben', 'it_is']]);
    expect((await theSell(world)).status).not.toBe('canceled');
  });

  test('from a message that is older than the question does not count', async () => {
    const { world } = await openAskedWorld();
    await using _ = world;
    const { clientOrderId } = (await theSell(world)).intent;
    const digest = outcomeDigest(clientOrderId, '1000000');
    expect(wordsOf(await world.click('ben', 'outcome_is', { digest }))).toContain('older state');
    expect((await theSell(world)).status).toBe('unknown');
  });

  test('is refused for an order that has become another of ours meanwhile', async () => {
    const { world, broker, label } = await openAskedWorld();
    await using _ = world;
    const sell = await theSell(world);
    const { clientOrderId } = sell.intent;
    const brokerOrderId = label.slice('It is '.length);
    await world.store.transaction(async (unit) => {
      await unit.insertOrder({ ...sell.intent, clientOrderId: 'ek-other-9-1', leg: 9 }, 'created');
      await unit.updateOrder('ek-other-9-1', 'created', {
        status: 'accepted',
        brokerOrderId,
        updatedAt: world.clock.now(),
      });
    });
    const digest = outcomeDigest(clientOrderId, brokerOrderId);
    expect(wordsOf(await world.click('ben', 'outcome_is', { digest }))).toContain(
      'another order of ours',
    );
    expect((await world.store.findOrder(clientOrderId))?.status).toBe('unknown');
    expect(broker.sent.filter(({ side }) => side === 'sell')).toHaveLength(1);
  });

  test('may come after a restart: the question stands as it was', async () => {
    const { broker, world, label } = await openAskedWorld();
    await using _ = world;
    const before = await question(world);
    await world.restart({ wrap: broker.wrap });
    expect(await question(world)).toEqual(before);
    await press(world, 'ben', label);
    await world.settle();
    expect((await world.newest()).status).toBe('executed');
  });
});

test('a broker that tells nothing is asked soon after a change, then more rarely', async () => {
  const broker = anonymous();
  const asked: number[] = [];
  await using world = await openAppWorld({
    // Nothing fills, so nothing changes.
    paper: { fillInterval: '1 min' },
    wrap: (paper) => {
      const inner = broker.wrap(paper);
      return {
        ...inner,
        listFills: (since) => {
          asked.push(Math.round(world.clock.now().epochMilliseconds / 1000));
          return inner.listFills(since);
        },
      };
    },
  });
  await approve(world);
  asked.length = 0;
  await world.clock.advance({ seconds: 14 });
  const waits = asked.slice(1).map((at, index) => at - (asked[index] ?? 0));
  expect(waits.slice(-5)).toEqual([1, 2, 3, 3, 3]);
});

test('an order that was on its way when the program ended is asked about too', async () => {
  const broker = anonymous();
  broker.hidden.add('AAPL');
  const dies = (paper: PaperBroker): Broker => ({
    ...broker.wrap(paper),
    // The process ends before an answer comes.
    executeTrade: async () => await new Promise(() => {}),
  });
  await using world = await openAppWorld({ wrap: dies });
  await approve(world);
  await world.clock.advance({ seconds: 1 });
  expect((await theSell(world)).status).toBe('submitted');
  await world.restart({ wrap: broker.wrap });
  await world.clock.advance({ seconds: 10 });
  expect((await theSell(world)).status).toBe('unknown');
  await press(world, 'ben', 'It is not there');
  await world.settle();
  expect((await theSell(world)).status).toBe('canceled');
  expect(broker.sent.filter(({ side }) => side === 'sell')).toEqual([]);
});

test('an order of which the broker says that it cannot tell is asked about, in its words', async () => {
  const words = 'TWS took the order and said nothing of it.';
  await using world = await openAppWorld({
    behaviour: loseTheSell(false),
    wrap: (broker) => ({
      ...broker,
      // It refuses a second order under our id, and still cannot say whether the first will come.
      findOrder: () => Promise.reject(new BrokerError('ibkr', 'unknown_outcome', words)),
    }),
  });
  await approve(world);
  await world.clock.advance({ seconds: 1 });
  expect(await question(world)).toBeNull();
  await world.clock.advance({ seconds: 10 });
  expect((await question(world))?.fallback).toContain(words);
  expect((await theSell(world)).status).toBe('unknown');
  await press(world, 'ben', 'It is not there');
  await world.settle();
  expect((await theSell(world)).status).toBe('canceled');
});
