import type { ChatError } from './chat-error.ts';
import type { Form, Message } from '../messages/message.ts';

/** Who did something, as the platform knows them. Ids are compared, never names. */
export interface PlatformUser {
  readonly platform: string;
  readonly userId: string;
  /** Role ids the platform vouches for (Discord); empty elsewhere. */
  readonly roleIds: readonly string[];
}

/** Something a person did in a chat, in platform-neutral form. */
export type Interaction =
  | {
      readonly type: 'command';
      /** The platform's own id of this interaction: a redelivery carries the same. */
      readonly idempotencyKey: string;
      readonly user: PlatformUser;
      readonly channel: string;
      readonly command: string;
      /** What followed the command's name, as typed: `core --buy-only`. */
      readonly text: string;
    }
  | {
      readonly type: 'click';
      readonly idempotencyKey: string;
      readonly user: PlatformUser;
      readonly channel: string;
      readonly action: string;
      readonly proposalId: string;
      readonly digest: string;
      /** What was filled into the form; null when the button was clicked and no form is filled yet. */
      readonly fields: Readonly<Record<string, string>> | null;
    };

/** What is said back to the one who did it. */
export type Reply =
  | {
      readonly type: 'message';
      readonly message: Message;
      readonly visibility: 'private' | 'channel';
      /**
       * It holds what opens something: it is shown to the person and written down nowhere. A redelivery
       * is answered with `nothing`.
       */
      readonly isUnstored?: true;
    }
  | { readonly type: 'form'; readonly form: Form }
  /** The change itself edits the message that was clicked; there is nothing more to say. */
  | { readonly type: 'nothing' };

/** Handles an interaction; never rejects. A redelivery answers as the first did or with `nothing`. */
export type InteractionHandler = (interaction: Interaction) => Promise<Reply>;

/** Where a posted message is: enough to edit it after a restart. */
export interface MessageReference {
  readonly platform: string;
  readonly channel: string;
  /** The platform's own id of the message. */
  readonly messageId: string;
}

export interface PostOptions {
  readonly thread?: MessageReference;
  readonly once?: string;
}

/** Hears how a chat's connection is. Short drops that heal by themselves are not worth a word. */
export interface ConnectionHealth {
  /** No interactions arrive, and that does not pass by itself, or has not for half a minute. */
  lost(error: ChatError): void;
  /** They arrive again. */
  regained(): void;
}

/** A chat platform. Adapters acknowledge, parse, hand over, and render; they decide nothing. */
export interface Chat {
  /** `web`, `slack`, `discord`. */
  readonly platform: string;
  /**
   * Connects and begins to hand over interactions. May be called again after it failed.
   * @param health hears of a connection that is lost and comes back after the start.
   * @throws ChatError when the platform cannot be reached or refuses us.
   */
  start(handle: InteractionHandler, health?: ConnectionHealth): Promise<void>;
  /**
   * Posts a message.
   * @param channel an id of the platform, or `direct:` and the id of a person: a direct message.
   * @param options `thread`: the message that this one belongs under. Where a platform has no threads
   *   it stands in the channel. `once`: names the message, so that posting it again, because nobody knows
   *   whether it was posted before the program was killed, leaves one message, where a platform can tell.
   */
  post(channel: string, message: Message, options?: PostOptions): Promise<MessageReference>;
  /** Replaces a posted message. Answers `gone` when it no longer exists there. */
  edit(reference: MessageReference, message: Message): Promise<'edited' | 'gone'>;
  /** The address that opens a posted message; null when there is none. Absent: the platform has none. */
  linkTo?(reference: MessageReference): Promise<string | null>;
  /**
   * Looks whether the platform would let us do all that we need, without changing anything: tokens,
   * scopes, membership of the channels. May be asked before `start`.
   * @returns a sentence for each thing that is missing, with what to do; none when all is well.
   */
  findProblems?(): Promise<readonly string[]>;
  /** Takes no more interactions, finishes those in flight, disconnects. */
  stop(): Promise<void>;
}

const DIRECT_PREFIX = 'direct:';

/** The channel that means a direct message to a person. */
export function directChannel(userId: string): string {
  return `${DIRECT_PREFIX}${userId}`;
}

/** The person that a channel means; null when it is an ordinary channel. */
export function directRecipient(channel: string): string | null {
  return channel.startsWith(DIRECT_PREFIX) ? channel.slice(DIRECT_PREFIX.length) : null;
}
