import { DiscordAPIError, PermissionFlagsBits, PermissionsBitField, Routes } from 'discord.js';
import type { REST } from 'discord.js';
import { z } from 'zod';
import type { CommandMetadata } from './register.ts';
import { toChatError } from './errors.ts';
import { DISCORD_PERMISSIONS } from './manifest.ts';

const INVITE = 'Open the inviteLink of "evenkeel manifest discord" as an administrator.';

const userSchema = z.looseObject({ id: z.string() });
const guildSchema = z.looseObject({
  owner_id: z.string(),
  roles: z.array(z.looseObject({ id: z.string(), permissions: z.string() })),
});
const memberSchema = z.looseObject({ roles: z.array(z.string()) });
const channelSchema = z.looseObject({
  guild_id: z.string().optional(),
  permission_overwrites: z
    .array(z.looseObject({ id: z.string(), type: z.int(), allow: z.string(), deny: z.string() }))
    .default([]),
});
const commandsSchema = z.array(z.looseObject({ name: z.string() }));

/** Looks whether Discord would let the bot do its work. @returns a sentence for each thing that is missing. */
export async function findDiscordProblems(facts: {
  readonly rest: REST;
  readonly guildId: string;
  readonly channels: readonly string[];
  readonly commands: readonly CommandMetadata[];
}): Promise<readonly string[]> {
  const { rest, guildId, channels } = facts;
  let botId: string;
  try {
    botId = userSchema.parse(await rest.get(Routes.user('@me'))).id;
  } catch (error) {
    // Without an answer nothing is known of the token, and a reset would end the one in use.
    if (!(error instanceof DiscordAPIError)) {
      return [`${reasonOf(error)} Check the network and try again.`];
    }
    return [
      `DISCORD_TOKEN: ${reasonOf(error)} Reset the token on the application's "Bot" page and put it into .env.`,
    ];
  }
  let base: Rights;
  try {
    const guild = guildSchema.parse(await rest.get(Routes.guild(guildId)));
    const member = memberSchema.parse(await rest.get(Routes.guildMember(guildId, botId)));
    base = { botId, guildId, guild, roles: member.roles };
  } catch (error) {
    if (!(error instanceof DiscordAPIError)) return [reasonOf(error)];
    return [`The bot is not in the server ${guildId} (DISCORD_GUILD_ID). ${INVITE}`];
  }
  const problems = [...(await commandProblems(facts, botId))];
  if (channels.length === 0) {
    problems.push('No account names a Discord channel: add one under channels in portfolios.yaml.');
  }
  for (const channel of channels) {
    const problem = await channelProblem(rest, base, channel);
    if (problem !== null) problems.push(problem);
  }
  return problems;
}

async function commandProblems(
  { rest, guildId }: { readonly rest: REST; readonly guildId: string },
  applicationId: string,
): Promise<readonly string[]> {
  try {
    commandsSchema.parse(await rest.get(Routes.applicationGuildCommands(applicationId, guildId)));
    return [];
  } catch (error) {
    if (!(error instanceof DiscordAPIError)) return [reasonOf(error)];
    return [
      `The bot may not register commands in the server ${guildId}: it was invited without the scope applications.commands. ${INVITE}`,
    ];
  }
}

interface Rights {
  readonly botId: string;
  readonly guildId: string;
  readonly guild: z.output<typeof guildSchema>;
  readonly roles: readonly string[];
}

async function channelProblem(rest: REST, rights: Rights, id: string): Promise<string | null> {
  const invite = 'Let the bot into the channel, or correct the channel in portfolios.yaml.';
  let channel: z.output<typeof channelSchema>;
  try {
    channel = channelSchema.parse(await rest.get(Routes.channel(id)));
  } catch (error) {
    if (!(error instanceof DiscordAPIError)) return `Channel ${id}: ${reasonOf(error)}`;
    return `The bot cannot see channel ${id} (${error.message}). ${invite}`;
  }
  if (channel.guild_id !== rights.guildId) {
    return `Channel ${id} is not in the server ${rights.guildId}. Correct it in portfolios.yaml.`;
  }
  const held = permissionsIn(rights, channel);
  const missing = new PermissionsBitField(DISCORD_PERMISSIONS & ~held).toArray();
  if (missing.length === 0) return null;
  return `In channel ${id} the bot lacks the permission ${missing.join(', ')}. Give it to the bot's role there, or invite the bot again.`;
}

/** https://docs.discord.com/developers/topics/permissions#permission-overwrites */
function permissionsIn(rights: Rights, channel: z.output<typeof channelSchema>): bigint {
  const { guild, guildId, botId, roles } = rights;
  const bits = (texts: readonly string[]) => texts.reduce((all, text) => all | BigInt(text), 0n);
  const base = bits(
    guild.roles
      .filter(({ id }) => id === guildId || roles.includes(id))
      .map(({ permissions }) => permissions),
  );
  if (guild.owner_id === botId || (base & PermissionFlagsBits.Administrator) !== 0n) {
    return PermissionsBitField.All;
  }
  const overwrites = channel.permission_overwrites;
  return [
    overwrites.filter(({ id }) => id === guildId),
    overwrites.filter(({ id, type }) => type === 0 && roles.includes(id)),
    overwrites.filter(({ id, type }) => type === 1 && id === botId),
  ].reduce(
    (held, some) =>
      (held & ~bits(some.map(({ deny }) => deny))) | bits(some.map(({ allow }) => allow)),
    base,
  );
}

function reasonOf(error: unknown): string {
  const { message } = toChatError(error, 'Discord could not be asked');
  return `${message.replace(/[.\s]*$/u, '')}.`;
}
