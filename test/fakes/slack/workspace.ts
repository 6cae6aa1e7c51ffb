import { createHash } from 'node:crypto';
import type { SlackClock } from './clock.ts';
import { realClock } from './clock.ts';
import type { JsonObject } from './json.ts';
import { allBotScopes, defaultApp, defaultChannels, defaultTeam, defaultUsers } from './options.ts';
import type { SlackApp, SlackFakeOptions, SlackTeam } from './options.ts';
import { richBlockTypes } from './block-kit/blocks.ts';
import type { SlackCall, SlackFile, SlackInteraction } from './observations.ts';

/** Everything the fake remembers. The parts of the fake are functions over this one state. */

export interface Token {
  readonly kind: 'bot' | 'app';
  state: 'valid' | 'expired' | 'revoked' | 'inactive';
  readonly scopes: Set<string>;
}

export interface User {
  readonly id: string;
  readonly name: string;
  readonly realName: string;
  readonly teamId: string;
  readonly isBot: boolean;
  deleted: boolean;
}

export interface Channel {
  readonly id: string;
  readonly name: string;
  readonly kind: 'public' | 'private' | 'im' | 'mpim';
  readonly members: Set<string>;
  readonly externallyShared: boolean;
  archived: boolean;
}

/** A message as Slack stores it; `wire` is what apps see of it. */
export interface StoredMessage {
  readonly channel: string;
  readonly ts: string;
  /** The one who alone sees it; null when everybody in the channel does. */
  readonly ephemeralFor: string | null;
  wire: JsonObject;
  edits: number;
  deleted: boolean;
}

export interface StoredView {
  readonly id: string;
  readonly userId: string;
  wire: JsonObject;
  open: boolean;
  /** What the app answered a submission with: block id to complaint. */
  errors: Readonly<Record<string, string>>;
}

export interface Trigger {
  readonly userId: string;
  readonly at: number;
  /** The view it was pulled in, if any: only those can push another view. */
  readonly viewId: string | null;
  used: boolean;
}

export interface ResponseUrl {
  readonly channel: string;
  readonly userId: string;
  readonly at: number;
  uses: number;
  /** The message it can replace: the one clicked on, or the last one posted through it. */
  original: StoredMessage | null;
}

export interface Upload {
  readonly id: string;
  readonly name: string;
  readonly length: number;
  content: Buffer | null;
  completed: boolean;
}

export interface Workspace {
  readonly options: SlackFakeOptions;
  readonly clock: SlackClock;
  readonly team: SlackTeam;
  readonly app: SlackApp;
  readonly botToken: string;
  readonly appToken: string;
  readonly signingSecret: string;
  readonly verificationToken: string;
  readonly tokens: Map<string, Token>;
  readonly users: Map<string, User>;
  readonly channels: Map<string, Channel>;
  readonly messages: StoredMessage[];
  readonly views: Map<string, StoredView>;
  readonly homes: Map<string, StoredView>;
  readonly triggers: Map<string, Trigger>;
  readonly responseUrls: Map<string, ResponseUrl>;
  readonly uploads: Map<string, Upload>;
  readonly files: SlackFile[];
  readonly calls: SlackCall[];
  readonly interactions: SlackInteraction[];
  /** What the app did that the real Slack would hold against it. */
  readonly problems: string[];
  richBlocks: readonly string[];
  requestUrl: string | null;
  rateLimits: boolean;
  /** `http://127.0.0.1:PORT`, known once the server listens. */
  baseUrl: string;
  nextId(prefix: string): string;
  /** A message's timestamp: unique, and later ones sort after earlier ones. */
  nextTimestamp(): string;
  /** Notes what the app did wrong. */
  report(problem: string): void;
  /** Wakes whoever waits for something to happen. */
  changed(): void;
}

export function createWorkspace(options: SlackFakeOptions, changed: () => void): Workspace {
  const team = { ...defaultTeam, ...options.team };
  const app = { ...defaultApp, ...options.app };
  const clock = options.clock ?? realClock();
  const botToken = options.botToken ?? 'xoxb-1111-2222-fakeBotToken';
  const appToken = options.appToken ?? 'xapp-1-A0EVENKEEL-3333-fakeAppToken';
  const { richBlocks = true } = options;
  let ids = 0;
  let stamps = 0;
  const workspace: Workspace = {
    options,
    clock,
    team,
    app,
    botToken,
    appToken,
    signingSecret: options.signingSecret ?? '8f742231b10e8888abcd99yyyzzz85a5',
    verificationToken: 'gIkuvaNzQIHg97ATvDxqgjtO',
    tokens: new Map([
      [botToken, { kind: 'bot', state: 'valid', scopes: new Set(options.scopes ?? allBotScopes) }],
      [appToken, { kind: 'app', state: 'valid', scopes: new Set(['connections:write']) }],
    ]),
    users: new Map(),
    channels: new Map(),
    messages: [],
    views: new Map(),
    homes: new Map(),
    triggers: new Map(),
    responseUrls: new Map(),
    uploads: new Map(),
    files: [],
    calls: [],
    interactions: [],
    problems: [],
    richBlocks: richBlocks === true ? richBlockTypes : richBlocks === false ? [] : richBlocks,
    requestUrl: options.requestUrl ?? null,
    rateLimits: options.rateLimits ?? true,
    baseUrl: '',
    nextId: (prefix) => `${prefix}${String((ids += 1)).padStart(8, '0')}`,
    nextTimestamp: () => {
      stamps += 1;
      return `${secondsOf(clock)}.${String(stamps).padStart(6, '0')}`;
    },
    report: (problem) => {
      workspace.problems.push(problem);
      changed();
    },
    changed,
  };
  fill(workspace);
  return workspace;
}

function fill(workspace: Workspace): void {
  const { options, team, app } = workspace;
  workspace.users.set(app.botUserId, {
    id: app.botUserId,
    name: app.name,
    realName: app.name,
    teamId: team.id,
    isBot: true,
    deleted: false,
  });
  for (const user of options.users ?? defaultUsers) {
    workspace.users.set(user.id, {
      id: user.id,
      name: user.name ?? user.id.toLowerCase(),
      realName: user.realName ?? user.name ?? user.id,
      teamId: user.teamId ?? team.id,
      isBot: user.isBot ?? false,
      deleted: user.deleted ?? false,
    });
  }
  for (const channel of options.channels ?? defaultChannels) {
    workspace.channels.set(channel.id, {
      id: channel.id,
      name: channel.name ?? channel.id.toLowerCase(),
      kind: channel.kind ?? 'public',
      members: new Set(channel.members ?? workspace.users.keys()),
      externallyShared: channel.externallyShared ?? false,
      archived: channel.archived ?? false,
    });
  }
}

export function secondsOf(clock: SlackClock): number {
  return Math.floor(clock.now() / 1000);
}

/** The direct conversation between the bot and a person, made when there is none yet. */
export function directChannel(workspace: Workspace, userId: string): Channel {
  const found = [...workspace.channels.values()].find(
    (channel) => channel.kind === 'im' && channel.members.has(userId),
  );
  if (found !== undefined) return found;
  const channel: Channel = {
    id: workspace.nextId('D'),
    name: 'directmessage',
    kind: 'im',
    members: new Set([workspace.app.botUserId, userId]),
    externallyShared: false,
    archived: false,
  };
  workspace.channels.set(channel.id, channel);
  return channel;
}

/** Interaction payloads tell the names of public channels only. */
export function channelNameFor(channel: Channel): string {
  return channel.kind === 'private' ? 'privategroup' : channel.name;
}

export function findMessage(
  workspace: Workspace,
  channel: string,
  ts: string,
): StoredMessage | null {
  return (
    workspace.messages.find(
      (message) => message.channel === channel && message.ts === ts && !message.deleted,
    ) ?? null
  );
}

export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}
