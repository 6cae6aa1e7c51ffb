import { botMay, channelFor, noContent, ok } from './api.ts';
import type { ApiRequest, Handler } from './api.ts';
import { formError, refusals } from './form-errors.ts';
import { checkedMessage, createMessage, deleteMessage, editMessage } from './messages.ts';
import { messagePayload } from './message-payload.ts';
import { threadPayload } from './payloads.ts';
import type { WireMessage } from './wire-types.ts';
import type { FakeChannel, StoredMessage, World } from './world.ts';

/** How long an enforced nonce is remembered: "the past few minutes". */
const nonceMemoryMilliseconds = 5 * 60_000;

/** Messages of channels, as the bot user. */
export const messageRoutes = {
  'GET /channels/{channel_id}/messages': (world, request) => {
    const channel = channelFor(world, request.parameter('channel_id'));
    if (!botMay(world, channel, 'readMessageHistory')) return ok([]);
    return ok(
      page(visibleIn(world, channel), request).map((message) => messagePayload(world, message)),
    );
  },
  'POST /channels/{channel_id}/messages': (world, request) => {
    const channel = channelFor(world, request.parameter('channel_id'));
    requireReachable(world, channel);
    const needed = channel.parentId === null ? 'sendMessages' : 'sendMessagesInThreads';
    if (!botMay(world, channel, needed)) throw refusals.missingPermissions();
    const body = checkedMessage(request.body, request.files, 'create', null);
    requireUseOf(world, channel, body, request);
    requireReference(world, channel, body);
    const known = sameNonce(world, channel, body);
    if (known !== undefined) return ok(messagePayload(world, known));
    const message = createMessage(world, {
      channel,
      author: world.bot,
      body,
      files: request.files,
      via: 'channel',
      interaction: null,
    });
    return ok(messagePayload(world, message));
  },
  'GET /channels/{channel_id}/messages/{message_id}': (world, request) => {
    const channel = channelFor(world, request.parameter('channel_id'));
    if (!botMay(world, channel, 'readMessageHistory')) throw refusals.missingAccess();
    return ok(messagePayload(world, messageFor(world, channel, request)));
  },
  'PATCH /channels/{channel_id}/messages/{message_id}': (world, request) => {
    const channel = channelFor(world, request.parameter('channel_id'));
    const message = messageFor(world, channel, request);
    if (message.author.id !== world.bot.id) throw refusals.cannotEditOthers();
    const body = checkedMessage(request.body, request.files, 'edit', message);
    requireUseOf(world, channel, body, request);
    editMessage(world, message, body, request.files);
    return ok(messagePayload(world, message));
  },
  'DELETE /channels/{channel_id}/messages/{message_id}': (world, request) => {
    const channel = channelFor(world, request.parameter('channel_id'));
    const message = messageFor(world, channel, request);
    const isOwn = message.author.id === world.bot.id;
    if (!isOwn && !botMay(world, channel, 'manageMessages')) throw refusals.missingPermissions();
    deleteMessage(world, message);
    return noContent;
  },
  'POST /channels/{channel_id}/messages/{message_id}/threads': (world, request) => {
    const channel = channelFor(world, request.parameter('channel_id'));
    const message = messageFor(world, channel, request);
    if (!botMay(world, channel, 'createPublicThreads')) throw refusals.missingPermissions();
    // A thread has the id of the message it began with.
    if (world.channels.has(message.id)) throw refusals.threadExists();
    const thread: FakeChannel = {
      id: message.id,
      name: threadName(request.body),
      guildId: channel.guildId,
      recipientId: null,
      parentId: channel.id,
      overwrites: channel.overwrites,
      isDeleted: false,
      lastMessageId: null,
    };
    world.channels.set(thread.id, thread);
    const payload = threadPayload(world, thread);
    world.dispatch({ name: 'THREAD_CREATE', data: { ...payload, newly_created: true }, intent: 1 });
    world.changes.notify();
    return { status: 201, body: payload };
  },
} satisfies Readonly<Record<string, Handler>>;

function threadName(body: unknown): string {
  const name = typeof body === 'object' && body !== null && 'name' in body ? body.name : '';
  if (typeof name === 'string' && name.length >= 1 && name.length <= 100) return name;
  throw refusals.invalidForm([
    formError(['name'], 'BASE_TYPE_BAD_LENGTH', 'Must be between 1 and 100 in length.'),
  ]);
}

/** What only one person sees cannot be reached as a channel's message, not even by its author. */
function isVisibleIn(channel: FakeChannel, message: StoredMessage): boolean {
  return message.channelId === channel.id && !message.isDeleted && message.ephemeralFor === null;
}

function visibleIn(world: World, channel: FakeChannel): StoredMessage[] {
  return [...world.messages.values()].filter((message) => isVisibleIn(channel, message));
}

function page(messages: readonly StoredMessage[], { query }: ApiRequest): StoredMessage[] {
  const limit = Number(query.get('limit') ?? '50');
  if (!Number.isInteger(limit) || limit < 1 || limit > 100) {
    throw refusals.invalidForm([
      formError(['limit'], 'NUMBER_TYPE_MAX', 'int value should be between 1 and 100.'),
    ]);
  }
  const before = BigInt(query.get('before') ?? '0');
  const after = BigInt(query.get('after') ?? '0');
  return messages
    .filter(({ id }) => (before === 0n || BigInt(id) < before) && BigInt(id) > after)
    .toReversed()
    .slice(0, limit);
}

function messageFor(world: World, channel: FakeChannel, request: ApiRequest): StoredMessage {
  const message = world.messages.get(request.parameter('message_id'));
  if (message === undefined || !isVisibleIn(channel, message)) throw refusals.unknownMessage();
  return message;
}

function requireReachable(world: World, { recipientId }: FakeChannel): void {
  if (recipientId === null) return;
  const shared = [...world.guilds.values()]
    .filter(({ hasBot }) => hasBot)
    .flatMap(({ members }) => members.get(recipientId) ?? []);
  if (!shared.some(({ acceptsDirectMessages }) => acceptsDirectMessages)) {
    throw refusals.cannotMessageUser();
  }
}

function requireUseOf(
  world: World,
  channel: FakeChannel,
  body: WireMessage,
  { files }: ApiRequest,
): void {
  const lacks =
    (files.length > 0 && !botMay(world, channel, 'attachFiles')) ||
    ((body.embeds ?? []).length > 0 && !botMay(world, channel, 'embedLinks'));
  if (lacks) throw refusals.missingPermissions();
}

function requireReference(world: World, channel: FakeChannel, body: WireMessage): void {
  const reference = body.message_reference;
  if (!reference || reference.fail_if_not_exists === false) return;
  const message = world.messages.get(reference.message_id);
  if (message !== undefined && isVisibleIn(channel, message)) return;
  throw refusals.invalidForm([
    formError(['message_reference'], 'REPLIES_UNKNOWN_MESSAGE', 'Unknown message'),
  ]);
}

function sameNonce(
  world: World,
  channel: FakeChannel,
  body: WireMessage,
): StoredMessage | undefined {
  if (body.enforce_nonce !== true || body.nonce === undefined || body.nonce === null) {
    return undefined;
  }
  return visibleIn(world, channel).find(
    ({ author, nonce, createdAt }) =>
      author.id === world.bot.id &&
      nonce === body.nonce &&
      world.clock.now() - createdAt < nonceMemoryMilliseconds,
  );
}
