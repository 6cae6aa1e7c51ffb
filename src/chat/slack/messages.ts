import type { Message } from '../../messages/message.ts';
import { ChatError } from '../../ports/chat-error.ts';
import { directChannel, directRecipient } from '../../ports/chat.ts';
import type { MessageReference } from '../../ports/chat.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { FileBlock } from './files.ts';
import { uploadFile } from './files.ts';
import { createPacing } from './pacing.ts';
import type { ReplyTo } from './parse.ts';
import { SLACK_PLATFORM } from './parse.ts';
import type { SlackMessagePayload } from './render.ts';
import { hasRichBlocks, renderMessage } from './render.ts';
import type { SlackApi } from './web-api.ts';
import { SlackRefusal, toChatError } from './web-api.ts';
import { WORDS } from './words.ts';

/** Sends what the bot says. */
export interface SlackMessages {
  post(
    channel: string,
    message: Message,
    options?: { readonly thread?: MessageReference },
  ): Promise<MessageReference>;
  /** The address of a posted message; null when there is none. */
  linkTo(reference: MessageReference): Promise<string | null>;
  edit(reference: MessageReference, message: Message): Promise<'edited' | 'gone'>;
  /** Says something to one person alone, where they asked. */
  whisper(to: ReplyTo, message: Message): Promise<void>;
  /** Shows the Home tab of a person. */
  publishHome(userId: string, message: Message): Promise<void>;
}

/** Refusals that the same message in plainer words may escape. */
const TOO_RICH = [
  'invalid_blocks',
  'invalid_attachments',
  'invalid_blocks_format',
  'msg_blocks_too_long',
  'msg_too_long',
  'only_one_table_allowed',
];
/** An edit that finds nothing to edit: the message is posted anew, or its channel has gone. */
const GONE = [
  'message_not_found',
  'cant_update_message',
  'edit_window_closed',
  'channel_not_found',
  'is_inactive',
  'is_archived',
];
/** Where Slack lets nobody be whispered to. */
const NOT_THERE = ['channel_not_found', 'not_in_channel', 'user_not_in_channel', 'is_archived'];

/** How long a workspace that does not know a block yet is spared it. */
const PLAIN_FOR = Temporal.Duration.from({ hours: 1 });

const QUIETLY = { unfurl_links: false, unfurl_media: false };
const RESPONSE_TIMEOUT_MILLISECONDS = 5000;

type Send<T> = (payload: SlackMessagePayload) => Promise<T>;

export function createSlackMessages(facts: {
  readonly api: SlackApi;
  readonly clock: Clock;
  readonly log: Log;
}): SlackMessages {
  const { api, clock, log } = facts;
  const pacing = createPacing(clock, (milliseconds) => api.wait(milliseconds));
  const waitingEdits = new Map<string, WaitingEdit>();
  let plainUntil: Temporal.Instant | null = null;

  /** Richly where the workspace takes it, else plainly, at last in words alone. */
  async function sendFitting<T>(
    message: Message,
    send: Send<T>,
    surface: 'message' | 'home' = 'message',
  ): Promise<T> {
    const spared = plainUntil !== null && Temporal.Instant.compare(clock.now(), plainUntil) < 0;
    const first = renderMessage(message, { rich: !spared, surface });
    try {
      return await send(first);
    } catch (error) {
      if (!isTooRich(error)) throw error;
      if (spared || !hasRichBlocks(first)) return await sendWords(error, first, send);
      log.warn(
        { refused: error.error, details: error.details },
        'Slack refused native blocks; the message goes out in plain sections',
      );
      const plain = renderMessage(message, { rich: false, surface });
      try {
        const sent = await send(plain);
        if (isUnsupported(error)) plainUntil = clock.now().add(PLAIN_FOR);
        return sent;
      } catch (second) {
        if (!isTooRich(second)) throw second;
        return await sendWords(second, plain, send);
      }
    }
  }

  /** Nothing but the fallback and the buttons: a decision must never hang on how a message looks. */
  async function sendWords<T>(
    error: SlackRefusal,
    refused: SlackMessagePayload,
    send: Send<T>,
  ): Promise<T> {
    log.error(
      { code: 'slack_message_refused', refused: error.error, details: error.details },
      'Slack refused a message; only its words go out',
    );
    const buttons = refused.blocks.filter(({ type }) => type === 'actions');
    const words = { type: 'section', text: { type: 'mrkdwn', text: refused.text, verbatim: true } };
    return await send({
      text: refused.text,
      blocks: buttons.length === 0 ? [] : [words, ...buttons.slice(0, 5)],
    });
  }

  async function respond(responseUrl: string, payload: SlackMessagePayload): Promise<void> {
    const response = await fetch(responseUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify({ ...payload, response_type: 'ephemeral', replace_original: false }),
      signal: AbortSignal.timeout(RESPONSE_TIMEOUT_MILLISECONDS),
    });
    if (response.ok) return;
    const text = (await response.text()).slice(0, 200);
    const error =
      /"error"\s*:\s*"(\w+)"/.exec(text)?.[1] ?? (/^\w+$/.exec(text)?.[0] || 'http_error');
    throw new SlackRefusal(error, [`status ${response.status}`]);
  }

  async function update(reference: MessageReference, message: Message): Promise<'edited' | 'gone'> {
    const { channel, messageId } = reference;
    try {
      await sendFitting(message, (payload) =>
        api.call(
          'chat.update',
          { channel, ts: messageId, ...payload, attachments: [] },
          { repeatable: true },
        ),
      );
      return 'edited';
    } catch (error) {
      if (error instanceof SlackRefusal && GONE.includes(error.error)) return 'gone';
      throw toChatError(error);
    }
  }

  async function post(
    destination: string,
    message: Message,
    options: { readonly thread?: MessageReference } = {},
  ): Promise<MessageReference> {
    // A person's id stands for their direct conversation, which has an id of its own.
    const channel = directRecipient(destination) ?? destination;
    const thread = options.thread?.messageId ?? null;
    return await pacing.run(channel, async () => {
      try {
        const answer = await sendFitting(message, (payload) =>
          api.call(
            'chat.postMessage',
            { channel, ...payload, ...QUIETLY, ...(thread === null ? {} : { thread_ts: thread }) },
            { repeatable: false },
          ),
        );
        const { ts, channel: place } = answer;
        if (typeof ts !== 'string') {
          throw new ChatError(SLACK_PLATFORM, 'unavailable', 'chat.postMessage: no timestamp');
        }
        const posted = typeof place === 'string' ? place : channel;
        for (const file of filesOf(message)) await attach(file, posted, thread);
        return { platform: SLACK_PLATFORM, channel: posted, messageId: ts };
      } catch (error) {
        throw toChatError(error);
      }
    });
  }

  /** The message is there already: what cannot be attached is told beside it. */
  async function attach(file: FileBlock, channel: string, thread: string | null): Promise<void> {
    try {
      await uploadFile(api, file, channel, thread);
    } catch (error) {
      log.error({ code: 'slack_file_failed', error, channel }, 'A file could not be sent to Slack');
      await api.call(
        'chat.postMessage',
        { channel, text: WORDS.fileFailed, ...(thread === null ? {} : { thread_ts: thread }) },
        { repeatable: false },
      );
    }
  }

  return {
    post,
    async linkTo({ channel, messageId }) {
      try {
        const { permalink } = await api.call(
          'chat.getPermalink',
          { channel, message_ts: messageId },
          { repeatable: true },
        );
        return typeof permalink === 'string' ? permalink : null;
      } catch (error) {
        throw toChatError(error);
      }
    },
    edit(reference, message) {
      // Slack answers anything that is no timestamp with invalid arguments.
      if (!/^\d+\.\d+$/.test(reference.messageId)) return Promise.resolve('gone');
      const key = `${reference.channel} ${reference.messageId}`;
      const waiting = waitingEdits.get(key);
      if (waiting !== undefined) {
        waiting.message = message;
        return waiting.done;
      }
      const begun: { message: Message } = { message };
      const done = pacing.run(reference.channel, () => {
        waitingEdits.delete(key);
        return update(reference, begun.message);
      });
      waitingEdits.set(key, Object.assign(begun, { done }));
      return done;
    },
    async whisper(to, message) {
      const { responseUrl } = to;
      // Files cannot be whispered: they go where nobody else sees them.
      if (filesOf(message).length > 0) {
        await post(directChannel(to.userId), message);
        await this.whisper(to, { fallback: WORDS.sentDirectly, blocks: [] });
        return;
      }
      if (responseUrl !== null) {
        try {
          return await sendFitting(message, (payload) => respond(responseUrl, payload));
        } catch (error) {
          // The address lives half an hour; the Web API may still say it.
          log.debug({ error }, 'A response URL did not take the answer');
        }
      }
      const ephemeral: Send<unknown> = (payload) =>
        api.call(
          'chat.postEphemeral',
          { channel: to.channel, user: to.userId, ...payload },
          { repeatable: false },
        );
      try {
        await sendFitting(message, ephemeral);
      } catch (error) {
        if (!(error instanceof SlackRefusal && NOT_THERE.includes(error.error))) {
          throw toChatError(error);
        }
        await post(directChannel(to.userId), message);
      }
    },
    async publishHome(userId, message) {
      try {
        await sendFitting(
          message,
          ({ text, blocks }) => {
            const shown =
              blocks.length > 0
                ? blocks
                : [{ type: 'section', text: { type: 'mrkdwn', text: text || WORDS.empty } }];
            return api.call(
              'views.publish',
              { user_id: userId, view: { type: 'home', blocks: shown } },
              { repeatable: true },
            );
          },
          'home',
        );
      } catch (error) {
        throw toChatError(error);
      }
    },
  };
}

/** An edit that waits for its turn: a newer one takes its place. */
interface WaitingEdit {
  message: Message;
  readonly done: Promise<'edited' | 'gone'>;
}

function isTooRich(error: unknown): error is SlackRefusal {
  return (
    error instanceof SlackRefusal &&
    (TOO_RICH.includes(error.error) ||
      (error.error === 'invalid_arguments' && error.details.some((text) => text.includes('block'))))
  );
}

/** The workspace does not know the block, rather than that we built it badly. */
function isUnsupported(error: SlackRefusal): boolean {
  return error.details.length === 0 || error.details.some((text) => text.includes('unsupported'));
}

function filesOf(message: Message): readonly FileBlock[] {
  return message.blocks.filter((block) => block.type === 'file');
}
