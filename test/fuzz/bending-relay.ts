import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { asJson, damaged } from './mutations.ts';
import type { Damage } from './mutations.ts';

/** Between an adapter and its broker: passes everything on, and damages the answers that it is told to. */
export interface BendingRelay extends AsyncDisposable {
  readonly address: string;
  /** From now on the `nth` answer that comes, counted from 0, is damaged; null: none is. */
  bend(harm: { readonly nth: number; readonly damage: Damage } | null): void;
  /** How many answers were damaged. */
  readonly bent: number;
  /** Where the last damaged answer came from: `GET /v2/account`. */
  readonly last: string | null;
}

const OF_ONE_CONNECTION = new Set([
  'connection',
  'host',
  'content-length',
  'content-encoding',
  'transfer-encoding',
]);

/** @param target the broker's address, without a slash at its end. */
export async function openBendingRelay(target: string): Promise<BendingRelay> {
  let harm: { readonly nth: number; readonly damage: Damage } | null = null;
  let answers = 0;
  let bent = 0;
  let last: string | null = null;

  function bendIfDue(request: IncomingMessage, body: Buffer): Buffer {
    if (harm === null || body.length === 0) return body;
    answers += 1;
    if (answers - 1 !== harm.nth) return body;
    bent += 1;
    last = `${request.method ?? ''} ${new URL(request.url ?? '', 'http://relay').pathname}`;
    return Buffer.from(damaged(asJson(JSON.parse(body.toString('utf8'))), harm.damage));
  }

  const server = createServer((request, response) => {
    pass(request).then(
      ({ status, headers, body }) => response.writeHead(status, headers).end(body),
      () => response.destroy(),
    );
  });

  async function pass(request: IncomingMessage) {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const answer = await fetch(`${target}${request.url ?? ''}`, {
      method: request.method ?? 'GET',
      headers: Object.entries(request.headers).flatMap(([name, value]) =>
        value === undefined || OF_ONE_CONNECTION.has(name)
          ? []
          : [[name, String(value)] as [string, string]],
      ),
      body: chunks.length === 0 ? null : Buffer.concat(chunks),
      redirect: 'manual',
    });
    const whole = Buffer.from(await answer.arrayBuffer());
    const headers = Object.fromEntries(
      [...answer.headers].filter(([name]) => !OF_ONE_CONNECTION.has(name)),
    );
    return { status: answer.status, headers, body: bendIfDue(request, whole) };
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('the relay has no port');
  return {
    address: `http://127.0.0.1:${bound.port}`,
    bend(next) {
      harm = next;
      answers = 0;
    },
    get bent() {
      return bent;
    },
    get last() {
      return last;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
