import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../../commands/index.ts';
import { renderForm } from '../../../src/chat/discord/forms.ts';
import { WORDS } from '../../../src/chat/discord/words.ts';
import type { InteractionHandler, Reply } from '../../../src/ports/chat.ts';
import { createCustomIds } from '../../../src/chat/discord/custom-id.ts';
import { APPROVE, EVERY_BLOCK, REJECT_FORM, textMessage } from '../../contracts/chat/samples.ts';
import { createTestClock } from '../../fixtures/test-clock.ts';
import { SAMPLE_FORMS } from '../../messages/sample-forms.ts';
import { answering, NOTHING, openDiscordWorld, until } from './harness.ts';

const REJECT = { ...APPROVE, action: 'reject', label: 'Reject', opensForm: true } as const;
const PROPOSAL = {
  fallback: 'A proposal',
  blocks: [{ type: 'buttons' as const, buttons: [APPROVE, REJECT] }],
};
const DONE: Reply = { type: 'message', message: textMessage('Done'), visibility: 'private' };
const OPENLY: Reply = { type: 'message', message: textMessage('Seen'), visibility: 'channel' };
const FORM: Reply = { type: 'form', form: REJECT_FORM };

/** A handler that waits until it is let go. */
function held(reply: Reply): { readonly handle: InteractionHandler; readonly release: () => void } {
  const gate = Promise.withResolvers<void>();
  return {
    handle: async () => {
      await gate.promise;
      return reply;
    },
    release: () => gate.resolve(),
  };
}

describe('acknowledgement', () => {
  test.each([
    ['a command', 5],
    ['a click', 6],
  ] as const)('of %s comes before the application is asked', async (what, type) => {
    await using world = await openDiscordWorld();
    const { fake, chat, channel } = world;
    const seen: (number | null)[] = [];
    await chat.start(async () => {
      seen.push(fake.interactions().at(-1)?.acknowledgement?.type ?? null);
      return NOTHING;
    });
    const { messageId } = await chat.post(channel, PROPOSAL);
    const ana = fake.member('Ana');
    const sent = what === 'a command' ? ana.command('help') : ana.click(messageId, 'Approve');
    expect((await sent.acknowledged()).type).toBe(type);
    await until(() => seen.length === 1);
    expect(seen).toEqual([type]);
  });

  test('of everybody in a rush comes before the work for anybody', async () => {
    // Time stands still, so that nobody's patience ends on a slow machine.
    await using world = await openDiscordWorld({ chat: { clock: createTestClock() } });
    const { fake, chat } = world;
    const acknowledged: number[] = [];
    await chat.start(async () => {
      acknowledged.push(fake.interactions().filter((sent) => sent.acknowledgement !== null).length);
      return DONE;
    });
    const sent = Array.from({ length: 40 }, () => fake.member('Ana').command('help'));
    await Promise.all(sent.map((one) => one.reply()));
    expect(acknowledged).toEqual(sent.map(() => sent.length));
  });

  test('of a click that opens a form is the form', async () => {
    await using world = await openDiscordWorld();
    const { fake, chat, channel } = world;
    await chat.start(answering(FORM).handle);
    const { messageId } = await chat.post(channel, PROPOSAL);
    const sent = fake.member('Ana').click(messageId, 'Reject');
    expect((await sent.acknowledged()).type).toBe(9);
    expect((await sent.modal()).title).toBe(REJECT_FORM.title);
  });

  test('of such a click does not wait for a slow application; the form is one click further', async () => {
    const clock = createTestClock();
    await using world = await openDiscordWorld({ chat: { clock } });
    const { fake, chat, channel } = world;
    const slow = held(FORM);
    let asked = 0;
    await chat.start((interaction) => {
      asked += 1;
      return asked === 1 ? slow.handle(interaction) : Promise.resolve(FORM);
    });
    const { messageId } = await chat.post(channel, PROPOSAL);
    const ana = fake.member('Ana');
    const sent = ana.click(messageId, 'Reject');
    await until(() => asked === 1);
    await clock.advance({ seconds: 2 });
    expect((await sent.acknowledged()).type).toBe(6);
    slow.release();
    const offer = await until(() => sent.followups()[0]);
    expect(offer.privateTo).toBe(ana.id);
    const modal = await ana.click(offer, WORDS.openFormButton).modal();
    expect(modal.title).toBe(REJECT_FORM.title);
  });

  test('of such a click may be a refusal', async () => {
    await using world = await openDiscordWorld();
    const { fake, chat, channel } = world;
    await chat.start(answering(DONE).handle);
    const { messageId } = await chat.post(channel, PROPOSAL);
    fake.member('Ben').click(messageId, 'Reject');
    const [said] = await until(() => {
      const all = fake.member('Ben').privateMessages();
      return all.length > 0 && all;
    });
    expect(said?.text).toBe('Done');
  });
});

describe('who is served', () => {
  test('roles come with the person, without the one of everybody', async () => {
    await using world = await openDiscordWorld({
      fake: {
        roles: [{ id: '900', name: 'Treasury' }],
        members: [{ id: '1', name: 'Ana', roles: ['Treasury'] }],
      },
    });
    const { interactions, handle } = answering(NOTHING);
    await world.chat.start(handle);
    world.fake.member('Ana').command('help');
    await until(() => interactions.length === 1);
    expect(interactions[0]?.user).toEqual({ platform: 'discord', userId: '1', roleIds: ['900'] });
  });

  test.each(['another server', 'direct messages'])('nobody from %s', async (where) => {
    await using world = await openDiscordWorld({
      fake: { otherGuilds: [{ name: 'Strangers', channel: { id: '777', name: 'lobby' } }] },
    });
    const { fake, chat, log } = world;
    const { interactions, handle } = answering(DONE);
    await chat.start(handle);
    const sent = fake
      .member('Ana')
      .command(
        'rebalance',
        { account: 'core' },
        { channel: where === 'another server' ? 'lobby' : 'dm', forged: true },
      );
    expect((await sent.reply()).content).toBe(WORDS.elsewhere);
    expect(interactions).toEqual([]);
    expect(log.some(({ fields }) => fields['code'] === 'discord_elsewhere')).toBe(true);
  });

  test('no bots', async () => {
    await using world = await openDiscordWorld({
      fake: { members: [{ id: '9', name: 'Robot', bot: true }] },
    });
    const { interactions, handle } = answering(DONE);
    await world.chat.start(handle);
    const sent = world.fake.member('Robot').command('help');
    expect((await sent.reply()).content).toBe(WORDS.elsewhere);
    expect(interactions).toEqual([]);
  });

  test('accounts are completed, for those who may see them', async () => {
    await using world = await openDiscordWorld({
      chat: { mayComplete: ({ userId }) => userId === '1' },
    });
    const { fake, chat } = world;
    await chat.start(answering(NOTHING).handle);
    const offered = async (name: string, command: string, typed: string) => {
      const choices = await fake.member(name).autocomplete(command, { account: typed }).choices();
      return choices.map(({ value }) => value);
    };
    expect(await offered('Ana', 'rebalance', '')).toEqual(['core', 'growth']);
    expect(await offered('Ana', 'rebalance', 'GR')).toEqual(['growth']);
    expect(await offered('Ana', 'halt', 'o')).toEqual(['core', 'growth']);
    expect(await offered('Ana', 'halt', 'al')).toEqual(['all']);
    expect(await offered('Ben', 'rebalance', '')).toEqual([]);
  });
});

describe('what is handed over', () => {
  test.each([
    [
      'rebalance',
      { account: 'core', 'buy-only': true, contribute: '2500' },
      'core --buy-only --contribute 2500',
    ],
    ['rebalance', { 'buy-only': false, account: 'core' }, 'core'],
    ['rebalance', { 'dry-run': true }, '--dry-run'],
    ['halt', { reason: 'a wrong price', account: 'all' }, 'all a wrong price'],
    ['step', { months: 3, account: 'core' }, 'core --months 3'],
  ])('/%s %j is the line "%s…"', async (command, options, text) => {
    await using world = await openDiscordWorld();
    const { interactions, handle } = answering(NOTHING);
    await world.chat.start(handle);
    const sent = world.fake.member('Ana').command(command, options);
    await until(() => interactions.length === 1);
    expect(interactions[0]).toMatchObject({
      type: 'command',
      command,
      text,
      idempotencyKey: sent.id,
    });
  });

  test('a form: text as it was written, choices joined by commas, nothing where nothing is ticked', async () => {
    await using world = await openDiscordWorld();
    const { fake, chat, channel } = world;
    const form = SAMPLE_FORMS['form-adjust']?.();
    if (form === undefined) throw new Error('there is no such sample');
    const { interactions, handle } = answering(async (interaction) =>
      interaction.type === 'click' && interaction.fields === null
        ? { type: 'form', form }
        : NOTHING,
    );
    await chat.start(handle);
    const { messageId } = await chat.post(channel, PROPOSAL);
    const ana = fake.member('Ana');
    const modal = await ana.click(messageId, 'Reject').modal();
    ana.submitModal(modal, { legs: ['1', '3'], maximumNotional: '$5,000' });
    await until(() => interactions.length === 2);
    expect(interactions[1]).toMatchObject({
      action: 'adjust',
      fields: { legs: '1,3', maximumNotional: '$5,000', mode: '' },
    });
  });

  test('a long choice that was edited as a list', async () => {
    await using world = await openDiscordWorld();
    const { fake, chat, channel } = world;
    const options = Array.from({ length: 60 }, (_, index) => ({
      value: String(index + 1),
      label: `BUY ${index}`,
      ticked: true,
    }));
    const form = {
      ...REJECT_FORM,
      fields: [
        { type: 'choices' as const, name: 'legs', label: 'Orders', required: true, options },
      ],
    };
    const { interactions, handle } = answering(async (interaction) =>
      interaction.type === 'click' && interaction.fields === null
        ? { type: 'form', form }
        : NOTHING,
    );
    await chat.start(handle);
    const { messageId } = await chat.post(channel, PROPOSAL);
    const ana = fake.member('Ana');
    const modal = await ana.click(messageId, 'Reject').modal();
    ana.submitModal(modal, { 'list:legs': '1, 2;\n 60 ' });
    await until(() => interactions.length === 2);
    expect(interactions[1]).toMatchObject({ fields: { legs: '1,2,60' } });
    expect(renderForm(form, createCustomIds()).components).toHaveLength(2);
  });

  test('a button of an older version is answered, not handed over', async () => {
    await using world = await openDiscordWorld();
    const { fake, chat, channel } = world;
    const { interactions, handle } = answering(DONE);
    await chat.start(handle);
    const answer = await fetch(`${fake.apiUrl}/v10/channels/${channel}/messages`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Authorization: `Bot ${fake.token}`,
        'User-Agent': 'DiscordBot (https://example.org, 1.0)',
      },
      body: JSON.stringify({
        content: 'old',
        components: [
          { type: 1, components: [{ type: 2, style: 1, label: 'Old', custom_id: 'approve/1' }] },
        ],
      }),
    });
    const { id } = Object(await answer.json());
    const sent = fake.member('Ana').click(String(id), 'Old');
    expect((await sent.reply()).content).toBe(WORDS.unknownButton);
    expect(interactions).toEqual([]);
  });
});

describe('registration', () => {
  test('happens once for the same commands, and again when they change', async () => {
    await using world = await openDiscordWorld();
    const { fake, chat } = world;
    await chat.start(answering(NOTHING).handle);
    expect(fake.commandWrites).toBe(1);
    expect(fake.commands().map(({ name }) => name)).toEqual(COMMANDS.map(({ name }) => name));
    await chat.stop();
    {
      await using again = await openDiscordWorld({ beside: fake });
      await again.chat.start(answering(NOTHING).handle);
      expect(fake.commandWrites).toBe(1);
    }
    await using changed = await openDiscordWorld({
      beside: fake,
      chat: { commands: COMMANDS.slice(1) },
    });
    await changed.chat.start(answering(NOTHING).handle);
    expect(fake.commandWrites).toBe(2);
    expect(fake.commands()).toHaveLength(COMMANDS.length - 1);
  });

  test('that is refused is told, and the bot serves all the same', async () => {
    await using world = await openDiscordWorld({ fake: { allowsCommands: false } });
    const { chat, channel, log } = world;
    await chat.start(answering(NOTHING).handle);
    const told = log.filter(({ level }) => level === 'error').map(({ fields }) => fields['code']);
    expect(told).toEqual(['discord_commands_not_registered']);
    await chat.post(channel, EVERY_BLOCK);
  });
});

describe('answers that come late', () => {
  test.each([
    ['private', DONE, 'Done'],
    ['channel', OPENLY, 'Seen'],
  ] as const)('after 15 minutes a %s one goes through the bot', async (visibility, reply, text) => {
    const clock = createTestClock();
    await using world = await openDiscordWorld({ chat: { clock } });
    const { fake, chat } = world;
    const slow = held(reply);
    await chat.start(slow.handle);
    const ana = fake.member('Ana');
    await ana.command('portfolio').acknowledged();
    await clock.advance({ minutes: 16 });
    fake.advance({ minutes: 16 });
    slow.release();
    const said = await until(() =>
      (visibility === 'private' ? ana.directMessages() : fake.channel('general').messages()).find(
        (message) => message.text === text,
      ),
    );
    expect(said.via).toBe('channel');
  });
});
