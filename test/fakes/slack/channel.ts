import { deleteMessage, messageSeen } from './messages.ts';
import type { SlackMessage } from './observations.ts';
import { findMessage } from './workspace.ts';
import type { Channel, Workspace } from './workspace.ts';

/** A conversation as an administrator sees and changes it. */
export interface SlackChannel {
  readonly id: string;
  /** What everybody there sees now, edits applied and deletions gone, oldest first. */
  messages(): SlackMessage[];
  /** The replies in a thread. */
  thread(ts: string): SlackMessage[];
  /** Ephemeral messages of everybody. */
  ephemeralMessages(): SlackMessage[];
  members(): string[];
  addMember(userId: string): void;
  removeMember(userId: string): void;
  addBot(): void;
  removeBot(): void;
  archive(): void;
  unarchive(): void;
  /** An administrator deletes a message. */
  delete(message: SlackMessage): void;
}

export function createChannel(workspace: Workspace, channel: Channel): SlackChannel {
  const shown = (ephemeral: boolean): SlackMessage[] =>
    workspace.messages
      .filter((message) => message.channel === channel.id && !message.deleted)
      .filter((message) => (message.ephemeralFor !== null) === ephemeral)
      .map((message) => messageSeen(message));
  const { botUserId } = workspace.app;
  return {
    id: channel.id,
    messages: () => shown(false),
    thread: (ts) => shown(false).filter(({ threadTs }) => threadTs === ts),
    ephemeralMessages: () => shown(true),
    members: () => [...channel.members],
    addMember: (userId) => void channel.members.add(userId),
    removeMember: (userId) => void channel.members.delete(userId),
    addBot: () => void channel.members.add(botUserId),
    removeBot: () => void channel.members.delete(botUserId),
    archive: () => {
      channel.archived = true;
    },
    unarchive: () => {
      channel.archived = false;
    },
    delete: ({ ts }) => {
      const message = findMessage(workspace, channel.id, ts);
      if (message !== null) deleteMessage(workspace, message);
    },
  };
}
