import { describe, expect, it } from 'vitest';
import { propose } from '../../src/app/propose.ts';
import type { AccountSettings } from '../../src/core/account.ts';
import { decimal } from '../../src/core/decimal.ts';
import { formatMoney } from '../../src/core/format.ts';
import type { ComplianceSettings } from '../../src/core/guardrail-settings.ts';
import type { Recommendation } from '../../src/core/recommendation.ts';
import { sampleAccount } from '../fixtures/sample-account.ts';
import { fill } from '../core/compliance/lots-table.ts';
import { openAppWorld, wordsOf } from './app-world.ts';
import type { AppWorld } from './app-world.ts';

function compliance(changes: Partial<ComplianceSettings>): Pick<AccountSettings, 'compliance'> {
  return { compliance: { ...sampleAccount().compliance, ...changes } };
}

function core(world: AppWorld): AccountSettings {
  const account = world.context.accounts.get('core');
  if (account === undefined) throw new Error('core is there');
  return account;
}

/** As after a change of portfolios.yaml. */
function reconfigure(world: AppWorld, changes: Partial<ComplianceSettings>): void {
  const account = { ...core(world), ...compliance(changes) };
  Object.assign(world.context, { accounts: new Map([['core', account]]) });
}

function recommend(world: AppWorld, recommendations: readonly Recommendation[]) {
  return propose(world.context, {
    account: core(world),
    by: { actor: 'evenkeel', platform: 'cli' },
    proposer: { type: 'operator', source: 'recommendations file' },
    request: { buyOnly: false, toBand: false, contribution: null },
    recommendations,
    dryRun: false,
  });
}

async function tradedSymbols(world: AppWorld): Promise<readonly string[]> {
  const orders = await world.store.listOrders({});
  return orders.filter((order) => order.submittedAt !== null).map(({ intent }) => intent.symbol);
}

describe('a restricted symbol', () => {
  it.each(['MSFT', 'IBM'])(
    'is left out of what /rebalance proposes, and the message says why: %s',
    async (symbol) => {
      await using world = await openAppWorld({ account: compliance({ restricted: [symbol] }) });
      await world.say('ana', 'rebalance', 'core');
      const { id, plan } = (await world.newest()).proposal;
      expect(plan.legs.map((leg) => leg.symbol)).not.toContain(symbol);
      expect(plan.skipped).toContainEqual(
        expect.objectContaining({ symbol, reason: 'restricted' }),
      );
      const shown = await world.store.findAnnouncement(`proposal:${id}`);
      expect(JSON.stringify(shown?.message)).toContain(`${symbol} (on the restricted list`);
      await world.click('ben', 'approve');
      await world.settle();
      expect(await tradedSymbols(world)).toContain('AAPL');
      expect(await tradedSymbols(world)).not.toContain(symbol);
    },
  );

  it('is left out of what a file recommends', async () => {
    await using world = await openAppWorld({ account: compliance({ restricted: ['IBM'] }) });
    const result = await recommend(world, [
      { symbol: 'AAPL', action: 'sell', quantity: decimal('10') },
      { symbol: 'IBM', action: 'buy', quantity: decimal('1') },
    ]);
    if (result.type !== 'proposed') throw new Error(`a proposal, not ${result.type}`);
    const { plan } = result.record.proposal;
    expect(plan.legs.map((leg) => leg.symbol)).toEqual(['AAPL']);
    expect(plan.skipped).toEqual([
      expect.objectContaining({ symbol: 'IBM', reason: 'restricted' }),
    ]);
    expect(
      await recommend(world, [{ symbol: 'IBM', action: 'sell', quantity: decimal('1') }]),
    ).toMatchObject({ type: 'nothing_to_do' });
  });

  it('is not adjusted into a proposal', async () => {
    await using world = await openAppWorld();
    await world.say('ana', 'rebalance', 'core');
    reconfigure(world, { restricted: ['IBM'] });
    const { legs } = (await world.newest()).proposal.plan;
    expect(legs.map((leg) => leg.symbol)).toContain('IBM');
    await world.click('ana', 'adjust', {
      fields: { legs: legs.map((leg) => leg.number).join(','), maximumNotional: '', mode: '' },
    });
    const adjusted = (await world.newest()).proposal.plan;
    expect(adjusted.legs.length).toBeGreaterThan(0);
    expect(adjusted.legs.map((leg) => leg.symbol)).not.toContain('IBM');
  });

  it('that became so after it was proposed cannot be approved: which, and who can change it', async () => {
    await using world = await openAppWorld();
    await world.say('ana', 'rebalance', 'core');
    reconfigure(world, { restricted: ['IBM'] });
    const words = wordsOf(await world.click('ben', 'approve'));
    expect(words).toContain('1 check failed: Restricted list, buy IBM.');
    expect(words).toContain('an admin can change compliance.restricted of core');
    expect((await world.newest()).status).toBe('pending');
    const [denial] = await world.store.listAudit({ actions: ['denial'], limit: 1 });
    expect(denial?.payload).toMatchObject({ checks: [{ rule: 'restricted', detail: 'buy IBM' }] });
    expect(await world.store.listOrders({})).toEqual([]);
  });

  it('that became so between approval and execution ends the proposal before anything is sent', async () => {
    await using world = await openAppWorld({
      paper: { marketHours: 'observe' },
      account: {
        marketHours: { runway: Temporal.Duration.from({ minutes: 0 }), whenClosed: 'queue' },
      },
    });
    await world.clock.set('2026-11-20T22:00:00Z');
    await world.say('ana', 'rebalance', 'core');
    await world.click('ben', 'approve_at_open');
    reconfigure(world, { restricted: ['IBM'] });
    await world.clock.set('2026-11-23T14:30:00Z');
    await world.settle();
    const record = await world.newest();
    expect(record.status).toBe('failed');
    expect(record.outcome).toContain('Restricted list: buy IBM');
    expect(await world.store.listOrders({})).toEqual([]);
  });

  it('that became so while it runs is denied when its order is about to leave', async () => {
    await using world = await openAppWorld();
    await world.say('ana', 'rebalance', 'core');
    const listOrders = world.store.listOrders.bind(world.store);
    // The proposal was checked under the old list; its orders are committed under the new one.
    world.store.listOrders = async (filter) => {
      if (filter.proposalId !== undefined) reconfigure(world, { restricted: ['IBM'] });
      return await listOrders(filter);
    };
    await world.click('ben', 'approve');
    await world.settle();
    const denied = (await world.store.listOrders({})).filter(({ status }) => status === 'denied');
    expect(denied.map(({ intent, reasonCode }) => [intent.symbol, reasonCode])).toEqual([
      ['IBM', 'restricted'],
    ]);
    expect(await tradedSymbols(world)).not.toContain('IBM');
    expect(await tradedSymbols(world)).toContain('AAPL');
  });
});

describe('a wash sale', () => {
  /** IBM at a loss ten days ago, from a lot that was dearer than what was there before. */
  async function sellIbmAtLoss(world: AppWorld, account: string): Promise<void> {
    await world.store.transaction(async (unit) => {
      await unit.insertFills([fill('buy 5 @ 900 2025-03-03T15:00:00Z', 'IBM', account)]);
      await unit.insertFills([fill('sell 5 @ 100 2026-11-10T15:00:00Z', 'IBM', account)]);
    });
  }

  it('that is to be blocked cannot be approved, and names the day and the substitute', async () => {
    await using world = await openAppWorld({
      account: compliance({
        washSales: 'block',
        taxLots: 'hifo',
        substitutes: [{ symbol: 'IBM', substitute: 'ACN' }],
      }),
    });
    await sellIbmAtLoss(world, 'core');
    await world.say('ana', 'rebalance', 'core');
    const words = wordsOf(await world.click('ben', 'approve'));
    expect(words).toMatch(
      /Wash sales, buys 5 IBM, sold at a loss in core on 10 Nov; may be bought again from 11 Dec/,
    );
    expect(words).toContain('Buy ACN in place of IBM.');
    expect((await world.newest()).status).toBe('pending');
    // The proposal is as old as its votes may be; a fresh one on the day is free.
    await world.clock.set('2026-12-11T15:00:00Z');
    await world.say('ana', 'rebalance', 'core');
    await world.click('ben', 'approve');
    await world.settle();
    expect((await world.newest()).status).toBe('executed');
  });

  it('that is only warned of shows the day and the substitute all the same', async () => {
    await using world = await openAppWorld({
      account: compliance({
        washSales: 'warn',
        taxLots: 'hifo',
        substitutes: [{ symbol: 'IBM', substitute: 'ACN' }],
      }),
    });
    await sellIbmAtLoss(world, 'core');
    await world.say('ana', 'rebalance', 'core');
    const { id } = (await world.newest()).proposal;
    const shown = JSON.stringify((await world.store.findAnnouncement(`proposal:${id}`))?.message);
    expect(shown).toContain('may be bought again from 11 Dec. Buy ACN in place of IBM. Wait for');
  });

  it('that another account made since the approval stops the order that is about to leave', async () => {
    await using world = await openAppWorld({ account: compliance({ washSales: 'block' }) });
    await world.say('ana', 'rebalance', 'core');
    const listOrders = world.store.listOrders.bind(world.store);
    let isSold = false;
    world.store.listOrders = async (filter) => {
      const orders = await listOrders(filter);
      // The proposal has been checked; its orders are about to be committed.
      if (!isSold && filter.proposalId !== undefined) {
        isSold = true;
        await sellIbmAtLoss(world, 'core');
      }
      return orders;
    };
    await world.click('ben', 'approve');
    await world.settle();
    expect(isSold).toBe(true);
    const denied = (await world.store.listOrders({})).filter(({ status }) => status === 'denied');
    expect(denied.map(({ intent, reasonCode }) => [intent.symbol, reasonCode])).toEqual([
      ['IBM', 'wash_sale'],
    ]);
    expect(denied[0]?.reason).toContain('in core on 10 Nov; may be bought again from 11 Dec');
    expect(await tradedSymbols(world)).not.toContain('IBM');
    expect(await tradedSymbols(world)).toContain('AAPL');
  });

  it('with another account of the same owner is warned of; with one of another owner it is none', async () => {
    await using world = await openAppWorld({
      account: compliance({ owner: 'ana', washSales: 'warn' }),
    });
    await sellIbmAtLoss(world, 'savings');
    const savings = (owner: string): AccountSettings => ({
      ...sampleAccount({ name: 'savings' }),
      ...compliance({ owner }),
    });
    const shown = async (owner: string) => {
      const accounts = new Map([
        ['core', core(world)],
        ['savings', savings(owner)],
      ]);
      Object.assign(world.context, { accounts });
      await world.say('ana', 'rebalance', 'core');
      const { id } = (await world.newest()).proposal;
      return JSON.stringify((await world.store.findAnnouncement(`proposal:${id}`))?.message);
    };
    // No book of savings was ever read, so nobody knows which shares it sold.
    expect(await shown('ana')).toContain(
      'sold at a cost that is not known in savings on 10 Nov; may be bought again from 11 Dec',
    );
    expect(await shown('ben')).not.toContain('in savings');
  });
});

describe('compliance notes', () => {
  const notes = [
    'I have no inside information on any of these companies.',
    'This account is not in a blackout period that I know of, nor is anybody of its beneficiaries, or so I was told.',
  ];

  async function formOf(world: AppWorld) {
    await world.say('ana', 'rebalance', 'core');
    const reply = await world.click('ben', 'approve');
    if (reply.type !== 'form') throw new Error(`a form, not ${reply.type}`);
    const field = reply.form.fields.find(({ name }) => name === 'notes');
    if (field?.type !== 'choices') throw new Error('the form has the notes');
    return { form: reply.form, keys: field.options.map(({ value }) => value), field };
  }

  it('are asked for one by one, none of them ticked, and in full where they are long', async () => {
    await using world = await openAppWorld({ account: compliance({ notes }) });
    const { form, field } = await formOf(world);
    expect(field.options.map(({ label, ticked }) => [label, ticked])).toEqual(
      notes.map((note) => [note, false]),
    );
    expect(form.intro).toContain(notes[1]);
    expect(form.intro).not.toContain(notes[0]);
    expect((await world.newest()).status).toBe('pending');
  });

  it('that are all ticked approve, and the audit log has their words', async () => {
    await using world = await openAppWorld({ account: compliance({ notes }) });
    const { keys } = await formOf(world);
    await world.click('ben', 'approve', { fields: { notes: keys.join(',') } });
    await world.settle();
    expect((await world.newest()).status).toBe('executed');
    const [approval] = await world.store.listAudit({ actions: ['approval'], limit: 1 });
    expect(approval?.payload).toMatchObject({ notesTicked: notes });
  });

  it.each([
    ['one of two', (keys: readonly string[]) => keys.slice(0, 1), [notes[1]]],
    ['none', () => [], notes],
    ['what is no note', () => ['1', '2'], notes],
  ])('of which %s is ticked deny, with a sentence and a row', async (_, tick, missing) => {
    await using world = await openAppWorld({ account: compliance({ notes }) });
    const { keys } = await formOf(world);
    const reply = await world.click('ben', 'approve', { fields: { notes: tick(keys).join(',') } });
    expect(wordsOf(reply)).toContain(`this was not ticked: “${missing[0]}”`);
    expect((await world.newest()).status).toBe('pending');
    const [denial] = await world.store.listAudit({ actions: ['denial'], limit: 1 });
    expect(denial?.payload).toMatchObject({ code: 'notes_unticked', notes: missing });
    expect(await world.store.listOrders({})).toEqual([]);
  });

  it('whose words changed since the form was opened are not confirmed by the old tick', async () => {
    await using world = await openAppWorld({ account: compliance({ notes }) });
    const { keys } = await formOf(world);
    reconfigure(world, { notes: [notes[0] ?? '', 'Something else.'] });
    const reply = await world.click('ben', 'approve', { fields: { notes: keys.join(',') } });
    expect(wordsOf(reply)).toContain('this was not ticked: “Something else.”');
  });
});

describe('estimated gains', () => {
  async function proposed(world: AppWorld): Promise<string> {
    await world.say('ana', 'rebalance', 'core');
    const { id } = (await world.newest()).proposal;
    return JSON.stringify((await world.store.findAnnouncement(`proposal:${id}`))?.message);
  }

  it('stand in the proposal, and lot by lot in its details', async () => {
    await using world = await openAppWorld({ account: compliance({ taxLots: 'hifo' }) });
    await world.store.transaction(async (unit) => {
      await unit.insertFills([fill('buy 10 @ 900 2026-03-03T15:00:00Z', 'AAPL')]);
      await unit.insertFills([fill('buy 10 @ 800 2024-03-04T15:00:00Z', 'AAPL')]);
    });
    const shown = await proposed(world);
    const { plan } = (await world.newest()).proposal;
    const sell = plan.legs.find(({ symbol }) => symbol === 'AAPL');
    const price = sell?.referencePrice ?? decimal('0');
    expect(shown).toMatch(/Estimated gains: .*\(HIFO\)\./);
    expect(shown).toContain(`${formatMoney(price.minus('900').times('10'))} short`);
    expect(shown).toContain(`${formatMoney(price.minus('800').times('10'))} long`);
    const details = JSON.stringify(await world.click('ben', 'details'));
    expect(details).toContain('Estimated gains by lot');
    expect(details).toContain('3 Mar 2026');
    expect(details).toContain('before the record');
  });

  it('are nobody\u2019s question in a sheltered account', async () => {
    await using world = await openAppWorld({ account: compliance({ taxable: false }) });
    expect(await proposed(world)).not.toContain('Estimated gains');
  });

  it('that reach what a rule says ask for its votes; so do gains that are not known', async () => {
    const rule = (realisedGain: string) => ({
      when: {
        notional: null,
        turnover: null,
        accountShare: null,
        realisedGain: decimal(realisedGain),
        mode: null,
        warnings: null,
      },
      votesNeeded: 2,
      groups: [],
    });
    const votesUnder = async (realisedGain: string, taxable: boolean) => {
      await using world = await openAppWorld({
        account: {
          ...compliance({ taxable }),
          approvals: {
            ...sampleAccount().approvals,
            largeTrade: null,
            rules: [rule(realisedGain)],
          },
        },
      });
      await world.store.transaction((unit) =>
        unit.insertFills([fill('buy 400 @ 50 2026-03-03T15:00:00Z', 'AAPL')]),
      );
      await proposed(world);
      return (await world.newest()).proposal.votesNeeded;
    };
    expect(await votesUnder('1', true)).toBe(2);
    expect(await votesUnder('10000000', true)).toBe(1);
    expect(await votesUnder('1', false)).toBe(1);
  });
});
