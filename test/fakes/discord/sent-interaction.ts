import { deliverInteraction } from './interaction-events.ts';
import { messageView, modalView } from './views.ts';
import type { MessageView, ModalView } from './views.ts';
import { messageFlags } from './wire-types.ts';
import type { WireChoice } from './wire-types.ts';
import type { StoredInteraction, World } from './world.ts';

interface Acknowledgement {
  /** 4 message, 5 deferred message, 6 deferred update, 7 update, 8 completions, 9 modal. */
  readonly type: number;
  /** From sending the interaction to its acknowledgement, in milliseconds on the fake's clock. */
  readonly afterMilliseconds: number;
}

/** What became of something a person did. The promises fail after `timeoutMilliseconds` (2000). */
export interface SentInteraction {
  readonly id: string;
  readonly token: string;
  readonly type: number;
  readonly userId: string;
  /** As it was sent to the bot. */
  readonly payload: object;
  /** Null while the bot has not answered. */
  readonly acknowledgement: Acknowledgement | null;
  acknowledged(timeoutMilliseconds?: number): Promise<Acknowledgement>;
  /** The first message in answer, once it is more than "thinking". */
  reply(timeoutMilliseconds?: number): Promise<MessageView>;
  followups(): readonly MessageView[];
  /** The form that was opened in answer. */
  modal(timeoutMilliseconds?: number): Promise<ModalView>;
  /** The completions that were offered in answer. */
  choices(timeoutMilliseconds?: number): Promise<readonly WireChoice[]>;
  /** Sends the same interaction again, as Discord does on occasion. */
  redeliver(): void;
}

const patienceMilliseconds = 2_000;

export function sentInteraction(world: World, interaction: StoredInteraction): SentInteraction {
  const wait = <T>(predicate: () => T | null, what: string, milliseconds = patienceMilliseconds) =>
    world.changes.waitFor(predicate, `${what} interaction ${interaction.id}`, milliseconds);
  const acknowledgement = (): Acknowledgement | null => {
    const { acknowledgedAt, callback, createdAt } = interaction;
    if (acknowledgedAt === null || callback === null) return null;
    return { type: callback.type, afterMilliseconds: acknowledgedAt - createdAt };
  };
  return {
    id: interaction.id,
    token: interaction.token,
    type: interaction.type,
    userId: interaction.userId,
    payload: interaction.payload,
    get acknowledgement() {
      return acknowledgement();
    },
    acknowledged: (milliseconds) => wait(acknowledgement, 'an acknowledgement of', milliseconds),
    reply: (milliseconds) =>
      wait(
        () => {
          const message = world.messages.get(interaction.originalId ?? '');
          const isReply = message !== undefined && message.interactionId === interaction.id;
          if (!isReply || (message.flags & messageFlags.loading) !== 0) return null;
          return messageView(message);
        },
        'a reply to',
        milliseconds,
      ),
    followups: () =>
      interaction.followupIds.flatMap((id) => {
        const message = world.messages.get(id);
        return message === undefined || message.isDeleted ? [] : [messageView(message)];
      }),
    modal: (milliseconds) =>
      wait(
        () => {
          const shown = world.modals.find((known) => known.interaction === interaction);
          return shown === undefined ? null : modalView(shown);
        },
        'a form in answer to',
        milliseconds,
      ),
    choices: (milliseconds) =>
      wait(
        () => {
          const { callback } = interaction;
          return callback?.type === 8 ? (callback.data.choices ?? []) : null;
        },
        'completions for',
        milliseconds,
      ),
    redeliver: () => {
      deliverInteraction(world, interaction);
    },
  };
}
