import { describe, expect, it } from 'vitest';
import type { AuditAction } from '../../src/ports/store.ts';
import { SAMPLE_PEOPLE, sampleAccount } from '../fixtures/sample-account.ts';
import { openAppWorld, wordsOf } from './app-world.ts';
import type { AppWorld } from './app-world.ts';

const { approvals } = sampleAccount();
const LARGE = { largeTrade: null };

/** An account that takes this many people to resume. */
function resumedBy(resumeVotes: number) {
  return { account: { approvals: { ...approvals, ...LARGE, resumeVotes } } };
}

async function audit(world: AppWorld, ...actions: readonly AuditAction[]) {
  const rows = await world.store.listAudit({ actions, limit: 100 });
  return rows.toReversed().map(({ action, actor, payload }) => ({ action, actor, ...payload }));
}

/** The newest message about a halt of a scope, as everyone sees it. */
async function haltMessage(world: AppWorld, scope = 'core') {
  const deliveries = await world.store.listPendingDeliveries('web', world.clock.now(), 1000);
  const found = deliveries
    .filter(({ announcementKey }) => announcementKey.startsWith(`halt:${scope}:`))
    .toSorted((a, b) => (a.announcementKey < b.announcementKey ? -1 : 1))
    .at(-1);
  if (found === undefined) throw new Error(`no message tells of a halt of ${scope}`);
  return found.message;
}

async function resumeButton(world: AppWorld, scope = 'core') {
  const { blocks } = await haltMessage(world, scope);
  const button = blocks
    .flatMap((block) => (block.type === 'buttons' ? block.buttons : []))
    .find(({ action }) => action === 'resume');
  if (button === undefined) throw new Error('the halt has no Resume button');
  return button;
}

let clicks = 0;
async function clickResume(world: AppWorld, person: string, digest: string, scope = 'core') {
  clicks += 1;
  return world.handle({
    type: 'click',
    idempotencyKey: `resume-${clicks}`,
    user: { platform: 'web', userId: person, roleIds: [] },
    channel: 'workspace',
    action: 'resume',
    proposalId: scope,
    digest,
    fields: null,
  });
}

describe('resuming', () => {
  it('takes as many different people as the account says', async () => {
    await using world = await openAppWorld(resumedBy(2));
    await world.say('ben', 'halt', 'core a wrong price');
    expect(wordsOf(await world.say('ben', 'resume', 'core'))).toContain('1 more is missing');
    expect((await haltMessage(world)).fallback).toContain('Ben agrees, 1 more is missing');
    expect(await world.store.listHalts()).toHaveLength(1);
    expect(wordsOf(await world.say('ben', 'resume', 'core'))).toContain('already');
    expect(await world.store.listHalts()).toHaveLength(1);
    expect(wordsOf(await world.say('chloe', 'resume', 'core'))).toContain('goes on');
    expect(await world.store.listHalts()).toEqual([]);
    expect((await haltMessage(world)).fallback).toContain('by Ben and Chloe');
    expect(await audit(world, 'halt', 'resume_vote', 'resume')).toMatchObject([
      { action: 'halt', actor: 'ben', reason: 'a wrong price' },
      { action: 'resume_vote', actor: 'ben', votes: ['ben'], needed: 2 },
      { action: 'resume_vote', actor: 'chloe', votes: ['ben', 'chloe'] },
      { action: 'resume', actor: 'chloe', votes: ['ben', 'chloe'] },
    ]);
  });

  it('remembers who agreed through a restart', async () => {
    await using world = await openAppWorld(resumedBy(2));
    await world.say('ben', 'halt', 'core a wrong price');
    await world.say('ben', 'resume', 'core');
    await world.restart();
    expect(wordsOf(await world.say('ana', 'rebalance', 'core'))).toContain('a wrong price');
    await world.say('chloe', 'resume', 'core');
    expect(await world.store.listHalts()).toEqual([]);
  });

  it('of everything takes what the strictest account asks for', async () => {
    await using world = await openAppWorld(resumedBy(3));
    await world.say('ben', 'halt', 'all a wrong price');
    await world.say('ben', 'resume', 'all');
    await world.say('chloe', 'resume', 'all');
    expect(await world.store.listHalts()).toHaveLength(1);
    await world.say('dev', 'resume', 'all');
    expect(await world.store.listHalts()).toEqual([]);
  });

  it('begins anew after another halt: what was agreed to is void', async () => {
    await using world = await openAppWorld(resumedBy(2));
    await world.say('ben', 'halt', 'core a wrong price');
    const { digest } = await resumeButton(world);
    await world.say('ben', 'resume', 'core');
    await world.clock.advance({ seconds: 5 });
    await world.say('chloe', 'halt', 'core a second thing');
    expect((await haltMessage(world)).fallback).toContain('a second thing');
    await world.say('chloe', 'resume', 'core');
    expect(await world.store.listHalts()).toMatchObject([
      { reason: 'a second thing', by: 'chloe' },
    ]);
    // The button of the first halt does not agree to the second.
    expect(wordsOf(await clickResume(world, 'dev', digest))).toContain('halted again');
    expect(await world.store.listHalts()).toHaveLength(1);
    const second = await resumeButton(world);
    await clickResume(world, 'dev', second.digest);
    expect(await world.store.listHalts()).toEqual([]);
  });

  it('is voided by a halt for the same reason too once somebody agreed', async () => {
    await using world = await openAppWorld(resumedBy(2));
    await world.say('ben', 'halt', 'core');
    expect(wordsOf(await world.say('chloe', 'halt', 'core'))).toContain('already');
    await world.say('ben', 'resume', 'core');
    expect(wordsOf(await world.say('chloe', 'halt', 'core'))).toContain('is halted');
    await world.say('chloe', 'resume', 'core');
    expect(await world.store.listHalts()).toHaveLength(1);
  });

  it('is not for a proposer, by command or by button', async () => {
    await using world = await openAppWorld();
    await world.say('ben', 'halt', 'core a wrong price');
    const { digest } = await resumeButton(world);
    await world.say('ana', 'resume', 'core');
    await clickResume(world, 'ana', digest);
    expect(await world.store.listHalts()).toHaveLength(1);
    expect(await audit(world, 'denial')).toHaveLength(2);
  });

  it('does not count who may not approve any more', async () => {
    await using world = await openAppWorld(resumedBy(2));
    await world.say('ben', 'halt', 'core a wrong price');
    await world.say('ben', 'resume', 'core');
    const ben = SAMPLE_PEOPLE.find(({ id }) => id === 'ben');
    if (ben === undefined) throw new Error('Ben is in the sample');
    Object.assign(world.context, {
      people: SAMPLE_PEOPLE.map((person) => (person === ben ? { ...ben, role: 'viewer' } : person)),
    });
    // The dispatcher works with the context as it is.
    await world.say('chloe', 'resume', 'core');
    expect(await world.store.listHalts()).toHaveLength(1);
    await world.say('dev', 'resume', 'core');
    expect(await world.store.listHalts()).toEqual([]);
  });

  it('of an account within a halt of everything says which halt holds', async () => {
    await using world = await openAppWorld();
    await world.say('ben', 'halt', 'all a wrong price');
    expect(wordsOf(await world.say('ben', 'resume', 'core'))).toContain('/resume all');
    await world.say('ben', 'halt', 'core too');
    await world.say('ben', 'resume', 'core');
    const posted = await world.store.listPendingDeliveries('web', world.clock.now(), 1000);
    const resumed = posted.find(({ announcementKey }) => announcementKey.startsWith('resume:core'));
    expect(resumed?.message.fallback).toContain('Every account is halted besides');
  });
});

describe('a halt with --cancel', () => {
  const paper = { latency: '0 s', partialFills: '2', fillInterval: '60 s' };
  const account = { approvals: { ...approvals, ...LARGE } };

  async function working(world: AppWorld) {
    await world.say('ana', 'rebalance', 'core');
    await world.click('ben', 'approve');
    await world.clock.advance({ seconds: 2 });
    const accepted = await world.store.listOrders({ statuses: ['accepted', 'partially_filled'] });
    expect(accepted.length).toBeGreaterThan(0);
    return accepted.length;
  }

  it('asks the broker to cancel what works, tells how it goes, and is on record', async () => {
    await using world = await openAppWorld({ paper, account });
    const count = await working(world);
    await world.say('chloe', 'halt', 'core a wrong price --cancel');
    expect((await haltMessage(world)).fallback).toContain('being canceled');
    await world.settle();
    const orders = await world.store.listOrders({});
    expect(orders.filter(({ status }) => status === 'canceled')).toHaveLength(count);
    expect(
      (await world.broker.listOrders(world.clock.now().subtract({ hours: 1 }))).map(
        ({ status }) => status,
      ),
    ).toEqual(Array.from({ length: count }, () => 'canceled'));
    expect((await haltMessage(world)).fallback).toContain(`Since the halt: ${count} canceled`);
    expect((await audit(world, 'cancel_requested')).length).toBeGreaterThanOrEqual(count);
    expect(await audit(world, 'halt')).toMatchObject([
      { reason: 'a wrong price', cancelOrders: true },
    ]);
  });

  it('goes on canceling after a restart', async () => {
    await using world = await openAppWorld({ paper, account });
    const count = await working(world);
    const broker = world.broker.cancelOrder.bind(world.broker);
    Object.assign(world.broker, { cancelOrder: () => new Promise<void>(() => {}) });
    await world.say('chloe', 'halt', 'core a wrong price --cancel');
    await world.clock.advance({ seconds: 1 });
    Object.assign(world.broker, { cancelOrder: broker });
    await world.restart();
    await world.settle();
    const canceled = await world.store.listOrders({ statuses: ['canceled'] });
    expect(canceled).toHaveLength(count);
  });

  it('is one click under the execution; Halt alone lets the orders work', async () => {
    await using world = await openAppWorld({ paper, account });
    await working(world);
    await world.click('ben', 'halt');
    await world.clock.advance({ seconds: 3 });
    expect(await audit(world, 'cancel_requested')).toEqual([]);
    await world.click('ben', 'halt_and_cancel');
    await world.settle();
    expect((await audit(world, 'cancel_requested')).length).toBeGreaterThan(0);
    expect(await world.store.listOrders({ statuses: ['canceled'] })).not.toEqual([]);
  });
});

describe('a halt is shown', () => {
  it.each([
    ['portfolio', 'core'],
    ['pending', ''],
    ['rebalance', 'core'],
  ])('by /%s %s', async (command, text) => {
    await using world = await openAppWorld();
    await world.say('ben', 'halt', 'core a wrong price');
    const reply = await world.say('ana', command, text);
    expect(wordsOf(reply)).toContain('halted since');
    expect(wordsOf(reply)).toContain('by Ben: a wrong price');
  });

  it('in a proposal that waits, and no more once it is resumed', async () => {
    await using world = await openAppWorld();
    await world.say('ana', 'rebalance', 'core');
    const shown = async () => {
      const { proposal } = await world.newest();
      const told = await world.store.findAnnouncement(`proposal:${proposal.id}`);
      return JSON.stringify(told?.message);
    };
    expect(await shown()).not.toContain('trading is halted');
    await world.say('ben', 'halt', 'all a wrong price');
    expect(await shown()).toContain('trading is halted: a wrong price');
    await world.say('ben', 'resume', 'all');
    expect(await shown()).not.toContain('trading is halted');
  });
});
