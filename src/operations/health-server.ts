import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import type { Log } from '../ports/log.ts';
import type { Metrics } from './metrics.ts';

/** Whether the bot can do its work, with a sentence for whoever looks. */
export type Readiness =
  | { readonly ready: true; readonly detail: string }
  | { readonly ready: false; readonly detail: string };

/** Health, readiness and metrics over HTTP, for whatever supervises the bot. */
export interface HealthServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves `/health/live` (the process runs), `/health/ready` (it acts on the database, 503 otherwise, also
 * while it stands by) and `/metrics`. Nothing of it needs a login and nothing tells what is traded: bind it
 * where only the supervisor reaches it.
 * @param options.host an address of this machine. @throws Error when the port is taken.
 */
export async function openHealthServer(options: {
  readonly host: string;
  readonly port: number;
  readonly metrics: Metrics;
  readonly readiness: () => Promise<Readiness>;
  readonly log: Log;
}): Promise<HealthServer> {
  const { host, metrics, readiness, log } = options;
  const app = new Hono();
  app.onError((error, context) => {
    log.error({ code: 'health_failed', error, path: context.req.path }, 'a health check failed');
    return context.json({ status: 'failed' }, 500);
  });
  app.get('/health/live', (context) => context.json({ status: 'live' }));
  app.get('/health/ready', async (context) => {
    const { ready, detail } = await readiness();
    return context.json({ status: ready ? 'ready' : 'not ready', detail }, ready ? 200 : 503);
  });
  app.get('/metrics', async (context) =>
    context.text(await metrics.expose(), 200, { 'content-type': metrics.contentType }),
  );
  const answer = getRequestListener(app.fetch);
  const server = createServer((request, response) => {
    void answer(request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : options.port,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
