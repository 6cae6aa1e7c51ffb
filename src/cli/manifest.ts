import { reveal } from '../lib/secret.ts';
import { CommandFailed } from './command-failed.ts';
import { configured, print } from './surroundings.ts';

/** `evenkeel manifest PLATFORM`. @throws CommandFailed for a platform that has none. */
export async function printManifest(platform: string, options: { url?: string }): Promise<void> {
  const { COMMANDS } = await import('../../commands/index.ts');
  const { describeCommands } = await import('../chat/configured-chats.ts');
  const commands = describeCommands(COMMANDS);
  switch (platform) {
    case 'slack': {
      const { slackManifest } = await import('../chat/slack/manifest.ts');
      print(JSON.stringify(slackManifest(commands, { requestUrl: options.url ?? null }), null, 2));
      return;
    }
    case 'discord': {
      const { applicationIdOf, discordManifest } = await import('../chat/discord/manifest.ts');
      const token = configured().discord?.token;
      const applicationId = token === undefined ? null : applicationIdOf(reveal(token));
      print(JSON.stringify(discordManifest(commands, applicationId), null, 2));
      if (applicationId === null) {
        process.stderr.write(
          'There is no invite link without a token: put DISCORD_TOKEN and DISCORD_GUILD_ID into .env, and print this again.\n',
        );
      }
      return;
    }
    default:
      throw new CommandFailed(`evenkeel manifest takes slack or discord, not ${platform}.`);
  }
}
