import { describe, expect, it } from 'vitest';
import { expireOverdue } from '../../src/app/decide.ts';
import { nudgeApprovers } from '../../src/app/nudges.ts';
import { directChannel } from '../../src/ports/chat.ts';
import { SAMPLE_PEOPLE, sampleAccount } from '../fixtures/sample-account.ts';
import { openAppWorld } from './app-world.ts';
import type { AppWorld } from './app-world.ts';

/** Everybody is on Slack; Chloe is on Discord as well. */
const PEOPLE = SAMPLE_PEOPLE.map((person) => ({
  ...person,
  platformIds: {
    ...person.platformIds,
    slack: [`U-${person.id}`],
    ...(person.id === 'chloe' ? { discord: ['77'] } : {}),
  },
}));

const openWorld = () => openAppWorld({ people: PEOPLE });

/** What waits to be delivered on a platform: where, in whose thread, and the words. */
async function outbox(world: AppWorld, platform = 'slack') {
  const pending = await world.store.listPendingDeliveries(platform, world.clock.now(), 500);
  return pending.map(({ announcementKey, channel, inThreadOf, message }) => ({
    key: announcementKey.replace(/:[0-9a-z]{6}/u, ''),
    channel,
    thread: inThreadOf === null ? null : inThreadOf.replace(/:[0-9a-z]{6}/u, ''),
    words: message.fallback,
  }));
}

const keysOf = async (world: AppWorld, platform?: string) =>
  (await outbox(world, platform)).map(({ key }) => key);

describe('the messages around a proposal', () => {
  it('asks every approver directly, on every platform they are on, with a link', async () => {
    await using world = await openWorld();
    await world.say('ana', 'rebalance');
    const sent = (await outbox(world)).filter(({ key }) => key.startsWith('approver'));
    expect(sent.map(({ key, channel }) => [key, channel])).toEqual([
      ['approver:ben', directChannel('U-ben')],
      ['approver:chloe', directChannel('U-chloe')],
      ['approver:dev', directChannel('U-dev')],
    ]);
    expect(sent[0]?.words).toContain('Your vote is needed');
    expect(await outbox(world, 'discord')).toMatchObject([{ channel: directChannel('77') }]);
    expect(await keysOf(world, 'web')).toEqual(['proposal']);
  });

  it('tells the approvers and whoever proposed what came of it, and carries the story', async () => {
    await using world = await openWorld();
    await world.say('ana', 'rebalance');
    await world.click('ben', 'reject', { fields: { reason: 'too early in the month' } });
    const sent = await outbox(world);
    const story = sent.filter(({ thread }) => thread !== null);
    expect(story).toMatchObject([
      { key: 'story:rejection:ben', channel: 'C0TREASURY', thread: 'proposal' },
    ]);
    expect(story[0]?.words).toContain('too early in the month');
    const chloe = sent.find(({ key }) => key === 'approver:chloe');
    expect(chloe?.words).toContain('Ben rejected');
    const requester = sent.find(({ key }) => key === 'requester');
    expect(requester).toMatchObject({ channel: directChannel('U-ana') });
    expect(requester?.words).toContain('too early in the month');
  });

  it('tells the story of an execution line by line, each once', async () => {
    await using world = await openWorld();
    await world.say('ana', 'rebalance');
    await world.click('ben', 'approve');
    await world.settle();
    const story = (await outbox(world)).filter(({ thread }) => thread !== null);
    expect(story.map(({ key }) => key)).toEqual([
      'story:vote:ben',
      'story:executing',
      'story:executed',
    ]);
  });

  it('does not tell somebody what they have just done themselves', async () => {
    await using world = await openWorld();
    await world.say('ana', 'rebalance');
    await world.click('ana', 'reject', { fields: { reason: 'a typing error' } });
    expect(await keysOf(world)).not.toContain('requester');
  });
});

describe('a reminder', () => {
  const reminders = [{ minutes: 30 }, { minutes: 5 }].map((each) => Temporal.Duration.from(each));
  const openReminding = () =>
    openAppWorld({
      people: PEOPLE,
      account: { approvals: { ...sampleAccount().approvals, largeTrade: null, reminders } },
    });
  const reminderKeys = async (world: AppWorld) =>
    (await keysOf(world)).filter((key) => key.includes('reminder'));

  it('comes at each of the times that the account names, once, to those who can still vote', async () => {
    await using world = await openReminding();
    await world.say('ana', 'rebalance');
    await world.clock.advance({ minutes: 29, seconds: 59 });
    expect(await nudgeApprovers(world.context)).toEqual({ reminded: 0, escalated: 0 });
    await world.clock.advance({ seconds: 1 });
    expect(await nudgeApprovers(world.context)).toEqual({ reminded: 1, escalated: 0 });
    expect(await nudgeApprovers(world.context)).toEqual({ reminded: 0, escalated: 0 });
    expect(await reminderKeys(world)).toEqual([
      'story:reminder:PT30M',
      'reminder:ben:PT30M',
      'reminder:chloe:PT30M',
      'reminder:dev:PT30M',
    ]);
    await world.restart();
    expect(await nudgeApprovers(world.context)).toEqual({ reminded: 0, escalated: 0 });
    await world.clock.advance({ minutes: 25 });
    expect(await nudgeApprovers(world.context)).toEqual({ reminded: 1, escalated: 0 });
    expect(await reminderKeys(world)).toHaveLength(8);
  });

  it('is sent once for all that were missed while the bot was away', async () => {
    await using world = await openReminding();
    await world.say('ana', 'rebalance');
    await world.clock.advance({ minutes: 56 });
    expect(await nudgeApprovers(world.context)).toEqual({ reminded: 1, escalated: 0 });
    expect(await nudgeApprovers(world.context)).toEqual({ reminded: 0, escalated: 0 });
    expect(await reminderKeys(world)).toContain('reminder:ben:PT5M');
    expect(await reminderKeys(world)).not.toContain('reminder:ben:PT30M');
  });

  it('tells in the proposal how much time is left, and edits it no more often than that', async () => {
    await using world = await openReminding();
    await world.say('ana', 'rebalance');
    const { id } = (await world.newest()).proposal;
    const version = async () => {
      const pending = await world.store.listPendingDeliveries('web', world.clock.now(), 10);
      const found = pending.find(({ announcementKey }) => announcementKey === `proposal:${id}`);
      return [found?.version, /[^;]*left at[^.]*/u.exec(found?.message.fallback ?? '')?.[0].trim()];
    };
    expect(await version()).toEqual([1, '1 h left at 10:00 ET']);
    for (let minute = 0; minute < 40; minute += 1) {
      await nudgeApprovers(world.context);
      await world.clock.advance({ minutes: 1 });
    }
    expect(await version()).toEqual([2, '30 min left at 10:30 ET']);
  });

  it('is settled by the decision', async () => {
    await using world = await openReminding();
    await world.say('ana', 'rebalance');
    await world.clock.advance({ minutes: 50 });
    await nudgeApprovers(world.context);
    await world.click('ben', 'reject', { fields: { reason: 'no' } });
    const reminder = (await outbox(world)).find(({ key }) => key === 'reminder:chloe:PT30M');
    expect(reminder?.words).toContain('is rejected');
  });

  it('does not come for a proposal that is decided or over', async () => {
    await using world = await openReminding();
    await world.say('ana', 'rebalance');
    await world.clock.advance({ minutes: 61 });
    expect(await nudgeApprovers(world.context)).toEqual({ reminded: 0, escalated: 0 });
    await expireOverdue(world.context);
    expect(await nudgeApprovers(world.context)).toEqual({ reminded: 0, escalated: 0 });
    const expired = (await outbox(world)).find(({ key }) => key === 'story:expired');
    expect(expired?.words).toContain('Expired with 0 of 1 vote');
  });
});

describe('a second group', () => {
  /** Dev is the second group; Ben and Chloe are asked first. */
  const inRisk = PEOPLE.map((person) => ({
    ...person,
    groups: person.id === 'dev' ? ['risk'] : [],
  }));
  const escalation = { after: Temporal.Duration.from({ minutes: 20 }), group: 'risk' };
  const openEscalating = (votesNeeded: number) =>
    openAppWorld({
      people: inRisk,
      account: {
        approvals: {
          ...sampleAccount().approvals,
          largeTrade: null,
          reminders: [],
          votesNeeded,
          escalation,
        },
      },
    });
  const asked = async (world: AppWorld) =>
    (await outbox(world))
      .filter(({ key }) => key.startsWith('approver:') || key.startsWith('escalation:'))
      .map(({ key }) => key);

  it('is asked once when nobody decided for so long: directly, in the thread and in the proposal', async () => {
    await using world = await openEscalating(1);
    await world.say('ana', 'rebalance');
    expect(await asked(world)).toEqual(['approver:ben', 'approver:chloe']);
    await world.clock.advance({ minutes: 19, seconds: 59 });
    expect((await nudgeApprovers(world.context)).escalated).toBe(0);
    await world.clock.advance({ seconds: 1 });
    expect((await nudgeApprovers(world.context)).escalated).toBe(1);
    await world.restart();
    await world.clock.advance({ minutes: 21 });
    expect((await nudgeApprovers(world.context)).escalated).toBe(0);
    const sent = await outbox(world);
    expect(sent.find(({ key }) => key === 'escalation:dev')).toMatchObject({
      channel: directChannel('U-dev'),
      words: expect.stringContaining('nobody decided for 20 min, so risk is asked too'),
    });
    expect(sent.find(({ key }) => key === 'story:escalation')).toMatchObject({
      thread: 'proposal',
      words: expect.stringContaining('Dev of risk is asked too'),
    });
    expect(sent.find(({ key }) => key === 'proposal')?.words).toContain(
      'Nobody decided for 20 min: Dev of risk is asked too since 10:20 ET.',
    );
    const [row] = await world.store.listAudit({ actions: ['escalation'], limit: 5 });
    expect(row?.payload).toEqual({ group: 'risk', people: ['dev'] });
  });

  it('is told what came of it', async () => {
    await using world = await openEscalating(1);
    await world.say('ana', 'rebalance');
    await world.clock.advance({ minutes: 20 });
    await nudgeApprovers(world.context);
    await world.click('ben', 'reject', { fields: { reason: 'not today' } });
    const told = (await outbox(world)).find(({ key }) => key === 'escalation:dev');
    expect(told?.words).toContain('Ben rejected');
  });

  it('is given its time from the last vote', async () => {
    await using world = await openEscalating(2);
    await world.say('ana', 'rebalance');
    await world.clock.advance({ minutes: 15 });
    await world.click('ben', 'approve');
    await world.clock.advance({ minutes: 15 });
    expect((await nudgeApprovers(world.context)).escalated).toBe(0);
    await world.clock.advance({ minutes: 5 });
    expect((await nudgeApprovers(world.context)).escalated).toBe(1);
  });

  it('is asked from the start when the others alone cannot approve it, and may vote at any time', async () => {
    await using world = await openEscalating(3);
    await world.say('ana', 'rebalance');
    expect(await asked(world)).toEqual(['approver:ben', 'approver:chloe', 'approver:dev']);
    await using other = await openEscalating(1);
    await other.say('ana', 'rebalance');
    await other.click('dev', 'approve');
    expect((await other.newest()).status).toBe('approved');
  });
});
