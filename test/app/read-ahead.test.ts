import { describe, expect, it } from 'vitest';
import type { Broker } from '../../src/ports/broker.ts';
import { sampleAccount } from '../fixtures/sample-account.ts';
import { openAppWorld } from './app-world.ts';
import type { AppWorld } from './app-world.ts';

/** What the broker was asked, in order; `order` for each that was sent. */
function asking() {
  const asked: string[] = [];
  const note = <Answer>(name: string, answer: Answer): Answer => {
    asked.push(name);
    return answer;
  };
  return {
    asked,
    wrap: (broker: Broker): Broker => ({
      ...broker,
      getMarketClock: () => note('clock', broker.getMarketClock()),
      getPositions: () => note('positions', broker.getPositions()),
      getAccountBalance: () => note('balance', broker.getAccountBalance()),
      executeTrade: (intent, permit) => note(intent.side, broker.executeTrade(intent, permit)),
    }),
  };
}

/** What was asked before the first order. */
const before = (asked: readonly string[]) => asked.slice(0, asked.indexOf('sell'));
const count = (asked: readonly string[], name: string) =>
  asked.filter((each) => each === name).length;

async function propose(world: AppWorld, asked: string[]): Promise<void> {
  await world.say('ana', 'rebalance', 'core');
  asked.length = 0;
}

describe('the book of a proposal', () => {
  it('is asked for once, by the click that may be the last vote', async () => {
    const { asked, wrap } = asking();
    await using world = await openAppWorld({ wrap });
    await propose(world, asked);
    await world.click('ben', 'approve');
    await world.settle();
    expect(before(asked).toSorted()).toEqual(['balance', 'clock', 'positions']);
    expect((await world.newest()).status).toBe('executed');
  });

  it('is not asked for while more votes are missing, nor for who may not vote', async () => {
    const { asked, wrap } = asking();
    const { approvals } = sampleAccount();
    await using world = await openAppWorld({
      wrap,
      account: { approvals: { ...approvals, votesNeeded: 2, largeTrade: null } },
    });
    await propose(world, asked);
    await world.click('ana', 'approve');
    await world.click('ben', 'approve');
    expect(count(asked, 'positions')).toBe(0);
    await world.click('chloe', 'approve');
    await world.settle();
    expect(count(before(asked), 'positions')).toBe(1);
    expect((await world.newest()).status).toBe('executed');
  });

  it('is asked for before the click is claimed, which waits for the disk', async () => {
    const { asked, wrap } = asking();
    await using world = await openAppWorld({ wrap });
    await propose(world, asked);
    const transaction = world.store.transaction.bind(world.store);
    world.store.transaction = (work) => {
      asked.push('transaction');
      return transaction(work);
    };
    await world.click('ben', 'approve');
    expect(asked).toContain('transaction');
    expect(asked.slice(0, asked.indexOf('transaction')).toSorted()).toEqual([
      'balance',
      'clock',
      'positions',
    ]);
  });

  it('is asked for once by a click that is delivered many times', async () => {
    const { asked, wrap } = asking();
    const answered = Promise.withResolvers<void>();
    let isProposed = false;
    await using world = await openAppWorld({
      wrap: (inner) => {
        const broker = wrap(inner);
        return {
          ...broker,
          getPositions: async () => {
            const positions = broker.getPositions();
            await (isProposed ? answered.promise : null);
            return await positions;
          },
        };
      },
    });
    await propose(world, asked);
    isProposed = true;
    const clicks = Array.from({ length: 10 }, () =>
      world.click('ben', 'approve', { key: 'the same' }),
    );
    await Promise.all(clicks);
    expect(count(asked, 'positions')).toBe(1);
    answered.resolve();
    await world.settle();
    expect(count(before(asked), 'positions')).toBe(1);
    expect((await world.newest()).status).toBe('executed');
  });

  it('is asked for again when it has become old on the way', async () => {
    const { asked, wrap } = asking();
    await using world = await openAppWorld({ wrap });
    await propose(world, asked);
    const transaction = world.store.transaction.bind(world.store);
    let waits = true;
    // The decision has to wait for a database that is locked.
    world.store.transaction = async (work) => {
      const result = await transaction(work);
      if (waits && asked.includes('positions')) {
        waits = false;
        await world.clock.advance({ seconds: 6 });
      }
      return result;
    };
    await world.click('ben', 'approve');
    await world.settle();
    expect(count(before(asked), 'positions')).toBe(2);
  });

  it('that changed since the proposal still supersedes it', async () => {
    const { asked, wrap } = asking();
    await using world = await openAppWorld({ wrap });
    await propose(world, asked);
    const { proposal } = await world.newest();
    await world.broker.deposit(proposal.snapshot.balance.cash);
    await world.click('ben', 'approve');
    await world.settle();
    expect((await world.store.findProposal(proposal.id))?.status).toBe('superseded');
    expect(asked.filter((name) => name === 'sell' || name === 'buy')).toEqual([]);
  });

  it('is of no use to an execution that waits for another one of its account', async () => {
    const { asked, wrap } = asking();
    await using world = await openAppWorld({ wrap, paper: { latency: '5 s' } });
    await propose(world, asked);
    const first = (await world.newest()).proposal;
    expect(world.executor.readAhead(first)).not.toBeNull();
    await world.click('ben', 'approve');
    await world.clock.advance({ seconds: 1 });
    expect(world.executor.readAhead(first)).toBeNull();
    await world.settle();
    expect(world.executor.readAhead(first)).not.toBeNull();
  });
});

describe('the buying power for the purchases', () => {
  it('is asked for once the sales are answered, and serves the purchases that their fills pay', async () => {
    const { asked, wrap } = asking();
    await using world = await openAppWorld({ wrap, paper: { fillInterval: '0 ms' } });
    await propose(world, asked);
    await world.click('ben', 'approve');
    await world.settle();
    const sales = asked.lastIndexOf('sell');
    const between = asked.slice(sales + 1, asked.indexOf('buy'));
    expect(between).toEqual(['balance']);
  });

  it('is asked for once the first of the sales is answered, and again after the last', async () => {
    const { asked, wrap } = asking();
    const held = Promise.withResolvers<void>();
    await using world = await openAppWorld({
      paper: { positions: { AAPL: '400', IBM: '300', MSFT: '300' }, fillInterval: '3 s' },
      wrap: (inner) => {
        const broker = wrap(inner);
        return {
          ...broker,
          executeTrade: async (intent, permit) => {
            const result = await broker.executeTrade(intent, permit);
            if (intent.symbol === 'IBM') await held.promise;
            asked.push(`${intent.side} answered`);
            return result;
          },
        };
      },
    });
    await propose(world, asked);
    await world.click('ben', 'approve');
    await world.clock.advance({ milliseconds: 500 });
    held.resolve();
    await world.settle();
    const [first, last] = [asked.indexOf('sell answered'), asked.lastIndexOf('sell answered')];
    expect(first).toBeLessThan(last);
    expect([asked[first + 1], asked[last + 1]]).toEqual(['balance', 'balance']);
    expect((await world.newest()).status).toBe('executed');
  });

  it('is asked for again when what was told ahead is too little or too old', async () => {
    const { asked, wrap } = asking();
    // The proceeds come later than what was asked ahead can know of.
    await using world = await openAppWorld({ wrap, paper: { fillInterval: '3 s' } });
    await propose(world, asked);
    await world.click('ben', 'approve');
    await world.settle();
    const sales = asked.lastIndexOf('sell');
    const between = asked.slice(sales + 1, asked.indexOf('buy'));
    expect(count(between, 'balance')).toBeGreaterThanOrEqual(2);
    expect((await world.newest()).status).toBe('executed');
  });
});
