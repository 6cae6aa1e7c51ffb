import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Where a fake is to be found: its control interface and whatever else a client needs. */
type Ready = Readonly<Record<string, unknown>> & { readonly control: string };

/** A fake that serves in this process. */
export interface ServedFake {
  readonly ready: Ready;
  /** Cuts every connection, and listens no more. */
  close(): Promise<void>;
}

/** A running fake, wherever it runs, and a way to steer it. */
export interface RunningFake extends AsyncDisposable {
  readonly ready: Ready;
  /**
   * Asks its control interface: `POST {control}/{verb}` with a JSON body.
   * @returns the parsed answer.
   * @throws Error with the fake's own words when it does not answer 200.
   */
  control(verb: string, body?: unknown): Promise<unknown>;
  /** Ends it at once. */
  stop(): Promise<void>;
}

/**
 * Starts `node MAIN OPTIONS` and waits for its first line, a JSON object with at least `control`, the
 * address of its control interface on loopback. It ends when its standard input is closed, so that it
 * never outlives its tests.
 * @param main the URL of the fake's main file.
 */
export async function startFakeProcess(main: URL, options: unknown): Promise<RunningFake> {
  const child = spawn(process.execPath, [main.pathname, JSON.stringify(options)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      resolve();
    });
  });
  const stop = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  const lines = createInterface({ input: child.stdout });
  const first = await Promise.race([
    lines[Symbol.asyncIterator]().next(),
    ended.then(() => ({ done: true as const, value: undefined })),
  ]);
  if (first.done === true) {
    await stop();
    throw new Error(`the fake ${main.pathname} ended before it was ready`);
  }
  const ready: unknown = JSON.parse(first.value);
  if (!hasControl(ready)) {
    await stop();
    throw new Error(`the fake ${main.pathname} did not say where its control interface is`);
  }
  return running(ready, stop);
}

/** A fake that serves in this process: spoken to and steered over loopback as one of its own, but there at once. */
export function steerHere(served: ServedFake): RunningFake {
  return running(served.ready, () => served.close());
}

function running(ready: Ready, stop: () => Promise<void>): RunningFake {
  return {
    ready,
    async control(verb, body = {}) {
      const response = await fetch(new URL(verb, `${ready.control}/`), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${verb}: ${text}`);
      return text === '' ? null : (JSON.parse(text) as unknown);
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function hasControl(value: unknown): value is Ready {
  return (
    typeof value === 'object' &&
    value !== null &&
    'control' in value &&
    typeof value.control === 'string'
  );
}
