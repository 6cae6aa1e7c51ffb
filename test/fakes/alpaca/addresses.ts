import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { dataRoutes } from './data-api.ts';
import { createApiServer } from './http-server.ts';
import type { Api } from './http-server.ts';
import { closeServer, listenOnLoopback } from './listen.ts';
import { loginRoutes } from './login-api.ts';
import type { Consent } from './login-api.ts';
import { createRateLimits } from './rate-limits.ts';
import { unauthorized } from './refusal.ts';
import type { RequestLog } from './request-log.ts';
import { createAccountStream } from './stream.ts';
import type { AccountStream } from './stream.ts';
import { tradingRoutes } from './trading-api.ts';
import type { World } from './world.ts';

/** Where a client finds the fake. Ends without a slash. */
export interface Addresses {
  /** By account: its own base address (without `/v2`) and its account stream. */
  readonly accounts: Readonly<
    Record<string, { readonly trading: string; readonly stream: string }>
  >;
  /** Market data for all accounts (without `/v2`). */
  readonly data: string;
  readonly oauth: { readonly authorize: string; readonly token: string };
}

/** The listening servers, and the way in and out of them. */
export interface Network {
  readonly addresses: Addresses;
  readonly streams: ReadonlyMap<string, AccountStream>;
  /** Cuts the streams; `all`: every connection. */
  cut(what: 'stream' | 'all'): void;
  /** From now on new connections are cut at once. */
  refuse(what: 'stream' | 'all'): void;
  accept(): void;
  /** Ends all of it. */
  close(): Promise<void>;
}

export async function openNetwork(
  world: World,
  log: RequestLog,
  consent: Consent,
): Promise<Network> {
  let refusing: 'stream' | 'all' | null = null;
  const servers: Server[] = [];
  const streams = new Map<string, AccountStream>();
  const limits = createRateLimits(world.clock, world.settings.requestsPerMinute);

  const open = async (api: Api, stream: AccountStream | null): Promise<string> => {
    const server = createApiServer(world, api, limits, log);
    servers.push(server);
    server.on('connection', (socket: Socket) => {
      if (refusing === 'all') socket.resetAndDestroy();
    });
    server.on('upgrade', (request, socket, head) => {
      if (refusing !== null || stream === null) socket.destroy();
      else stream.upgrade(request, socket, head);
    });
    return listenOnLoopback(server);
  };

  const callerOf = (request: IncomingMessage) => world.logins.callerOf(request.headers);
  const accounts: Record<string, { trading: string; stream: string }> = {};
  for (const { name } of world.settings.accounts) {
    const stream = createAccountStream(world, name);
    streams.set(name, stream);
    const authorize = (request: IncomingMessage) => {
      const caller = callerOf(request);
      if (caller.account !== name) throw unauthorized();
      return caller;
    };
    const host = await open({ name: 'trading', routes: tradingRoutes(world), authorize }, stream);
    accounts[name] = { trading: `http://${host}`, stream: `ws://${host}/stream` };
  }
  const data = await open({ name: 'data', routes: dataRoutes(world), authorize: callerOf }, null);
  const login = await open(
    { name: 'login', routes: loginRoutes(world, consent), authorize: () => null },
    null,
  );

  const cut = (what: 'stream' | 'all') => {
    for (const stream of streams.values()) stream.cut();
    if (what === 'all') for (const server of servers) server.closeAllConnections();
  };
  return {
    addresses: {
      accounts,
      data: `http://${data}`,
      oauth: {
        authorize: `http://${login}/oauth/authorize`,
        token: `http://${login}/oauth/token`,
      },
    },
    streams,
    cut,
    refuse(what) {
      refusing = what;
      cut(what);
    },
    accept() {
      refusing = null;
    },
    async close() {
      cut('all');
      await Promise.all(servers.map(closeServer));
    },
  };
}
