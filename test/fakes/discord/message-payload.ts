import { isoTime } from './clock.ts';
import { componentPayloads } from './component-payload.ts';
import { userPayload, withoutNulls } from './payloads.ts';
import type { WireEmbed } from './wire-types.ts';
import type { StoredAttachment, StoredInteraction, StoredMessage, World } from './world.ts';

/** A message as Discord answers with it. */
export function messagePayload(world: World, message: StoredMessage) {
  const { pings } = message;
  const interaction = world.interactions.get(message.interactionId ?? '');
  const replied = world.messages.get(message.replyTo ?? '');
  const isResponse = interaction !== undefined;
  return {
    type: isResponse && interaction.type === 2 ? 20 : replied === undefined && !isResponse ? 0 : 19,
    content: message.content,
    mentions: pings.users.flatMap((id) => {
      const user = world.users.get(id);
      return user === undefined ? [] : [userPayload(user)];
    }),
    mention_roles: [...pings.roles],
    mention_everyone: pings.everyone,
    attachments: message.attachments.map((attachment) => attachmentPayload(message, attachment)),
    embeds: message.embeds.map((embed) => embedPayload(message, embed)),
    timestamp: isoTime(message.createdAt),
    edited_timestamp: message.editedAt === null ? null : isoTime(message.editedAt),
    flags: message.flags,
    components: componentPayloads(message.components, (url) => pictureOf(message, url)),
    id: message.id,
    channel_id: message.channelId,
    author: userPayload(message.author),
    pinned: false,
    tts: false,
    ...(message.nonce === null ? {} : { nonce: message.nonce }),
    ...(isResponse
      ? {
          application_id: world.applicationId,
          webhook_id: world.applicationId,
          interaction_metadata: interactionMetadata(world, interaction),
        }
      : {}),
    ...(replied === undefined
      ? {}
      : { message_reference: { type: 0, channel_id: replied.channelId, message_id: replied.id } }),
  };
}

function interactionMetadata(world: World, interaction: StoredInteraction): object {
  const user = world.users.get(interaction.userId);
  const base = {
    id: interaction.id,
    type: interaction.type,
    ...(user === undefined ? {} : { user: userPayload(user) }),
    authorizing_integration_owners: { '0': interaction.guildId ?? '0' },
  };
  if (interaction.type === 3) {
    return { ...base, interacted_message_id: interaction.sourceMessageId };
  }
  if (interaction.type === 5 && interaction.triggeredBy !== null) {
    return {
      ...base,
      triggering_interaction_metadata: interactionMetadata(world, interaction.triggeredBy),
    };
  }
  return base;
}

function attachmentUrl(message: StoredMessage, { id, filename }: StoredAttachment): string {
  const folder = message.ephemeralFor === null ? 'attachments' : 'ephemeral-attachments';
  return `https://cdn.discordapp.com/${folder}/${message.channelId}/${id}/${filename}`;
}

function attachmentPayload(message: StoredMessage, attachment: StoredAttachment) {
  const url = attachmentUrl(message, attachment);
  return withoutNulls({
    id: attachment.id,
    filename: attachment.filename,
    size: attachment.data.length,
    url,
    proxy_url: url.replace('cdn.discordapp.com', 'media.discordapp.net'),
    width: attachment.width,
    height: attachment.height,
    content_type: attachment.contentType,
    description: attachment.description,
    ephemeral: message.ephemeralFor === null ? null : true,
  });
}

/** `attachment://name` becomes the address of that attachment. */
function pictureOf(message: StoredMessage, url: string) {
  const attachment = message.attachments.find(({ filename }) => url === `attachment://${filename}`);
  const resolved = attachment === undefined ? url : attachmentUrl(message, attachment);
  return {
    url: resolved,
    proxy_url: resolved.replace('cdn.discordapp.com', 'media.discordapp.net'),
    width: attachment?.width ?? 0,
    height: attachment?.height ?? 0,
    ...(attachment === undefined
      ? {}
      : {
          content_type: attachment.contentType,
          attachment_id: attachment.id,
          filename: attachment.filename,
          size: attachment.data.length,
        }),
  };
}

function embedPayload(message: StoredMessage, embed: WireEmbed): unknown {
  const picture = (url: string | null | undefined) => {
    if (!url) return null;
    const { url: address, proxy_url, width, height } = pictureOf(message, url);
    return { url: address, proxy_url, width, height };
  };
  return withoutNulls({
    ...embed,
    type: 'rich',
    fields: embed.fields?.map(({ name, value, inline }) => ({
      name,
      value,
      inline: inline ?? false,
    })),
    image: picture(embed.image?.url),
    thumbnail: picture(embed.thumbnail?.url),
    footer: embed.footer?.text
      ? { text: embed.footer.text, icon_url: picture(embed.footer.icon_url)?.url }
      : null,
  });
}
