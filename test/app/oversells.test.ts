import { describe, expect, it } from 'vitest';
import { propose } from '../../src/app/propose.ts';
import { decimal, toText } from '../../src/core/decimal.ts';
import type { Recommendation } from '../../src/core/recommendation.ts';
import type { Broker, BrokerOrder } from '../../src/ports/broker.ts';
import { fill } from '../core/compliance/lots-table.ts';
import { sampleAccount } from '../fixtures/sample-account.ts';
import { tradeByHand } from '../fixtures/by-hand.ts';
import { openAppWorld } from './app-world.ts';
import type { AppWorld } from './app-world.ts';

/** An account that may do all that an account may: margin, and proposals of one vote. */
const ACCOUNT = {
  funds: { accountType: 'margin', allowMargin: true },
  approvals: { ...sampleAccount().approvals, largeTrade: null },
} as const;

/** A list, as a recommender hands it in. Held are 50 IBM and 400 AAPL. */
async function proposeList(world: AppWorld, recommendations: readonly Recommendation[]) {
  const account = world.context.accounts.get('core');
  if (account === undefined) throw new Error('core is there');
  const result = await propose(world.context, {
    account,
    by: { actor: 'evenkeel', platform: 'cli' },
    proposer: { type: 'operator', source: 'recommendations file' },
    request: { buyOnly: false, toBand: false, contribution: null },
    recommendations,
    dryRun: false,
  });
  return result.type === 'refused' ? JSON.stringify(result.refusal) : result.type;
}

const sell = (symbol: string, quantity: string): Recommendation => ({
  symbol,
  action: 'sell',
  quantity: decimal(quantity),
});

/** Somebody's order that works at the broker. */
function working(side: 'buy' | 'sell', symbol: string, quantity: string) {
  return (broker: Broker): Broker => ({
    ...broker,
    listOrders: async (since) => [
      ...(await broker.listOrders(since)),
      {
        brokerOrderId: 'by-hand',
        clientOrderId: null,
        symbol,
        side,
        quantity: decimal(quantity),
        filledQuantity: decimal('0'),
        averageFillPrice: null,
        status: 'accepted',
        reason: null,
        submittedAt: since,
        updatedAt: since,
      } satisfies BrokerOrder,
    ],
  });
}

const sold = async (world: AppWorld) =>
  (await world.store.listFills({}))
    .filter(({ side }) => side === 'sell')
    .map(({ symbol, quantity }) => `${symbol} ${toText(quantity)}`);

describe('more than is held is sold by no path', () => {
  it.each([
    ['a share more', [sell('IBM', '51')], 'it sells 51 IBM, but 50 are held'],
    ['a fraction of a share more', [sell('IBM', '50.5')], '50.5'],
    ['what is not held', [sell('KO', '1')], 'KO'],
    ['twice in one list', [sell('IBM', '30'), sell('IBM', '30')], 'IBM'],
  ])('a list that sells %s is refused', async (_name, list, words) => {
    await using world = await openAppWorld({ account: ACCOUNT });
    expect(await proposeList(world, list)).toContain(words);
    expect(await world.store.listProposals({})).toEqual([]);
  });

  it('a list that sells what an order at the broker is selling already comes to nothing', async () => {
    await using world = await openAppWorld({
      account: ACCOUNT,
      wrap: working('sell', 'IBM', '50'),
    });
    expect(await proposeList(world, [sell('IBM', '50')])).toBe('nothing_to_do');
    expect(await world.store.listProposals({})).toEqual([]);
  });

  it('a plan leaves out what an order at the broker is selling', async () => {
    await using world = await openAppWorld({
      account: ACCOUNT,
      wrap: working('sell', 'AAPL', '400'),
    });
    await world.say('ana', 'rebalance', 'core');
    const found = await world.store.listProposals({});
    expect(
      found.flatMap(({ proposal }) => proposal.plan.legs.map((leg) => leg.symbol)),
    ).not.toContain('AAPL');
  });

  it('what was sold by hand after the proposal voids it', async () => {
    await using world = await openAppWorld({ account: ACCOUNT });
    await world.say('ana', 'rebalance', 'core');
    const { id } = (await world.newest()).proposal;
    await tradeByHand(world, 'sell', 'AAPL', '300');
    await world.click('ben', 'approve');
    await world.settle();
    expect((await world.store.findProposal(id))?.status).toBe('superseded');
    expect(await sold(world)).toEqual([]);
  });

  it('what was sold by hand after the book was read again stops the order about to leave', async () => {
    await using world = await openAppWorld({ account: ACCOUNT });
    await world.say('ana', 'rebalance', 'core');
    const listOrders = world.store.listOrders.bind(world.store);
    // The book has been compared; the orders are about to be committed.
    world.store.listOrders = async (filter) => {
      if (filter.proposalId !== undefined) {
        const at = world.clock.now();
        const theirs = fill(`sell 300 @ 75 ${at.toString()}`, 'AAPL');
        await world.store.transaction((unit) => unit.recordOutsideFill(theirs, at));
      }
      return await listOrders(filter);
    };
    await world.click('ben', 'approve');
    await world.settle();
    const denied = (await world.store.listOrders({})).filter(({ status }) => status === 'denied');
    const reasons = denied.map(({ intent, reasonCode, reason }) => [
      intent.symbol,
      reasonCode,
      reason,
    ]);
    expect(reasons).toContainEqual([
      'AAPL',
      'short_sale',
      'it sells 205 AAPL, and 100 are held, after what was traded outside Evenkeel since',
    ]);
    expect(await sold(world)).toEqual([]);
  });
});
