import {
  AttachmentBuilder,
  ButtonStyle,
  ComponentType,
  Events,
  MessageFlags,
  TextInputStyle,
} from 'discord.js';
import type { APIModalInteractionResponseCallbackData, Client } from 'discord.js';
import { describe, expect, test } from 'vitest';
import { connectedClient, rebalanceCommand, startFake } from './discord-client.ts';
import type { DiscordFakeOptions } from './discord/index.ts';

const approve = {
  type: ComponentType.Button,
  style: ButtonStyle.Success,
  label: 'Approve',
  custom_id: 'approve:a3f9',
} as const;
const reject = {
  type: ComponentType.Button,
  style: ButtonStyle.Danger,
  label: 'Reject',
  custom_id: 'reject:a3f9',
} as const;
const proposal = {
  content: 'Rebalance core',
  components: [{ type: ComponentType.ActionRow, components: [approve, reject] }],
} as const;
const reasonForm: APIModalInteractionResponseCallbackData = {
  custom_id: 'reason:a3f9',
  title: 'Reject',
  components: [
    { type: ComponentType.TextDisplay, content: 'Nothing will be traded.' },
    {
      type: ComponentType.Label,
      label: 'Reason',
      component: {
        type: ComponentType.TextInput,
        custom_id: 'reason',
        style: TextInputStyle.Paragraph,
        min_length: 3,
        max_length: 20,
      },
    },
    {
      type: ComponentType.Label,
      label: 'Legs',
      component: {
        type: ComponentType.CheckboxGroup,
        custom_id: 'legs',
        required: false,
        options: [
          { label: 'SELL AAPL', value: 'AAPL', default: true },
          { label: 'BUY IBM', value: 'IBM' },
        ],
      },
    },
  ],
};

/** A PNG of one pixel. */
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);

async function textChannel(client: Client, id: string) {
  const channel = await client.channels.fetch(id);
  if (channel?.isSendable() !== true) throw new Error('The channel is no text channel');
  return channel;
}

/** A bot with /rebalance that posts a proposal and knows its buttons. */
async function startBot(options: DiscordFakeOptions = {}) {
  const fake = await startFake(options);
  const submitted: unknown[] = [];
  const client = await connectedClient(fake, async (interaction) => {
    if (interaction.isAutocomplete()) {
      const typed = interaction.options.getFocused();
      await interaction.respond([{ name: `${typed} (Core)`, value: 'core' }]);
    } else if (interaction.isChatInputCommand()) {
      await interaction.deferReply({ flags: MessageFlags.Ephemeral });
      await interaction.editReply(`Working on ${interaction.options.getString('account')}`);
      await interaction.followUp(proposal);
    } else if (interaction.isButton() && interaction.customId === approve.custom_id) {
      await interaction.update({ content: `Approved by ${interaction.user.id}`, components: [] });
    } else if (interaction.isButton()) {
      await interaction.showModal(reasonForm);
    } else if (interaction.isModalSubmit() && interaction.isFromMessage()) {
      submitted.push(interaction.fields.getTextInputValue('reason'));
      submitted.push(interaction.fields.getCheckboxGroup('legs'));
      await interaction.update({ content: 'Rejected', components: [] });
    }
  });
  await client.application.commands.set([rebalanceCommand], fake.guild.id);
  return { fake, client, submitted };
}

async function startProposal(options: DiscordFakeOptions = {}) {
  const bot = await startBot(options);
  const sent = bot.fake.member('Ana').command('rebalance', { account: 'core', 'buy-only': true });
  const message = await bot.fake.waitFor(() => sent.followups()[0]);
  return { ...bot, sent, message };
}

describe('a bot on discord.js', () => {
  test('defers privately, edits, and follows up for all', async () => {
    const { fake, sent, message } = await startProposal();
    expect(sent.acknowledgement?.type).toBe(5);
    expect(sent.acknowledgement?.afterMilliseconds).toBeGreaterThan(0);
    expect(fake.member('Ana').privateMessages()).toMatchObject([{ content: 'Working on core' }]);
    expect(fake.channel('general').messages()).toEqual([message]);
    const events = [...fake.gateway.sessions.values()].flatMap((session) => session.events);
    const announced = events.filter(({ t }) => t === 'MESSAGE_CREATE').map(({ d }) => d);
    expect(announced).toMatchObject([{ id: message.id, guild_id: fake.guild.id }]);
    expect(message.buttons.map(({ label }) => label)).toEqual(['Approve', 'Reject']);
  });

  test('updates the message whose button is clicked', async () => {
    const { fake, message } = await startProposal();
    const click = fake.member('Ben').click(message, 'Approve');
    await expect(click.acknowledged()).resolves.toMatchObject({ type: 7 });
    expect(fake.message(message.id)).toMatchObject({ content: 'Approved by 2', buttons: [] });
    expect(() => fake.member('Ben').click(message, 'Approve')).toThrow('has no button Approve');
  });

  test('asks for a reason in a form', async () => {
    const { fake, message, submitted } = await startProposal();
    const ben = fake.member('Ben');
    const form = await ben.click(message, reject.custom_id).modal();
    expect(form).toMatchObject({ title: 'Reject', text: 'Nothing will be traded.' });
    expect(() => ben.submitModal(form)).toThrow('Reason takes 3 to 20 characters');
    expect(() => ben.submitModal(form, { Why: 'x' })).toThrow('has no field Why');
    expect(() => fake.member('Ana').submitModal(form)).toThrow('is not on the screen of Ana');
    const answer = ben.submitModal(form, { reason: 'Too much', Legs: ['BUY IBM'] });
    await answer.acknowledged();
    expect(submitted).toEqual(['Too much', ['IBM']]);
    expect(fake.message(message.id)?.content).toBe('Rejected');
  });

  test('keeps what a form was filled with beforehand', async () => {
    const { fake, message, submitted } = await startProposal();
    const form = await fake.member('Ben').click(message, 'Reject').modal();
    await fake.member('Ben').submitModal(form, { reason: 'Too much' }).acknowledged();
    expect(submitted).toEqual(['Too much', ['AAPL']]);
  });

  test('offers completions while an option is typed', async () => {
    const { fake } = await startBot();
    const typing = fake.member('Ana').autocomplete('rebalance', { account: 'co' });
    await expect(typing.choices()).resolves.toEqual([{ name: 'co (Core)', value: 'core' }]);
    expect(() => fake.member('Ana').autocomplete('rebalance', { 'buy-only': true })).toThrow(
      'has no completions',
    );
  });

  test('uploads a picture and shows it', async () => {
    const { fake, client } = await startBot();
    const channel = await textChannel(client, fake.channel('general').id);
    const message = await channel.send({
      flags: MessageFlags.IsComponentsV2,
      files: [new AttachmentBuilder(png, { name: 'chart.png', description: 'Drift' })],
      components: [
        {
          type: ComponentType.Container,
          components: [
            { type: ComponentType.TextDisplay, content: '# Drift' },
            {
              type: ComponentType.MediaGallery,
              items: [{ media: { url: 'attachment://chart.png' } }],
            },
          ],
        },
      ],
    });
    expect(fake.message(message.id)).toMatchObject({
      text: '# Drift',
      attachments: [{ filename: 'chart.png', description: 'Drift', width: 1, height: 1 }],
    });
    expect(fake.message(message.id)?.attachments[0]?.data.equals(png)).toBe(true);
    const second = new AttachmentBuilder(png, { name: 'value.png' });
    const [first] = [...message.attachments.values()];
    if (first === undefined) throw new Error('The message has no attachment');
    const edited = await message.edit({ attachments: [first], files: [second] });
    expect(edited.attachments.map(({ name }) => name)).toEqual(['chart.png', 'value.png']);
    const [, kept] = [...edited.attachments.values()];
    if (kept === undefined) throw new Error('The message has no second attachment');
    await message.edit({ attachments: [kept] });
    expect(fake.message(message.id)?.attachments).toMatchObject([{ filename: 'value.png' }]);
    await message.edit({
      attachments: [],
      components: [{ type: ComponentType.TextDisplay, content: 'Done' }],
    });
    expect(fake.message(message.id)).toMatchObject({ text: 'Done', attachments: [] });
  });

  test('answers a command with a picture', async () => {
    const fake = await startFake();
    const client = await connectedClient(fake, async (interaction) => {
      if (!interaction.isChatInputCommand()) return;
      await interaction.deferReply();
      await interaction.editReply({
        files: [new AttachmentBuilder(png, { name: 'chart.png' })],
        embeds: [{ title: 'Drift', image: { url: 'attachment://chart.png' } }],
      });
    });
    await client.application.commands.set([rebalanceCommand], fake.guild.id);
    const reply = await fake.member('1').command('rebalance', { account: 'core' }).reply();
    expect(reply).toMatchObject({ text: 'Drift', attachments: [{ filename: 'chart.png' }] });
    const channel = await textChannel(client, reply.channelId);
    const message = await channel.messages.fetch({ message: reply.id, force: true });
    expect(message.embeds[0]?.image).toMatchObject({
      url: `https://cdn.discordapp.com/attachments/${reply.channelId}/${reply.attachments[0]?.id}/chart.png`,
      width: 1,
    });
  });

  test('writes to a person directly, unless the person does not want that', async () => {
    const { fake, client } = await startBot();
    await client.users.send('2', 'Please approve');
    expect(fake.member('Ben').directMessages()).toMatchObject([{ content: 'Please approve' }]);
    fake.member('Ben').refuseDirectMessages();
    await expect(client.users.send('2', 'Again')).rejects.toMatchObject({ code: 50007 });
  });
});

describe('people', () => {
  test('carry their roles and permissions into an interaction', async () => {
    const { fake } = await startBot({
      roles: [{ name: 'Approvers' }],
      members: [{ id: '7', name: 'Dev', roles: ['Approvers'] }],
    });
    const { payload } = fake.member('7').command('rebalance', { account: 'core' });
    expect(payload).toMatchObject({
      type: 2,
      version: 1,
      application_id: fake.applicationId,
      guild_id: fake.guild.id,
      channel: { id: fake.channel('general').id, type: 0 },
      member: {
        roles: [fake.role('Approvers').id],
        user: { id: '7', username: 'Dev' },
        permissions: expect.stringMatching(/^\d+$/),
      },
      data: { name: 'rebalance', options: [{ name: 'account', type: 3, value: 'core' }] },
      authorizing_integration_owners: { '0': fake.guild.id },
      context: 0,
      entitlements: [],
      locale: 'en-US',
      guild_locale: 'en-US',
      attachment_size_limit: 10_485_760,
    });
  });

  test.each<[string, (fake: Awaited<ReturnType<typeof startFake>>) => void, string]>([
    ['an unknown command', (fake) => fake.member('1').command('buy'), 'There is no /buy'],
    ['a missing option', (fake) => fake.member('1').command('rebalance'), 'needs account'],
    [
      'an unknown option',
      (fake) => fake.member('1').command('rebalance', { account: 'core', fast: true }),
      'has no option fast',
    ],
    [
      'an option of another type',
      (fake) => fake.member('1').command('rebalance', { account: 3 }),
      'expects a string',
    ],
  ])('cannot type %s', async (_, type, expected) => {
    const { fake } = await startBot();
    expect(() => type(fake)).toThrow(expected);
  });

  test('cannot click what is disabled or what another person alone sees', async () => {
    const { fake, client } = await startBot();
    const channel = await textChannel(client, fake.channel('general').id);
    const { id } = await channel.send({
      ...proposal,
      components: [{ type: ComponentType.ActionRow, components: [{ ...approve, disabled: true }] }],
    });
    expect(() => fake.member('Ben').click(id, 'Approve')).toThrow('is disabled');
    const sent = fake.member('Ana').command('rebalance', { account: 'core' });
    const note = await sent.reply();
    expect(() => fake.member('Ben').click(note, 'Approve')).toThrow('Ben cannot see message');
  });

  test('act from direct messages, from other guilds, and as bots', async () => {
    const { fake } = await startBot({
      members: [
        { id: '1', name: 'Ana' },
        { id: '9', name: 'Robot', bot: true },
      ],
      otherGuilds: [{ id: '99', name: 'Elsewhere', channel: { name: 'theirs' } }],
    });
    const forged = { forged: true };
    const direct = fake.member('1').command('rebalance', {}, { channel: 'dm', ...forged });
    expect(direct.payload).toMatchObject({ user: { id: '1' }, context: 1 });
    expect(direct.payload).not.toHaveProperty('member');
    expect(direct.payload).not.toHaveProperty('guild_id');
    const foreign = fake.member('1').command('rebalance', {}, { channel: 'theirs', ...forged });
    expect(foreign.payload).toMatchObject({ guild_id: '99', member: { roles: [] } });
    const robot = fake.member('Robot').command('rebalance', { account: 'core' });
    expect(robot.payload).toMatchObject({ member: { user: { bot: true } } });
  });

  test('are redelivered now and then: the same interaction, to the last character', async () => {
    const fake = await startFake();
    const seen: string[] = [];
    const client = await connectedClient(fake);
    await client.application.commands.set([rebalanceCommand], fake.guild.id);
    const twice = new Promise<void>((resolve) => {
      client.on(Events.InteractionCreate, ({ id, token }) => {
        if (seen.push(`${id} ${token}`) === 2) resolve();
      });
    });
    const sent = fake.member('1').command('rebalance', { account: 'core' });
    sent.redeliver();
    await twice;
    expect(seen).toEqual([`${sent.id} ${sent.token}`, `${sent.id} ${sent.token}`]);
  });
});
