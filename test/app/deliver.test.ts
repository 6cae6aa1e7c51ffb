import { describe, expect, it } from 'vitest';
import { createDelivery, deliveryBackoff } from '../../src/app/deliver.ts';
import type { Message } from '../../src/messages/message.ts';
import { ChatError } from '../../src/ports/chat-error.ts';
import type { ChatErrorCode } from '../../src/ports/chat-error.ts';
import { directChannel } from '../../src/ports/chat.ts';
import type { Chat } from '../../src/ports/chat.ts';
import { createTestClock } from '../fixtures/test-clock.ts';
import { openTestStore, SILENT_LOG } from '../fixtures/test-store.ts';

const message = (text: string): Message => ({ fallback: text, blocks: [] });

interface Shown {
  readonly channel: string;
  readonly text: string;
  readonly thread: string | null;
}

/** How a platform fails for a channel; null when it does not. A promise: it takes its time. */
type Refuse = (channel: string) => ChatErrorCode | null | Promise<null>;

/** A chat that shows what it is given, unless `refuse` says how it fails for a channel. */
function fakeChat(refuse: Refuse = () => null) {
  const shown = new Map<string, Shown>();
  const asked: string[] = [];
  const names: string[] = [];
  let posts = 0;
  const check = async (channel: string) => {
    asked.push(channel);
    const code = await refuse(channel);
    if (code !== null) throw new ChatError('web', code, 'the platform said no');
  };
  const textOf = (posted: Message) =>
    [
      posted.fallback,
      ...posted.blocks.map((block) => (block.type === 'link' ? `-> ${block.url}` : '')),
    ].join(' ');
  const chat: Chat = {
    platform: 'web',
    start: async () => {},
    post: async (channel, posted, options) => {
      await check(channel);
      names.push(options?.once ?? '');
      posts += 1;
      const thread = options?.thread?.messageId ?? null;
      shown.set(String(posts), { channel, text: textOf(posted), thread });
      return { platform: 'web', channel, messageId: String(posts) };
    },
    edit: async (reference, edited) => {
      await check(reference.channel);
      const before = shown.get(reference.messageId);
      if (before === undefined) return 'gone';
      shown.set(reference.messageId, { ...before, text: textOf(edited) });
      return 'edited';
    },
    linkTo: async ({ messageId }) => `https://chat.test/${messageId}`,
    stop: async () => {},
  };
  return { chat, shown, asked, names };
}

async function openDelivery(refuse?: Refuse) {
  const clock = createTestClock();
  const test = await openTestStore();
  const { store } = test;
  const { chat, shown, asked, names } = fakeChat(refuse);
  const incidents: string[] = [];
  const delivery = createDelivery({
    store,
    chat,
    clock,
    log: SILENT_LOG,
    incidents: {
      report: async (platform, channel, error) => {
        incidents.push(`${platform} ${channel ?? 'all'} ${error.code}`);
      },
      clear: async () => {},
    },
  });
  delivery.start();
  const send = (
    key: string,
    posted: Message,
    channels: readonly string[] = ['workspace'],
    inThreadOf?: string,
  ) =>
    store.transaction((unit) =>
      unit.announce(
        {
          key,
          account: null,
          message: posted,
          ...(inThreadOf === undefined ? {} : { inThreadOf }),
        },
        channels.map((channel) => ({ platform: 'web', channel })),
        clock.now(),
      ),
    );
  return {
    clock,
    shown,
    asked,
    names,
    incidents,
    send,
    texts: () => [...shown.values()].map(({ text }) => text.trim()),
    announce: (text: string) => send('proposal:k3f9xa', message(text)),
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
    expect(world.texts()).toEqual(['proposed from the command line']);
  });

  it('edits the one copy as its message changes, and posts anew when the copy is gone', async () => {
    await using world = await openDelivery();
    await world.announce('pending');
    await world.clock.advance({ seconds: 3 });
    await world.announce('approved');
    await world.clock.advance({ seconds: 3 });
    expect(world.texts()).toEqual(['approved']);
    world.shown.clear();
    await world.announce('executed');
    await world.clock.advance({ seconds: 3 });
    expect(world.texts()).toEqual(['executed']);
    // One name for all attempts at a copy, and another for the copy that takes a lost one's place.
    expect(new Set(world.names).size).toBe(2);
  });

  it('keeps what a platform did not take and shows the newest state once it is back', async () => {
    let down = true;
    await using world = await openDelivery(() => (down ? 'unavailable' : null));
    await world.announce('pending');
    await world.clock.advance({ minutes: 5 });
    await world.announce('approved');
    down = false;
    await world.clock.advance({ minutes: 6 });
    expect(world.texts()).toEqual(['approved']);
  });

  it('waits longer each time, at most five minutes', () => {
    const seconds = [0, 1, 2, 3, 8, 9, 1000].map((attempts) =>
      deliveryBackoff(attempts).total('seconds'),
    );
    expect(seconds).toEqual([1, 2, 4, 8, 256, 300, 300]);
  });

  it('posts a story in the thread of its proposal, once that is posted', async () => {
    let refused = 'workspace';
    await using world = await openDelivery((channel) =>
      channel === refused ? 'channel_unavailable' : null,
    );
    await world.announce('proposal');
    await world.send('story:1', message('a vote'), ['workspace'], 'proposal:k3f9xa');
    await world.clock.advance({ seconds: 3 });
    expect(world.texts()).toEqual([]);
    refused = '';
    await world.clock.advance({ minutes: 2 });
    expect([...world.shown.values()].map(({ text, thread }) => [text.trim(), thread])).toEqual([
      ['proposal', null],
      ['a vote', '1'],
    ]);
  });

  it('leads from a direct message to the copy in a channel', async () => {
    await using world = await openDelivery();
    await world.announce('proposal');
    const link = { type: 'link', label: 'Open', to: 'proposal:k3f9xa', url: null } as const;
    await world.send('approver:1', { fallback: 'please vote', blocks: [link] }, [
      directChannel('ana'),
    ]);
    await world.clock.advance({ seconds: 3 });
    expect(world.texts()).toEqual(['proposal', 'please vote -> https://chat.test/1']);
  });

  it('drops a link that leads nowhere on this platform', async () => {
    await using world = await openDelivery();
    const link = { type: 'link', label: 'Open', to: 'proposal:other', url: null } as const;
    await world.send('approver:1', { fallback: 'please vote', blocks: [link] });
    await world.clock.advance({ seconds: 3 });
    expect(world.texts()).toEqual(['please vote']);
  });

  it('asks a platform that does not answer with one message at a time', async () => {
    let down = true;
    await using world = await openDelivery(() => (down ? 'unavailable' : null));
    for (let number = 0; number < 20; number += 1) await world.send(`k${number}`, message('x'));
    await world.clock.advance({ seconds: 16 });
    // After 0, 1, 3, 7 and 15 seconds.
    expect(world.asked).toHaveLength(5);
    expect(world.incidents).toEqual(['web all unavailable']);
    down = false;
    await world.clock.advance({ minutes: 5 });
    expect(world.texts()).toHaveLength(20);
  });

  it.each([
    ['authentication', ['web all authentication']],
    ['missing_scope', ['web all missing_scope']],
    ['channel_unavailable', ['web workspace channel_unavailable']],
    ['unavailable', []],
    ['message_refused', []],
  ] as const)('tells at once of what a person must mend: %s', async (code, told) => {
    await using world = await openDelivery(() => code);
    await world.announce('pending');
    await world.clock.advance({ milliseconds: 2500 });
    expect([...new Set(world.incidents)]).toEqual(told);
  });

  it('lets a channel that is gone hold up no other', async () => {
    await using world = await openDelivery((channel) =>
      channel === 'gone' ? 'channel_unavailable' : null,
    );
    await world.send('a', message('to both'), ['gone', 'workspace']);
    await world.send('b', message('later'));
    await world.clock.advance({ seconds: 3 });
    expect(world.texts()).toEqual(['to both', 'later']);
  });

  it('lets a channel that is slow hold up no other, and keeps the order within each', async () => {
    const { promise: slow, resolve: answer } = Promise.withResolvers<null>();
    await using world = await openDelivery((channel) => (channel === 'slow' ? slow : null));
    await world.send('a', message('first'), ['slow']);
    await world.send('b', message('second'), ['slow']);
    for (const text of ['one', 'two', 'three']) await world.send(text, message(text));
    await world.clock.advance({ seconds: 3 });
    expect(world.texts()).toEqual(['one', 'two', 'three']);
    answer(null);
    await world.clock.advance({ seconds: 3 });
    expect(world.texts()).toEqual(['one', 'two', 'three', 'first', 'second']);
  });

  it('does not pester somebody who takes no direct messages, and tells nobody', async () => {
    await using world = await openDelivery(() => 'channel_unavailable');
    await world.send('approver:1', message('please vote'), [directChannel('ana')]);
    await world.clock.advance({ hours: 5 });
    expect(world.asked).toHaveLength(1);
    expect(world.incidents).toEqual([]);
  });
});
