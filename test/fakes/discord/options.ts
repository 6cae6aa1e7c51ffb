import { createClock } from './clock.ts';
import { bitsOf } from './permissions.ts';
import type { PermissionName } from './permissions.ts';
import type { RateLimitOptions } from './rate-limits.ts';
import { createWorld } from './world.ts';
import type { FakeGuild, FakeRole, World } from './world.ts';

type PrivilegedIntent = 'GuildMembers' | 'GuildPresences' | 'MessageContent';

/** How the world of the fake is furnished. Ids are made up where none are given. */
export interface DiscordFakeOptions {
  /** A free port if left out. */
  readonly port?: number;
  readonly token?: string;
  readonly applicationId?: string;
  readonly applicationName?: string;
  readonly guild?: { readonly id?: string; readonly name?: string };
  /** One called `general` if left out. */
  readonly channels?: readonly { readonly id?: string; readonly name: string }[];
  readonly roles?: readonly {
    readonly id?: string;
    readonly name: string;
    readonly mentionable?: boolean;
  }[];
  /** Ana, Ben and Chloe, with the ids 1, 2 and 3, if left out. `roles` are ids or names. */
  readonly members?: readonly {
    readonly id?: string;
    readonly name: string;
    readonly roles?: readonly string[];
    readonly bot?: boolean;
  }[];
  /** Guilds beside the one the bot is for, each with a channel. */
  readonly otherGuilds?: readonly {
    readonly id?: string;
    readonly name: string;
    readonly hasBot?: boolean;
    readonly channel: { readonly id?: string; readonly name: string };
  }[];
  /** Those switched on in the developer portal; none if left out. */
  readonly privilegedIntents?: readonly PrivilegedIntent[];
  /** What the invitation gave the bot's own role. */
  readonly botPermissions?: readonly PermissionName[];
  /** Whether the invitation had the scope applications.commands; true if left out. */
  readonly allowsCommands?: boolean;
  readonly heartbeatMilliseconds?: number;
  /** After how long without a heartbeat a connection is cut off; twice the interval if left out. */
  readonly silenceMilliseconds?: number;
  readonly rateLimits?: Partial<RateLimitOptions>;
  /** Where time comes from: milliseconds since 1970. */
  readonly now?: () => number;
}

const intentBits: Readonly<Record<PrivilegedIntent, number>> = {
  GuildMembers: 1 << 1,
  GuildPresences: 1 << 8,
  MessageContent: 1 << 15,
};

const usualPermissions: readonly PermissionName[] = [
  'viewChannel',
  'sendMessages',
  'embedLinks',
  'attachFiles',
  'readMessageHistory',
  'createPublicThreads',
  'sendMessagesInThreads',
];

export function furnishedWorld(options: DiscordFakeOptions): { world: World; guild: FakeGuild } {
  const clock = createClock(options.now);
  const applicationId = options.applicationId ?? '1100000000000000001';
  const world = createWorld({
    clock,
    applicationId,
    applicationName: options.applicationName ?? 'Evenkeel',
    bot: { id: applicationId, username: options.applicationName ?? 'Evenkeel', bot: true },
    privilegedIntents: (options.privilegedIntents ?? []).reduce(
      (bits, name) => bits | intentBits[name],
      0,
    ),
    token:
      options.token ??
      `${Buffer.from(applicationId).toString('base64url')}.Fake01.of-no-use-anywhere`,
  });
  const roles = (options.roles ?? []).map(({ id, name, mentionable }): FakeRole => ({
    id: id ?? world.snowflake(),
    name,
    permissions: 0n,
    mentionable: mentionable ?? false,
    botId: null,
  }));
  const guild = addGuild(world, {
    id: options.guild?.id ?? '1200000000000000001',
    name: options.guild?.name ?? 'Treasury',
    roles,
    botPermissions: options.botPermissions ?? usualPermissions,
    hasBot: true,
    allowsCommands: options.allowsCommands ?? true,
  });
  for (const { id, name } of options.channels ?? [{ name: 'general' }]) {
    addChannel(world, guild, name, id);
  }
  for (const member of options.members ?? usualMembers) {
    const user = {
      id: member.id ?? world.snowflake(),
      username: member.name,
      bot: member.bot ?? false,
    };
    const roleIds = (member.roles ?? []).map((wanted) => {
      const role = roles.find(({ id, name }) => id === wanted || name === wanted);
      if (role === undefined)
        throw new Error(`${member.name} is to have a role ${wanted}, which is not there`);
      return role.id;
    });
    world.users.set(user.id, user);
    guild.members.set(user.id, {
      user,
      joinedAt: clock.now(),
      roleIds,
      acceptsDirectMessages: true,
    });
  }
  for (const other of options.otherGuilds ?? []) {
    const added = addGuild(world, {
      id: other.id ?? world.snowflake(),
      name: other.name,
      roles: [],
      botPermissions: usualPermissions,
      hasBot: other.hasBot ?? true,
      allowsCommands: true,
    });
    addChannel(world, added, other.channel.name, other.channel.id);
  }
  return { world, guild };
}

const usualMembers: NonNullable<DiscordFakeOptions['members']> = [
  { id: '1', name: 'Ana' },
  { id: '2', name: 'Ben' },
  { id: '3', name: 'Chloe' },
];

function addGuild(
  world: World,
  what: Pick<FakeGuild, 'id' | 'name' | 'roles' | 'hasBot' | 'allowsCommands'> & {
    readonly botPermissions: readonly PermissionName[];
  },
): FakeGuild {
  const everyone: FakeRole = {
    id: what.id,
    name: '@everyone',
    permissions: bitsOf(['viewChannel', 'readMessageHistory', 'useApplicationCommands']),
    mentionable: false,
    botId: null,
  };
  const ofBot: FakeRole = {
    id: world.snowflake(),
    name: world.bot.username,
    permissions: bitsOf(what.botPermissions),
    mentionable: false,
    botId: world.bot.id,
  };
  const guild: FakeGuild = {
    id: what.id,
    name: what.name,
    ownerId: '80351110224678912',
    roles: [everyone, ...what.roles, ofBot],
    members: new Map(),
    hasBot: what.hasBot,
    allowsCommands: what.allowsCommands,
  };
  guild.members.set(world.bot.id, {
    user: world.bot,
    joinedAt: world.clock.now(),
    roleIds: [ofBot.id],
    acceptsDirectMessages: false,
  });
  world.guilds.set(guild.id, guild);
  return guild;
}

function addChannel(world: World, guild: FakeGuild, name: string, id = world.snowflake()): void {
  world.channels.set(id, {
    id,
    name,
    guildId: guild.id,
    recipientId: null,
    parentId: null,
    overwrites: [],
    isDeleted: false,
    lastMessageId: null,
  });
}
