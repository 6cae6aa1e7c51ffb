/** The fake as a process: `node main.ts '{"clock":"stepped"}'`; see ../fake-process.ts. */
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { openNetwork } from './addresses.ts';
import { controlVerbs } from './control.ts';
import { listenOnLoopback } from './listen.ts';
import type { Consent } from './login-api.ts';
import { alpacaFakeOptionsSchema } from './options.ts';
import { createRequestLog } from './request-log.ts';
import { createWorld } from './world.ts';

const settings = alpacaFakeOptionsSchema.parse(JSON.parse(process.argv[2] ?? '{}'));
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
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const text = Buffer.concat(chunks).toString('utf8');
    const body: unknown = text === '' ? {} : JSON.parse(text);
    world.catchUp();
    return { status: 200, body: verb.run(body) ?? null };
  } catch (error) {
    if (error instanceof z.ZodError) return { status: 400, body: z.prettifyError(error) };
    return { status: 400, body: error instanceof Error ? error.message : String(error) };
  }
}

// With real time, sessions open and close also while nobody asks.
if (settings.clock === 'real') setInterval(() => world.catchUp(), 1000).unref();

const host = await listenOnLoopback(control);
const ready = { control: `http://${host}/control`, ...network.addresses };
process.stdout.write(`${JSON.stringify(ready)}\n`);

process.stdin.resume();
process.stdin.once('end', () => {
  process.exit(0);
});
process.stdin.once('close', () => {
  process.exit(0);
});
