import { botMay } from './api.ts';
import type { Upload } from './api.ts';
import { refusals } from './form-errors.ts';
import { defaultAllowance, mentionText, pingsOf } from './mentions.ts';
import type { Pings } from './mentions.ts';
import { messagePayload } from './message-payload.ts';
import type { MessageBefore, MessageRequest, MessageRequestKind } from './message-request.ts';
import { partialMemberPayload } from './payloads.ts';
import { storedFilename } from './validate-attachments.ts';
import { isEmptyMessage, isWireMessage, messageErrors } from './validate-message.ts';
import { messageFlags } from './wire-types.ts';
import type { WireMessage } from './wire-types.ts';
import type {
  FakeChannel,
  FakeUser,
  StoredAttachment,
  StoredInteraction,
  StoredMessage,
  World,
} from './world.ts';

const guildMessages = 1 << 9;
const directMessages = 1 << 12;

/**
 * The body as a message that Discord would take.
 * @throws {DiscordRefusal} with Discord's errors, their paths under `path`
 */
export function checkedMessage(
  body: unknown,
  files: readonly Upload[],
  kind: MessageRequestKind,
  before: StoredMessage | null,
  path: readonly string[] = [],
): WireMessage {
  const request: MessageRequest = {
    kind,
    files: namesOf(files),
    before: before === null ? null : beforeOf(before),
  };
  const errors = messageErrors(body, request);
  if (errors.length > 0 || !isWireMessage(body, request)) {
    throw refusals.invalidForm(
      errors.map((error) => ({ ...error, path: [...path, ...error.path] })),
    );
  }
  if (isEmptyMessage(body, request)) throw refusals.emptyMessage();
  return body;
}

function namesOf(files: readonly Upload[]): string[] {
  const names: string[] = [];
  for (const { index, name } of files) names[index] = name;
  return Array.from(names, (name) => name ?? '');
}

function beforeOf(message: StoredMessage): MessageBefore {
  return {
    flags: message.flags,
    content: message.content,
    embedCount: message.embeds.length,
    componentCount: message.components.length,
    attachments: message.attachments,
  };
}

export function createMessage(
  world: World,
  what: {
    readonly channel: FakeChannel;
    readonly author: FakeUser;
    readonly body: WireMessage;
    readonly files: readonly Upload[];
    readonly via: StoredMessage['via'];
    readonly interaction: StoredInteraction | null;
    readonly isLoading?: boolean;
  },
): StoredMessage {
  const { channel, author, body, files, interaction } = what;
  const flags = (body.flags ?? 0) | (what.isLoading === true ? messageFlags.loading : 0);
  const isEphemeral = (flags & messageFlags.ephemeral) !== 0;
  const message: StoredMessage = {
    id: world.snowflake(),
    channelId: channel.id,
    guildId: channel.guildId,
    author,
    createdAt: world.clock.now(),
    via: what.via,
    interactionId: interaction?.id ?? null,
    ephemeralFor: isEphemeral && interaction !== null ? interaction.userId : null,
    nonce: body.nonce ?? null,
    replyTo: body.message_reference?.message_id ?? null,
    content: body.content ?? '',
    embeds: body.embeds ?? [],
    components: body.components ?? [],
    attachments: [...uploadedAttachments(world, body, files).values()],
    flags,
    pings: pings(world, channel, interaction, body, body.content ?? '', body.components ?? []),
    editedAt: null,
    edits: 0,
    isDeleted: false,
  };
  world.messages.set(message.id, message);
  channel.lastMessageId = message.id;
  announce(world, 'MESSAGE_CREATE', message);
  return message;
}

/** Changes what the body names and leaves the rest; files go as the `attachments` list says. */
export function editMessage(
  world: World,
  message: StoredMessage,
  body: WireMessage,
  files: readonly Upload[],
): void {
  const uploaded = uploadedAttachments(world, body, files);
  const listed = body.attachments ?? null;
  if (body.content !== undefined) message.content = body.content ?? '';
  if (body.embeds !== undefined) message.embeds = body.embeds ?? [];
  if (body.components !== undefined) message.components = body.components ?? [];
  message.attachments =
    listed === null
      ? [...message.attachments, ...uploaded.values()]
      : listed.flatMap(({ id, description }) => {
          const fresh = uploaded.get(id);
          if (fresh !== undefined) return [fresh];
          const kept = message.attachments.filter((attachment) => attachment.id === id);
          return kept.map((attachment) => ({
            ...attachment,
            description: description ?? attachment.description,
          }));
        });
  const settable = messageFlags.suppressEmbeds | messageFlags.isComponentsV2;
  if (body.flags !== undefined && body.flags !== null) {
    message.flags = (message.flags & ~settable) | (body.flags & settable);
  }
  const wasLoading = (message.flags & messageFlags.loading) !== 0;
  message.flags &= ~messageFlags.loading;
  const channel = world.channels.get(message.channelId);
  const interaction = world.interactions.get(message.interactionId ?? '') ?? null;
  if (channel !== undefined) {
    const { content, components } = message;
    message.pings = pings(world, channel, interaction, body, content, components);
  }
  message.edits += 1;
  // Filling in what was still loading does not mark a message as edited.
  if (!wasLoading) message.editedAt = world.clock.now();
  announce(world, 'MESSAGE_UPDATE', message);
}

export function deleteMessage(world: World, message: StoredMessage): void {
  message.isDeleted = true;
  const { id, channelId, guildId } = message;
  if (message.ephemeralFor === null) {
    world.dispatch({
      name: 'MESSAGE_DELETE',
      data: { id, channel_id: channelId, ...(guildId === null ? {} : { guild_id: guildId }) },
      intent: guildId === null ? directMessages : guildMessages,
    });
  }
  world.changes.notify();
}

function announce(
  world: World,
  name: 'MESSAGE_CREATE' | 'MESSAGE_UPDATE',
  message: StoredMessage,
): void {
  world.changes.notify();
  // What only one person sees is not on the gateway.
  if (message.ephemeralFor !== null) return;
  const { guildId, author } = message;
  const guild = guildId === null ? undefined : world.guilds.get(guildId);
  const member = guild?.members.get(author.id);
  const data = {
    ...messagePayload(world, message),
    ...(guildId === null ? {} : { guild_id: guildId }),
    ...(member === undefined ? {} : { member: partialMemberPayload(member) }),
  };
  const isReadable =
    guildId === null || author.id === world.bot.id || message.pings.users.includes(world.bot.id);
  world.dispatch({
    name,
    data,
    intent: guildId === null ? directMessages : guildMessages,
    ...(isReadable
      ? {}
      : { withoutContent: { ...data, content: '', embeds: [], attachments: [], components: [] } }),
  });
}

function pings(
  world: World,
  channel: FakeChannel,
  interaction: StoredInteraction | null,
  body: WireMessage,
  content: string,
  components: StoredMessage['components'],
): Pings {
  const guild = channel.guildId === null ? undefined : world.guilds.get(channel.guildId);
  const allowance =
    body.allowed_mentions ??
    (interaction === null ? defaultAllowance.channelMessage : defaultAllowance.interaction);
  return pingsOf(mentionText(content, components), allowance, {
    mentionEveryone: guild !== undefined && botMay(world, channel, 'mentionEveryone'),
    mentionableRoles: new Set(
      (guild?.roles ?? []).filter(({ mentionable }) => mentionable).map(({ id }) => id),
    ),
  });
}

/** The uploaded files as attachments, by their `n` in `files[n]`. */
function uploadedAttachments(
  world: World,
  body: WireMessage,
  files: readonly Upload[],
): Map<string, StoredAttachment> {
  return new Map(
    files.map((file) => {
      const key = String(file.index);
      const listed = (body.attachments ?? []).find(({ id }) => id === key);
      const size = pngSize(file.data);
      const attachment: StoredAttachment = {
        id: world.snowflake(),
        filename: storedFilename(listed?.filename ?? file.name),
        description: listed?.description ?? null,
        contentType: size === null ? file.contentType : 'image/png',
        width: size?.width ?? null,
        height: size?.height ?? null,
        data: file.data,
      };
      return [key, attachment];
    }),
  );
}

/** Null when it is no PNG. The header follows an 8-byte signature: length, IHDR, width, height. */
function pngSize(data: Buffer): { width: number; height: number } | null {
  const isPng = data.length >= 24 && data.toString('hex', 0, 8) === '89504e470d0a1a0a';
  return isPng ? { width: data.readUInt32BE(16), height: data.readUInt32BE(20) } : null;
}
