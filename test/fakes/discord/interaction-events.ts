import { randomBytes } from 'node:crypto';
import { messagePayload } from './message-payload.ts';
import { guildPayload, interactionChannelPayload, memberPayload, userPayload } from './payloads.ts';
import { attachmentBytes } from './request-body.ts';
import { permissionsOf } from './world.ts';
import type {
  FakeChannel,
  FakeGuild,
  FakeMember,
  FakeUser,
  StoredInteraction,
  StoredMessage,
  World,
} from './world.ts';

/** Something a person did, as INTERACTION_CREATE tells the bot of it. */
export function sendInteraction(
  world: World,
  what: {
    readonly type: StoredInteraction['type'];
    readonly user: FakeUser;
    readonly channel: FakeChannel;
    readonly data: object;
    readonly message: StoredMessage | null;
    readonly triggeredBy: StoredInteraction | null;
    readonly focusedOptionType: number | null;
  },
): StoredInteraction {
  const { user, channel, message } = what;
  const id = world.snowflake();
  const token = `aW50ZXJhY3Rpb246${randomBytes(96).toString('base64url')}`;
  const guild = channel.guildId === null ? undefined : world.guilds.get(channel.guildId);
  const payload = {
    id,
    application_id: world.applicationId,
    type: what.type,
    data: what.data,
    ...(guild === undefined
      ? { user: userPayload(user) }
      : {
          guild: { id: guild.id, locale: 'en-US', features: guildPayload(guild).features },
          guild_id: guild.id,
          guild_locale: 'en-US',
          member: {
            ...memberPayload(memberOf(world, guild, user)),
            permissions: String(permissionsOf(world, user.id, channel)),
          },
        }),
    channel: interactionChannelPayload(world, channel, user.id),
    channel_id: channel.id,
    ...(message === null ? {} : { message: messagePayload(world, message) }),
    token,
    version: 1,
    app_permissions: String(BigInt.asUintN(53, permissionsOf(world, world.bot.id, channel))),
    locale: 'en-US',
    entitlements: [],
    entitlement_sku_ids: [],
    authorizing_integration_owners: { '0': guild?.id ?? '0' },
    context: guild === undefined ? 1 : 0,
    attachment_size_limit: attachmentBytes,
  };
  const interaction: StoredInteraction = {
    id,
    token,
    type: what.type,
    userId: user.id,
    channelId: channel.id,
    guildId: channel.guildId,
    createdAt: world.clock.now(),
    sourceMessageId: message?.id ?? null,
    triggeredBy: what.triggeredBy,
    payload,
    focusedOptionType: what.focusedOptionType,
    acknowledgedAt: null,
    callback: null,
    originalId: null,
    followupIds: [],
  };
  world.interactions.set(id, interaction);
  world.interactionsByToken.set(token, interaction);
  deliverInteraction(world, interaction);
  return interaction;
}

/** Sends it, the first time or again: a redelivery is the same interaction, to the last character. */
export function deliverInteraction(world: World, { payload }: StoredInteraction): void {
  world.dispatch({ name: 'INTERACTION_CREATE', data: payload, intent: null });
  world.changes.notify();
}

/** Who acts in a guild is a member of it. */
function memberOf(world: World, guild: FakeGuild, user: FakeUser): FakeMember {
  const known = guild.members.get(user.id);
  if (known !== undefined) return known;
  const member = {
    user,
    joinedAt: world.clock.now(),
    roleIds: [],
    acceptsDirectMessages: true,
  };
  guild.members.set(user.id, member);
  return member;
}
