import { describe } from 'vitest';
import { startDiscordFake } from '../fakes/discord/index.ts';
import { openBotWorld, until } from './bot-world.ts';
import { describeMainJob } from './main-job.ts';
import type { MainJobWorld } from './main-job.ts';
import { discordTeam } from './team.ts';

async function open(): Promise<MainJobWorld> {
  const fake = await startDiscordFake();
  const world = await openBotWorld({
    environment: {
      DISCORD_TOKEN: fake.token,
      DISCORD_GUILD_ID: fake.guild.id,
      DISCORD_API_URL: fake.apiUrl,
    },
    channels: [`- discord: "${fake.channel('general').id}"`],
    ids: {
      Ana: ['discord: "1"'],
      Ben: ['discord: "2"'],
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
