import { describe, expect, it } from 'vitest';
import { decimal, toText, ZERO } from '../../src/core/decimal.ts';
import type { DecideBehaviour, PaperBroker } from '../../src/brokers/paper/index.ts';
import type { Broker } from '../../src/ports/broker.ts';
import { BrokerError } from '../../src/ports/broker-error.ts';
import { sampleAccount } from '../fixtures/sample-account.ts';
import { openAppWorld, wordsOf, type AppWorld } from './app-world.ts';

/** What must hold however a run went: the exchange, our orders and our fills tell the same. */
async function expectBooksToAgree(world: AppWorld): Promise<void> {
  const theirs = await world.broker.listFills(Temporal.Instant.from('2026-01-01T00:00:00Z'));
  const ours = await world.store.listFills({});
  expect(ours.map((fill) => fill.executionId).toSorted()).toEqual(
    theirs.map((fill) => fill.executionId).toSorted(),
  );
  const legs = (await world.store.listOrders({})).map(
    ({ intent }) => `${intent.proposalId} ${intent.leg}`,
  );
  expect(new Set(legs).size).toBe(legs.length);
  for (const order of await world.store.listOrders({})) {
    const filled = ours
      .filter((fill) => fill.clientOrderId === order.intent.clientOrderId)
      .reduce((total, fill) => total.plus(fill.quantity), ZERO);
    expect(toText(order.filledQuantity)).toBe(toText(filled));
  }
  const { cash } = await world.broker.getAccountBalance();
  expect(cash.gte(ZERO)).toBe(true);
}

describe('deciding', () => {
  it('executes what was approved, sells before buys, and records every step', async () => {
    await using world = await openAppWorld();
    await world.say('ana', 'rebalance', 'core');
    await world.click('ben', 'approve');
    await world.settle();
    const record = await world.newest();
    expect(record.status).toBe('executed');
    await expectBooksToAgree(world);
    const actions = (await world.store.listAudit({ limit: 200 })).map((row) => row.action);
    const legs = record.proposal.plan.legs.length;
    for (const action of ['order_intent', 'order_submitted', 'order_accepted'] as const) {
      expect(actions.filter((found) => found === action)).toHaveLength(legs);
    }
    const first = (await world.store.listFills({}))[0];
    expect(first?.side).toBe('sell');
  });

  it.each([
    ['the proposer', 'ana', 'that takes the role approver'],
    ['a stranger', 'mallory', 'not among the people'],
  ])('refuses %s and says why', async (_who, person, words) => {
    await using world = await openAppWorld();
    await world.say('ana', 'rebalance', 'core');
    expect(wordsOf(await world.click(person, 'approve'))).toContain(words);
    expect((await world.newest()).status).toBe('pending');
    expect(await world.store.listAudit({ actions: ['denial'], limit: 5 })).toHaveLength(1);
  });

  it('does not count an approver who proposed it, but lets them withdraw it', async () => {
    await using world = await openAppWorld();
    await world.say('ben', 'rebalance', 'core');
    expect(wordsOf(await world.click('ben', 'approve'))).toContain('you proposed it');
    await world.click('ben', 'reject', { fields: { reason: 'changed my mind' } });
    expect((await world.newest()).status).toBe('rejected');
  });

  it('refuses another digest than the one that is proposed', async () => {
    await using world = await openAppWorld();
    await world.say('ana', 'rebalance', 'core');
    await world.click('ben', 'approve', { digest: '0'.repeat(64) });
    expect((await world.newest()).status).toBe('pending');
  });

  it('counts a redelivered click once, and two people at the same instant one after the other', async () => {
    await using world = await openAppWorld();
    await world.say('ana', 'rebalance', 'core');
    await Promise.all([
      world.click('ben', 'approve', { key: 'same' }),
      world.click('ben', 'approve', { key: 'same' }),
      world.click('chloe', 'approve'),
    ]);
    await world.settle();
    const record = await world.newest();
    expect(record.status).toBe('executed');
    expect(record.decisions).toHaveLength(1);
    await expectBooksToAgree(world);
  });

  it('answers a redelivered command as it did at first, and does it once', async () => {
    await using world = await openAppWorld();
    await world.say('ana', 'rebalance', 'core', 'same');
    await world.say('ana', 'rebalance', 'core', 'same');
    expect(await world.store.listProposals({})).toHaveLength(1);
    const first = await world.say('ana', 'portfolio', 'core', 'other');
    expect(await world.say('ana', 'portfolio', 'core', 'other')).toEqual(first);
  });

  it('needs the votes of two people for a large trade, each typing the account', async () => {
    const largeTrade = { notional: decimal('1'), votesNeeded: 2 };
    await using world = await openAppWorld({
      account: { approvals: { ...sampleAccount().approvals, largeTrade } },
    });
    await world.say('ana', 'rebalance', 'core');
    expect((await world.click('ben', 'approve')).type).toBe('form');
    await world.click('ben', 'approve', { fields: { confirmation: 'family' } });
    expect((await world.newest()).decisions).toHaveLength(0);
    await world.click('ben', 'approve', { fields: { confirmation: 'core' } });
    await world.click('ben', 'approve', { fields: { confirmation: 'core' } });
    expect((await world.newest()).status).toBe('pending');
    await world.click('chloe', 'approve', { fields: { confirmation: 'core' } });
    await world.settle();
    expect((await world.newest()).status).toBe('executed');
  });

  it('lets one who approved veto before the last vote, with the reason on the record', async () => {
    const largeTrade = { notional: decimal('1'), votesNeeded: 2 };
    await using world = await openAppWorld({
      account: { approvals: { ...sampleAccount().approvals, largeTrade } },
    });
    await world.say('ana', 'rebalance', 'core');
    await world.click('ben', 'approve', { fields: { confirmation: 'core' } });
    await world.click('ben', 'reject', { fields: { reason: 'I misread it' } });
    const record = await world.newest();
    expect(record.status).toBe('rejected');
    expect(record.decisions.map((decision) => decision.reason)).toContain('I misread it');
  });

  it('expires at the time that was named, also when the click comes before the sweep', async () => {
    await using world = await openAppWorld();
    await world.say('ana', 'rebalance', 'core');
    await world.clock.advance({ minutes: 60 });
    expect(wordsOf(await world.click('ben', 'approve'))).toContain('expired');
    expect((await world.newest()).status).toBe('expired');
  });

  it('trades nothing when the prices left the envelope, and proposes anew', async () => {
    await using world = await openAppWorld();
    await world.say('ana', 'rebalance', 'core');
    const stale = await world.newest();
    await world.broker.step(1);
    await world.click('ben', 'approve');
    await world.settle();
    const replaced = await world.store.findProposal(stale.proposal.id);
    const fresh = await world.store.listProposals({ statuses: ['pending'] });
    expect(replaced?.status).toBe('superseded');
    expect(fresh).toHaveLength(1);
    expect(replaced?.supersededBy).toBe(fresh[0]?.proposal.id);
    expect(fresh[0]?.decisions).toHaveLength(0);
    expect(await world.store.listOrders({})).toHaveLength(0);
  });
});

/** The stream tells nothing: what is known was answered or asked for. */
const deaf = (broker: PaperBroker): Broker => ({ ...broker, subscribe: () => () => {} });

/** The first answers are lost, also those of an order that is sent again. */
function loseAnswers(count: number, reached: boolean): DecideBehaviour {
  let sent = 0;
  return () => {
    sent += 1;
    return sent <= count ? { type: 'lose_answer', reached } : { type: 'ordinary' };
  };
}

describe('an answer that did not come', () => {
  it.each([
    ['after the order had arrived, of two orders', true, 2],
    ['before the order had arrived, twice of one order', false, 1],
  ])('%s: each leg ends as one order', async (_when, reached, unknown) => {
    await using world = await openAppWorld({ behaviour: loseAnswers(2, reached), wrap: deaf });
    await world.say('ana', 'rebalance', 'core');
    await world.click('ben', 'approve');
    await world.settle();
    expect((await world.newest()).status).toBe('executed');
    expect(await world.store.listAudit({ actions: ['order_unknown'], limit: 9 })).toHaveLength(
      unknown,
    );
    await expectBooksToAgree(world);
  });

  it('of an order that the broker lists late: the refused second sending is no rejection', async () => {
    const looks = new Map<string, number>();
    await using world = await openAppWorld({
      behaviour: loseAnswers(1, true),
      wrap: (broker) => ({
        ...deaf(broker),
        listOrders: async () => [],
        listFills: async (since) => ((looks.get('found') ?? 0) > 0 ? broker.listFills(since) : []),
        findOrder: async (intent) => {
          const look = (looks.get(intent.clientOrderId) ?? 0) + 1;
          looks.set(intent.clientOrderId, look);
          if (look <= 3) return { type: 'not_found' };
          looks.set('found', 1);
          return broker.findOrder(intent);
        },
      }),
    });
    await world.say('ana', 'rebalance', 'core');
    await world.click('ben', 'approve');
    await world.settle();
    expect(await world.store.listAudit({ actions: ['order_rejected'], limit: 9 })).toEqual([]);
    expect((await world.newest()).status).toBe('executed');
    await expectBooksToAgree(world);
  });

  it('is not taken as a refusal when looking fails too', async () => {
    let looks = 0;
    await using world = await openAppWorld({
      behaviour: () =>
        looks === 0 ? { type: 'lose_answer', reached: true } : { type: 'ordinary' },
      wrap: (broker) => ({
        ...broker,
        findOrder: async (intent) => {
          looks += 1;
          if (looks < 5) throw new BrokerError('paper', 'unavailable', 'try again later');
          return broker.findOrder(intent);
        },
      }),
    });
    await world.say('ana', 'rebalance', 'core');
    await world.click('ben', 'approve');
    await world.settle();
    expect((await world.newest()).status).toBe('executed');
    await expectBooksToAgree(world);
  });
});

describe('a broker that does not do as asked', () => {
  it('rejects one leg: the rest is executed and its words are in the message', async () => {
    await using world = await openAppWorld({
      behaviour: ({ symbol }) =>
        symbol === 'IBM' ? { type: 'reject', reason: 'IBM is on our list' } : { type: 'ordinary' },
    });
    await world.say('ana', 'rebalance', 'core');
    await world.click('ben', 'approve');
    await world.settle();
    const record = await world.newest();
    expect(record.status).toBe('partially_executed');
    const shown = await world.store.findAnnouncement(`proposal:${record.proposal.id}`);
    expect(JSON.stringify(shown?.message)).toContain('IBM is on our list');
    await expectBooksToAgree(world);
  });

  it('fills a sell in part: the remainder is cancelled at its time limit and buys keep to the cash', async () => {
    await using world = await openAppWorld({
      behaviour: ({ side }) =>
        side === 'sell' ? { type: 'fill_partly', quantity: decimal('20') } : { type: 'ordinary' },
    });
    await world.say('ana', 'rebalance', 'core');
    await world.click('ben', 'approve');
    await world.settle();
    const sells = (await world.store.listOrders({})).filter(({ intent }) => intent.side === 'sell');
    expect(sells.map((order) => order.status)).toEqual(['canceled']);
    expect((await world.newest()).status).toBe('partially_executed');
    await expectBooksToAgree(world);
  });
});

describe('a halt', () => {
  it('before the first order: nothing is sent', async () => {
    await using world = await openAppWorld();
    await world.say('ana', 'rebalance', 'core');
    await world.say('chloe', 'halt', 'core something is wrong');
    const reply = await world.click('ben', 'approve');
    await world.settle();
    expect(JSON.stringify(reply)).toContain('trading is halted: something is wrong');
    expect((await world.newest()).status).toBe('pending');
    expect(await world.store.listOrders({})).toHaveLength(0);
  });

  it('between the decision to send and the sending: nothing is sent', async () => {
    await using world = await openAppWorld();
    const { store } = world;
    const listHalts = store.listHalts.bind(store);
    const listOrders = store.listOrders.bind(store);
    let deciding = false;
    let halted = false;
    store.listOrders = async (filter) => {
      deciding ||= filter.proposalId !== undefined;
      return await listOrders(filter);
    };
    // The halt commits right after the execution has looked for one and seen none.
    store.listHalts = async () => {
      const before = await listHalts();
      if (!halted && deciding) {
        halted = true;
        const order = { scope: 'all', by: 'chloe', reason: 'now', at: world.clock.now() };
        await store.transaction((unit) => unit.insertHalt(order));
      }
      return before;
    };
    await world.say('ana', 'rebalance', 'core');
    await world.click('ben', 'approve');
    await world.settle();
    expect(halted).toBe(true);
    const orders = await store.listOrders({});
    expect(orders.map((order) => order.status)).toEqual(orders.map(() => 'denied'));
    expect(await world.broker.listOrders(world.clock.now().subtract({ hours: 1 }))).toEqual([]);
  });

  it('while sells work: the buys are not sent, and a halted account proposes nothing', async () => {
    await using world = await openAppWorld({ paper: { latency: '5 s' } });
    await world.say('ana', 'rebalance', 'core');
    await world.click('ben', 'approve');
    await world.clock.advance({ seconds: 1 });
    await world.say('chloe', 'halt', 'all');
    await world.settle();
    const bought = (await world.store.listFills({})).filter((fill) => fill.side === 'buy');
    expect(bought).toEqual([]);
    expect(wordsOf(await world.say('ana', 'rebalance', 'core'))).toContain('halt');
    await world.say('ben', 'resume', 'all');
    await world.say('ana', 'rebalance', 'core');
    expect((await world.newest()).status).toBe('pending');
  });
});

describe('a process that is killed', () => {
  const seconds = Array.from({ length: 12 }, (_, index) => index);
  it.each(seconds)(
    '%i s into an execution and started again: no order lost or twice',
    async (at) => {
      const paper = { latency: '2 s', partialFills: '3', fillInterval: '1 s' };
      await using world = await openAppWorld({ paper });
      await world.say('ana', 'rebalance', 'core');
      await world.click('ben', 'approve');
      await world.clock.advance({ seconds: at });
      await world.restart();
      await world.settle();
      expect((await world.newest()).status).toBe('executed');
      await expectBooksToAgree(world);
    },
  );

  it('and stays down until the approved prices are old sends nothing new', async () => {
    await using world = await openAppWorld({ paper: { latency: '2 s' } });
    await world.say('ana', 'rebalance', 'core');
    await world.click('ben', 'approve');
    await world.clock.advance({ seconds: 1 });
    await world.restart();
    const before = (await world.store.listOrders({})).length;
    await world.executor.close();
    await world.clock.advance({ hours: 2 });
    await world.restart();
    await world.settle();
    const sent = (await world.store.listOrders({})).filter((order) => order.submittedAt !== null);
    expect(sent.length).toBeLessThanOrEqual(before);
    expect((await world.newest()).status).not.toBe('executed');
    await expectBooksToAgree(world);
  });
});

describe('what people type', () => {
  it.each([
    ['/rebalance', 'coer', 'core'],
    ['/rebalance', 'core --buyonly', '--buy-only'],
    ['/rebalance', 'core --contribute -5', 'positive amount'],
    ['/rebalance', 'core --contribute NaN', 'positive amount'],
    ['/rebalanse', 'core', '/rebalance'],
    ['/halt', '', 'account'],
  ])('%s %s is answered with %s', async (command, text, words) => {
    await using world = await openAppWorld();
    expect(wordsOf(await world.say('ben', command, text))).toContain(words);
    expect(await world.store.listProposals({})).toHaveLength(0);
  });
});
