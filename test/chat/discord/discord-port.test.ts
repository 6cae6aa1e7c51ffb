import { REST } from 'discord.js';
import { findDiscordProblems } from '../../../src/chat/discord/problems.ts';
import { describe, expect, it } from 'vitest';
import type { Message } from '../../../src/messages/message.ts';
import { directChannel } from '../../../src/ports/chat.ts';
import type { DiscordFakeOptions } from '../../fakes/discord/index.ts';
import { answering, NOTHING, openDiscordWorld, until } from './harness.ts';
import type { DiscordWorld } from './harness.ts';

const say = (text: string): Message => ({ fallback: text, blocks: [{ type: 'text', text }] });

const link = (url: string | null): Message => ({
  fallback: 'Please vote',
  blocks: [{ type: 'link', label: 'Open <@1> *it*', to: 'proposal:x', url }],
});

const FILE: Message = {
  fallback: 'Orders of core: 2 orders.',
  blocks: [
    { type: 'heading', text: 'Orders' },
    {
      type: 'file',
      name: 'orders of "core".csv',
      mediaType: 'text/csv',
      title: 'Orders of core',
      content: 'side,symbol\r\nsell,Ä\r\n',
    },
  ],
};

const open = (fake: DiscordFakeOptions = {}) => openDiscordWorld({ fake });

describe('a message', () => {
  it('stands in the thread of another, which is made once', async () => {
    await using world = await open();
    const { chat, fake, channel } = world;
    await chat.start(answering(NOTHING).handle);
    const root = await chat.post(channel, say('Proposal'));
    const first = await chat.post(channel, say('Ben approved'), { thread: root });
    await chat.post(channel, say('Executed'), { thread: root });
    expect(
      fake
        .channel('general')
        .messages()
        .map(({ text }) => text),
    ).toEqual(['Proposal']);
    const thread = fake.channel(root.messageId);
    expect(thread.messages().map(({ text }) => text)).toEqual(['Ben approved', 'Executed']);
    expect(fake.callsTo('POST /channels/{channel_id}/messages/{message_id}/threads')).toHaveLength(
      1,
    );
    expect(await chat.edit(first, say('Ben and Chloe approved'))).toBe('edited');
  });

  it('is there once when a run that was killed had posted it and never knew', async () => {
    await using world = await open();
    const { chat, fake, channel } = world;
    await chat.start(answering(NOTHING).handle);
    const first = await chat.post(channel, say('Proposal'), { once: 'proposal:k3f9xa' });
    await using later = await openDiscordWorld({ beside: fake });
    const again = await later.chat.post(channel, say('Proposal'), { once: 'proposal:k3f9xa' });
    expect(again).toEqual(first);
    await later.chat.post(channel, say('Proposal'), { once: 'proposal:q7w2eb' });
    expect(fake.channel('general').messages()).toHaveLength(2);
  });

  it('is there once, with what is so now, when it has changed since it was posted', async () => {
    await using world = await open();
    const { chat, fake, channel } = world;
    await chat.start(answering(NOTHING).handle);
    await chat.post(channel, say('Your vote is needed'), { once: 'nudge:k3f9xa' });
    expect(fake.callsTo('PATCH /channels/{channel_id}/messages/{message_id}')).toHaveLength(0);
    await using later = await openDiscordWorld({ beside: fake });
    await later.chat.post(channel, say('Ben approved'), { once: 'nudge:k3f9xa' });
    const shown = fake.channel('general').messages();
    expect(shown.map(({ text }) => text)).toEqual([expect.stringContaining('Ben approved')]);
    expect(fake.callsTo('PATCH /channels/{channel_id}/messages/{message_id}')).toHaveLength(1);
  });

  it('finds the thread that an earlier run has made', async () => {
    await using world = await open();
    const { chat, fake, channel } = world;
    await chat.start(answering(NOTHING).handle);
    const root = await chat.post(channel, say('Proposal'));
    await chat.post(channel, say('Ben approved'), { thread: root });
    await using later = await openDiscordWorld({ beside: fake });
    await later.chat.post(channel, say('Executed'), { thread: root });
    expect(fake.channel(root.messageId).messages()).toHaveLength(2);
  });

  it('is a reply where threads are not allowed', async () => {
    await using world = await open({
      botPermissions: ['viewChannel', 'sendMessages', 'readMessageHistory'],
    });
    const { chat, fake, channel } = world;
    await chat.start(answering(NOTHING).handle);
    const root = await chat.post(channel, say('Proposal'));
    await chat.post(channel, say('Ben approved'), { thread: root });
    expect(
      fake
        .channel('general')
        .messages()
        .map(({ text }) => text),
    ).toEqual(['Proposal', 'Ben approved']);
    expect(fake.botMessages().flatMap(({ pings }) => pings.users)).toEqual([]);
  });

  it('goes to one person directly, and is edited there', async () => {
    await using world = await open();
    const { chat, fake } = world;
    await chat.start(answering(NOTHING).handle);
    const reference = await chat.post(directChannel('2'), say('Your vote is needed'));
    expect(await chat.edit(reference, say('Ben rejected it'))).toBe('edited');
    await chat.post(directChannel('2'), say('And another'));
    expect(fake.botMessages().map(({ text }) => text)).toEqual(['Ben rejected it', 'And another']);
    expect(fake.channel('general').messages()).toEqual([]);
    expect(fake.callsTo('POST /users/@me/channels')).toHaveLength(1);
  });

  it('leads to another by its address', async () => {
    await using world = await open();
    const { chat, fake, channel } = world;
    await chat.start(answering(NOTHING).handle);
    const root = await chat.post(channel, say('Proposal'));
    const address = (await chat.linkTo?.(root)) ?? null;
    expect(address).toBe(
      `https://discord.com/channels/${fake.guild.id}/${channel}/${root.messageId}`,
    );
    await chat.post(directChannel('2'), link(address));
    const shown = fake.botMessages().at(-1);
    expect(shown?.text).toContain(`](<${address}>)`);
    expect(shown?.pings.users).toEqual([]);
  });

  it.each(['javascript:alert(1)', 'not an address', null])(
    'shows only words where the address is %s',
    async (url) => {
      await using world = await open();
      await world.chat.start(answering(NOTHING).handle);
      await world.chat.post(world.channel, link(url));
      expect(world.fake.botMessages().at(-1)?.text).not.toContain('](');
    },
  );

  it('carries its file, in the channel or for one person alone', async () => {
    const { handle } = answering({ type: 'message', message: FILE, visibility: 'private' });
    await using world = await open();
    const { chat, fake, channel } = world;
    await chat.start(handle);
    await chat.post(channel, FILE);
    await until(() => fake.commands().length > 0);
    fake.member('Ana').command('audit', { csv: true });
    await until(() => fake.member('Ana').privateMessages().at(-1)?.attachments.length === 1);
    const shown = [fake.botMessages()[0], fake.member('Ana').privateMessages().at(-1)];
    for (const message of shown) {
      const [file] = message?.attachments ?? [];
      expect(file?.filename).toBe('file-orders-of-core-.csv');
      expect(file?.data.toString('utf8')).toBe('side,symbol\r\nsell,Ä\r\n');
    }
  });
});

describe('what is missing', () => {
  const problemsOf = async (
    world: DiscordWorld,
    channels: readonly string[] = [world.channel],
  ): Promise<readonly string[]> => {
    await using looking = await openDiscordWorld({ beside: world.fake, chat: { channels } });
    return (await looking.chat.findProblems?.()) ?? [];
  };

  it('is nothing when all is well', async () => {
    await using world = await open();
    expect(await problemsOf(world)).toEqual([]);
  });

  it('is the network when no answer comes: nothing is known of the token then', async () => {
    // Nothing listens there.
    const rest = new REST({ api: 'http://127.0.0.1:9/api', retries: 0 }).setToken('a-token');
    const problems = await findDiscordProblems({ rest, guildId: '1', channels: [], commands: [] });
    expect(problems).toEqual([expect.stringMatching(/^Discord could not be asked: .*network/u)]);
  });

  it('is the token', async () => {
    await using world = await open();
    world.fake.revokeToken();
    expect(await problemsOf(world)).toEqual([expect.stringContaining('DISCORD_TOKEN')]);
  });

  it('is the invitation to the server', async () => {
    await using world = await open();
    world.fake.removeBot();
    expect(await problemsOf(world)).toEqual([expect.stringContaining('not in the server')]);
  });

  it('is the scope for commands', async () => {
    await using world = await open({ allowsCommands: false });
    expect(await problemsOf(world)).toEqual([expect.stringContaining('applications.commands')]);
  });

  it('is a permission in a channel, by its name', async () => {
    await using world = await open();
    world.fake.channel('general').deny(['attachFiles', 'sendMessagesInThreads']);
    expect(await problemsOf(world)).toEqual([
      expect.stringContaining('lacks the permission AttachFiles, SendMessagesInThreads'),
    ]);
  });

  it('is a channel that cannot be seen or is elsewhere, or any channel at all', async () => {
    await using world = await open({
      channels: [{ name: 'general' }, { name: 'secret' }],
      otherGuilds: [{ name: 'Elsewhere', channel: { name: 'other' } }],
    });
    world.fake.channel('secret').deny(['viewChannel']);
    const { fake } = world;
    expect(
      await problemsOf(world, [fake.channel('secret').id, '5', fake.channel('other').id]),
    ).toEqual([
      expect.stringContaining('cannot see channel'),
      expect.stringContaining('cannot see channel 5'),
      expect.stringContaining('is not in the server'),
    ]);
    expect(await problemsOf(world, [])).toEqual([expect.stringContaining('No account names')]);
  });
});

describe('a connection that Discord closes for good', () => {
  it('is told about', async () => {
    await using world = await open();
    const told: string[] = [];
    await world.chat.start(answering(NOTHING).handle, {
      lost: (error) => told.push(error.code),
      regained: () => told.push('regained'),
    });
    world.fake.revokeToken();
    await until(() => told.length > 0);
    expect(told).toEqual(['authentication']);
  });
});
