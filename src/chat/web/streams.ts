import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { Feed, FeedMessage } from './feed.ts';

/** A browser keeps six connections to a host: one session may hold four of them open. */
const MOST_STREAMS_PER_SESSION = 4;
/** A page that missed more changes than this loads the feed anew. */
const LONGEST_REPLAY = 500;
const PAGE = 100;
/** What one slow reader may leave unread before it is cut off; it comes back and catches up. */
const MOST_UNREAD_BYTES = 4_000_000;
const HEARTBEAT = Temporal.Duration.from({ seconds: 20 });

/** The server-sent events of all open pages. */
export interface Streams {
  /** @param cursor the last change the page has; it is sent everything after it. */
  open(options: {
    readonly session: string;
    readonly viewer: string | null;
    readonly cursor: number;
  }): ReadableStream<Uint8Array>;
  /** The feed changed: every page catches up. */
  feedChanged(): void;
  viewsChanged(): void;
  /** Whether some interaction is being worked on. */
  working(active: boolean): void;
  /** The session speaks for somebody else: its pages load anew what that person may see. */
  personChanged(session: string, viewer: string): void;
  close(): void;
}

interface Stream {
  readonly session: string;
  viewer: string | null;
  /** The last change that was sent. */
  position: number;
  catchingUp: boolean;
  behind: boolean;
  send(text: string): void;
  end(): void;
}

export function createStreams(options: {
  readonly feed: Feed;
  readonly clock: Clock;
  readonly log: Log;
  readonly render: (message: FeedMessage) => string;
}): Streams {
  const { feed, clock, log, render } = options;
  const streams = new Set<Stream>();
  const encoder = new TextEncoder();
  let anyWorking = false;
  let closed = false;

  let cancelHeartbeat: (() => void) | null = null;
  /** Tells the browsers that we are there, and us which of them are gone. */
  function scheduleHeartbeat(): void {
    cancelHeartbeat ??= clock.schedule(clock.now().add(HEARTBEAT), () => {
      cancelHeartbeat = null;
      broadcast(':\n\n');
      if (streams.size > 0) scheduleHeartbeat();
    });
  }

  function broadcast(text: string): void {
    for (const stream of streams) stream.send(text);
  }

  function register(
    controller: ReadableStreamDefaultController<Uint8Array>,
    { session, viewer, cursor }: { session: string; viewer: string | null; cursor: number },
  ): Stream {
    const stream: Stream = {
      session,
      viewer,
      position: cursor,
      catchingUp: false,
      behind: false,
      send(text) {
        if (!streams.has(stream)) return;
        controller.enqueue(encoder.encode(text));
        if ((controller.desiredSize ?? 0) < -MOST_UNREAD_BYTES) stream.end();
      },
      end() {
        if (streams.delete(stream)) controller.close();
      },
    };
    const siblings = [...streams].filter((other) => other.session === session);
    const tooMany = Math.max(0, siblings.length + 1 - MOST_STREAMS_PER_SESSION);
    for (const oldest of siblings.slice(0, tooMany)) {
      oldest.send(event('rest', {}));
      oldest.end();
    }
    streams.add(stream);
    scheduleHeartbeat();
    return stream;
  }

  async function begin(stream: Stream): Promise<void> {
    try {
      const last = await feed.lastChange();
      // Ahead of us: the page knew another database.
      if (stream.position > last || last - stream.position > LONGEST_REPLAY) {
        stream.position = last;
        stream.send(event('reset', {}));
      }
    } catch (error) {
      fail(stream, error);
      return;
    }
    await catchUp(stream);
  }

  /** Reads what changed from the table, in order; so nothing depends on who announced it when. */
  async function catchUp(stream: Stream): Promise<void> {
    stream.behind = true;
    if (stream.catchingUp) return;
    stream.catchingUp = true;
    try {
      while (stream.behind && streams.has(stream)) {
        stream.behind = false;
        const changes = await feed.changesAfter(stream.position, PAGE);
        for (const message of changes) sendMessage(stream, message);
        if (changes.length === PAGE) stream.behind = true;
      }
    } catch (error) {
      fail(stream, error);
    } finally {
      stream.catchingUp = false;
    }
  }

  function sendMessage(stream: Stream, message: FeedMessage): void {
    stream.position = message.change;
    if (message.visibleTo !== null && message.visibleTo !== stream.viewer) return;
    stream.send(event('message', { html: render(message) }, message.change));
  }

  function fail(stream: Stream, error: unknown): void {
    log.error(
      { code: 'web_feed_unreadable', error },
      'The feed could not be read; the page will connect again',
    );
    stream.end();
  }

  return {
    open(given) {
      let stream: Stream | null = null;
      return new ReadableStream<Uint8Array>(
        {
          start(controller) {
            if (closed) {
              controller.close();
              return;
            }
            stream = register(controller, given);
            stream.send(`retry: 500\n${event('working', { active: anyWorking })}`);
            void begin(stream);
          },
          cancel() {
            if (stream !== null) streams.delete(stream);
          },
        },
        new ByteLengthQueuingStrategy({ highWaterMark: 65_536 }),
      );
    },
    feedChanged() {
      for (const stream of streams) void catchUp(stream);
    },
    viewsChanged: () => broadcast(event('views', {})),
    working(active) {
      if (active === anyWorking) return;
      anyWorking = active;
      broadcast(event('working', { active }));
    },
    personChanged(session, viewer) {
      for (const stream of streams) {
        if (stream.session !== session) continue;
        stream.viewer = viewer;
        stream.send(event('reset', {}));
      }
    },
    close() {
      closed = true;
      cancelHeartbeat?.();
      for (const stream of streams) stream.end();
    },
  };
}

/** JSON has no raw line breaks, so one data line always holds it. */
function event(name: string, data: Readonly<Record<string, unknown>>, id?: number): string {
  const idLine = id === undefined ? '' : `id: ${id}\n`;
  return `${idLine}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
