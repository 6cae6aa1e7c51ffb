import { describe, expect, test } from 'vitest';
import type { MessageReference } from '../../src/ports/chat.ts';
import type { Store } from '../../src/ports/store.ts';
import { later, NOW } from '../fixtures/sample-account.ts';
import { openTestStore } from '../fixtures/test-store.ts';
import { sampleMessage } from './sample-rows.ts';

const SLACK = { platform: 'slack', channel: 'C0TREASURY' };
const WEB = { platform: 'web', channel: 'main' };

async function announce(
  store: Store,
  key: string,
  text: string,
  destinations: readonly { platform: string; channel: string }[] = [SLACK],
  at = NOW,
): Promise<void> {
  await store.transaction(async (unit) => {
    await unit.announce({ key, account: 'core', message: sampleMessage(text) }, destinations, at);
  });
}

async function deliver(
  store: Store,
  key: string,
  version: number,
  messageId = 'm1',
): Promise<void> {
  await store.transaction(async (unit) => {
    await unit.markDelivered(key, 'slack', SLACK.channel, version, {
      platform: 'slack',
      channel: 'D42',
      messageId,
    });
  });
}

async function fail(store: Store, key: string, nextAttemptAt: Temporal.Instant): Promise<void> {
  await store.transaction(async (unit) => {
    await unit.markDeliveryFailed(key, 'slack', SLACK.channel, 'rate_limited', nextAttemptAt);
  });
}

/** `key@version` of what is pending, in order. */
async function pending(
  store: Store,
  platform = 'slack',
  now = NOW,
  limit = 100,
): Promise<readonly string[]> {
  const deliveries = await store.listPendingDeliveries(platform, now, limit);
  return deliveries.map((delivery) => `${delivery.announcementKey}@${delivery.version}`);
}

describe('an announcement', () => {
  test('is pending in each destination until it is delivered there', async () => {
    await using opened = await openTestStore();
    await announce(opened.store, 'a', 'first', [SLACK, WEB]);
    expect(await opened.store.listPendingDeliveries('slack', NOW, 10)).toEqual([
      {
        announcementKey: 'a',
        platform: 'slack',
        channel: 'C0TREASURY',
        reference: null,
        inThreadOf: null,
        version: 1,
        message: sampleMessage('first'),
        attempts: 0,
        nextAttemptAt: NOW,
      },
    ]);
    await deliver(opened.store, 'a', 1);
    expect(await pending(opened.store, 'slack')).toEqual([]);
    expect(await pending(opened.store, 'web')).toEqual(['a@1']);
    expect(await pending(opened.store, 'discord')).toEqual([]);
  });

  test('is found with its newest message', async () => {
    await using opened = await openTestStore();
    await announce(opened.store, 'a', 'first');
    await announce(opened.store, 'a', 'second');
    expect(await opened.store.findAnnouncement('a')).toEqual({
      key: 'a',
      account: 'core',
      message: sampleMessage('second'),
    });
    expect(await opened.store.findAnnouncement('b')).toBeNull();
  });

  test('becomes pending again with each change, with the message to edit', async () => {
    await using opened = await openTestStore();
    await announce(opened.store, 'a', 'first');
    await deliver(opened.store, 'a', 1);
    await announce(opened.store, 'a', 'second', [SLACK], later(5));
    const reference: MessageReference = { platform: 'slack', channel: 'D42', messageId: 'm1' };
    expect(await opened.store.listPendingDeliveries('slack', later(5), 10)).toMatchObject([
      { version: 2, message: sampleMessage('second'), reference, attempts: 0 },
    ]);
  });

  test('with no destinations changes the copies there are, and adds none', async () => {
    await using opened = await openTestStore();
    await announce(opened.store, 'a', 'first', []);
    expect(await pending(opened.store)).toEqual([]);
    await announce(opened.store, 'a', 'second', [SLACK]);
    await deliver(opened.store, 'a', 2);
    await announce(opened.store, 'a', 'third', []);
    expect(await pending(opened.store)).toEqual(['a@3']);
    expect(await pending(opened.store, 'web')).toEqual([]);
  });

  test('shows only the newest version: what was overtaken is never posted', async () => {
    await using opened = await openTestStore();
    for (const text of ['first', 'second', 'third']) await announce(opened.store, 'a', text);
    expect(await opened.store.listPendingDeliveries('slack', NOW, 10)).toMatchObject([
      { version: 3, message: sampleMessage('third') },
    ]);
  });

  test('gets a new destination later, with the newest version only', async () => {
    await using opened = await openTestStore();
    await announce(opened.store, 'a', 'first', [SLACK]);
    await deliver(opened.store, 'a', 1);
    await announce(opened.store, 'a', 'second', [SLACK, WEB]);
    await deliver(opened.store, 'a', 2);
    expect(await pending(opened.store, 'web')).toEqual(['a@2']);
  });

  test('stays pending when it changed while the version before was on its way', async () => {
    await using opened = await openTestStore();
    await announce(opened.store, 'a', 'first');
    await announce(opened.store, 'a', 'second');
    await deliver(opened.store, 'a', 1);
    expect(await opened.store.listPendingDeliveries('slack', NOW, 10)).toMatchObject([
      { version: 2, reference: { messageId: 'm1' } },
    ]);
  });

  test('does not fall back when an answer comes late', async () => {
    await using opened = await openTestStore();
    await announce(opened.store, 'a', 'first');
    await announce(opened.store, 'a', 'second');
    await deliver(opened.store, 'a', 2);
    await deliver(opened.store, 'a', 1);
    expect(await pending(opened.store)).toEqual([]);
  });

  test('cannot be marked where it has no copy', async () => {
    await using opened = await openTestStore();
    await expect(deliver(opened.store, 'a', 1)).rejects.toMatchObject({ code: 'invalid_value' });
    await expect(fail(opened.store, 'a', NOW)).rejects.toMatchObject({ code: 'invalid_value' });
  });
});

describe('the queue of a platform', () => {
  test('is oldest change first, however the keys sort and whatever the clock says', async () => {
    await using opened = await openTestStore();
    await announce(opened.store, 'z', 'one', [SLACK], later(2));
    await announce(opened.store, 'm', 'two', [SLACK], later(1));
    await announce(opened.store, 'a', 'three', [SLACK], later(2));
    expect(await pending(opened.store, 'slack', later(2))).toEqual(['z@1', 'm@1', 'a@1']);
    expect(await pending(opened.store, 'slack', later(2), 2)).toEqual(['z@1', 'm@1']);
  });

  test('lets nobody jump or lose their place by changing while they wait', async () => {
    await using opened = await openTestStore();
    await announce(opened.store, 'a', 'one');
    await announce(opened.store, 'b', 'one');
    await announce(opened.store, 'a', 'two');
    expect(await pending(opened.store)).toEqual(['a@2', 'b@1']);
    await deliver(opened.store, 'a', 2);
    await announce(opened.store, 'a', 'three');
    expect(await pending(opened.store)).toEqual(['b@1', 'a@3']);
  });

  test('waits as long as a failed copy must, also when the message changes meanwhile', async () => {
    await using opened = await openTestStore();
    await announce(opened.store, 'a', 'first');
    await fail(opened.store, 'a', later(1));
    await fail(opened.store, 'a', later(4));
    await announce(opened.store, 'a', 'second', [SLACK], later(2));
    expect(await pending(opened.store, 'slack', later(3))).toEqual([]);
    expect(await opened.store.listPendingDeliveries('slack', later(4), 10)).toMatchObject([
      { version: 2, attempts: 2 },
    ]);
    await deliver(opened.store, 'a', 2);
    await announce(opened.store, 'a', 'third', [SLACK], later(5));
    expect(await opened.store.listPendingDeliveries('slack', later(5), 10)).toMatchObject([
      { version: 3, attempts: 0 },
    ]);
  });

  test('tells when its next attempt is due', async () => {
    await using opened = await openTestStore();
    expect(await opened.store.nextDeliveryAt('slack')).toBeNull();
    await announce(opened.store, 'a', 'one', [SLACK], later(3));
    await announce(opened.store, 'b', 'one', [SLACK], later(7));
    await fail(opened.store, 'a', later(9));
    expect((await opened.store.nextDeliveryAt('slack'))?.equals(later(7))).toBe(true);
    await deliver(opened.store, 'b', 1);
    expect((await opened.store.nextDeliveryAt('slack'))?.equals(later(9))).toBe(true);
    await deliver(opened.store, 'a', 1);
    expect(await opened.store.nextDeliveryAt('slack')).toBeNull();
  });

  test('survives a restart', async () => {
    await using opened = await openTestStore({ file: true });
    await announce(opened.store, 'a', 'one');
    await fail(opened.store, 'a', later(1));
    const store = await opened.reopen();
    expect(await pending(store, 'slack', NOW)).toEqual([]);
    expect(await pending(store, 'slack', later(1))).toEqual(['a@1']);
  });

  test('says which message was damaged, and the others are still found', async () => {
    await using opened = await openTestStore();
    await announce(opened.store, 'a', 'one');
    await announce(opened.store, 'b', 'one');
    opened.store.database.sqlite.exec(`update announcements set message = '{' where key = 'a'`);
    await expect(opened.store.listPendingDeliveries('slack', NOW, 10)).rejects.toMatchObject({
      code: 'database_corrupt',
      message: expect.stringContaining('announcement a'),
    });
    expect(await opened.store.findAnnouncement('b')).not.toBeNull();
  });
});
