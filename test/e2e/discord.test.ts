import { describe, expect, it } from 'vitest';
import { startDiscordFake } from '../fakes/discord/index.ts';
import type { DiscordFakeOptions } from '../fakes/discord/index.ts';
import { openBotWorld, until } from './bot-world.ts';
import { describeMainJob } from './main-job.ts';
import type { MainJobWorld } from './main-job.ts';
import { discordTeam } from './team.ts';

async function open(options: DiscordFakeOptions = {}, ben = 'discord: "2"'): Promise<MainJobWorld> {
  const fake = await startDiscordFake(options);
  const world = await openBotWorld({
    environment: {
      DISCORD_TOKEN: fake.token,
      DISCORD_GUILD_ID: fake.guild.id,
      DISCORD_API_URL: fake.apiUrl,
    },
    channels: [`- discord: "${fake.channel('general').id}"`],
    ids: {
      Ana: ['discord: "1"'],
      Ben: [ben],
      Chloe: ['discord: "3"'],
      Dev: ['web: dev'],
    },
  });
  await until('the registered commands', () => fake.commands().length > 0);
  return {
    world,
    team: discordTeam(fake),
    async [Symbol.asyncDispose]() {
      await world[Symbol.asyncDispose]();
      await fake.close();
    },
  };
}

describe('the main job in Discord', () => {
  describeMainJob(open);
});

it('lets a role of the server vote as the person that it stands for', async () => {
  const role = '1300000000000000009';
  await using opened = await open(
    {
      roles: [{ id: role, name: 'Treasury' }],
      members: [
        { id: '1', name: 'Ana' },
        { id: '7', name: 'Ben', roles: ['Treasury'] },
        { id: '8', name: 'Chloe' },
      ],
    },
    `discordRole: "${role}"`,
  );
  const { world, team } = opened;
  team.command('Ana', 'rebalance', { account: 'core' });
  const proposal = await until('a proposal', () =>
    team.posted().find(({ buttons }) => buttons.includes('Approve')),
  );
  // Without the role, and without an id of hers in the configuration.
  team.click('Chloe', proposal, 'Approve');
  await until('a refusal', () => team.privately('Chloe').length > 0);
  team.click('Ben', proposal, 'Approve');
  await until('the execution', () =>
    team.posted().find(({ id, text }) => id === proposal.id && /· executed/u.test(text)),
  );
  const [record] = await world.bot.context.store.listProposals({ limit: 1 });
  expect(record?.decisions).toMatchObject([{ person: 'ben', verdict: 'approve' }]);
});
