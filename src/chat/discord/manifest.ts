import { PermissionFlagsBits } from 'discord.js';
import { discordCommands } from './register.ts';
import type { CommandMetadata, DiscordCommand } from './register.ts';

/** What the bot does in a channel, and no more. */
export const DISCORD_PERMISSIONS =
  PermissionFlagsBits.ViewChannel |
  PermissionFlagsBits.SendMessages |
  PermissionFlagsBits.EmbedLinks |
  PermissionFlagsBits.AttachFiles |
  PermissionFlagsBits.ReadMessageHistory |
  PermissionFlagsBits.CreatePublicThreads |
  PermissionFlagsBits.SendMessagesInThreads;

export interface DiscordManifest {
  /** What the program registers by itself at every start. */
  readonly commands: readonly DiscordCommand[];
  /** Opened by an administrator of the server, adds the bot to it. Null without an application id. */
  readonly inviteLink: string | null;
  /** None of those that Discord calls privileged. */
  readonly intents: readonly string[];
  /** Decimal text of the bits that the invitation asks for. */
  readonly permissions: string;
}

/** What Discord needs to know of the bot: its commands, and the link that invites it with the rights it needs. */
export function discordManifest(
  commands: readonly CommandMetadata[],
  applicationId: string | null,
): DiscordManifest {
  const permissions = DISCORD_PERMISSIONS.toString();
  return {
    commands: discordCommands(commands),
    inviteLink: applicationId === null ? null : inviteLink(applicationId, permissions),
    intents: ['Guilds'],
    permissions,
  };
}

/** https://docs.discord.com/developers/topics/oauth2#bot-authorization-flow */
function inviteLink(applicationId: string, permissions: string): string {
  const link = new URL('https://discord.com/oauth2/authorize');
  link.search = new URLSearchParams({
    client_id: applicationId,
    scope: 'bot applications.commands',
    permissions,
  }).toString();
  return link.toString();
}

/**
 * The id of the application that a bot token belongs to: its first part, in base64. Null when the token
 * does not look like one.
 */
export function applicationIdOf(token: string): string | null {
  const decoded = Buffer.from(token.split('.')[0] ?? '', 'base64url').toString('utf8');
  return /^\d{17,20}$/u.test(decoded) ? decoded : null;
}
