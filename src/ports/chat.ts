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

/** A chat platform. Adapters acknowledge, parse, hand over, and render; they decide nothing. */
export interface Chat {
  /** `web`, `slack`, `discord`. */
  readonly platform: string;
  /** Connects and begins to hand over interactions. */
  start(handle: InteractionHandler): Promise<void>;
  post(channel: string, message: Message): Promise<MessageReference>;
  /** Replaces a posted message. Answers `gone` when it no longer exists there. */
  edit(reference: MessageReference, message: Message): Promise<'edited' | 'gone'>;
  /** Takes no more interactions, finishes those in flight, disconnects. */
  stop(): Promise<void>;
}
