import { describe, expect, it } from 'vitest';
import { expireOverdue } from '../../src/app/decide.ts';
import { remindBeforeExpiry } from '../../src/app/proposal-notices.ts';
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
  const account = sampleAccount();
  const lifetime = account.approvals.expiresAfter;

  it('comes once, when a quarter of the time is left, to those who can still vote', async () => {
    await using world = await openWorld();
    await world.say('ana', 'rebalance');
    await world.clock.advance({ minutes: lifetime.total('minutes') * 0.75 - 1 });
    expect(await remindBeforeExpiry(world.context)).toBe(0);
    await world.clock.advance({ minutes: 1 });
    expect(await remindBeforeExpiry(world.context)).toBe(1);
    expect(await remindBeforeExpiry(world.context)).toBe(0);
    const keys = await keysOf(world);
    expect(keys.filter((key) => key.startsWith('reminder'))).toEqual([
      'reminder:ben',
      'reminder:chloe',
      'reminder:dev',
    ]);
    expect(keys).toContain('story:reminder');
  });

  it('is settled by the decision', async () => {
    await using world = await openWorld();
    await world.say('ana', 'rebalance');
    await world.clock.advance({ minutes: 50 });
    await remindBeforeExpiry(world.context);
    await world.click('ben', 'reject', { fields: { reason: 'no' } });
    const reminder = (await outbox(world)).find(({ key }) => key === 'reminder:chloe');
    expect(reminder?.words).toContain('is rejected');
  });

  it('does not come for a proposal that is decided or over', async () => {
    await using world = await openWorld();
    await world.say('ana', 'rebalance');
    await world.clock.advance({ minutes: 61 });
    expect(await remindBeforeExpiry(world.context)).toBe(0);
    await expireOverdue(world.context);
    expect(await remindBeforeExpiry(world.context)).toBe(0);
    const expired = (await outbox(world)).find(({ key }) => key === 'story:expired');
    expect(expired?.words).toContain('Expired with 0 of 1 vote');
  });
});
