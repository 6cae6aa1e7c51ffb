import { channelFor, guildFor, noContent, ok } from './api.ts';
import type { Handler } from './api.ts';
import { refusals } from './form-errors.ts';
import {
  applicationPayload,
  channelPayload,
  currentUserPayload,
  guildPayload,
  memberPayload,
  rolePayload,
  userPayload,
} from './payloads.ts';
import type { World } from './world.ts';

const guildMembersIntent = 1 << 1;

/** The address of the gateway, and what a bot may read about itself, its guilds and its channels. */
export const readRoutes = {
  'GET /gateway': (world) => ok({ url: world.gatewayUrl }),
  'GET /gateway/bot': (world) =>
    ok({
      url: world.gatewayUrl,
      shards: 1,
      session_start_limit: { total: 1000, remaining: 999, reset_after: 0, max_concurrency: 1 },
    }),
  'GET /users/@me': (world) => ok(currentUserPayload(world.bot)),
  'GET /users/@me/guilds': (world) =>
    ok(
      [...world.guilds.values()]
        .filter(({ hasBot }) => hasBot)
        .map(({ id, name }) => ({
          id,
          name,
          icon: null,
          banner: null,
          owner: false,
          permissions: '0',
          features: [],
        })),
    ),
  'GET /users/{user_id}': (world, request) => {
    const user = world.users.get(request.parameter('user_id'));
    if (user === undefined) throw refusals.unknownUser();
    return ok(userPayload(user));
  },
  'POST /users/@me/channels': (world, request) => {
    const recipient = world.users.get(recipientOf(request.body));
    if (recipient === undefined) {
      throw refusals.invalidForm([
        { path: ['recipient_id'], code: 'BASE_TYPE_REQUIRED', message: 'This field is required' },
      ]);
    }
    if (recipient.bot) throw refusals.cannotMessageUser();
    return ok(channelPayload(world, directChannel(world, recipient.id)));
  },
  'GET /applications/@me': (world) => ok(applicationPayload(world)),
  'GET /oauth2/applications/@me': (world) => ok(applicationPayload(world)),
  'GET /guilds/{guild_id}': (world, request) =>
    ok(guildPayload(guildFor(world, request.parameter('guild_id')))),
  'GET /guilds/{guild_id}/channels': (world, request) => {
    const guild = guildFor(world, request.parameter('guild_id'));
    const channels = [...world.channels.values()].filter(
      ({ guildId, parentId, isDeleted }) => guildId === guild.id && parentId === null && !isDeleted,
    );
    return ok(channels.map((channel) => channelPayload(world, channel)));
  },
  'GET /guilds/{guild_id}/roles': (world, request) =>
    ok(guildFor(world, request.parameter('guild_id')).roles.map(rolePayload)),
  'GET /guilds/{guild_id}/members': (world, request) => {
    const guild = guildFor(world, request.parameter('guild_id'));
    if ((world.privilegedIntents & guildMembersIntent) === 0) throw refusals.missingAccess();
    const limit = Number(request.query.get('limit') ?? '1');
    return ok([...guild.members.values()].slice(0, limit).map(memberPayload));
  },
  'GET /guilds/{guild_id}/members/{user_id}': (world, request) => {
    const guild = guildFor(world, request.parameter('guild_id'));
    const userId = request.parameter('user_id');
    const member = guild.members.get(userId === '@me' ? world.bot.id : userId);
    if (member !== undefined) return ok(memberPayload(member));
    throw world.users.has(userId) ? refusals.unknownMember() : refusals.unknownUser();
  },
  'GET /channels/{channel_id}': (world, request) =>
    ok(channelPayload(world, channelFor(world, request.parameter('channel_id')))),
  'POST /channels/{channel_id}/typing': (world, request) => {
    channelFor(world, request.parameter('channel_id'));
    return noContent;
  },
} satisfies Readonly<Record<string, Handler>>;

function recipientOf(body: unknown): string {
  return typeof body === 'object' && body !== null && 'recipient_id' in body
    ? String(body.recipient_id)
    : '';
}

/** The channel between the bot and a person, made when it is first asked for. */
export function directChannel(world: World, userId: string) {
  const known = [...world.channels.values()].find(({ recipientId }) => recipientId === userId);
  if (known !== undefined) return known;
  const channel = {
    id: world.snowflake(),
    name: '',
    guildId: null,
    recipientId: userId,
    parentId: null,
    overwrites: [],
    isDeleted: false,
    lastMessageId: null,
  };
  world.channels.set(channel.id, channel);
  return channel;
}
