import { createHash } from 'node:crypto';
import { Routes } from 'discord.js';
import type { RawFile, REST } from 'discord.js';
import { z } from 'zod';
import type { Block, Message } from '../../messages/message.ts';
import type { Log } from '../../ports/log.ts';
import { chartInWords } from './chart.ts';
import { directRecipient } from '../../ports/chat.ts';
import type { MessageReference, PostOptions } from '../../ports/chat.ts';
import type { Random } from '../../ports/clock.ts';
import { ChatError } from '../../ports/chat-error.ts';
import type { CustomIds } from './custom-id.ts';
import { isGone, isTransient, toChatError } from './errors.ts';
import type { Painter } from './picture.ts';
import { DISCORD_PLATFORM } from './platform.ts';
import { renderMessage } from './render.ts';
import { showSame } from './shown-words.ts';
import type { DiscordMessage } from './render.ts';
import { createThreads } from './threads.ts';

const SNOWFLAKE = /^\d{1,20}$/u;
const identifiedSchema = z.object({ id: z.string() });

/** Of posts whose answer never came; a message has at most a few minutes of tries. */
const MOST_UNANSWERED = 200;

const LONGEST_CHART_IN_WORDS = 600;

/** A request's body with its pictures. */
export interface Payload {
  readonly body: DiscordMessage['body'] & {
    readonly attachments: readonly { readonly id: string; readonly filename: string }[];
  };
  readonly files: RawFile[];
}

/** Messages of the bot in channels and direct messages, by its own token. */
export interface Messages {
  /** Renders a message and draws its charts. */
  prepare(message: Message): Promise<Payload>;
  post(channel: string, message: Message, options?: PostOptions): Promise<MessageReference>;
  edit(reference: MessageReference, message: Message): Promise<'edited' | 'gone'>;
  /** Posts to one person alone. */
  tell(userId: string, message: Message): Promise<void>;
}

export function createMessages(options: {
  readonly rest: REST;
  readonly random: Random;
  readonly customIds: CustomIds;
  readonly painter: Painter;
  readonly log: Log;
}): Messages {
  const { rest, random, customIds, painter, log } = options;
  const unanswered = new Map<string, string>();
  const directChannels = new Map<string, string>();
  const threads = createThreads(rest, log);

  async function prepare(message: Message): Promise<Payload> {
    const { body, pictures, attached } = renderMessage(message, customIds);
    let painted: RawFile[];
    try {
      painted = await Promise.all(
        pictures.map(async ({ name, svg, isSecret }): Promise<RawFile> => {
          return { name, data: await painter.paint(svg, isSecret), contentType: 'image/png' };
        }),
      );
    } catch (error) {
      log.error(
        { code: 'discord_chart_not_drawn', error },
        'a picture could not be drawn; the message has it in words',
      );
      return prepare({ ...message, blocks: withoutPictures(message.blocks) });
    }
    const files = [
      ...painted,
      ...attached.map(({ name, content, mediaType }): RawFile => {
        return { name, data: Buffer.from(content, 'utf8'), contentType: mediaType };
      }),
    ];
    // An edit keeps the pictures of before unless it lists its own.
    const attachments = files.map(({ name }, index) => ({ id: String(index), filename: name }));
    return { body: { ...body, attachments }, files };
  }

  /**
   * Discord posts a nonce once within a few minutes. A post whose answer was lost is therefore tried again
   * under the same nonce, by the SDK and by our callers, and still stands there once.
   * https://docs.discord.com/developers/resources/message#create-message
   */
  async function post(
    destination: string,
    message: Message,
    { thread, once }: PostOptions = {},
  ): Promise<MessageReference> {
    const recipient = directRecipient(destination);
    if (!SNOWFLAKE.test(recipient ?? destination)) throw unknownChannel(destination);
    if (recipient !== null) return await send(await directChannelOf(recipient), message, { once });
    if (thread === undefined || !SNOWFLAKE.test(thread.messageId)) {
      return await send(destination, message, { once });
    }
    const place = await threads.under(thread);
    if (place !== null) return await send(place, message, { once });
    return await send(destination, message, { once, repliesTo: thread.messageId });
  }

  /** The channel between the bot and a person. */
  async function directChannelOf(userId: string): Promise<string> {
    const known = directChannels.get(userId);
    if (known !== undefined) return known;
    try {
      const answer = await rest.post(Routes.userChannels(), { body: { recipient_id: userId } });
      const { id } = identifiedSchema.parse(answer);
      directChannels.set(userId, id);
      return id;
    } catch (error) {
      throw toChatError(error, `There is no direct channel to user ${userId}`);
    }
  }

  async function send(
    channel: string,
    message: Message,
    { once, repliesTo }: { readonly once: string | undefined; readonly repliesTo?: string },
  ): Promise<MessageReference> {
    // What has a name keeps its nonce over a crash, too, whatever it says by now: Discord knows it for some
    // minutes.
    const key = createHash('sha256')
      .update(JSON.stringify([channel, once ?? message]))
      .digest('hex');
    const nonce =
      once === undefined
        ? (unanswered.get(key) ?? Buffer.from(random.bytes(12)).toString('hex'))
        : key.slice(0, 24);
    unanswered.delete(key);
    const { body, files } = await prepare(message);
    try {
      const answer = await rest.post(Routes.channelMessages(channel), {
        body: {
          ...body,
          nonce,
          enforce_nonce: true,
          ...(repliesTo === undefined
            ? {}
            : { message_reference: { message_id: repliesTo, fail_if_not_exists: false } }),
        },
        files,
      });
      const { id } = identifiedSchema.parse(answer);
      // The one that an earlier run had posted may say what was so then.
      if (once !== undefined && !showSame(answer, body)) {
        await rest.patch(Routes.channelMessage(channel, id), { body, files });
      }
      return { platform: DISCORD_PLATFORM, channel, messageId: id };
    } catch (error) {
      const problem = toChatError(error, `The message for channel ${channel} was not posted`);
      if (isTransient(problem)) remember(key, nonce);
      throw problem;
    }
  }

  function remember(key: string, nonce: string): void {
    unanswered.set(key, nonce);
    const oldest = unanswered.keys().next();
    if (unanswered.size > MOST_UNANSWERED && oldest.done !== true) unanswered.delete(oldest.value);
  }

  return {
    prepare,
    post,
    async edit({ channel, messageId }, message) {
      if (!SNOWFLAKE.test(channel) || !SNOWFLAKE.test(messageId)) return 'gone';
      const { body, files } = await prepare(message);
      try {
        await rest.patch(Routes.channelMessage(channel, messageId), { body, files });
        return 'edited';
      } catch (error) {
        if (isGone(error)) return 'gone';
        throw toChatError(error, `Message ${messageId} in channel ${channel} was not edited`);
      }
    },
    async tell(userId, message) {
      await send(await directChannelOf(userId), message, { once: undefined });
    },
  };
}

/** What was to be pictures in words, or gone where the message has it as text besides. */
function withoutPictures(blocks: readonly Block[]): Block[] {
  return blocks.flatMap((block): Block[] => {
    if (block.type === 'qr_code') return [];
    if (block.type !== 'chart') return [block];
    return [{ type: 'context', text: chartInWords(block, LONGEST_CHART_IN_WORDS) }];
  });
}

function unknownChannel(channel: string): ChatError {
  const reason = `"${channel.slice(0, 40)}" is no id of a Discord channel`;
  return new ChatError(DISCORD_PLATFORM, 'channel_unavailable', reason);
}
