import { describe, expect, it } from 'vitest';
import { viewHome } from '../../src/app/view-home.ts';
import type { AccountSettings, ApprovalSettings } from '../../src/core/account.ts';
import type { ApprovalRule } from '../../src/core/guardrail-settings.ts';
import type { Person } from '../../src/core/person.ts';
import { SAMPLE_PEOPLE, sampleAccount } from '../fixtures/sample-account.ts';
import { openAppWorld, wordsOf } from './app-world.ts';
import type { AppWorld } from './app-world.ts';

/** Dev and Eve are in risk; Ben and Chloe in no group; Chloe is on Slack and Discord as well. */
const PEOPLE: readonly Person[] = [
  ...SAMPLE_PEOPLE.map((person) => ({
    ...person,
    groups: person.id === 'dev' ? ['risk'] : [],
    platformIds: {
      ...person.platformIds,
      ...(person.id === 'chloe' ? { slack: ['U1'], discord: ['77'] } : {}),
    },
  })),
  {
    id: 'eve',
    name: 'Eve',
    role: 'approver',
    accountRoles: {},
    groups: ['risk'],
    platformIds: { web: ['eve'] },
  },
];

const ALWAYS: ApprovalRule['when'] = {
  notional: null,
  turnover: null,
  accountShare: null,
  realisedGain: null,
  mode: 'paper',
  warnings: null,
};

const TWO_WITH_RISK: ApprovalRule = { when: ALWAYS, votesNeeded: 2, groups: ['risk'] };

const approvals = (changes: Partial<ApprovalSettings>): ApprovalSettings => ({
  ...sampleAccount().approvals,
  largeTrade: null,
  ...changes,
});

const openWorld = (changes: Partial<ApprovalSettings>, account: Partial<AccountSettings> = {}) =>
  openAppWorld({ people: PEOPLE, account: { approvals: approvals(changes), ...account } });

/** Another configuration from now on, as after a restart with another portfolios.yaml. */
function reconfigure(world: AppWorld, changes: Partial<ApprovalSettings>, people = PEOPLE): void {
  const account = world.context.accounts.get('core');
  if (account === undefined) throw new Error('core is there');
  const accounts = new Map([['core', { ...account, approvals: approvals(changes) }]]);
  Object.assign(world.context, { accounts, people });
}

async function shown(world: AppWorld): Promise<string> {
  const { id } = (await world.newest()).proposal;
  return (await world.store.findAnnouncement(`proposal:${id}`))?.message.fallback ?? '';
}

describe('a quorum with a group', () => {
  it('is frozen into the proposal, shown before anyone votes, and kept', async () => {
    await using world = await openWorld({ rules: [TWO_WITH_RISK] });
    await world.say('ana', 'rebalance');
    const { proposal } = await world.newest();
    expect(proposal).toMatchObject({ votesNeeded: 2, groupsNeeded: ['risk'] });
    expect(await shown(world)).toContain(
      'Needs 2 votes, one of them from risk: Ben, Chloe, Dev or Eve (paper account).',
    );
    expect(wordsOf(await world.click('ben', 'approve'))).toContain(
      'Nothing is traded before 1 more vote, from risk: Dev or Eve.',
    );
    expect(wordsOf(await world.click('chloe', 'approve'))).toContain('1 more vote, from risk');
    expect((await world.newest()).status).toBe('pending');
    await world.click('eve', 'approve');
    await world.settle();
    expect((await world.newest()).status).toBe('executed');
  });

  it('is told on the page of a person, in /pending and in a refusal', async () => {
    await using world = await openWorld({ rules: [TWO_WITH_RISK] });
    await world.say('ana', 'rebalance');
    await world.click('ben', 'approve');
    const home = await viewHome(world.context, { platform: 'web', userId: 'dev', roleIds: [] });
    expect(JSON.stringify(home.blocks)).toContain('Needs 1 more vote, from risk: Dev or Eve.');
    const pending = await world.say('ana', 'pending');
    expect(wordsOf(pending)).toContain('needs 1 more vote, from risk: Dev or Eve');
    expect(wordsOf(await world.click('ben', 'approve'))).toContain('Any of Dev, Eve can.');
  });

  it('that asks for more since the proposal counts at the vote', async () => {
    await using world = await openWorld({ rules: [] });
    await world.say('ana', 'rebalance');
    reconfigure(world, { rules: [TWO_WITH_RISK] });
    expect(wordsOf(await world.click('ben', 'approve'))).toContain('from risk: Dev or Eve');
    expect((await world.newest()).status).toBe('pending');
  });

  it('that asks for less since the proposal does not', async () => {
    await using world = await openWorld({ rules: [TWO_WITH_RISK] });
    await world.say('ana', 'rebalance');
    reconfigure(world, { rules: [] });
    await world.click('ben', 'approve');
    expect((await world.newest()).status).toBe('pending');
  });
});

describe('an approved proposal is not begun', () => {
  it.each<[string, Partial<ApprovalSettings>, readonly Person[], string]>([
    [
      'when the rules ask for more',
      { rules: [TWO_WITH_RISK] },
      PEOPLE,
      'it needs 1 more vote, from risk: Dev or Eve',
    ],
    [
      'when who approved may not any more',
      { rules: [] },
      PEOPLE.map((person) => (person.id === 'ben' ? { ...person, role: 'viewer' } : person)),
      'it needs 1 vote from Chloe, Dev or Eve',
    ],
  ])('%s', async (_, changes, people, words) => {
    await using world = await openWorld(
      { rules: [] },
      { marketHours: { runway: Temporal.Duration.from({ minutes: 0 }), whenClosed: 'queue' } },
    );
    await world.say('ana', 'rebalance');
    // Between the vote and the start: the queue of the account is taken up in the next turn.
    const clicked = world.click('ben', 'approve');
    const transaction = world.store.transaction.bind(world.store);
    world.store.transaction = async (work) => {
      const result = await transaction(work);
      if ((await world.newest()).status === 'approved') reconfigure(world, changes, people);
      return result;
    };
    await clicked;
    await world.settle();
    const record = await world.newest();
    expect(record.status).toBe('failed');
    expect(record.outcome).toContain('nothing was sent, because the votes no longer suffice');
    expect(record.outcome).toContain(words);
    expect(await world.store.listOrders({})).toEqual([]);
  });
});

describe('one person', () => {
  it('has one vote over all platforms', async () => {
    await using world = await openWorld({ votesNeeded: 2 });
    await world.say('ana', 'rebalance');
    await world.click('chloe', 'approve');
    const { proposal } = await world.newest();
    for (const [platform, userId] of [
      ['slack', 'U1'],
      ['discord', '77'],
    ] as const) {
      const reply = await world.handle({
        type: 'click',
        idempotencyKey: `again-${platform}`,
        user: { platform, userId, roleIds: [] },
        channel: 'C0TREASURY',
        action: 'approve',
        proposalId: proposal.id,
        digest: proposal.digest,
        fields: null,
      });
      expect(wordsOf(reply)).toContain('a person has one vote');
    }
    expect((await world.newest()).decisions).toHaveLength(1);
  });

  it('ends it with a veto, whatever the votes so far', async () => {
    await using world = await openWorld({ votesNeeded: 3 });
    await world.say('ana', 'rebalance');
    await world.click('ben', 'approve');
    await world.click('chloe', 'approve');
    await world.click('eve', 'reject', { fields: { reason: 'not before the dividend' } });
    expect((await world.newest()).status).toBe('rejected');
    expect(wordsOf(await world.click('dev', 'approve'))).toContain('is rejected already');
  });

  it('who may not vote is told so, and not asked to fill in a form first', async () => {
    const largeTrade = { notional: sampleAccount().policy.minimumTrade, votesNeeded: 1 };
    await using world = await openWorld({ largeTrade });
    await world.say('ben', 'rebalance');
    expect(wordsOf(await world.click('ben', 'approve'))).toContain('you proposed it');
    expect((await world.click('chloe', 'approve')).type).toBe('form');
  });
});
