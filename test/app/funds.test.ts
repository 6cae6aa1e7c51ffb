import { describe, expect, it } from 'vitest';
import { propose } from '../../src/app/propose.ts';
import { decimal, sum, ZERO } from '../../src/core/decimal.ts';
import type { AccountBalance } from '../../src/core/portfolio.ts';
import { BrokerError } from '../../src/ports/broker-error.ts';
import type { Broker } from '../../src/ports/broker.ts';
import { openAppWorld } from './app-world.ts';
import type { AppWorld } from './app-world.ts';

/** Between the bot and its broker: what the broker says of its money once the sales have filled. */
function sayingAfterSales(
  say: (balance: AccountBalance, asked: number) => AccountBalance | BrokerError,
): (broker: Broker) => Broker {
  let asked = 0;
  let sales = 0;
  return (broker) => ({
    ...broker,
    executeTrade: async (intent, permit) => {
      if (intent.side === 'sell') sales += 1;
      return broker.executeTrade(intent, permit);
    },
    getAccountBalance: async () => {
      const balance = await broker.getAccountBalance();
      if (sales === 0) return balance;
      asked += 1;
      const said = say(balance, asked);
      if (said instanceof BrokerError) throw said;
      return said;
    },
  });
}

async function run(world: AppWorld): Promise<void> {
  await world.say('ana', 'rebalance', 'core');
  await world.click('ben', 'approve');
  await world.settle();
}

/** Seconds from the last fill of a sale to the first buy that was sent. */
async function secondsBetweenPhases(world: AppWorld): Promise<number> {
  const fills = await world.store.listFills({});
  const sold = fills.filter((fill) => fill.side === 'sell').at(-1);
  const orders = await world.store.listOrders({});
  const bought = orders
    .filter((order) => order.intent.side === 'buy')
    .map((order) => order.intent.createdAt)
    .toSorted((a, b) => Temporal.Instant.compare(a, b))[0];
  if (sold === undefined || bought === undefined) throw new Error('nothing was sold and bought');
  return sold.at.until(bought).total('seconds');
}

describe('between sales and buys', () => {
  it('waits until the broker has freed the proceeds, then buys all of it', async () => {
    await using world = await openAppWorld({
      wrap: sayingAfterSales((balance, asked) =>
        asked < 6 ? { ...balance, buyingPower: ZERO } : balance,
      ),
    });
    await run(world);
    expect((await world.newest()).status).toBe('executed');
    expect(await secondsBetweenPhases(world)).toBeGreaterThanOrEqual(2);
  });

  it('releases nothing while the broker does not say', async () => {
    await using world = await openAppWorld({
      wrap: sayingAfterSales((balance, asked) =>
        asked < 7 ? new BrokerError('paper', 'unavailable', 'try later') : balance,
      ),
    });
    await run(world);
    expect((await world.newest()).status).toBe('executed');
    expect(await secondsBetweenPhases(world)).toBeGreaterThanOrEqual(1);
  });

  it('buys only what the buying power allows when the proceeds are never freed', async () => {
    const power = decimal('3000');
    await using world = await openAppWorld({
      wrap: sayingAfterSales((balance) => ({ ...balance, buyingPower: power })),
    });
    await run(world);
    const orders = await world.store.listOrders({});
    const bought = orders.filter((order) => order.intent.side === 'buy');
    const first = bought
      .filter((order) => order.status !== 'denied')
      .map((order) => order.intent.quantity.times(order.intent.limitPrice ?? '0'));
    expect(first.length).toBeGreaterThan(0);
    for (const cost of first) expect(cost.lte(power)).toBe(true);
    expect(sum(first).gt(ZERO)).toBe(true);
  });
});

describe('borrowed money', () => {
  const LENT = { margin: '20000' };
  const margin = (allowMargin: boolean) => ({
    funds: { accountType: 'margin' as const, allowMargin },
  });

  /** MSFT for about $13,000 in an account with $1,000, and nothing sold. */
  async function recommend(world: AppWorld) {
    const account = world.context.accounts.get('core');
    if (account === undefined) throw new Error('core is there');
    return await propose(world.context, {
      account,
      by: { actor: 'evenkeel', platform: 'cli' },
      proposer: { type: 'operator', source: 'recommendations file' },
      request: { buyOnly: false, toBand: false, contribution: null },
      recommendations: [{ symbol: 'MSFT', action: 'buy', quantity: decimal('400') }],
      dryRun: false,
    });
  }

  it('is not used where the account does not allow it: the list is refused', async () => {
    await using world = await openAppWorld({ account: margin(false), paper: LENT });
    const result = await recommend(world);
    if (result.type !== 'refused') throw new Error(`refused, not ${result.type}`);
    expect(JSON.stringify(result.refusal)).toContain('is left of spare cash and the sells');
  });

  it('pays for what a list asks for where it is allowed, said before anyone decides', async () => {
    await using world = await openAppWorld({ account: margin(true), paper: LENT });
    const result = await recommend(world);
    expect(result.type).toBe('proposed');
    const { id, plan } = (await world.newest()).proposal;
    expect(plan.cashAfter.lt(ZERO)).toBe(true);
    const shown = JSON.stringify((await world.store.findAnnouncement(`proposal:${id}`))?.message);
    expect(shown).toMatch(/Funds: borrows \$[\d,.]+ on margin. Propose less to borrow nothing/u);
    await world.click('ben', 'approve');
    await world.settle();
    expect((await world.newest()).status).toBe('executed');
    expect((await world.broker.getAccountBalance()).cash.lt(ZERO)).toBe(true);
  });

  it('is not used once the account does not allow it any more, even for what was approved', async () => {
    await using world = await openAppWorld({
      account: {
        ...margin(true),
        marketHours: { runway: Temporal.Duration.from({ minutes: 0 }), whenClosed: 'queue' },
      },
      paper: { ...LENT, marketHours: 'observe' },
    });
    await world.clock.set('2026-11-20T22:00:00Z');
    await recommend(world);
    await world.click('ben', 'approve_at_open');
    const account = world.context.accounts.get('core');
    if (account === undefined) throw new Error('core is there');
    Object.assign(world.context, {
      accounts: new Map([['core', { ...account, ...margin(false) }]]),
    });
    await world.clock.set('2026-11-23T14:30:00Z');
    await world.settle();
    expect((await world.newest()).status).toBe('failed');
    expect((await world.newest()).outcome).toContain('Funds: buys cost');
    expect(await world.store.listOrders({})).toEqual([]);
  });

  it('is not used by targets, which are shares of what the account is worth', async () => {
    await using world = await openAppWorld({ account: margin(true), paper: LENT });
    await run(world);
    expect((await world.newest()).status).toBe('executed');
    expect((await world.newest()).proposal.plan.cashAfter.gte(ZERO)).toBe(true);
    expect((await world.broker.getAccountBalance()).cash.gte(ZERO)).toBe(true);
  });
});

describe('a short sale', () => {
  it('is refused with a sentence, whatever the account allows', async () => {
    await using world = await openAppWorld({
      account: { funds: { accountType: 'margin', allowMargin: true } },
    });
    const account = world.context.accounts.get('core');
    if (account === undefined) throw new Error('core is there');
    const result = await propose(world.context, {
      account,
      by: { actor: 'evenkeel', platform: 'cli' },
      proposer: { type: 'operator', source: 'recommendations file' },
      request: { buyOnly: false, toBand: false, contribution: null },
      recommendations: [{ symbol: 'IBM', action: 'sell', quantity: decimal('51') }],
      dryRun: false,
    });
    if (result.type !== 'refused') throw new Error(`refused, not ${result.type}`);
    expect(JSON.stringify(result.refusal)).toContain('it sells 51 IBM, but 50 are held');
  });
});
