import type { Message } from '../messages/message.ts';
import type { Reply } from '../ports/chat.ts';

/** A private answer: only the one who asked sees it. */
export function privately(message: Message): Reply {
  return { type: 'message', message, visibility: 'private' };
}

/** A private answer that is written down nowhere, because it holds what opens something. */
export function unstored(message: Message): Reply {
  return { type: 'message', message, visibility: 'private', isUnstored: true };
}

/** An answer that the whole channel sees. */
export function openly(message: Message): Reply {
  return { type: 'message', message, visibility: 'channel' };
}
