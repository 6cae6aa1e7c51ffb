import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { richBlockTypes } from './block-kit/blocks.ts';
import { createChannel } from './channel.ts';
import type { SlackChannel } from './channel.ts';
import { createDeliveries } from './deliveries.ts';
import type { DeliveryPlan } from './deliveries.ts';
import { createFaults } from './faults.ts';
import type { SlackFaults } from './faults.ts';
import type { JsonObject } from './json.ts';
import type { SlackCall, SlackFile, SlackInteraction } from './observations.ts';
import type { SlackApp, SlackFakeOptions, SlackTeam } from './options.ts';
import { eventPayload } from './payloads.ts';
import { createPerson } from './person.ts';
import type { SlackPerson } from './person.ts';
import { encodeBody, postSigned, sslCheck, verifyUrl } from './signed-http.ts';
import type { AppAnswer, RequestOptions } from './signed-http.ts';
import { createSocketHub } from './socket-mode.ts';
import type { SocketHub, SocketMode } from './socket-mode.ts';
import { createWaiter } from './waiter.ts';
import { connectionsOpen, methods } from './web-api/methods.ts';
import { createRequestHandler } from './web-api/server.ts';
import { createWorkspace, directChannel } from './workspace.ts';
import type { Token, Workspace } from './workspace.ts';

export interface SlackFake {
  /** For Bolt's `clientOptions.slackApiUrl`; ends with a slash. */
  readonly apiUrl: string;
  readonly botToken: string;
  readonly appToken: string;
  readonly signingSecret: string;
  readonly team: SlackTeam;
  readonly app: SlackApp;

  /** A person in front of Slack. */
  user(id: string): SlackPerson;
  channel(id: string): SlackChannel;
  /** The direct conversation of a person with the app. */
  direct(userId: string): SlackChannel;

  /** Every call of the app, oldest first. */
  readonly calls: readonly SlackCall[];
  callsTo(method: string): SlackCall[];
  /** Everything that was delivered to the app, oldest first. */
  readonly interactions: readonly SlackInteraction[];
  readonly files: readonly SlackFile[];
  /** What the app did that the real Slack would hold against it; a good app leaves it empty. */
  readonly problems: readonly string[];
  /**
   * Resolves with what the predicate finds, looking again whenever something happens here. Rejects
   * after so many real milliseconds (2,000).
   */
  waitFor<T>(
    predicate: () => T | null | undefined | false,
    timeoutMilliseconds?: number,
  ): Promise<T>;

  readonly socketMode: SocketMode;
  readonly faults: SlackFaults;
  /** What is to happen to the next delivery to the app. */
  planNextDelivery(plan: DeliveryPlan): void;
  redeliver(interaction: SlackInteraction, plan?: DeliveryPlan): Promise<SlackInteraction>;
  /** Any event of the Events API, e.g. `{ type: 'member_left_channel', ... }`. */
  sendEvent(event: JsonObject): Promise<SlackInteraction>;

  /** Sends everything as signed requests from now on; null goes back to Socket Mode. */
  setRequestUrl(url: string | null): void;
  /** Whether the request URL passes Slack's challenge. */
  verifyRequestUrl(): Promise<boolean>;
  sslCheck(): Promise<boolean>;
  /** Posts a payload to the request URL outside of any interaction, signed well or badly. */
  post(
    kind: SlackInteraction['kind'],
    payload: JsonObject,
    options?: RequestOptions,
  ): Promise<AppAnswer>;

  setToken(kind: Token['kind'], state: Token['state']): void;
  /** Scopes of the bot token from now on. */
  setScopes(scopes: readonly string[]): void;
  setRichBlocks(known: boolean | readonly string[]): void;
  setRateLimits(enforced: boolean): void;
  close(): Promise<void>;
}

/**
 * Starts a Slack of its own on the loopback interface: Web API, Socket Mode and signed HTTP, for an
 * unmodified Bolt app. It is strict: what Slack refuses, it refuses, with Slack's words.
 */
export async function startSlackFake(options: SlackFakeOptions = {}): Promise<SlackFake> {
  const waiter = createWaiter();
  const workspace = createWorkspace(options, () => waiter.changed());
  const faults = createFaults();
  let hub: SocketHub | null = null;
  const socketHub = (): SocketHub => {
    if (hub === null) throw new Error('the fake has not started yet');
    return hub;
  };
  const deliveries = createDeliveries(workspace, socketHub);
  hub = createSocketHub(workspace, (id, payload, connection) =>
    deliveries.acknowledge(id, payload, connection),
  );
  const sockets = hub;

  const handle = createRequestHandler(
    workspace,
    { ...methods, 'apps.connections.open': connectionsOpen(() => sockets.createUrl()) },
    faults,
  );
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      workspace.report(`the fake broke on ${request.url ?? ''}: ${String(error)}`);
      response.destroy();
      waiter.changed();
    });
  });
  server.on('upgrade', (request, raw, head) => sockets.handleUpgrade(request, raw, head));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  workspace.baseUrl = `http://127.0.0.1:${portOf(server.address())}`;

  const requestUrl = (): string => {
    if (workspace.requestUrl === null) throw new Error('no request URL is set');
    return workspace.requestUrl;
  };

  return {
    apiUrl: `${workspace.baseUrl}/api/`,
    botToken: workspace.botToken,
    appToken: workspace.appToken,
    signingSecret: workspace.signingSecret,
    team: workspace.team,
    app: workspace.app,
    user: (id) => {
      const user = found(workspace.users, id, 'user');
      return createPerson(workspace, deliveries, { user, team: null, isEnterpriseInstall: false });
    },
    channel: (id) => createChannel(workspace, found(workspace.channels, id, 'channel')),
    direct: (userId) => createChannel(workspace, directChannel(workspace, userId)),
    calls: workspace.calls,
    callsTo: (method) => workspace.calls.filter((call) => call.method === method),
    interactions: workspace.interactions,
    files: workspace.files,
    problems: workspace.problems,
    waitFor: (predicate, timeoutMilliseconds) =>
      waiter.waitFor(predicate, timeoutMilliseconds, () => lastHappenings(workspace)),
    socketMode: sockets,
    faults,
    planNextDelivery: (plan) => deliveries.planNext(plan),
    redeliver: (interaction, plan) => deliveries.redeliver(interaction, plan),
    sendEvent: (event) => deliveries.deliver('events_api', eventPayload(workspace, null, event)),
    setRequestUrl: (url) => {
      workspace.requestUrl = url;
    },
    verifyRequestUrl: () => verifyUrl(workspace, requestUrl()),
    sslCheck: () => sslCheck(workspace, requestUrl()),
    post: (kind, payload, how) =>
      postSigned(workspace, requestUrl(), encodeBody(kind, payload), how),
    setToken: (kind, state) => {
      for (const token of workspace.tokens.values()) if (token.kind === kind) token.state = state;
    },
    setScopes: (scopes) => {
      const granted = found(workspace.tokens, workspace.botToken, 'token').scopes;
      granted.clear();
      for (const scope of scopes) granted.add(scope);
    },
    setRichBlocks: (known) => {
      workspace.richBlocks = known === true ? richBlockTypes : known === false ? [] : known;
    },
    setRateLimits: (enforced) => {
      workspace.rateLimits = enforced;
    },
    close: () =>
      new Promise((resolve) => {
        sockets.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('the fake does not listen');
  return address.port;
}

function found<T>(map: ReadonlyMap<string, T>, id: string, what: string): T {
  const value = map.get(id);
  if (value === undefined) throw new Error(`the fake has no ${what} ${id}`);
  return value;
}

/** For the message of a wait that was in vain. */
function lastHappenings({ calls, interactions, problems }: Workspace): string {
  const recent = calls.slice(-8).map(({ method, error }) => `${method}: ${error ?? 'ok'}`);
  const delivered = interactions.slice(-4).map(({ kind, status, error }) => {
    return `${kind}: ${status}${error === null ? '' : ` (${error})`}`;
  });
  return [...recent, ...delivered, ...problems.slice(-4)].join('; ') || 'nothing happened';
}
