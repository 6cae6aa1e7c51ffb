import { deleteMessage } from './messages.ts';
import { channelPayload } from './payloads.ts';
import { bitsOf } from './permissions.ts';
import type { PermissionName } from './permissions.ts';
import { messageView } from './views.ts';
import type { MessageView } from './views.ts';
import { messageIn } from './world.ts';
import type { FakeChannel, World } from './world.ts';

const guildsIntent = 1 << 0;

/** A channel as everybody in it sees it. */
export interface Channel {
  readonly id: string;
  readonly name: string;
  /** What everybody sees there, oldest first; private answers are on `member(id).privateMessages()`. */
  messages(): readonly MessageView[];
  /** Takes permissions in this channel away from the bot, or from somebody else. */
  deny(permissions: readonly PermissionName[], userId?: string): void;
  /** Gives back what was taken away. */
  allow(permissions: readonly PermissionName[], userId?: string): void;
  delete(): void;
  /** A moderator deletes a message. */
  remove(messageId: string): void;
}

export function createChannel(world: World, channel: FakeChannel): Channel {
  const overwrite = (userId: string, change: (deny: bigint) => bigint) => {
    const known = channel.overwrites.find(({ id }) => id === userId);
    const others = channel.overwrites.filter(({ id }) => id !== userId);
    const deny = change(known?.deny ?? 0n);
    channel.overwrites = [...others, { id: userId, type: 1, allow: 0n, deny }];
    announce('CHANNEL_UPDATE');
  };
  const announce = (name: string) => {
    world.dispatch({ name, data: channelPayload(world, channel), intent: guildsIntent });
    world.changes.notify();
  };
  return {
    id: channel.id,
    name: channel.name,
    messages: () =>
      [...world.messages.values()]
        .filter(
          ({ channelId, isDeleted, ephemeralFor }) =>
            channelId === channel.id && !isDeleted && ephemeralFor === null,
        )
        .map(messageView),
    deny: (permissions, userId = world.bot.id) => {
      overwrite(userId, (deny) => deny | bitsOf(permissions));
    },
    allow: (permissions, userId = world.bot.id) => {
      overwrite(userId, (deny) => deny & ~bitsOf(permissions));
    },
    delete: () => {
      channel.isDeleted = true;
      announce('CHANNEL_DELETE');
    },
    remove: (messageId) => {
      deleteMessage(world, messageIn(world, messageId));
    },
  };
}
