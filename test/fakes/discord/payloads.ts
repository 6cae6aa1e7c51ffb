import { isoTime } from './clock.ts';
import { permissionsOf } from './world.ts';
import type {
  FakeChannel,
  FakeGuild,
  FakeMember,
  FakeRole,
  FakeUser,
  StoredCommand,
  World,
} from './world.ts';

/** The objects of Discord's API as JSON, with the fields that the real answers have. */
export function userPayload(user: FakeUser) {
  return {
    id: user.id,
    username: user.username,
    avatar: null,
    discriminator: '0',
    public_flags: 0,
    flags: 0,
    ...(user.bot ? { bot: true } : {}),
    banner: null,
    accent_color: null,
    global_name: user.bot ? null : user.username,
    avatar_decoration_data: null,
    collectibles: null,
    primary_guild: null,
  };
}

export function currentUserPayload(user: FakeUser) {
  return { ...userPayload(user), mfa_enabled: true, locale: 'en-US', verified: true, email: null };
}

/** A member without the user, as it comes in `resolved` and beside a message's author. */
export function partialMemberPayload(member: FakeMember) {
  return {
    avatar: null,
    banner: null,
    communication_disabled_until: null,
    flags: 0,
    joined_at: isoTime(member.joinedAt),
    nick: null,
    pending: false,
    premium_since: null,
    roles: [...member.roleIds],
    mute: false,
    deaf: false,
  };
}

export function memberPayload(member: FakeMember) {
  return { ...partialMemberPayload(member), user: userPayload(member.user) };
}

export function rolePayload(role: FakeRole, position: number) {
  return {
    id: role.id,
    name: role.name,
    permissions: String(role.permissions),
    position,
    color: 0,
    colors: { primary_color: 0, secondary_color: null, tertiary_color: null },
    hoist: false,
    managed: role.botId !== null,
    mentionable: role.mentionable,
    icon: null,
    unicode_emoji: null,
    flags: 0,
    ...(role.botId === null ? {} : { tags: { bot_id: role.botId } }),
  };
}

export function channelPayload(world: World, channel: FakeChannel) {
  const base = { id: channel.id, last_message_id: channel.lastMessageId, flags: 0 };
  if (channel.guildId === null) {
    const recipient = world.users.get(channel.recipientId ?? '');
    return {
      ...base,
      type: 1,
      recipients: recipient === undefined ? [] : [userPayload(recipient)],
    };
  }
  if (channel.parentId !== null) return threadPayload(world, channel);
  return {
    ...base,
    type: 0,
    guild_id: channel.guildId,
    name: channel.name,
    parent_id: null,
    rate_limit_per_user: 0,
    topic: null,
    position: 0,
    permission_overwrites: channel.overwrites.map(({ id, type, allow, deny }) => ({
      id,
      type,
      allow: String(allow),
      deny: String(deny),
    })),
    nsfw: false,
  };
}

/** A public thread: https://docs.discord.com/developers/resources/channel#thread-metadata-object */
export function threadPayload(world: World, thread: FakeChannel) {
  const messages = [...world.messages.values()].filter(({ channelId }) => channelId === thread.id);
  return {
    id: thread.id,
    type: 11,
    last_message_id: thread.lastMessageId,
    flags: 0,
    guild_id: thread.guildId,
    name: thread.name,
    parent_id: thread.parentId,
    rate_limit_per_user: 0,
    owner_id: world.bot.id,
    thread_metadata: {
      archived: false,
      archive_timestamp: new Date(world.clock.now()).toISOString(),
      auto_archive_duration: 4320,
      locked: false,
    },
    message_count: messages.length,
    member_count: 1,
    total_message_sent: messages.length,
  };
}

/** The channel as an interaction carries it: with what its person may do there, without overwrites. */
export function interactionChannelPayload(world: World, channel: FakeChannel, userId: string) {
  const { permission_overwrites: _, ...rest } = {
    permission_overwrites: null,
    ...channelPayload(world, channel),
  };
  return channel.guildId === null
    ? rest
    : { ...rest, permissions: String(permissionsOf(world, userId, channel)) };
}

export function guildPayload(guild: FakeGuild) {
  return {
    id: guild.id,
    name: guild.name,
    icon: null,
    description: null,
    home_header: null,
    splash: null,
    discovery_splash: null,
    features: [],
    banner: null,
    owner_id: guild.ownerId,
    application_id: null,
    region: 'us-east',
    afk_channel_id: null,
    afk_timeout: 300,
    system_channel_id: null,
    system_channel_flags: 0,
    widget_enabled: false,
    widget_channel_id: null,
    verification_level: 1,
    roles: guild.roles.map(rolePayload),
    default_message_notifications: 1,
    mfa_level: 0,
    explicit_content_filter: 2,
    max_presences: null,
    max_members: 500_000,
    max_stage_video_channel_users: 50,
    max_video_channel_users: 25,
    vanity_url_code: null,
    premium_tier: 0,
    premium_subscription_count: 0,
    preferred_locale: 'en-US',
    rules_channel_id: null,
    safety_alerts_channel_id: null,
    public_updates_channel_id: null,
    premium_progress_bar_enabled: false,
    nsfw: false,
    nsfw_level: 0,
    emojis: [],
    stickers: [],
    incidents_data: null,
  };
}

/** GUILD_CREATE: the guild with its channels and, without the members intent, the bot alone. */
export function guildCreatePayload(world: World, guild: FakeGuild, withMembers: boolean) {
  const members = [...guild.members.values()].filter(
    ({ user }) => withMembers || user.id === world.bot.id,
  );
  return {
    ...guildPayload(guild),
    joined_at: isoTime(guild.members.get(world.bot.id)?.joinedAt ?? 0),
    large: false,
    unavailable: false,
    member_count: guild.members.size,
    voice_states: [],
    members: members.map(memberPayload),
    channels: [...world.channels.values()]
      .filter(
        ({ guildId, parentId, isDeleted }) =>
          guildId === guild.id && parentId === null && !isDeleted,
      )
      .map((channel) => channelPayload(world, channel)),
    threads: [...world.channels.values()]
      .filter(({ guildId, parentId }) => guildId === guild.id && parentId !== null)
      .map((thread) => threadPayload(world, thread)),
    presences: [],
    stage_instances: [],
    guild_scheduled_events: [],
    soundboard_sounds: [],
  };
}

/** https://docs.discord.com/developers/resources/application#application-object-application-flags */
const intentFlags: readonly (readonly [intent: number, flag: number])[] = [
  [1 << 8, 1 << 13],
  [1 << 1, 1 << 15],
  [1 << 15, 1 << 19],
];

export function applicationFlags(world: World): number {
  return intentFlags.reduce(
    (flags, [intent, flag]) => flags | ((world.privilegedIntents & intent) === 0 ? 0 : flag),
    1 << 23,
  );
}

export function applicationPayload(world: World) {
  const flags = applicationFlags(world);
  const owner = { id: '80351110224678912', username: 'owner', bot: false };
  return {
    id: world.applicationId,
    name: world.applicationName,
    icon: null,
    description: '',
    type: null,
    bot: userPayload(world.bot),
    bot_public: false,
    bot_require_code_grant: false,
    verify_key: 'f'.repeat(64),
    flags,
    flags_new: String(flags),
    redirect_uris: [],
    interactions_endpoint_url: null,
    role_connections_verification_url: null,
    owner: userPayload(owner),
    approximate_guild_count: [...world.guilds.values()].filter(({ hasBot }) => hasBot).length,
    approximate_user_install_count: 0,
    approximate_user_authorization_count: 0,
    explicit_content_filter: 0,
    team: null,
    eligible_oauth2_scopes: [],
  };
}

export function commandPayload(world: World, command: StoredCommand) {
  const { definition, id, version, guildId } = command;
  const bits = definition.default_member_permissions ?? null;
  return {
    ...withoutNulls({ ...definition, default_member_permissions: undefined }),
    id,
    application_id: world.applicationId,
    version,
    default_member_permissions: bits === null ? null : String(bits),
    type: definition.type ?? 1,
    name: definition.name,
    name_localizations: null,
    description: definition.description ?? '',
    description_localizations: null,
    contexts: definition.contexts ?? null,
    integration_types: definition.integration_types ?? [0],
    nsfw: definition.nsfw ?? false,
    ...(guildId === null ? {} : { guild_id: guildId }),
  };
}

/** The same, without what is null: in its answers Discord leaves such fields out. */
export function withoutNulls(value: object): object {
  const pruned = (inner: unknown): unknown => {
    if (Array.isArray(inner)) return inner.map(pruned);
    return typeof inner === 'object' && inner !== null ? withoutNulls(inner) : inner;
  };
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== null && inner !== undefined)
      .map(([key, inner]) => [key, pruned(inner)]),
  );
}
