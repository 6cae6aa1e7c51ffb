import { request } from 'node:http';

export interface ServerEvent {
  readonly id: string | null;
  readonly event: string;
  readonly data: string;
}

/** One connection for server-sent events, as a page has it. */
export interface EventStream extends Disposable {
  readonly status: number;
  /** The next event of that name; what comes before it is passed over. Throws when the stream ends first. */
  next(event: string): Promise<ServerEvent>;
  /** Every event there is until the stream ends. */
  rest(): Promise<readonly ServerEvent[]>;
  /** Lines that are no events: the heartbeat. */
  comments(): number;
}

function ignore(): void {}

/** @param headers the cookie, and what else a browser sends when it connects (again). */
export async function openEvents(
  port: number,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<EventStream> {
  const waiting: ServerEvent[] = [];
  const state = { ended: false, comments: 0, wake: ignore };
  let unread = '';

  const take = (part: string): void => {
    unread += part;
    const blocks = unread.split('\n\n');
    unread = blocks.pop() ?? '';
    for (const block of blocks) {
      const field = (name: string): string | null =>
        new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? null;
      const data = field('data');
      if (data === null) state.comments += 1;
      else waiting.push({ id: field('id'), event: field('event') ?? 'message', data });
    }
    state.wake();
  };
  const end = (): void => {
    state.ended = true;
    state.wake();
  };

  const sent = request({ host: '127.0.0.1', port, path, headers, agent: false });
  const status = await new Promise<number>((resolve, reject) => {
    sent.on('error', reject);
    sent.on('response', (response) => {
      response.setEncoding('utf8');
      response.on('data', take);
      response.on('end', end);
      response.on('error', end);
      resolve(response.statusCode ?? 0);
    });
    sent.end();
  });

  const changed = (): Promise<void> =>
    new Promise((resolve) => {
      state.wake = resolve;
    });

  return {
    status,
    async next(event) {
      for (;;) {
        const found = waiting.shift();
        if (found?.event === event) return found;
        if (found !== undefined) continue;
        if (state.ended) throw new Error(`the stream ended without ${event}`);
        await changed();
      }
    },
    async rest() {
      while (!state.ended) await changed();
      return waiting.splice(0);
    },
    comments: () => state.comments,
    [Symbol.dispose]: () => sent.destroy(),
  };
}
