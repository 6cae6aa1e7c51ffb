import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';

/** A request that passed, and what the specification holds against it or its answer. */
export interface Call {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly status: number;
  readonly violations: readonly string[];
}

/** Between an adapter and a broker: writes down what passes. */
export interface Relay extends AsyncDisposable {
  readonly address: string;
  readonly calls: readonly Call[];
}

/** Headers of one connection, which say nothing to the next. */
const OF_ONE_CONNECTION = new Set(['connection', 'host', 'content-length', 'transfer-encoding']);

/** @param targetOf the address that a path is sent on to. */
export async function openRelay(targetOf: (path: string) => string): Promise<Relay> {
  const calls: Call[] = [];
  const server = createServer((request, response) => {
    pass(request).then(
      ({ status, headers, body }) => response.writeHead(status, headers).end(body),
      (error: unknown) => {
        calls.push({
          ...nameOf(request),
          status: 0,
          violations: [`not passed on: ${String(error)}`],
        });
        response.destroy();
      },
    );
  });

  async function pass(request: IncomingMessage) {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const { method, path } = nameOf(request);
    const answer = await fetch(`${targetOf(path)}${request.url ?? ''}`, {
      method,
      headers: Object.entries(request.headers).flatMap(([name, value]) =>
        value === undefined || OF_ONE_CONNECTION.has(name)
          ? []
          : [[name, String(value)] as [string, string]],
      ),
      body: chunks.length === 0 ? null : Buffer.concat(chunks),
      redirect: 'manual',
    });
    const body = Buffer.from(await answer.arrayBuffer());
    const headers = Object.fromEntries(
      [...answer.headers].filter(
        ([name]) => !OF_ONE_CONNECTION.has(name) && name !== 'content-encoding',
      ),
    );
    calls.push({ method, path, status: answer.status, violations: violationsOf(answer, body) });
    return { status: answer.status, headers, body };
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('the relay has no port');
  return {
    address: `http://127.0.0.1:${bound.port}`,
    calls,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function nameOf(request: IncomingMessage): { readonly method: string; readonly path: string } {
  const { pathname } = new URL(request.url ?? '/', 'http://relay');
  return { method: request.method ?? 'GET', path: pathname };
}

/** Prism answers in the place of the broker, or adds a header. */
function violationsOf(answer: Response, body: Buffer): readonly string[] {
  const header = answer.headers.get('sl-violations');
  const text = body.toString('utf8');
  return [
    ...(header === null ? [] : [header]),
    ...(text.includes('https://stoplight.io/prism/errors#') ? [text] : []),
  ];
}
