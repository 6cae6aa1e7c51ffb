import { describe, expect, it } from 'vitest';
import type { RunningDrill } from '../../src/app/context.ts';
import { endDrills } from '../../src/app/drills.ts';
import { decimal } from '../../src/core/decimal.ts';
import type { DrillFault } from '../../src/ports/drill.ts';
import { sampleAccount } from '../fixtures/sample-account.ts';
import { openAppWorld, wordsOf } from './app-world.ts';
import type { AppWorld } from './app-world.ts';

const account = { approvals: { ...sampleAccount().approvals, largeTrade: null } };

function running(world: AppWorld): RunningDrill {
  const drill = world.context.drills.running.get('core');
  if (drill === undefined) throw new Error('no drill is running');
  return drill;
}

async function proposed(drill: RunningDrill) {
  const [record] = await drill.context.store.listProposals({ limit: 1 });
  if (record === undefined) throw new Error('the drill proposed nothing');
  return record;
}

let clicks = 0;
async function click(world: AppWorld, person: string, action: string) {
  clicks += 1;
  const { proposal } = await proposed(running(world));
  return world.handle({
    type: 'click',
    idempotencyKey: `drill-${clicks}`,
    user: { platform: 'web', userId: person, roleIds: [] },
    channel: 'workspace',
    action,
    proposalId: proposal.id,
    digest: proposal.digest,
    fields: null,
  });
}

/** Every message of a drill that the chats show. */
async function shown(world: AppWorld) {
  const deliveries = await world.store.listPendingDeliveries('web', world.clock.now(), 1000);
  return deliveries.filter(({ announcementKey }) => announcementKey.startsWith('drill:'));
}

/** Runs the clock until no drill is running. */
async function toTheEnd(world: AppWorld) {
  for (let turn = 0; turn < 400 && world.context.drills.running.size > 0; turn += 1) {
    await world.clock.advance({ seconds: 1 });
  }
  await world.clock.settle();
  expect(world.context.drills.running.size).toBe(0);
}

async function over(world: AppWorld): Promise<string> {
  const last = (await shown(world)).find(({ announcementKey }) =>
    announcementKey.endsWith(':over'),
  );
  return last?.message.fallback ?? 'no message says that a drill is over';
}

async function rehearse(world: AppWorld, fault: DrillFault): Promise<string> {
  expect(wordsOf(await world.say('ana', 'drill', `${fault} core`))).toContain('A drill of core');
  await click(world, 'ben', 'approve');
  await toTheEnd(world);
  return over(world);
}

describe('a drill', () => {
  it.each<[DrillFault, string, string]>([
    ['rejection', 'the proposal was partially executed', 'rejected'],
    ['partial-fill', 'the proposal was partially executed', 'canceled'],
    ['lost-answer', 'the proposal was executed', 'filled'],
  ])('of a %s goes the whole way from proposal to fills', async (fault, outcome, first) => {
    await using world = await openAppWorld({ account });
    const words = await rehearse(world, fault);
    expect(words).toContain(outcome);
    const rows = await world.store.listAudit({ limit: 1000 });
    const actions = rows.filter(({ payload }) => 'drill' in payload).map(({ action }) => action);
    expect(actions).toEqual(
      expect.arrayContaining([
        'drill',
        'proposal',
        'approval',
        'order_intent',
        'order_submitted',
        'execution_finished',
      ]),
    );
    expect(words.split('SELL')[1]).toContain(first);
    expect(actions.includes('order_unknown')).toBe(fault === 'lost-answer');
  });

  it('of a closed market shows the refusal, and nothing is approved', async () => {
    await using world = await openAppWorld({ account });
    await world.say('ana', 'drill', 'closed-market core');
    const reply = await click(world, 'ben', 'approve');
    expect(wordsOf(reply)).toContain('DRILL');
    expect(wordsOf(reply)).toContain('closed');
    expect((await proposed(running(world))).status).toBe('pending');
    await world.say('ana', 'drill', 'stop core');
    expect(world.context.drills.running.size).toBe(0);
    expect(await over(world)).toContain('It was stopped');
    const blocks = (await shown(world)).flatMap(({ message }) => message.blocks);
    expect(blocks.filter(({ type }) => type === 'buttons')).toEqual([]);
  });

  it('is marked everywhere: in every heading, in every reply and in the audit log', async () => {
    await using world = await openAppWorld({ account });
    await world.say('ana', 'drill', 'rejection core');
    expect(wordsOf(await click(world, 'ana', 'approve'))).toMatch(/^DRILL: /u);
    await click(world, 'ben', 'approve');
    await toTheEnd(world);
    const messages = (await shown(world)).map(({ message }) => message);
    expect(messages.length).toBeGreaterThan(1);
    for (const { fallback, blocks } of messages) {
      expect(fallback).toMatch(/^DRILL: /u);
      const headings = blocks.flatMap((block) => (block.type === 'heading' ? [block.text] : []));
      expect(headings.filter((text) => !text.startsWith('DRILL · '))).toEqual([]);
      expect(headings).not.toEqual([]);
      // What is over has nothing to click.
      expect(blocks.filter(({ type }) => type === 'buttons')).toEqual([]);
    }
    const rows = await world.store.listAudit({ limit: 1000 });
    const own = rows.filter(({ account: about }) => about === 'drill-core');
    expect(own.length).toBeGreaterThan(5);
    expect(own.filter(({ payload }) => typeof payload['drill'] !== 'string')).toEqual([]);
    expect(await world.store.verifyAudit()).toMatchObject({ ok: true });
  });

  it('sends nothing to the real broker and counts nowhere', async () => {
    const limits = { ...sampleAccount().limits, dayOrders: 100, dayNotional: decimal('9000000') };
    await using world = await openAppWorld({ account: { ...account, limits } });
    const before = {
      limits: wordsOf(await world.say('ana', 'limits', 'core')),
      balance: await world.broker.getAccountBalance(),
      positions: await world.broker.getPositions(),
    };
    await rehearse(world, 'lost-answer');
    expect(wordsOf(await world.say('ana', 'limits', 'core'))).toBe(before.limits);
    expect(await world.broker.getAccountBalance()).toEqual(before.balance);
    expect(await world.broker.getPositions()).toEqual(before.positions);
    expect(await world.broker.listOrders(world.clock.now().subtract({ hours: 9 }))).toEqual([]);
    expect(await world.store.listProposals({})).toEqual([]);
    expect(await world.store.listOrders({})).toEqual([]);
    expect(await world.store.listFills({})).toEqual([]);
    expect(await world.store.lastTraded('core')).toEqual([]);
    expect(await world.store.listProposalUsage(world.clock.now().subtract({ hours: 9 }))).toEqual(
      [],
    );
  });

  it('halts and resumes itself alone', async () => {
    await using world = await openAppWorld({ account });
    await world.say('ana', 'drill', 'rejection core');
    expect(wordsOf(await click(world, 'ben', 'halt'))).toContain('drill-core is halted');
    expect(await world.store.listHalts()).toEqual([]);
    expect(await running(world).context.store.listHalts()).toHaveLength(1);
    await endDrills(world.context);
  });

  it('takes the place of an earlier one, and ends by itself after an hour', async () => {
    await using world = await openAppWorld({ account });
    await world.say('ana', 'drill', 'rejection core');
    const first = running(world);
    await world.say('ben', 'drill', 'lost-answer');
    expect(running(world)).not.toBe(first);
    expect(await over(world)).toContain('Another drill took its place');
    await world.clock.advance({ minutes: 61 });
    await world.clock.settle();
    expect(world.context.drills.running.size).toBe(0);
  });

  it('of an account in balance has money paid in, to have something to trade', async () => {
    const paper = { cash: '0', positions: { AAPL: '100' }, start: '2006-01' };
    const targets = [{ symbol: 'AAPL', weight: decimal('1') }];
    const { policy } = sampleAccount();
    await using world = await openAppWorld({
      paper,
      account: {
        ...account,
        targets,
        policy: { ...policy, cashBuffer: { type: 'share', share: decimal('0') } },
      },
    });
    await world.say('ana', 'drill', 'rejection core');
    expect((await proposed(running(world))).proposal.plan.legs).toMatchObject([
      { side: 'buy', symbol: 'AAPL' },
    ]);
    await endDrills(world.context);
  });

  it.each([
    ['', 'drill'],
    ['earthquake core', 'Say what is rehearsed'],
    ['rejection growth', 'Say which account'],
    ['stop core', 'No drill of core is running'],
  ])('/drill %s is answered with a sentence', async (text, words) => {
    await using world = await openAppWorld({ account });
    expect(wordsOf(await world.say('ana', 'drill', text))).toContain(words);
    expect(world.context.drills.running.size).toBe(0);
  });

  it('is not for a viewer', async () => {
    const people = [
      {
        id: 'eve',
        name: 'Eve',
        role: 'viewer' as const,
        accountRoles: {},
        groups: [],
        platformIds: { web: ['eve'] },
      },
    ];
    await using world = await openAppWorld({ account, people });
    await world.say('eve', 'drill', 'rejection core');
    expect(world.context.drills.running.size).toBe(0);
    expect(await world.store.listAudit({ actions: ['denial'], limit: 5 })).toHaveLength(1);
  });
});
