import { refuseAttachments, refuseBlocks, longestUpdatedText } from '../block-kit/validate.ts';
import type { MessageRefusal } from '../block-kit/validate.ts';
import { isObject, stringAt } from '../json.ts';
import { deleteMessage, editMessage, addMessage } from '../messages.ts';
import { directChannel, findMessage } from '../workspace.ts';
import type { Channel, StoredMessage, Token, Workspace } from '../workspace.ts';
import { invalid, jsonArgument, refuse, textArgument } from './method.ts';
import type { Arguments, Method } from './method.ts';

/** https://docs.slack.dev/reference/methods, family `chat` */

const scopes = (): readonly string[] => ['chat:write'];
const longestPostedText = 40_000;

interface Content {
  readonly text: string | undefined;
  readonly blocks: unknown;
  readonly attachments: unknown;
  readonly metadata: unknown;
}

/** Reads and checks what a message would show; the refusal otherwise. */
function readContent(workspace: Workspace, args: Arguments): Content {
  const text = textArgument(args, 'text');
  const [blocks, attachments, metadata] = ['blocks', 'attachments', 'metadata'].map((name) =>
    jsonArgument(args, name),
  );
  if (args['markdown_text'] !== undefined) return refuse('markdown_text_conflict');
  if (blocks === invalid || (blocks !== undefined && !Array.isArray(blocks))) {
    return refuse('invalid_blocks_format');
  }
  if (attachments === invalid) return refuse('invalid_attachments');
  if (metadata !== undefined && !isMetadata(metadata)) return refuse('invalid_metadata_format');
  const refusal =
    (blocks === undefined ? null : refuseBlocks(blocks, workspace)) ??
    (attachments === undefined ? null : refuseAttachments(attachments, workspace));
  if (refusal !== null) refuseContent(refusal);
  return { text, blocks, attachments, metadata };
}

function isMetadata(value: unknown): boolean {
  if (!isObject(value)) return false;
  if (Object.keys(value).length === 0) return true;
  return typeof value['event_type'] === 'string' && isObject(value['event_payload']);
}

function refuseContent({ error, messages }: MessageRefusal): never {
  refuse(error, messages, messages.length === 0 ? {} : { errors: messages });
}

function isEmpty({ text, blocks, attachments }: Content): boolean {
  const listed = [blocks, attachments].some((list) => Array.isArray(list) && list.length > 0);
  return !listed && (text ?? '').trim() === '';
}

/** The channel, or why the bot cannot post there. A user's id stands for the direct channel. */
export function channelToPostTo(workspace: Workspace, token: Token, id: string): Channel {
  const user = workspace.users.get(id);
  if (user?.deleted || user?.isBot) return refuse('channel_not_found');
  const channel = user === undefined ? workspace.channels.get(id) : directChannel(workspace, id);
  if (channel === undefined) return refuse('channel_not_found');
  const isMember = channel.members.has(workspace.app.botUserId);
  if (!isMember && channel.kind !== 'public') return refuse('channel_not_found');
  if (channel.archived) return refuse('is_archived');
  if (!isMember && !token.scopes.has('chat:write.public')) return refuse('not_in_channel');
  if (channel.kind === 'im' && !workspace.app.messagesTab) return refuse('messages_tab_disabled');
  return channel;
}

/** The bot's own message, or why it cannot be changed. */
function ownMessage(
  workspace: Workspace,
  args: Arguments,
  denied: string,
): { readonly message: StoredMessage; readonly channel: Channel } {
  const channel = workspace.channels.get(textArgument(args, 'channel') ?? '');
  if (channel === undefined) return refuse('channel_not_found');
  const isMember = channel.members.has(workspace.app.botUserId);
  if (!isMember && channel.kind !== 'public') return refuse('channel_not_found');
  const message = findMessage(workspace, channel.id, textArgument(args, 'ts') ?? '');
  if (message === null || message.ephemeralFor !== null) return refuse('message_not_found');
  if (stringAt(message.wire, 'bot_id') !== workspace.app.botId || !isMember) return refuse(denied);
  return { message, channel };
}

function checkThread(workspace: Workspace, channel: Channel, args: Arguments): void {
  const threadTs = textArgument(args, 'thread_ts');
  if (threadTs === undefined) return;
  const parent = findMessage(workspace, channel.id, threadTs);
  if (parent === null || parent.ephemeralFor !== null) refuse('cannot_reply_to_message');
}

const customized = ['username', 'icon_emoji', 'icon_url'];

const postMessageMethod: Method = {
  tokens: ['bot'],
  scopes: (args) =>
    customized.some((name) => args[name] !== undefined) ? ['chat:write.customize'] : scopes(),
  tier: 'posting',
  json: true,
  required: ['channel'],
  handle: ({ workspace, token, args }) => {
    const channel = channelToPostTo(workspace, token, textArgument(args, 'channel') ?? '');
    const content = readContent(workspace, args);
    if (isEmpty(content)) return refuse('no_text');
    checkThread(workspace, channel, args);
    const { text = '' } = content;
    const truncated = text.length > longestPostedText;
    if (truncated) workspace.report('chat.postMessage: the text was truncated');
    const { ts, wire } = addMessage(workspace, {
      ...content,
      channel: channel.id,
      text: text.slice(0, longestPostedText),
      threadTs: textArgument(args, 'thread_ts') ?? null,
    });
    const warning = truncated
      ? { warning: 'message_truncated', response_metadata: { warnings: ['message_truncated'] } }
      : {};
    return { ok: true, channel: channel.id, ts, message: wire, ...warning };
  },
};

const postEphemeral: Method = {
  tokens: ['bot'],
  scopes,
  tier: 4,
  json: true,
  required: ['channel', 'user'],
  handle: ({ workspace, token, args }) => {
    const channel = channelToPostTo(workspace, token, textArgument(args, 'channel') ?? '');
    const user = textArgument(args, 'user') ?? '';
    if (!channel.members.has(user)) return refuse('user_not_in_channel');
    const content = readContent(workspace, args);
    if (isEmpty(content)) return refuse('no_text');
    const { text = '' } = content;
    if (text.length > longestPostedText) return refuse('msg_too_long');
    checkThread(workspace, channel, args);
    const { ts } = addMessage(workspace, {
      ...content,
      channel: channel.id,
      text,
      threadTs: textArgument(args, 'thread_ts') ?? null,
      ephemeralFor: user,
    });
    return { ok: true, message_ts: ts };
  },
};

const update: Method = {
  tokens: ['bot'],
  scopes,
  tier: 3,
  json: true,
  required: ['channel', 'ts'],
  handle: ({ workspace, args }) => {
    const found = ownMessage(workspace, args, 'cant_update_message');
    const { message, channel } = found;
    if (channel.archived) return refuse('is_inactive');
    const content = readContent(workspace, args);
    const { text, blocks, attachments } = content;
    const nothing = blocks === undefined && attachments === undefined;
    if (nothing && (text ?? '').trim() === '') return refuse('no_text');
    if (Buffer.byteLength(text ?? '') > longestUpdatedText) return refuse('msg_too_long');
    const { text: _, ...others } = content;
    editMessage(workspace, message, text === undefined ? others : { ...others, text });
    const { wire, ts } = message;
    return { ok: true, channel: channel.id, ts, text: stringAt(wire, 'text') ?? '', message: wire };
  },
};

const remove: Method = {
  tokens: ['bot'],
  scopes,
  tier: 3,
  json: true,
  required: ['channel', 'ts'],
  handle: ({ workspace, args }) => {
    const found = ownMessage(workspace, args, 'cant_delete_message');
    deleteMessage(workspace, found.message);
    return { ok: true, channel: found.channel.id, ts: found.message.ts };
  },
};

const getPermalink: Method = {
  tokens: ['bot'],
  tier: 'special',
  json: false,
  required: ['channel', 'message_ts'],
  handle: ({ workspace, args }) => {
    const channel = workspace.channels.get(textArgument(args, 'channel') ?? '');
    const hidden = channel?.kind !== 'public' && !channel?.members.has(workspace.app.botUserId);
    if (channel === undefined || hidden) return refuse('channel_not_found');
    const message = findMessage(workspace, channel.id, textArgument(args, 'message_ts') ?? '');
    if (message === null || message.ephemeralFor !== null) return refuse('message_not_found');
    const place = `archives/${channel.id}/p${message.ts.replace('.', '')}`;
    const thread = stringAt(message.wire, 'thread_ts');
    const query = thread === null ? '' : `?thread_ts=${thread}&cid=${channel.id}`;
    const permalink = `https://${workspace.team.domain}.slack.com/${place}${query}`;
    return { ok: true, channel: channel.id, permalink };
  },
};

export const chatMethods: Readonly<Record<string, Method>> = {
  'chat.postMessage': postMessageMethod,
  'chat.postEphemeral': postEphemeral,
  'chat.update': update,
  'chat.delete': remove,
  'chat.getPermalink': getPermalink,
};
