import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { Redirects } from '../../ports/redirects.ts';
import { createCertificate } from './certificate.ts';
import { isLoopback } from './loopback.ts';

/** Longer than any redirected address. */
const MOST_ADDRESS_CHARACTERS = 8192;

type Take = (redirected: string) => Promise<string>;

/** One address that is listened at. */
interface Listening {
  readonly server: Promise<Server | null>;
  /** What is waited for, by key, and how its time limit is cancelled. */
  readonly waiting: Map<string, () => void>;
  take: Take;
}

/**
 * Listens on loopback, at the port of the redirect address: with https under a certificate made for
 * this one time, which the browser warns about, or with plain http where the address says so.
 */
export function createRedirects({ clock, log }: { clock: Clock; log: Log }): Redirects {
  const listening = new Map<string, Listening>();
  const closing = new Set<Promise<void>>();

  function stop(redirectUri: string, place: Listening): void {
    listening.delete(redirectUri);
    for (const cancel of place.waiting.values()) cancel();
    const closed = place.server.then(async (server) => {
      if (server !== null) await closeServer(server);
    });
    closing.add(closed);
    void closed.then(() => closing.delete(closed));
  }

  function done(key: string): void {
    for (const [redirectUri, place] of listening) {
      place.waiting.get(key)?.();
      if (place.waiting.delete(key) && place.waiting.size === 0) stop(redirectUri, place);
    }
  }

  return {
    done,
    async listen(redirectUri, key, until, take) {
      if (!isLoopback(redirectUri)) return false;
      // A port that was just given up is taken again only when it is free.
      await Promise.all(closing);
      let place = listening.get(redirectUri);
      if (place === undefined) {
        const made: Listening = {
          server: open(redirectUri, async (address) => await made.take(address), log),
          waiting: new Map(),
          take,
        };
        place = made;
        listening.set(redirectUri, made);
      }
      place.take = take;
      place.waiting.get(key)?.();
      place.waiting.set(
        key,
        clock.schedule(until, () => done(key)),
      );
      if ((await place.server) !== null) return true;
      if (listening.get(redirectUri) === place) stop(redirectUri, place);
      return false;
    },
    async close() {
      for (const [redirectUri, place] of listening) stop(redirectUri, place);
      await Promise.all(closing);
    },
  };
}

/** @returns null when the port cannot be had. */
async function open(redirectUri: string, take: Take, log: Log): Promise<Server | null> {
  const { protocol, hostname, port, pathname } = new URL(redirectUri);
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const address = URL.parse(request.url ?? '', redirectUri);
    const isRedirect =
      request.method === 'GET' &&
      address?.pathname === pathname &&
      address.searchParams.has('state') &&
      address.href.length <= MOST_ADDRESS_CHARACTERS;
    if (!isRedirect) {
      send(response, 404, 'There is nothing here.');
      return;
    }
    take(address.href).then(
      (words) => send(response, 200, words),
      (error: unknown) => {
        log.error({ code: 'redirect_failed', error }, 'a redirected browser could not be answered');
        send(response, 500, 'Something went wrong on our side. The log tells what.');
      },
    );
  };
  const isSecure = protocol === 'https:';
  // Loaded here: hardly any start needs them, and they take memory.
  const server = isSecure
    ? (await import('node:https')).createServer(await createCertificate(hostname), answer)
    : (await import('node:http')).createServer(answer);
  return await new Promise((resolve) => {
    server.once('error', (error) => {
      log.warn({ code: 'redirect_port_taken', port, error }, 'redirects cannot be taken here');
      resolve(null);
    });
    server.listen(
      Number(port === '' ? (isSecure ? 443 : 80) : port),
      hostname.replaceAll(/[[\]]/gu, ''),
      () => {
        resolve(server);
      },
    );
  });
}

/** The words stand alone on their page: no script, nothing from elsewhere, nothing kept. */
function send(response: ServerResponse, status: number, words: string): void {
  const text = words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy':
      "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    connection: 'close',
  });
  response.end(
    `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Evenkeel</title><style>body{font:1.1rem/1.5 system-ui;max-width:36rem;margin:15vh auto;padding:0 1rem}</style><p>${text}</p></html>`,
  );
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  // Browsers open connections in advance that never ask for anything.
  server.closeIdleConnections();
  const force = setTimeout(() => server.closeAllConnections(), 500);
  await closed;
  clearTimeout(force);
}
