import type { JsonObject } from '../json.ts';
import { directChannel, secondsOf } from '../workspace.ts';
import type { Channel, User, Workspace } from '../workspace.ts';
import { flagArgument, refuse, textArgument } from './method.ts';
import type { Arguments, Method } from './method.ts';

/** https://docs.slack.dev/reference/methods, families `conversations`, `users` and `bots` */

const readScopes: Readonly<Record<Channel['kind'], string>> = {
  public: 'channels:read',
  private: 'groups:read',
  im: 'im:read',
  mpim: 'mpim:read',
};

/** What reading needs depends on the kind of the conversation. */
function scopesToRead(args: Arguments, workspace: Workspace): readonly string[] {
  const channel = workspace.channels.get(textArgument(args, 'channel') ?? '');
  return channel === undefined ? Object.values(readScopes) : [readScopes[channel.kind]];
}

function visibleChannel(workspace: Workspace, args: Arguments): Channel {
  const channel = workspace.channels.get(textArgument(args, 'channel') ?? '');
  const hidden = channel?.kind !== 'public' && !channel?.members.has(workspace.app.botUserId);
  return channel === undefined || hidden ? refuse('channel_not_found') : channel;
}

function channelObject(workspace: Workspace, channel: Channel): JsonObject {
  const { kind, id, name } = channel;
  const common = {
    id,
    created: 1_700_000_000,
    is_archived: channel.archived,
    is_im: kind === 'im',
    is_org_shared: false,
    context_team_id: workspace.team.id,
    updated: 1_700_000_000_000,
  };
  if (kind === 'im') {
    const other = [...channel.members].find((member) => member !== workspace.app.botUserId);
    return { ...common, user: other, is_user_deleted: false, priority: 0, is_open: true };
  }
  return {
    ...common,
    name,
    name_normalized: name,
    is_channel: kind === 'public',
    is_group: kind === 'private',
    is_mpim: kind === 'mpim',
    is_private: kind !== 'public',
    is_general: false,
    is_shared: channel.externallyShared,
    is_ext_shared: channel.externallyShared,
    is_pending_ext_shared: false,
    is_member: channel.members.has(workspace.app.botUserId),
    creator: 'U1',
    unlinked: 0,
    pending_shared: [],
    topic: { value: '', creator: '', last_set: 0 },
    purpose: { value: '', creator: '', last_set: 0 },
    previous_names: [],
  };
}

const info: Method = {
  tokens: ['bot'],
  scopes: scopesToRead,
  tier: 3,
  json: false,
  required: ['channel'],
  handle: ({ workspace, args }) => {
    const channel = visibleChannel(workspace, args);
    const count = flagArgument(args, 'include_num_members')
      ? { num_members: channel.members.size }
      : {};
    return { ok: true, channel: { ...channelObject(workspace, channel), ...count } };
  },
};

const members: Method = {
  tokens: ['bot'],
  scopes: scopesToRead,
  tier: 4,
  json: false,
  required: ['channel'],
  handle: ({ workspace, args }) => {
    const channel = visibleChannel(workspace, args);
    const limit = Number(textArgument(args, 'limit') ?? '100');
    if (!Number.isInteger(limit) || limit < 1 || limit > 1000) return refuse('invalid_limit');
    const cursor = textArgument(args, 'cursor') ?? '';
    const start = cursor === '' ? 0 : Number(Buffer.from(cursor, 'base64').toString('utf8'));
    if (!Number.isInteger(start)) return refuse('invalid_cursor');
    const all = [...channel.members];
    const next =
      start + limit < all.length ? Buffer.from(String(start + limit)).toString('base64') : '';
    return {
      ok: true,
      members: all.slice(start, start + limit),
      response_metadata: { next_cursor: next },
    };
  },
};

function listedUsers(args: Arguments): string[] {
  return (textArgument(args, 'users') ?? '').split(',').filter((id) => id !== '');
}

const open: Method = {
  tokens: ['bot'],
  scopes: (args) => [listedUsers(args).length > 1 ? 'mpim:write' : 'im:write'],
  tier: 3,
  json: true,
  handle: ({ workspace, args }) => {
    const channelId = textArgument(args, 'channel');
    if (channelId !== undefined) {
      const channel = visibleChannel(workspace, args);
      if (channel.kind !== 'im' && channel.kind !== 'mpim') {
        return refuse('method_not_supported_for_channel_type');
      }
      return { ok: true, no_op: true, already_open: true, channel: { id: channel.id } };
    }
    const ids = listedUsers(args);
    if (ids.length === 0) return refuse('users_list_not_supplied');
    if (ids.length > 8) return refuse('too_many_users');
    const users = ids.map((id) => workspace.users.get(id) ?? refuse('user_not_found'));
    if (users.some(({ deleted }) => deleted)) return refuse('user_disabled');
    const channel = directOrGroup(workspace, ids);
    const full = flagArgument(args, 'return_im');
    return { ok: true, channel: full ? channelObject(workspace, channel) : { id: channel.id } };
  },
};

function directOrGroup(workspace: Workspace, ids: readonly string[]): Channel {
  const [first] = ids;
  if (ids.length === 1 && first !== undefined) return directChannel(workspace, first);
  const everybody = new Set([workspace.app.botUserId, ...ids]);
  const found = [...workspace.channels.values()].find(
    ({ kind, members: there }) =>
      kind === 'mpim' && there.symmetricDifference(everybody).size === 0,
  );
  if (found !== undefined) return found;
  const channel: Channel = {
    id: workspace.nextId('G'),
    name: `mpdm-${ids.join('--')}-1`,
    kind: 'mpim',
    members: everybody,
    externallyShared: false,
    archived: false,
  };
  workspace.channels.set(channel.id, channel);
  return channel;
}

const join: Method = {
  tokens: ['bot'],
  scopes: () => ['channels:join'],
  tier: 3,
  json: true,
  required: ['channel'],
  handle: ({ workspace, args }) => {
    const channel = visibleChannel(workspace, args);
    if (channel.kind !== 'public') return refuse('method_not_supported_for_channel_type');
    if (channel.archived) return refuse('is_archived');
    const already = channel.members.has(workspace.app.botUserId);
    channel.members.add(workspace.app.botUserId);
    workspace.changed();
    const warning = already
      ? { warning: 'already_in_channel', response_metadata: { warnings: ['already_in_channel'] } }
      : {};
    return { ok: true, channel: channelObject(workspace, channel), ...warning };
  },
};

function userObject(user: User): JsonObject {
  return {
    id: user.id,
    team_id: user.teamId,
    name: user.name,
    deleted: user.deleted,
    real_name: user.realName,
    tz: 'America/New_York',
    tz_label: 'Eastern Standard Time',
    tz_offset: -18_000,
    profile: {
      real_name: user.realName,
      display_name: user.name,
      real_name_normalized: user.realName,
      display_name_normalized: user.name,
      team: user.teamId,
    },
    is_admin: false,
    is_owner: false,
    is_restricted: false,
    is_ultra_restricted: false,
    is_bot: user.isBot,
    is_app_user: false,
    updated: 1_700_000_000,
  };
}

const usersInfo: Method = {
  tokens: ['bot'],
  scopes: () => ['users:read'],
  tier: 4,
  json: false,
  required: ['user'],
  handle: ({ workspace, args }) => {
    const user = workspace.users.get(textArgument(args, 'user') ?? '');
    return user === undefined ? refuse('user_not_found') : { ok: true, user: userObject(user) };
  },
};

const botsInfo: Method = {
  tokens: ['bot'],
  scopes: () => ['users:read'],
  tier: 3,
  json: false,
  handle: ({ workspace, args }) => {
    const { app, clock } = workspace;
    if (textArgument(args, 'bot') !== app.botId) return refuse('bot_not_found');
    const updated = secondsOf(clock);
    const bot = { id: app.botId, deleted: false, name: app.name, updated, app_id: app.id };
    return { ok: true, bot: { ...bot, user_id: app.botUserId, icons: {} } };
  },
};

export const conversationsMethods: Readonly<Record<string, Method>> = {
  'conversations.info': info,
  'conversations.members': members,
  'conversations.open': open,
  'conversations.join': join,
  'users.info': usersInfo,
  'bots.info': botsInfo,
};
