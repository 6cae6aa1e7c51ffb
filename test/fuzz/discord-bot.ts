import { until, openBotWorld } from '../e2e/bot-world.ts';
import type { BotWorld } from '../e2e/bot-world.ts';
import { discordTeam } from '../e2e/team.ts';
import { startDiscordFake } from '../fakes/discord/index.ts';
import type { DiscordFake } from '../fakes/discord/index.ts';
import { asJson } from './mutations.ts';
import type { Json } from './mutations.ts';

/** An event of the gateway, word by word: its name and what it is about. */
export interface GatewayEvent {
  readonly name: string;
  readonly data: Json;
}

/** Nothing that chance would write. */
const IDS = {
  Ana: '910000000000000001',
  Ben: '910000000000000002',
  Chloe: '910000000000000003',
  Dev: '910000000000000004',
  Stranger: '910000000000000005',
} as const;

/** The whole program at a Discord, with a proposal that waits for a vote. */
export interface DiscordBot extends AsyncDisposable {
  readonly world: BotWorld;
  readonly fake: DiscordFake;
  readonly secrets: readonly string[];
  /** What people did who may decide nothing, and what else Discord tells. */
  readonly harmless: readonly GatewayEvent[];
  /** Ben's vote for the proposal, made ready and not sent. */
  readonly vote: GatewayEvent;
  /** Resolves when somebody's `/help` is acknowledged: it still listens. */
  probe(): Promise<void>;
}

export async function openDiscordBot(): Promise<DiscordBot> {
  const fake = await startDiscordFake({
    members: Object.entries(IDS).map(([name, id]) => ({ id, name })),
  });
  const world = await openBotWorld({
    environment: {
      DISCORD_TOKEN: fake.token,
      DISCORD_GUILD_ID: fake.guild.id,
      DISCORD_API_URL: fake.apiUrl,
    },
    channels: [`- discord: "${fake.channel('general').id}"`],
    ids: {
      Ana: [`discord: "${IDS.Ana}"`],
      Ben: [`discord: "${IDS.Ben}"`],
      Chloe: [`discord: "${IDS.Chloe}"`],
      Dev: [`discord: "${IDS.Dev}"`],
    },
  });
  await until('the registered commands', () => fake.commands().length > 0);
  const { harmless, vote } = await recordEvents(fake, world);
  return {
    world,
    fake,
    secrets: [fake.token],
    harmless,
    vote,
    async probe() {
      // What is sent while a session is being made anew is lost, and a person does it again.
      for (let tries = 3; tries > 0; tries -= 1) {
        const asked = fake.member('Dev').command('help').acknowledged(9_000);
        if (
          await asked.then(
            () => true,
            () => false,
          )
        )
          return;
      }
      throw new Error('/help was not heard');
    },
    async [Symbol.asyncDispose]() {
      await world[Symbol.asyncDispose]();
      await fake.close();
    },
  };
}

/** People do one thing of each kind; what Discord told of it is kept. */
async function recordEvents(
  fake: DiscordFake,
  world: BotWorld,
): Promise<{ readonly harmless: readonly GatewayEvent[]; readonly vote: GatewayEvent }> {
  const team = discordTeam(fake);
  const pending = async () =>
    await until('a proposal', () =>
      team.posted().findLast(({ buttons }) => buttons.includes('Approve')),
    );
  // The first is rejected through a form, so that what was submitted counts no more.
  team.command('Ana', 'rebalance', { account: 'core' });
  team.click('Ben', await pending(), 'Reject');
  await team.fillIn('Ben', { reason: 'to be sent again' });
  await until('the rejection', () => team.posted().every(({ buttons }) => buttons.length === 0));
  team.command('Ana', 'rebalance', { account: 'core' });
  const { id } = await pending();
  const clicked = fake.member('Ana').click(id, 'Approve');
  await clicked.acknowledged();
  await fake.member('Stranger').click(id, 'Approve').acknowledged();
  await fake.member('Stranger').command('rebalance', { account: 'core' }).acknowledged();
  await fake.member('Ben').command('portfolio', { account: 'core' }).acknowledged();
  fake.member('Dev').autocomplete('portfolio', { account: 'co' });
  await world.bot.settled();
  const told = fake.interactions();
  const payloads = told
    // Ana's /rebalance makes another proposal when it comes as another command: that is her right.
    .filter(({ type, userId }) => !(type === 2 && userId === IDS.Ana))
    .map(({ payload }) => ({ name: 'INTERACTION_CREATE', data: asJson(payload) }));
  const channel = { id: fake.channel('general').id, type: 0, guild_id: fake.guild.id };
  return {
    harmless: [
      ...payloads,
      { name: 'CHANNEL_UPDATE', data: { ...channel, name: 'general', position: 0 } },
      { name: 'MESSAGE_DELETE', data: { id: '1', channel_id: channel.id } },
      { name: 'GUILD_ROLE_UPDATE', data: { guild_id: fake.guild.id, role: { id: '5' } } },
      { name: 'RESUMED', data: { _trace: [] } },
    ],
    vote: { name: 'INTERACTION_CREATE', data: as(asJson(clicked.payload), IDS.Ben) },
  };
}

/** The same click by another member. */
function as(payload: Json, userId: string): Json {
  if (typeof payload !== 'object' || payload === null || !('member' in payload)) return null;
  const { member } = payload;
  if (typeof member !== 'object' || member === null || !('user' in member)) return null;
  const user = { id: userId, username: 'Ben', discriminator: '0', avatar: null };
  return { ...payload, member: { ...member, user } };
}
