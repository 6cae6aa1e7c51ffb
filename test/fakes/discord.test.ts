import { Client, Events, GatewayIntentBits, MessageFlags } from 'discord.js';
import type { Interaction } from 'discord.js';
import { afterEach, describe, expect, test } from 'vitest';
import { startDiscordFake } from './discord/index.ts';
import type { DiscordFake, DiscordFakeOptions } from './discord/index.ts';

const open: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

async function start(options: DiscordFakeOptions = {}): Promise<DiscordFake> {
  const fake = await startDiscordFake(options);
  open.push(() => fake.close());
  return fake;
}

/** An unmodified discord.js bot, ready to answer with `handle`. */
async function connect(
  fake: DiscordFake,
  handle: (interaction: Interaction) => Promise<unknown> = async () => {},
): Promise<Client<true>> {
  const client = new Client({
    intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages],
    rest: { api: fake.apiUrl, version: '10' },
  });
  open.push(() => client.destroy());
  client.on(Events.Error, () => {});
  client.on(Events.InteractionCreate, (interaction) => {
    void handle(interaction);
  });
  const ready = new Promise<Client<true>>((resolve) => {
    client.once(Events.ClientReady, resolve);
  });
  await client.login(fake.token);
  return ready;
}

const rebalance = {
  name: 'rebalance',
  description: 'Propose trades',
  options: [
    { type: 3, name: 'account', description: 'Which account', required: true, autocomplete: true },
    { type: 5, name: 'buy-only', description: 'Sell nothing' },
  ],
};

describe('a bot on discord.js', () => {
  test('logs in, registers, defers, edits and follows up', async () => {
    const fake = await start();
    const client = await connect(fake, async (interaction) => {
      if (!interaction.isChatInputCommand()) return;
      await interaction.deferReply();
      await interaction.editReply(`Rebalance ${interaction.options.getString('account')}`);
      await interaction.followUp({ content: 'More', flags: MessageFlags.Ephemeral });
    });
    await client.application.commands.set([rebalance], fake.guild.id);
    const sent = fake.member('1').command('rebalance', { account: 'core', 'buy-only': true });
    await expect(sent.reply()).resolves.toMatchObject({ content: 'Rebalance core' });
    await fake.waitFor(() => sent.followups().length > 0);
    expect(fake.member('1').privateMessages()).toMatchObject([{ content: 'More' }]);
    expect(fake.channel('general').messages()).toHaveLength(1);
    expect(sent.acknowledgement?.type).toBe(5);
  });
});
