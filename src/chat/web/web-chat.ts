import type { RequestListener, Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { Message } from '../../messages/message.ts';
import type { Chat } from '../../ports/chat.ts';
import type { Clock, Random } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { createFeed } from './feed.ts';
import { createInteractions, WEB_PLATFORM } from './interactions.ts';
import { listen } from './listen.ts';
import type { OpenPage } from './open-page.ts';
import type { PageContext, ViewName, WebCommand } from './page.ts';
import { createPeople, type WebPerson } from './people.ts';
import { createSessions } from './sessions.ts';
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
  let opened: OpenPage | null = null;
  const interactions = createInteractions({
    feed,
    clock,
    log,
    channelName,
    suggestions: page.suggestions,
    feedChanged: () => opened?.streams.feedChanged(),
    working: (active) => opened?.streams.working(active),
  });
  let port = options.port;
  let opening: Promise<OpenPage> | null = null;
  const answer: RequestListener = (request, response) => {
    opening ??= open();
    opening.then(
      (loaded) => loaded.answer(request, response),
      (error: unknown) => {
        log.error({ code: 'web_page_failed', error }, 'The page could not be opened');
        response.writeHead(500).end();
      },
    );
  };
  async function open(): Promise<OpenPage> {
    const { openPage } = await import('./open-page.ts');
    const { views, halted } = options;
    opened = openPage({
      page,
      views,
      halted,
      feed,
      sessions,
      interactions,
      clock,
      log,
      port: () => port,
    });
    return opened;
  }
  // An import of node:http reads all that it exports, and so loads fetch and WebSocket: 15 MB.
  const server = process.getBuiltinModule('node:http').createServer(answer);
  port = await listen(server, options.port);

  let stopped: Promise<void> | null = null;
  async function stop(): Promise<void> {
    // What hangs longer than that is taken up again at the next start.
    await Promise.race([interactions.stop(), delay(GRACE_MILLISECONDS, undefined, { ref: false })]);
    await opening?.catch(() => {});
    opened?.streams.close();
    await close(server);
  }

  return {
    platform: WEB_PLATFORM,
    port,
    get url() {
      return `http://127.0.0.1:${port}/?token=${sessions.linkToken()}`;
    },
    notify: () => opened?.streams.viewsChanged(),
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
      opened?.streams.feedChanged();
      return { platform: WEB_PLATFORM, channel, messageId: String(id) };
    },
    async edit({ messageId }, message) {
      if (!/^\d{1,15}$/.test(messageId)) return 'gone';
      const found = await feed.edit(Number(messageId), message, clock.now());
      if (found) opened?.streams.feedChanged();
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
