import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';

/** A proxy that holds requests and answers to a specification. */
export interface Prism extends AsyncDisposable {
  readonly address: string;
}

const PACKAGE = '@stoplight/prism-cli@5.16.0';
const PATIENCE_MILLISECONDS = 240_000;

/**
 * Starts Prism in front of a server.
 * @param spec the path of an OpenAPI document.
 * @throws Error with what it printed when it does not start: offline, for one.
 */
export async function startPrism(spec: string, upstream: string): Promise<Prism> {
  const port = await freePort();
  const options = ['proxy', '--errors', '--host', '127.0.0.1', '--port', String(port)];
  const child = spawn('npx', ['--yes', PACKAGE, ...options, spec, upstream], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that what npx starts ends with it.
    detached: true,
  });
  const ended = once(child, 'exit');
  const printed: string[] = [];
  const { promise: listening, resolve } = Promise.withResolvers<void>();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      printed.push(line);
      if (line.includes('Prism is listening')) resolve();
    });
  }
  const stop = async () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM');
    await ended;
  };
  const patience = AbortSignal.timeout(PATIENCE_MILLISECONDS);
  const ready = await Promise.race([
    listening.then(() => true),
    ended.then(() => false),
    once(patience, 'abort').then(() => false),
  ]);
  if (!ready) {
    await stop();
    throw new Error(`${PACKAGE} did not start:\n${printed.slice(-20).join('\n')}`);
  }
  return { address: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: stop };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('there is no free port');
  return address.port;
}
