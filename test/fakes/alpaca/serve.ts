import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import { z } from 'zod';
import type { ServedFake } from '../fake-process.ts';
import { openNetwork } from './addresses.ts';
import { controlVerbs } from './control.ts';
import { closeServer, listenOnLoopback } from './listen.ts';
import type { Consent } from './login-api.ts';
import type { Settings } from './options.ts';
import { createRequestLog } from './request-log.ts';
import { createWorld } from './world.ts';

/** Opens all addresses of an Alpaca, and its control interface, on loopback. */
export async function serve(settings: Settings): Promise<ServedFake> {
  const world = createWorld(settings);
  const log = createRequestLog();
  const consent: Consent = { account: settings.accounts[0]?.name ?? '', answer: 'allow' };
  const network = await openNetwork(world, log, consent);
  const verbs = controlVerbs(world, network, log, consent);

  const control = createServer((request, response) => {
    void steer(request).then(({ status, body }) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    });
  });

  async function steer(request: IncomingMessage): Promise<{ status: number; body: unknown }> {
    try {
      const name = (request.url ?? '').replace(/^\/control\//, '');
      const verb = verbs.get(name);
      if (verb === undefined) throw new Error(`there is no ${name}`);
      const text = await readText(request);
      const body: unknown = text === '' ? {} : JSON.parse(text);
      world.catchUp();
      return { status: 200, body: verb.run(body) ?? null };
    } catch (error) {
      if (error instanceof z.ZodError) return { status: 400, body: z.prettifyError(error) };
      return { status: 400, body: error instanceof Error ? error.message : String(error) };
    }
  }

  // With real time, sessions open and close also while nobody asks.
  const ticking =
    settings.clock === 'real' ? setInterval(() => world.catchUp(), 1000).unref() : undefined;

  const host = await listenOnLoopback(control);
  return {
    ready: { control: `http://${host}/control`, ...network.addresses },
    close: async () => {
      clearInterval(ticking);
      await closeServer(control);
      await network.close();
    },
  };
}
