import { createServer, type Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { getRequestListener } from '@hono/node-server';
import type { Kysely } from 'kysely';
import type { Message } from '../../messages/message.ts';
import type { Chat } from '../../ports/chat.ts';
import type { Clock, Random } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { loadAssets } from './assets.ts';
import { createFeed } from './feed.ts';
import { createInteractions, WEB_PLATFORM } from './interactions.ts';
import { listen } from './listen.ts';
import type { PageContext, ViewName, WebCommand } from './page.ts';
import { createPeople, type WebPerson } from './people.ts';
import { renderFeedMessage } from './render-feed.ts';
import { createRoutes } from './routes.ts';
import { createSessions } from './sessions.ts';
import { createStreams } from './streams.ts';
import type { WebDatabase } from './web-database.ts';

export interface WebChatOptions {
  readonly database: Kysely<WebDatabase>;
  /** The first port to try; 0 for any free one. */
  readonly port: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Who may speak on the page, by their id on this platform. */
  readonly people: readonly WebPerson[];
  readonly commands: readonly WebCommand[];
  readonly accounts: readonly string[];
  readonly views: Readonly<Record<ViewName, () => Promise<Message>>>;
  /** What of trading is halted, in words for the page's head; null when nothing is. */
  readonly halted?: () => Promise<string | null>;
  readonly channelName: string;
  /** Whether one person may play all the others. */
  readonly demo: boolean;
  /** The zone in which the page tells times; the system's by default. */
  readonly timeZone?: string;
}

/** The local workspace page. */
export interface WebChat extends Chat {
  /** Opens one browser, once. Read it again for another. */
  readonly url: string;
  readonly port: number;
  /** The views have changed: open pages load theirs anew. */
  notify(): void;
}

/** How long `stop` waits for what is in flight, and then for connections to end by themselves. */
const GRACE_MILLISECONDS = 600;
const CLOSE_MILLISECONDS = 40;

/**
 * Serves the page on 127.0.0.1, on `port` or the next free one. Interactions are taken once the
 * chat is started.
 * @throws Error when none of 20 ports is free, or the tables are missing.
 */
export async function openWebChat(options: WebChatOptions): Promise<WebChat> {
  const { database, clock, random, log, channelName, demo } = options;
  const page: PageContext = {
    people: createPeople(options.people, demo),
    channelName,
    timeZone: options.timeZone ?? Temporal.Now.timeZoneId(),
    commands: options.commands,
    accounts: options.accounts,
    suggestions: suggest(options.commands, options.accounts),
    demo,
  };
  const feed = createFeed(database);
  const sessions = await createSessions({ database, clock, random });
  const streams = createStreams({
    feed,
    clock,
    log,
    render: (message) => renderFeedMessage(message, page).toString(),
  });
  const interactions = createInteractions({
    feed,
    clock,
    log,
    channelName,
    suggestions: page.suggestions,
    feedChanged: () => streams.feedChanged(),
    working: (active) => streams.working(active),
  });
  let port = options.port;
  const routes = createRoutes({
    page,
    views: options.views,
    halted: options.halted,
    feed,
    sessions,
    streams,
    interactions,
    assets: loadAssets(),
    log,
    port: () => port,
  });
  const listener = getRequestListener(routes.fetch);
  const server = createServer((request, response) => void listener(request, response));
  port = await listen(server, options.port);

  let stopped: Promise<void> | null = null;
  async function stop(): Promise<void> {
    // What hangs longer than that is taken up again at the next start.
    await Promise.race([interactions.stop(), delay(GRACE_MILLISECONDS, undefined, { ref: false })]);
    streams.close();
    await close(server);
  }

  return {
    platform: WEB_PLATFORM,
    port,
    get url() {
      return `http://127.0.0.1:${port}/?token=${sessions.linkToken()}`;
    },
    notify: () => streams.viewsChanged(),
    start: async (handle) => interactions.start(handle),
    async post(channel, message, { once } = {}) {
      const at = clock.now();
      const delivery = once === undefined ? null : `post:${once}`;
      const body = { type: 'message', message } as const;
      const added = await feed.add({
        channel,
        author: null,
        visibleTo: null,
        delivery,
        body,
        at,
      });
      const id = added ?? (await feed.replaceDelivered(delivery ?? '', message, at));
      streams.feedChanged();
      return { platform: WEB_PLATFORM, channel, messageId: String(id) };
    },
    async edit({ messageId }, message) {
      if (!/^\d{1,15}$/.test(messageId)) return 'gone';
      const found = await feed.edit(Number(messageId), message, clock.now());
      if (found) streams.feedChanged();
      return found ? 'edited' : 'gone';
    },
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}

/** Three lines to begin with, as far as there are commands for them. */
function suggest(commands: readonly WebCommand[], accounts: readonly string[]): readonly string[] {
  const account = accounts[0];
  const lines = [
    { name: 'portfolio', line: '/portfolio' },
    { name: 'rebalance', line: account === undefined ? '/rebalance' : `/rebalance ${account}` },
    { name: 'help', line: '/help' },
  ];
  const names = new Set(commands.map(({ name }) => name));
  return lines.filter(({ name }) => names.has(name)).map(({ line }) => line);
}

/** Browsers open connections in advance; those have had no request, are not idle to Node, and never end. */
async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeIdleConnections();
  const force = setTimeout(() => server.closeAllConnections(), CLOSE_MILLISECONDS);
  await closed;
  clearTimeout(force);
}
