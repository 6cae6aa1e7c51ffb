import { EventEmitter } from 'node:events';
import { createChanges, createSnowflakes } from './clock.ts';
import type { Changes, FakeClock } from './clock.ts';
import type { Pings } from './mentions.ts';
import { permissionsIn } from './permissions.ts';
import type { Overwrite } from './permissions.ts';
import type {
  WireCallback,
  WireCommand,
  WireComponent,
  WireEmbed,
  WireModal,
} from './wire-types.ts';

/** What the fake Discord knows. Plain records, changed in place by the routes and by people's acts. */
export interface FakeUser {
  readonly id: string;
  readonly username: string;
  readonly bot: boolean;
}

export interface FakeRole {
  readonly id: string;
  readonly name: string;
  readonly permissions: bigint;
  readonly mentionable: boolean;
  /** The bot whose own role this is. */
  readonly botId: string | null;
}

export interface FakeMember {
  readonly user: FakeUser;
  readonly joinedAt: number;
  roleIds: readonly string[];
  /** Whether the privacy settings let the bot write to this person. */
  acceptsDirectMessages: boolean;
}

export interface FakeGuild {
  readonly id: string;
  readonly name: string;
  readonly ownerId: string;
  readonly roles: FakeRole[];
  readonly members: Map<string, FakeMember>;
  /** False once the bot was thrown out. */
  hasBot: boolean;
  /** False when the bot was invited without the scope applications.commands. */
  allowsCommands: boolean;
}

export interface FakeChannel {
  readonly id: string;
  readonly name: string;
  /** Null for a direct message channel. */
  readonly guildId: string | null;
  /** The person at the other end of a direct message channel. */
  readonly recipientId: string | null;
  /** The channel that a thread is in; null for what is no thread. */
  readonly parentId: string | null;
  overwrites: Overwrite[];
  isDeleted: boolean;
  lastMessageId: string | null;
}

export interface StoredAttachment {
  readonly id: string;
  readonly filename: string;
  readonly description: string | null;
  readonly contentType: string;
  readonly width: number | null;
  readonly height: number | null;
  readonly data: Buffer;
}

export interface StoredMessage {
  readonly id: string;
  readonly channelId: string;
  readonly guildId: string | null;
  readonly author: FakeUser;
  readonly createdAt: number;
  /** How it was sent. */
  readonly via: 'channel' | 'response' | 'followup';
  /** The interaction it answers. */
  readonly interactionId: string | null;
  /** The only person who sees it. */
  readonly ephemeralFor: string | null;
  readonly nonce: string | number | null;
  readonly replyTo: string | null;
  content: string;
  embeds: readonly WireEmbed[];
  components: readonly WireComponent[];
  attachments: readonly StoredAttachment[];
  flags: number;
  pings: Pings;
  editedAt: number | null;
  edits: number;
  isDeleted: boolean;
}

export interface StoredCommand {
  readonly id: string;
  readonly version: string;
  readonly guildId: string | null;
  readonly definition: WireCommand;
}

export interface StoredInteraction {
  readonly id: string;
  readonly token: string;
  /** 2 command, 3 component, 4 autocomplete, 5 modal. */
  readonly type: 2 | 3 | 4 | 5;
  readonly userId: string;
  readonly channelId: string;
  readonly guildId: string | null;
  readonly createdAt: number;
  /** The message whose button was clicked, also when the click led to a modal. */
  readonly sourceMessageId: string | null;
  /** What opened the modal that is submitted here. */
  readonly triggeredBy: StoredInteraction | null;
  readonly payload: object;
  /** The type of the option being typed, when this asks for completions. */
  readonly focusedOptionType: number | null;
  acknowledgedAt: number | null;
  callback: WireCallback | null;
  /** What `@original` means. */
  originalId: string | null;
  readonly followupIds: string[];
}

export interface ShownModal {
  /** Whose screen it is on. */
  readonly userId: string;
  readonly interaction: StoredInteraction;
  readonly modal: WireModal;
}

/** A gateway event for whoever listens; `intent` null means that no intent is needed. */
export interface Dispatch {
  readonly name: string;
  readonly data: object;
  readonly intent: number | null;
  /** What a listener without the right to read message content gets instead. */
  readonly withoutContent?: object;
}

export interface World {
  readonly clock: FakeClock;
  readonly changes: Changes;
  readonly snowflake: () => string;
  readonly bot: FakeUser;
  readonly applicationId: string;
  readonly applicationName: string;
  readonly privilegedIntents: number;
  /** Where the gateway listens; known once the server does. */
  gatewayUrl: string;
  /** Null once revoked: then no token is right. */
  token: string | null;
  readonly guilds: Map<string, FakeGuild>;
  readonly channels: Map<string, FakeChannel>;
  readonly users: Map<string, FakeUser>;
  readonly messages: Map<string, StoredMessage>;
  readonly interactions: Map<string, StoredInteraction>;
  readonly interactionsByToken: Map<string, StoredInteraction>;
  /** By guild id; those of every guild under `global`. */
  readonly commands: Map<string, StoredCommand[]>;
  readonly modals: ShownModal[];
  commandWrites: number;
  commandsCreated: number;
  /** Hands an event to the gateway. */
  dispatch(event: Dispatch): void;
  onDispatch(listener: (event: Dispatch) => void): void;
}

export function createWorld(
  start: Pick<
    World,
    'clock' | 'bot' | 'applicationId' | 'applicationName' | 'privilegedIntents' | 'token'
  >,
): World {
  const emitter = new EventEmitter<{ dispatch: [Dispatch] }>();
  return {
    ...start,
    changes: createChanges(),
    snowflake: createSnowflakes(start.clock),
    gatewayUrl: '',
    guilds: new Map(),
    channels: new Map(),
    users: new Map([[start.bot.id, start.bot]]),
    messages: new Map(),
    interactions: new Map(),
    interactionsByToken: new Map(),
    commands: new Map(),
    modals: [],
    commandWrites: 0,
    commandsCreated: 0,
    dispatch: (event) => {
      emitter.emit('dispatch', event);
    },
    onDispatch: (listener) => {
      emitter.on('dispatch', listener);
    },
  };
}

/** What someone may do in a channel. In a direct message channel everyone may do everything. */
export function permissionsOf(world: World, userId: string, channel: FakeChannel): bigint {
  const guild = channel.guildId === null ? undefined : world.guilds.get(channel.guildId);
  if (guild === undefined) return ~0n;
  const roleIds = guild.members.get(userId)?.roleIds ?? [];
  return permissionsIn({ userId, roleIds }, guild, channel.overwrites);
}

export function messageIn(world: World, id: string): StoredMessage {
  const message = world.messages.get(id);
  if (message === undefined) throw new Error(`The fake has no message ${id}`);
  return message;
}

export function channelIn(world: World, id: string): FakeChannel {
  const channel = world.channels.get(id);
  if (channel === undefined) throw new Error(`The fake has no channel ${id}`);
  return channel;
}
