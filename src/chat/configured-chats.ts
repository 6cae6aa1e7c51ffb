import { usageOf } from '../app/command.ts';
import type { Command } from '../app/command.ts';
import type { AppContext } from '../app/context.ts';
import { findPerson } from '../app/dispatch.ts';
import { viewHome } from '../app/view-home.ts';
import type { Config } from '../config/config.ts';
import { NO_OBSERVER } from '../ports/observer.ts';
import type { Observer } from '../ports/observer.ts';
import type { Chat } from '../ports/chat.ts';

/** What every chat platform is told of the commands. */
export interface CommandDescription {
  readonly name: string;
  readonly description: string;
  /** `/rebalance [account] [--buy-only]`. */
  readonly usage: string;
  readonly options: Command['options'];
}

export function describeCommands(commands: readonly Command[]): readonly CommandDescription[] {
  return commands.map((command) => ({
    name: command.name,
    description: command.description,
    usage: usageOf(command),
    options: command.options,
  }));
}

/**
 * Opens the chats that are configured besides the local page. A platform's code and SDK are loaded
 * here, and so only when it is used. Nothing is asked of a platform yet.
 */
export async function openConfiguredChats(
  config: Config,
  context: AppContext,
  commands: readonly Command[],
  observer: Observer = NO_OBSERVER,
): Promise<readonly Chat[]> {
  const { clock, random, log } = context;
  const chats: Chat[] = [];
  // Both SDKs bring an undici, and the one that is loaded first carries the requests of both. Slack's cannot
  // carry the files of Discord's ("action is not a function"); Discord's carries everything.
  if (config.discord !== null) await import('./discord/discord-chat.ts');
  if (config.slack !== null) {
    const { openSlackChat } = await import('./slack/slack-chat.ts');
    const chat = await openSlackChat({
      settings: config.slack,
      clock,
      log,
      observer,
      channels: channelsOn(context, 'slack'),
      home: (userId) => viewHome(context, { platform: 'slack', userId, roleIds: [] }),
    });
    chats.push(chat);
  }
  if (config.discord !== null) {
    const { openDiscordChat } = await import('./discord/discord-chat.ts');
    const chat = await openDiscordChat({
      settings: config.discord,
      clock,
      random,
      log,
      observer,
      commands: describeCommands(commands),
      accounts: [...context.accounts.keys()],
      channels: channelsOn(context, 'discord'),
      mayComplete: (user) => findPerson(context.people, user) !== null,
    });
    chats.push(chat);
  }
  return chats;
}

function channelsOn(context: AppContext, platform: string): readonly string[] {
  const channels = [...context.accounts.values()].flatMap((account) =>
    account.channels.filter((place) => place.platform === platform).map((place) => place.channel),
  );
  return [...new Set(channels)];
}
