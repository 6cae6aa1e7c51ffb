import { describe, expect, it } from 'vitest';
import { createDelivery, deliveryBackoff } from '../../src/app/deliver.ts';
import type { Message } from '../../src/messages/message.ts';
import type { Chat } from '../../src/ports/chat.ts';
import { createTestClock } from '../fixtures/test-clock.ts';
import { openTestStore, SILENT_LOG } from '../fixtures/test-store.ts';

const message = (text: string): Message => ({ fallback: text, blocks: [] });

function fakeChat(refuse: () => boolean = () => false) {
  const shown = new Map<string, string>();
  let posts = 0;
  const chat: Chat = {
    platform: 'web',
    start: async () => {},
    post: async (channel, posted) => {
      if (refuse()) throw new Error('the platform is down');
      posts += 1;
      shown.set(String(posts), posted.fallback);
      return { platform: 'web', channel, messageId: String(posts) };
    },
    edit: async (reference, edited) => {
      if (refuse()) throw new Error('the platform is down');
      if (!shown.has(reference.messageId)) return 'gone';
      shown.set(reference.messageId, edited.fallback);
      return 'edited';
    },
    stop: async () => {},
  };
  return { chat, shown };
}

async function openDelivery(refuse?: () => boolean) {
  const clock = createTestClock();
  const test = await openTestStore();
  const { store } = test;
  const { chat, shown } = fakeChat(refuse);
  const delivery = createDelivery({ store, chat, clock, log: SILENT_LOG });
  delivery.start();
  const announce = (text: string) =>
    store.transaction((unit) =>
      unit.announce(
        { key: 'proposal:k3f9xa', account: null, message: message(text) },
        [{ platform: 'web', channel: 'workspace' }],
        clock.now(),
      ),
    );
  return {
    clock,
    shown,
    announce,
    async [Symbol.asyncDispose]() {
      await delivery.stop();
      await test[Symbol.asyncDispose]();
    },
  };
}

describe('delivery', () => {
  it('finds what another process announced, without being woken', async () => {
    await using world = await openDelivery();
    await world.clock.settle();
    await world.announce('proposed from the command line');
    await world.clock.advance({ seconds: 3 });
    expect([...world.shown.values()]).toEqual(['proposed from the command line']);
  });

  it('edits the one copy as its message changes, and posts anew when the copy is gone', async () => {
    await using world = await openDelivery();
    await world.announce('pending');
    await world.clock.advance({ seconds: 3 });
    await world.announce('approved');
    await world.clock.advance({ seconds: 3 });
    expect([...world.shown.values()]).toEqual(['approved']);
    world.shown.clear();
    await world.announce('executed');
    await world.clock.advance({ seconds: 3 });
    expect([...world.shown.values()]).toEqual(['executed']);
  });

  it('keeps what a platform did not take and shows the newest state once it is back', async () => {
    let down = true;
    await using world = await openDelivery(() => down);
    await world.announce('pending');
    await world.clock.advance({ minutes: 5 });
    await world.announce('approved');
    down = false;
    await world.clock.advance({ minutes: 6 });
    expect([...world.shown.values()]).toEqual(['approved']);
  });

  it('waits longer each time, at most five minutes', () => {
    const seconds = [0, 1, 2, 3, 8, 9, 1000].map((attempts) =>
      deliveryBackoff(attempts).total('seconds'),
    );
    expect(seconds).toEqual([1, 2, 4, 8, 256, 300, 300]);
  });
});
