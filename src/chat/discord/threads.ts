import { DiscordAPIError, Routes, ThreadAutoArchiveDuration } from 'discord.js';
import type { REST } from 'discord.js';
import type { Log } from '../../ports/log.ts';
import type { MessageReference } from '../../ports/chat.ts';
import { isThreadRefused, toChatError } from './errors.ts';
import { WORDS } from './words.ts';

/** A message has one thread at most, with the id of the message. */
export interface Threads {
  /** The channel of the thread under a message, made when there is none; null where none is allowed. */
  under(root: MessageReference): Promise<string | null>;
}

/** https://docs.discord.com/developers/resources/channel#json-json-error-codes */
const THREAD_EXISTS = 160_004;
const MOST_REMEMBERED = 1000;

export function createThreads(rest: REST, log: Log): Threads {
  const known = new Set<string>();
  return {
    async under({ channel, messageId }) {
      if (known.has(messageId)) return messageId;
      try {
        await rest.post(Routes.threads(channel, messageId), {
          body: { name: WORDS.thread, auto_archive_duration: ThreadAutoArchiveDuration.ThreeDays },
        });
      } catch (error) {
        const exists = error instanceof DiscordAPIError && error.code === THREAD_EXISTS;
        if (!exists && isThreadRefused(error)) {
          log.warn(
            { code: 'discord_no_thread', channel, error: toChatError(error, 'No thread') },
            'no thread could be made here; what belongs in it is posted as replies',
          );
          return null;
        }
        if (!exists) throw toChatError(error, `No thread was made under message ${messageId}`);
      }
      known.add(messageId);
      const oldest = known.keys().next();
      if (known.size > MOST_REMEMBERED && oldest.done !== true) known.delete(oldest.value);
      return messageId;
    },
  };
}
