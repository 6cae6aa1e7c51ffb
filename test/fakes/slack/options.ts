import type { SlackClock } from './clock.ts';

export interface SlackTeam {
  readonly id: string;
  readonly domain: string;
  readonly name: string;
  readonly enterprise: { readonly id: string; readonly name: string } | null;
}

export interface SlackApp {
  readonly id: string;
  readonly name: string;
  readonly botId: string;
  readonly botUserId: string;
  /** Slash commands registered with Slack; a person can type no other. */
  readonly commands: readonly string[];
  /** Whether the app's Home and Messages tabs are switched on. */
  readonly homeTab: boolean;
  readonly messagesTab: boolean;
}

export interface SlackUserOptions {
  readonly id: string;
  readonly name?: string;
  readonly realName?: string;
  /** Another workspace's id makes the user a Slack Connect stranger. */
  readonly teamId?: string;
  readonly isBot?: boolean;
  readonly deleted?: boolean;
}

export interface SlackChannelOptions {
  readonly id: string;
  readonly name?: string;
  readonly kind?: 'public' | 'private';
  /** User ids, the bot's included. All users and the bot when left out. */
  readonly members?: readonly string[];
  readonly archived?: boolean;
  /** Shared with other workspaces through Slack Connect. */
  readonly externallyShared?: boolean;
}

export interface SlackFakeOptions {
  readonly port?: number;
  readonly team?: Partial<SlackTeam>;
  readonly app?: Partial<SlackApp>;
  /** `U1`, `U2` and `U3` (Ana, Ben, Chloe) when left out. */
  readonly users?: readonly SlackUserOptions[];
  /** `C1` (#rebalancing, everybody and the bot) when left out. */
  readonly channels?: readonly SlackChannelOptions[];
  /** Of the bot token. {@link allBotScopes} when left out. */
  readonly scopes?: readonly string[];
  readonly botToken?: string;
  readonly appToken?: string;
  readonly signingSecret?: string;
  /** Where signed requests go. While it is null everything goes over Socket Mode. */
  readonly requestUrl?: string | null;
  /** Rich block types the workspace knows: all (`true`), none (`false`) or these. */
  readonly richBlocks?: boolean | readonly string[];
  /** Whether 429s are answered to whoever calls too often. On by default, as in the real world. */
  readonly rateLimits?: boolean;
  /**
   * After the closing handshake of a WebSocket Slack leaves the TCP connection open; the client
   * has to notice and cut it. On by default, as in the real world.
   */
  readonly lingeringSockets?: boolean;
  readonly clock?: SlackClock;
  /** Slack gives 3,000. */
  readonly acknowledgementMilliseconds?: number;
  /** How long a `trigger_id` lives. Slack gives 3,000. */
  readonly triggerMilliseconds?: number;
  /**
   * What is sent again when no acknowledgement came. Slack repeats events only (at once, after 1
   * and after 5 minutes); for commands and clicks it shows the person an error. `all` repeats those
   * too, which Slack does not promise never to do.
   */
  readonly retry?: 'events' | 'all';
}

export const allBotScopes: readonly string[] = [
  'channels:join',
  'channels:read',
  'chat:write',
  'commands',
  'files:write',
  'groups:read',
  'im:read',
  'im:write',
  'mpim:read',
  'mpim:write',
  'users:read',
];

export const defaultTeam: SlackTeam = {
  id: 'T0EVENKEEL',
  domain: 'evenkeel',
  name: 'Evenkeel',
  enterprise: null,
};

export const defaultApp: SlackApp = {
  id: 'A0EVENKEEL',
  name: 'evenkeel',
  botId: 'B0EVENKEEL',
  botUserId: 'U0EVENKEEL',
  commands: ['/rebalance'],
  homeTab: true,
  messagesTab: true,
};

export const defaultUsers: readonly SlackUserOptions[] = [
  { id: 'U1', name: 'ana', realName: 'Ana Alves' },
  { id: 'U2', name: 'ben', realName: 'Ben Bauer' },
  { id: 'U3', name: 'chloe', realName: 'Chloe Chen' },
];

export const defaultChannels: readonly SlackChannelOptions[] = [{ id: 'C1', name: 'rebalancing' }];
